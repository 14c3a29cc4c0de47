"""Factories of assessments, scores and documents. `tiny_pdf()` is a real PDF of blank pages."""

import hashlib
import io
from datetime import date

from django.core.files.base import ContentFile
from factory.declarations import LazyAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory
from pypdf import PdfWriter

from criteria.models import Criterion
from criteria.tests.factories import RoundGroupFactory, small_round
from selfassess.models import Document, Evidence, SelfAssessment, SelfScore
from units.tests.factories import UnitFactory, UserFactory


def tiny_pdf(pages: int = 1) -> bytes:
    """A valid PDF of `pages` blank pages."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width=100, height=100)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


class SelfAssessmentFactory(DjangoModelFactory[SelfAssessment]):
    class Meta:
        model = SelfAssessment

    round_group = SubFactory(RoundGroupFactory)
    unit = LazyAttribute(lambda a: UnitFactory.create(group=a.round_group.group))


class SelfScoreFactory(DjangoModelFactory[SelfScore]):
    """`SelfScoreFactory.create(assessment=…, criterion=…, points=Decimal(1))`."""

    class Meta:
        model = SelfScore

    assessment = SubFactory(SelfAssessmentFactory)
    criterion = LazyAttribute(
        lambda s: (
            Criterion.objects.filter(criteria_set=s.assessment.round_group.criteria_set, is_leaf=True, source="self")
            .order_by("position")
            .first()
        )
    )
    version = 1


class DocumentFactory(DjangoModelFactory[Document]):
    """A document of one page; `content=` gives other bytes, `pages=` another count."""

    class Meta:
        model = Document

    class Params:
        content = LazyAttribute(lambda d: tiny_pdf(d.pages or 1))

    unit = SubFactory(UnitFactory)
    number = Sequence(lambda n: f"{n + 1}/BC-THU")
    issued_on = date(2031, 6, 1)
    issuer = "Đơn vị thử"
    abstract = LazyAttribute(lambda d: f"Báo cáo số {d.number}")
    original_name = "bao-cao.pdf"
    content_type = "application/pdf"
    pages = 1
    size = LazyAttribute(lambda d: len(d.content))
    digest = LazyAttribute(lambda d: hashlib.sha256(d.content).hexdigest())
    file = LazyAttribute(lambda d: ContentFile(d.content, name=f"{d.digest[:12]}.pdf"))
    uploaded_by = SubFactory(UserFactory)


class EvidenceFactory(DjangoModelFactory[Evidence]):
    class Meta:
        model = Evidence

    score = SubFactory(SelfScoreFactory)
    document = LazyAttribute(lambda e: DocumentFactory.create(unit=e.score.assessment.unit))


def small_assessment(**round_fields: object) -> SelfAssessment:
    """The draft of one unit in `criteria.tests.factories.small_round()`."""
    return SelfAssessmentFactory.create(round_group=small_round(**round_fields))


BANDS = {
    "kind": "bands",
    "numerator": "Số hồ sơ đúng hạn",
    "denominator": "Tổng số hồ sơ",
    "bands": [{"from": "90", "from_open": True, "points": "2"}, {"from": "70", "points": "1"}, {"points": "0"}],
}


def leaf(assessment: SelfAssessment, code: str = "1.1", **changes: object) -> Criterion:
    """A criterion of the assessment's set, changed on the way."""
    found = Criterion.objects.get(criteria_set=assessment.round_group.criteria_set, code=code)
    for name, value in changes.items():
        setattr(found, name, value)
    found.save()
    return found
