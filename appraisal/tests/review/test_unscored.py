"""A score that is none."""

import pytest

from appraisal.tests.factories import Council, council
from appraisal.tests.refusing import adjust, recognise, refused
from selfassess.models import SelfScore

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


def test_a_row_without_points_is_not_recognised_and_zero_is_no_repetition_of_it(case: Council) -> None:
    SelfScore.objects.filter(assessment__unit=case.first, criterion=case.leaf).update(points=None)
    with refused("chưa chấm tiêu chí này"):
        recognise(case)
    assert adjust(case, 0, "0").points == 0
