"""What the review screen's browser tests stand on: many clear cells, real documents, known accounts."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile

from appraisal.models import Action, Appraisal, Reason
from appraisal.replies import actions as replies
from appraisal.review.decisions import actions as decisions
from appraisal.tests.factories import Council, assign, council, release_row, release_stage
from cchc_index.lib import clock
from cchc_index.lib.sample_pdf import sample_pdf
from cchc_index.lib.tests.browser import PASSWORD
from criteria.models import Criterion, Stage
from criteria.tests.factories import CriterionFactory, open_stage
from selfassess.models import Document, Evidence, SelfAssessment, SelfScore
from selfassess.tests.documents.photographed import photographed
from selfassess.tests.factories import DocumentFactory, EvidenceFactory
from units.models import Role, Unit, User
from units.tests.factories import UnitFactory, person

CLEAR = 32
"""Scored leaves of a unit."""
RULE = {
    "kind": "proportional",
    "numerator": "Số hồ sơ đúng hạn",
    "denominator": "Số hồ sơ",
    "unit": "hồ sơ",
    "threshold": "80",
}


def seed() -> Council:
    """A block with `CLEAR` scored leaves at units DV1 and DV2, two documents of the year before on DV1's first,
    and DV3 that has not submitted. Accounts: thamdinh.pc, thamdinh2.pc, quanly.pc."""
    case = council()
    other = person(Role.COUNCIL_MEMBER, full_name="Trần Thị Hai")
    assign(other, case.round_group)
    for user, name in ((case.member, "thamdinh.pc"), (other, "thamdinh2.pc"), (case.manager, "quanly.pc")):
        user.username = name
        user.set_password(PASSWORD)
        user.save()
    UnitFactory.create(group=case.round_group.group, code="DV3")
    for leaf in _more_leaves(case):
        for unit in (case.first, case.second):
            score = {"points": Decimal(1), "explanation": "Đã hoàn thành theo kế hoạch."}
            SelfScore.objects.create(assessment=SelfAssessment.objects.get(unit=unit), criterion=leaf, **score)
    _declare(case)
    for number, title in (("01/BC-DV1", "Báo cáo năm"), ("02/KH-DV1", "Kế hoạch năm")):
        _paper(case.first, case.officer, case.leaf, number, title)
    _paper(case.second, case.officer, case.leaf, "03/BC-DV2", "Báo cáo của đơn vị hai")
    return case


def _more_leaves(case: Council) -> list[Criterion]:
    where = {"criteria_set": case.round_group.criteria_set, "parent": case.leaf.parent}
    return [CriterionFactory.create(**where, code=f"1.{n}", position=n + 10) for n in range(4, CLEAR + 2)]


def _declare(case: Council) -> None:
    Criterion.objects.filter(pk=case.leaf.pk).update(rule=RULE)
    figures = {"numerator": "90", "denominator": "120"}
    SelfScore.objects.filter(assessment__unit=case.first, criterion=case.leaf).update(figures=figures)


def _paper(unit: Unit, by: User, leaf: Criterion, number: str, title: str) -> None:
    body = sample_pdf(title, [f"Số: {number}."])
    stored = Document.objects.create(
        unit=unit,
        number=number,
        abstract=title,
        issued_on=date(2030, 12, 1),
        file=ContentFile(body, name="bao-cao.pdf"),
        original_name="báo cáo.pdf",
        content_type="application/pdf",
        size=len(body),
        digest=number.rjust(64, "0")[:64],
        pages=1,
        uploaded_by=by,
    )
    score = SelfScore.objects.get(assessment__unit=unit, criterion=leaf)
    Evidence.objects.create(score=score, document=stored, page=1)


def photograph() -> None:
    """A photo of twelve megapixels on DV1's 1.28."""
    score = SelfScore.objects.get(assessment__unit__code="DV1", criterion__code="1.28")
    officer = User.objects.get(memberships__unit__code="DV1", memberships__role=Role.UNIT_OFFICER)
    EvidenceFactory.create(score=score, document=photographed(score.assessment.unit, officer, "04/BC-DV1"))


def many_papers() -> None:
    """Twenty papers on DV1's 1.27."""
    score = SelfScore.objects.get(assessment__unit__code="DV1", criterion__code="1.27")
    officer = User.objects.get(memberships__unit__code="DV1", memberships__role=Role.UNIT_OFFICER)
    for number in range(20):
        told = {"number": f"{number}/BC-DV1", "abstract": "Báo cáo của đơn vị một", "uploaded_by": officer}
        EvidenceFactory.create(score=score, document=DocumentFactory.create(unit=score.assessment.unit, **told))


def adjust_elsewhere() -> None:
    """Half a point taken on DV2's 1.10, whatever was decided there before."""
    unit, leaf = Unit.objects.get(code="DV2"), Criterion.objects.get(code="1.10")
    block = SelfAssessment.objects.get(unit=unit).round_group
    before = Appraisal.objects.filter(unit=unit, criterion=leaf).first()
    decisions.adjust(
        actor=User.objects.get(username="thamdinh2.pc"),
        round_group_id=block.pk,
        unit_id=unit.pk,
        criterion_id=leaf.pk,
        points=Decimal("0.5"),
        reason_id=Reason.objects.get(code="thieu-tai-lieu").pk,
        comment="Thiếu báo cáo quý IV.",
        seen_version=before.version if before else 0,
    )


def close_stage() -> None:
    Stage.objects.filter(name="round1").update(closes_at=clock.now())


def reopen_stage() -> None:
    Stage.objects.filter(name="round1").update(closes_at=None)


def object_in_round_two() -> None:
    """DV1 does not agree with what was adjusted on 1.1; round 2 is open."""
    leaf, unit = Criterion.objects.get(code="1.1"), Unit.objects.get(code="DV1")
    member, manager = (User.objects.get(username=name) for name in ("thamdinh2.pc", "quanly.pc"))
    standing = Appraisal.objects.filter(unit=unit, criterion=leaf).first()
    block = SelfAssessment.objects.get(unit=unit).round_group
    if standing is None or standing.action != Action.ADJUST:
        cell: dict[str, Any] = {"round_group_id": block.pk, "unit_id": unit.pk, "criterion_id": leaf.pk}
        words: dict[str, Any] = {"reason_id": Reason.objects.earliest("pk").pk, "comment": "Thiếu báo cáo quý IV."}
        seen = standing.version if standing else 0
        standing = decisions.adjust(actor=member, **cell, **words, points=Decimal("0.5"), seen_version=seen)
    release_stage(manager, block)
    open_stage(block.round, "explanation")
    head = User.objects.get(memberships__unit=unit, memberships__role=Role.UNIT_HEAD)
    replies.reply(actor=head, appraisal_id=standing.pk, agree=False, comment="Có đủ ở trang 1.", document_ids=[])
    open_stage(block.round, "round2")


def reach_the_council() -> None:
    release_row(SelfAssessment.objects.get(unit__code="DV1").round_group, "round2")
