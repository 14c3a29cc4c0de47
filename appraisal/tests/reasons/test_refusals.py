"""What is refused in the library of reasons."""

from decimal import Decimal
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied

from appraisal.models import Reason
from appraisal.opinions import actions as opinions
from appraisal.reasons import actions as reasons
from appraisal.tests.factories import Council, council
from appraisal.tests.refusing import refused
from cchc_index.lib.faults import Conflict
from units.models import Role
from units.tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


def test_only_the_index_manager_keeps_the_library(case: Council) -> None:
    for who in (case.member, case.officer, person(Role.OBSERVER)):
        changes = (
            partial(reasons.delete_reason, reason_id=case.reason.pk),
            partial(reasons.set_reason_active, reason_id=case.reason.pk, active=False),
            partial(reasons.add_reason, text="Lý do mới"),
        )
        for change in changes:
            with refused(kind=PermissionDenied):
                change(actor=who)


def test_a_reason_that_is_gone_is_a_conflict(case: Council) -> None:
    key = case.reason.pk
    case.reason.delete()
    with refused("không còn trong thư viện", Conflict):
        reasons.delete_reason(actor=case.manager, reason_id=key)


def test_the_last_reason_is_not_retired_but_a_retired_one_comes_back(case: Council) -> None:
    Reason.objects.exclude(pk=case.reason.pk).update(active=False)
    with refused("lý do cuối cùng"):
        reasons.set_reason_active(actor=case.manager, reason_id=case.reason.pk, active=False)
    Reason.objects.update(active=False)
    assert reasons.set_reason_active(actor=case.manager, reason_id=case.reason.pk, active=True).active


def test_a_reason_that_only_an_opinion_rests_on_is_used(case: Council) -> None:
    opinions.mark_blind(
        actor=case.manager, round_group_id=case.round_group.pk, criterion_id=case.leaf.pk, tolerance=Decimal(0)
    )
    opinions.give_opinion(
        actor=case.member,
        **case.cell(),
        recognising=False,
        points=case.leaf.max_points,
        reason_id=case.reason.pk,
        comment="Đủ.",
        seen_version=0,
    )
    with refused("đã được dùng"):
        reasons.delete_reason(actor=case.manager, reason_id=case.reason.pk)
