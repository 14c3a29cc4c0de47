"""A small round with people and scores for browser tests, made inside the served installation:
`site.manage("shell", "-c", "from selfassess.tests.seed import seed; seed()")`."""

from decimal import Decimal

from cchc_index.lib.tests.browser import PASSWORD
from criteria.models import Criterion
from criteria.tests.factories import open_stage, small_round
from selfassess.lifecycle import actions as lifecycle
from selfassess.models import SelfAssessment
from selfassess.scores import actions as scores
from selfassess.tests.factories import BANDS, SelfAssessmentFactory
from units.models import Role, UnitGroup, User
from units.tests.factories import UnitFactory, person

# One unit for each story, so that no test meets the traces of another.
UNITS = ("phim", "tinh", "mang", "phien", "tab", "axe", "khoa", "nguoi", "tep", "giay", "mat")


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
        if name == "khoa":
            _submit(assessment, officer)


def _rule(criteria_set: int) -> None:
    Criterion.objects.filter(criteria_set=criteria_set, code="1.1").update(rule=BANDS)


def _submit(assessment: SelfAssessment, officer: User) -> None:
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
    head = assessment.unit.memberships.get(role=Role.UNIT_HEAD).user
    lifecycle.submit(actor=head, assessment_id=assessment.pk)
