"""Who is written into a council, by whom, and what of it is proved."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisal import ledger
from appraisal.council.composition import actions
from appraisal.council.composition.actions import SeatEntry
from appraisal.models import Council as CouncilRow
from appraisal.models import Interest, Seat
from appraisal.rules import reach
from appraisal.rules import seats as seat_rules
from appraisal.tests.council.council_site import Body, body, held, user_of
from appraisal.tests.factories import Council, council
from appraisal.tests.pages import sign_in
from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from units.auditlog.actions import record
from units.auditlog.models import LogEntry
from units.models import Role, Succession
from units.tests.factories import UnitFactory, UserFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


def compose(case: Council, **changes: object) -> CouncilRow:
    given: dict[str, object] = {"actor": case.manager, "round_id": case.round_group.round_id, "number": "1/QĐ-UBND"}
    given |= {"dated": date(2031, 1, 5), "issuer": "UBND Thành phố", **changes}
    return actions.compose(**given)  # type: ignore[arg-type]


def test_a_manager_writes_the_decision_down_and_the_log_keeps_the_one_before(case: Council) -> None:
    compose(case)
    row = compose(case, number="2/QĐ-UBND")
    assert CouncilRow.objects.count() == 1
    entry = LogEntry.objects.filter(verb="appraisal.compose").order_by("-number")[0]
    before, after = entry.before or {}, entry.after or {}
    assert (before["number"], after["number"], row.number) == ("1/QĐ-UBND", "2/QĐ-UBND", "2/QĐ-UBND")


def test_the_same_decision_again_writes_nothing(case: Council) -> None:
    compose(case)
    count = LogEntry.objects.count()
    compose(case)
    assert LogEntry.objects.count() == count


@pytest.mark.parametrize("role", [Role.COUNCIL_MEMBER, Role.OBSERVER, Role.SURVEY_OPERATOR])
def test_nobody_but_a_manager_composes(case: Council, role: Role) -> None:
    with pytest.raises(PermissionDenied):
        compose(case, actor=person(role))
    row = compose(case)
    with pytest.raises(PermissionDenied):
        actions.seat(actor=person(role), council_id=row.pk, entry=SeatEntry("member", "A", agency_name="B"))
    assert not Seat.objects.exists()


def test_a_manager_gives_nobody_their_own_vote(case: Council) -> None:
    row = compose(case)
    entry = SeatEntry("member", "Tôi", agency_name="Sở", user=case.manager)
    with pytest.raises(PermissionDenied):
        actions.seat(actor=case.manager, council_id=row.pk, entry=entry)
    own = SeatEntry("secretary", "Tôi", agency_name="Sở", user=case.manager)
    assert actions.seat(actor=case.manager, council_id=row.pk, entry=own).user == case.manager


def test_one_chair_at_a_time(case: Council) -> None:
    row = compose(case)
    until = SeatEntry("chair", "Một", agency_name="UBND", valid_to=date(2031, 5, 31))
    first = actions.seat(actor=case.manager, council_id=row.pk, entry=until)
    for begins in (None, date(2031, 5, 31)):
        second = SeatEntry("chair", "Hai", agency_name="UBND", valid_from=begins)
        with pytest.raises(Refused, match="trong thời gian này là Một"):
            actions.seat(actor=case.manager, council_id=row.pk, entry=second)
    after = SeatEntry("chair", "Hai", agency_name="UBND", valid_from=date(2031, 6, 1))
    assert actions.seat(actor=case.manager, council_id=row.pk, entry=after).pk != first.pk


def test_one_account_has_one_vote(case: Council) -> None:
    sitting = body(case)
    twice = SeatEntry("member", "Hai lần", agency_name="UBND", user=sitting.chair.user)
    with pytest.raises(Refused, match="đã là thành viên"):
        actions.seat(actor=case.manager, council_id=sitting.council.pk, entry=twice)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (SeatEntry("member", " ", agency_name="A"), "Nhập họ và tên"),
        (SeatEntry("member", "A"), "Chọn cơ quan"),
        (SeatEntry("member", "A", agency_name="B", valid_from=date(2031, 2, 1), valid_to=date(2031, 1, 1)), "phải sau"),
    ],
)
def test_a_seat_is_whole(case: Council, entry: SeatEntry, words: str) -> None:
    row = compose(case)
    with pytest.raises(Refused, match=words):
        actions.seat(actor=case.manager, council_id=row.pk, entry=entry)


def test_the_bar_of_a_seat_is_the_bar_of_its_holder(case: Council) -> None:
    """The predicate of a page (`closed_units`) and that of many seats say the same, reorganisation included."""
    later = UnitFactory.create(group=case.home.group, code="SAU")
    Succession.objects.create(predecessor=case.home, successor=later, kind="merge", on=date(2031, 3, 1))
    sitting = body(case)
    user = user_of(sitting.third)
    log = record(actor=user, verb="test", obj=user)
    declared = {"reason": "Người nhà.", "declared_at": clock.now(), "declared_by": user, "log": log}
    Interest.objects.create(member=user, unit=case.first, **declared)
    barred = seat_rules.barred_units([sitting.third, sitting.member, sitting.chair])
    assert (
        barred[sitting.third.pk]
        == reach.closed_units(user_of(sitting.third))
        == {case.home.pk, later.pk, case.first.pk}
    )
    assert barred[sitting.member.pk] == {case.second.pk}  # the seat's agency, whatever the account says
    assert barred[sitting.chair.pk] == frozenset()


def test_the_bar_of_many_seats_is_three_queries(case: Council) -> None:
    sitting = body(case)
    for _ in range(6):
        held(sitting.council, Seat.Kind.MEMBER, person(Role.COUNCIL_MEMBER, case.first))
    for seats in ([sitting.member], list(Seat.objects.order_by("pk"))):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            seat_rules.barred_units(seats)
        assert len(asked) == 3


def test_ledger_proves_the_council(case: Council) -> None:
    sitting = body(case)
    assert list(ledger.check()) == []
    for change in (
        {"name": "Kẻ khác"},
        {"user": UserFactory.create()},
        {"kind": "member"},
        {"valid_to": date(2031, 1, 9)},
    ):
        before = {name: getattr(sitting.chair, name) for name in change}
        Seat.objects.filter(pk=sitting.chair.pk).update(**change)
        assert any("không khớp mã kiểm tra" in line for line in ledger.check()), change
        Seat.objects.filter(pk=sitting.chair.pk).update(**before)
    CouncilRow.objects.update(number="9/QĐ-UBND")
    assert any("không khớp mã kiểm tra" in line for line in ledger.check())


def test_a_seat_that_the_log_does_not_know_is_found(case: Council) -> None:
    sitting = body(case)
    Seat.objects.create(council=sitting.council, kind="member", name="Lạ", agency_name="Đâu đó")
    assert any("không khớp mã kiểm tra" in line for line in ledger.check())


# --- pages ------------------------------------------------------------------------------------------


def test_manager_writes_a_council_by_the_pages(case: Council) -> None:
    client, year = sign_in(case.manager), case.round_group.round.year
    assert "Chưa ghi quyết định" in client.get(reverse("council:council", args=[year])).text
    assert client.post(reverse("council:decision", args=[year]), {"number": ""}).status_code == 422
    form = {"number": "5/QĐ-UBND", "dated": "05/01/2031", "issuer": "UBND thành phố Hà Nội"}
    assert client.post(reverse("council:decision", args=[year]), form).status_code == 302
    assert client.post(reverse("council:seat-add", args=[year]), {"role": "chair", "name": "A"}).status_code == 422
    seat = {"role": "chair", "name": "Nguyễn Văn A", "issuer": "UBND Thành phố"}
    assert client.post(reverse("council:seat-add", args=[year]), seat).status_code == 302
    page = client.get(reverse("council:council", args=[year])).text
    assert "5/QĐ-UBND" in page
    assert "Nguyễn Văn A" in page
    corrected = {**seat, "name": "Nguyễn Văn B", "unit": case.first.pk}
    address = reverse("council:seat", args=[year, Seat.objects.get().pk])
    assert client.post(address, corrected).status_code == 302
    assert (Seat.objects.get().name, Seat.objects.get().agency, Seat.objects.get().agency_name) == (
        "Nguyễn Văn B",
        case.first,
        "",
    )


def people_of(case: Council, sitting: Body) -> dict[str, Client]:
    """A client for everybody who might come."""
    seats = {name: user_of(getattr(sitting, name)) for name in ("chair", "vice", "member", "secretary", "working")}
    others = {
        "manager": case.manager,
        "observer": person(Role.OBSERVER),
        "officer": case.officer,
        "head": case.head,
        "operator": person(Role.SURVEY_OPERATOR),
    }
    return {name: sign_in(user) for name, user in (seats | others).items()} | {"nobody": Client()}


READS = {"chair", "vice", "member", "secretary", "working", "manager", "observer"}


def test_who_reads_and_who_composes(case: Council) -> None:
    sitting, year = body(case), case.round_group.round.year
    composing = [reverse("council:decision", args=[year]), reverse("council:seat-add", args=[year])]
    composing.append(reverse("council:seat", args=[year, sitting.chair.pk]))
    for name, client in people_of(case, sitting).items():
        refused = 302 if name == "nobody" else 403
        assert client.get(reverse("council:council", args=[year])).status_code == (200 if name in READS else refused), (
            name
        )
        for address in composing:
            assert client.get(address).status_code == (200 if name == "manager" else refused), (name, address)
            assert client.post(address).status_code == (422 if name == "manager" else refused), (name, address)


def test_a_year_without_round_or_council(case: Council) -> None:
    assert sign_in(case.manager).get(reverse("council:council", args=[1999])).status_code == 404
    year = case.round_group.round.year
    assert sign_in(person(Role.OBSERVER)).get(reverse("council:council", args=[year])).status_code == 200
    assert sign_in(UserFactory.create()).get(reverse("council:council", args=[year])).status_code == 403
    assert sign_in(case.manager).get(reverse("council:seat-add", args=[year])).status_code == 404


def test_queries_of_the_page_do_not_grow_with_seats(case: Council) -> None:
    sitting, client = body(case), sign_in(case.manager)
    address = reverse("council:council", args=[case.round_group.round.year])
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for _ in range(8):
        held(sitting.council, Seat.Kind.WORKING, UserFactory.create(), case.first)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)
