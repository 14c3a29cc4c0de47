"""A declared interest closes the statement of that unit too."""

import pytest

from appraisal.interests import actions as interests
from appraisal.tests.factories import council, fresh
from results.statement import rules as statement_rules

pytestmark = pytest.mark.django_db


def test_declared_unit_has_no_statement_for_the_member() -> None:
    case = council()
    assert statement_rules.sight_of(fresh(case.member), case.round_group, case.first) is not None
    interests.declare_interest(actor=case.member, member=case.member, unit=case.first, reason="Người nhà làm ở đó.")
    assert statement_rules.sight_of(fresh(case.member), case.round_group, case.first) is None
