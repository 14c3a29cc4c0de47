"""What takes no two opinions."""

from decimal import Decimal

import pytest

from appraisal.opinions import actions as opinions
from appraisal.tests.factories import Council, council
from appraisal.tests.refusing import elsewhere, refused
from criteria.tests.factories import CriterionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


def test_only_a_leaf_that_units_score_takes_two_opinions(case: Council) -> None:
    surveyed = CriterionFactory.create(
        criteria_set=case.round_group.criteria_set, source="survey", code="8", position=80
    )
    for leaf in (surveyed, elsewhere()):
        with refused("Chỉ chọn được"):
            opinions.mark_blind(
                actor=case.manager, round_group_id=case.round_group.pk, criterion_id=leaf.pk, tolerance=Decimal(0)
            )
