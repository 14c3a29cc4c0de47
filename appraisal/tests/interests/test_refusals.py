"""What is refused around declared interests."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from appraisal.interests import actions as interests
from appraisal.models import Confirmation, Interest
from appraisal.tests.factories import Council, council
from appraisal.tests.refusing import refused
from units.models import Role
from units.tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


def declare(case: Council, **other: object) -> Interest:
    wanted: dict[str, Any] = {
        "actor": case.member,
        "member": case.member,
        "unit": case.first,
        "reason": "Người thân.",
        **other,
    }
    return interests.declare_interest(**wanted)


def test_an_interest_is_declared_with_a_reason_by_the_member_or_a_manager(case: Council) -> None:
    with refused("Nhập lý do có xung đột"):
        declare(case, reason=" ")
    colleague = person(Role.COUNCIL_MEMBER)
    for actor in (colleague, case.officer):
        with refused(kind=PermissionDenied):
            declare(case, actor=actor)
    with refused(kind=PermissionDenied):
        declare(case, actor=case.officer, member=case.officer)
    with refused("không phải thành viên Hội đồng thẩm định"):
        declare(case, actor=case.manager, member=case.officer)


def test_what_a_manager_recorded_the_member_does_not_withdraw(case: Council) -> None:
    interest = declare(case, actor=case.manager)
    with refused("Chỉ người quản lý Chỉ số được rút", PermissionDenied):
        interests.withdraw_interest(actor=case.member, interest_id=interest.pk, reason="Không còn.")
    own = declare(case, unit=case.second)
    for by in (case.manager, case.member):
        assert interests.withdraw_interest(actor=by, interest_id=own.pk, reason="Không còn.").withdrawn_at


def test_only_a_council_member_confirms(case: Council) -> None:
    for who in (case.manager, case.officer):
        with refused(kind=PermissionDenied):
            interests.confirm_no_interest(actor=who, round_=case.round_group.round)
    assert Confirmation.objects.filter(member=case.member).count() == Confirmation.objects.count() == 1
