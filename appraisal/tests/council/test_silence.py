"""What silence means is stated beforehand by a manager, proved, and shown."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from appraisal.council import ledger
from appraisal.council.silence import actions, queries
from appraisal.models import SilenceRule
from appraisal.tests.council.council_site import body, user_of
from appraisal.tests.factories import Council, council, release_row
from appraisal.tests.pages import sign_in
from cchc_index.lib.faults import Refused
from units.auditlog.models import LogEntry
from units.models import Role
from units.tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


def state(case: Council, of_unit: str = "agrees", of_member: str = "first", **by: object) -> SilenceRule:
    given = {"actor": case.manager, "round_id": case.round_group.round_id, **by}
    return actions.state_silence(**given, of_unit=of_unit, of_member=of_member)  # type: ignore[arg-type]


def test_a_manager_states_what_silence_means(case: Council) -> None:
    assert queries.sentences(case.round_group.round_id) == []
    state(case)
    state(case)  # the same again writes nothing
    assert LogEntry.objects.filter(verb="appraisal.silence").count() == 1
    of_unit, of_member = queries.sentences(case.round_group.round_id)
    assert of_unit.endswith("thời hạn giải trình: được coi là đồng ý với kết quả thẩm định.")
    assert of_member.endswith("đến hết giai đoạn thẩm định: kết quả theo ý kiến đã cho trước có giá trị.")


@pytest.mark.parametrize("role", [Role.COUNCIL_MEMBER, Role.OBSERVER, Role.SURVEY_OPERATOR])
def test_nobody_else_does(case: Council, role: Role) -> None:
    with pytest.raises(PermissionDenied):
        state(case, actor=person(role))


@pytest.mark.parametrize("meanings", [("", "first"), ("agrees", ""), ("agrees", "agrees")])
def test_only_what_is_offered(case: Council, meanings: tuple[str, str]) -> None:
    with pytest.raises(Refused):
        state(case, *meanings)


def test_it_does_not_change_once_units_were_told(case: Council) -> None:
    state(case)
    release_row(case.round_group, "round1")
    with pytest.raises(Refused, match="không sửa được"):
        state(case, "stands")
    assert SilenceRule.objects.get().of_unit == "agrees"


def test_ledger_proves_it(case: Council) -> None:
    state(case)
    assert list(ledger.check()) == []
    SilenceRule.objects.update(of_unit="stands")
    assert any("không khớp" in line for line in ledger.check())
    SilenceRule.objects.all().delete()
    assert any("đã bị xóa" in line for line in ledger.check())


def test_by_the_page(case: Council) -> None:
    sitting, year = body(case), case.round_group.round.year
    address, client = reverse("council:silence", args=[year]), sign_in(case.manager)
    assert client.post(address, {"unit": "agrees"}).status_code == 422
    assert client.post(address, {"unit": "stands", "member": "appraiser"}).status_code == 302
    assert "không coi là đồng ý" in client.get(reverse("council:council", args=[year])).text
    for user in (user_of(sitting.chair), user_of(sitting.secretary), person(Role.OBSERVER), case.head, case.officer):
        assert sign_in(user).get(address).status_code == 403
        assert sign_in(user).post(address, {"unit": "agrees", "member": "first"}).status_code == 403
