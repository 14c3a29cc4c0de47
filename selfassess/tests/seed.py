"""A small round with people and scores for browser tests, made inside the served installation:
`site.manage("shell", "-c", "from selfassess.tests.seed import seed; seed()")`."""

from datetime import date
from decimal import Decimal

from cchc_index.lib.tests.browser import PASSWORD
from criteria.models import Criterion
from criteria.tests.factories import open_stage, small_round
from selfassess.lifecycle import actions as lifecycle
from selfassess.models import SelfAssessment
from selfassess.scores import actions as scores
from selfassess.tests.documents import papers_of_each_kind
from selfassess.tests.documents.photographed import photographed
from selfassess.tests.factories import (
    BANDS,
    DocumentFactory,
    EvidenceFactory,
    SelfAssessmentFactory,
    SelfScoreFactory,
    tiny_pdf,
)
from units.models import Role, UnitGroup, User
from units.tests.factories import UnitFactory, person

# One unit for each story, so that no test meets the traces of another.
UNITS = (
    "phim",
    "tinh",
    "mang",
    "phien",
    "tab",
    "axe",
    "khoa",
    "nguoi",
    "tep",
    "giay",
    "mat",
    "nhieu",
    "anh",
    "hoso",
    "dau",
    "cuoi",
)


def seed() -> None:
    """Units of one block with an open self-assessment; each has two officers and a head."""
    round_group = small_round()
    UnitGroup.objects.filter(pk=round_group.group_id).update(code="thu")
    _rule(round_group.criteria_set_id)
    open_stage(round_group.round, "self_assessment")
    for name in UNITS:
        unit = UnitFactory.create(group=round_group.group, code=name.upper(), name=f"Sở {name}")
        officer = person(Role.UNIT_OFFICER, unit, username=f"canbo.{name}", password=PASSWORD)
        person(Role.UNIT_OFFICER, unit, username=f"canbo2.{name}", password=PASSWORD)
        person(Role.UNIT_HEAD, unit, username=f"thutruong.{name}", password=PASSWORD)
        assessment = SelfAssessmentFactory.create(round_group=round_group, unit=unit)
        if name in {"khoa", "nhieu"}:
            _score(assessment, officer)
        if name == "khoa":
            head = unit.memberships.get(role=Role.UNIT_HEAD).user
            lifecycle.submit(actor=head, assessment_id=assessment.pk)
        if name == "nhieu":
            _forty_papers(assessment, officer)
        if name == "anh":
            _photo(assessment, officer)
        if name == "hoso":
            papers_of_each_kind.attach_all(assessment, officer, _first_leaf(assessment).pk)


def _rule(criteria_set: int) -> None:
    Criterion.objects.filter(criteria_set=criteria_set, code="1.1").update(rule=BANDS)


def _score(assessment: SelfAssessment, officer: User) -> None:
    for criterion in Criterion.objects.filter(criteria_set=assessment.round_group.criteria_set, source="self"):
        scores.save_score(
            actor=officer,
            assessment_id=assessment.pk,
            criterion_id=criterion.pk,
            figures={"numerator": "95", "denominator": "100"},
            points=Decimal("0.5"),
            explanation="Theo sổ theo dõi.",
            na_claimed=False,
            na_reason="",
            seen_version=0,
        )


def _forty_papers(assessment: SelfAssessment, officer: User) -> None:
    """Each of a year long past, so that each is warned of."""
    score = assessment.scores.earliest("pk")
    for number in range(40):
        told = {"number": f"{number + 1}/BC-NHIEU", "issued_on": date(2019, 3, 5), "content": tiny_pdf(number + 1)}
        EvidenceFactory.create(
            score=score, document=DocumentFactory.create(unit=assessment.unit, uploaded_by=officer, **told)
        )


def _photo(assessment: SelfAssessment, officer: User) -> None:
    score = SelfScoreFactory.create(assessment=assessment, criterion=_first_leaf(assessment))
    EvidenceFactory.create(score=score, document=photographed(assessment.unit, officer, "12/BC-ANH"))


def _first_leaf(assessment: SelfAssessment) -> Criterion:
    return Criterion.objects.get(criteria_set=assessment.round_group.criteria_set, code="1.1")
