"""Who approves a survey reads what is approved: the matrix of reader, page and state, each with its control."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse

from appraisal.council.agenda import actions as agenda
from appraisal.council.composition import actions as composition
from appraisal.council.composition.actions import SeatEntry
from appraisal.council.meetings import actions as meetings
from appraisal.models import AgendaItem, Council, Seat
from cchc_index.lib import clock
from cchc_index.lib.canonical import canonical_json
from criteria.models import RoundGroup
from criteria.tests.factories import CriteriaSetFactory, RoundFactory, RoundGroupFactory
from results.tests.few_readers import reached
from results.tests.test_surveyreport import block, said_otherwise
from surveys import rules
from surveys.handover.actions import give_table_back, sign_table
from surveys.handover.queries import standing
from surveys.models import Survey, SurveyScore, TableSignature
from surveys.scores.actions import refresh_scores
from units.models import Role, Unit, User
from units.tests.factories import UnitGroupFactory, UserFactory, person

__all__ = ["block"]
pytestmark = pytest.mark.django_db
Kind = Seat.Kind


@pytest.fixture
def manager() -> User:
    return person(Role.INDEX_MANAGER)


@pytest.fixture
def council(block: RoundGroup) -> Council:
    return composition.compose(
        actor=None, round_id=block.round_id, number="1/QĐ-UBND", dated=clock.today(), issuer="UBND Thành phố"
    )


@pytest.fixture
def voter(council: Council) -> User:
    return seated(council, Kind.MEMBER)


def seated(row: Council, kind: str, agency: Unit | None = None) -> User:
    user = person(Role.COUNCIL_MEMBER)
    entry = SeatEntry(kind, str(user), agency=agency, agency_name="UBND", user=user)
    composition.seat(actor=None, council_id=row.pk, entry=entry)
    return user


def on_the_agenda(council: Council, manager: User, block: RoundGroup, kind: str = "session") -> AgendaItem:
    secretary = council.seats.filter(kind=Kind.SECRETARY).first()
    if secretary is None:
        seated(council, Kind.SECRETARY)
        secretary = council.seats.get(kind=Kind.SECRETARY)
    deadline = clock.now() + timedelta(days=3) if kind == "consent" else None
    entry = meetings.MeetingPlan(kind, "Họp", clock.now(), secretary_id=secretary.pk, deadline=deadline)
    row = meetings.plan(actor=manager, council_id=council.pk, entry=entry)
    return agenda.add_subject(actor=manager, meeting_id=row.pk, kind="survey", round_group_id=block.pk)


def signed(block: RoundGroup) -> TableSignature:
    refresh_scores(block)
    now = standing(block)
    if now.is_signed and now.row:
        return now.row
    return sign_table(actor=person(Role.SURVEY_OPERATOR), round_group_id=block.pk, seen=now.digest)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def pages(block: RoundGroup) -> list[str]:
    unit = block.group.units.get(code="SNV")
    return [
        reverse("surveys:scores", args=[block.pk]),
        reverse("surveys:unit-scores", args=[block.pk, unit.pk]),
        reverse("surveys:coverage", args=[block.pk]),
    ]


def answers(user: User, block: RoundGroup) -> list[int]:
    client = client_of(user)
    return [client.get(page).status_code for page in pages(block)]


@pytest.mark.parametrize("kind", ["session", "consent"])
def test_who_votes_reads_points_formula_and_coverage_from_the_agenda(
    kind: str, council: Council, manager: User, voter: User, block: RoundGroup
) -> None:
    signed(block)
    assert answers(voter, block) == [403, 403, 403], "before it is on an agenda"
    item = on_the_agenda(council, manager, block, kind)
    assert answers(voter, block) == [200, 200, 200]
    assert list(rules.point_blocks_for(voter)) == [block]
    client = client_of(voter)
    points = pages(block)[0]
    assert points in client.get(reverse("council:item", args=[item.pk])).text
    assert points in client.get(reverse("council:meeting", args=[item.meeting_id])).text
    assert "n = " in client.get(points).text
    agenda.remove(actor=manager, item_id=item.pk)
    assert answers(voter, block) == [403, 403, 403], "taken from the agenda again"


@pytest.mark.parametrize(
    ("kind", "reads"),
    [(kind, kind not in (Kind.LEADER, Kind.WORKING)) for kind in Kind],
)
def test_of_the_council_those_read_who_vote_or_write_the_conclusion(
    kind: str, reads: bool, council: Council, manager: User, block: RoundGroup
) -> None:
    user = seated(council, kind)
    signed(block)
    item = on_the_agenda(council, manager, block)
    assert answers(user, block) == ([200] * 3 if reads else [403] * 3)
    shown = pages(block)[0] in client_of(user).get(reverse("council:item", args=[item.pk])).text
    assert shown is reads


def test_no_other_member_and_no_former_one_reads_it(
    council: Council, manager: User, voter: User, block: RoundGroup
) -> None:
    other_year = composition.compose(
        actor=None,
        round_id=RoundFactory.create(year=block.round.year + 1).pk,
        number="2/QĐ-UBND",
        dated=clock.today(),
        issuer="UBND Thành phố",
    )
    stranger, of_another_year = person(Role.COUNCIL_MEMBER), seated(other_year, Kind.MEMBER)
    head = person(Role.UNIT_HEAD, block.group.units.get(code="STC"))
    signed(block)
    on_the_agenda(council, manager, block)
    for user in (stranger, of_another_year, head, UserFactory.create()):
        assert answers(user, block) == [403, 403, 403]
    assert answers(voter, block) == [200, 200, 200]
    Seat.objects.filter(user=voter).update(valid_to=clock.today() - timedelta(days=1))
    assert answers(voter, block) == [403, 403, 403]


def test_another_block_is_not_there(council: Council, manager: User, voter: User, block: RoundGroup) -> None:
    other = RoundGroupFactory.create(
        round=block.round, criteria_set=CriteriaSetFactory.create(group=UnitGroupFactory.create(code="xa"))
    )
    signed(block)
    on_the_agenda(council, manager, block)
    assert client_of(voter).get(reverse("surveys:scores", args=[other.pk])).status_code == 404


def test_the_secretary_reads_too_and_nobody_reads_more(
    council: Council, manager: User, voter: User, block: RoundGroup
) -> None:
    signed(block)
    on_the_agenda(council, manager, block)
    client = client_of(voter)
    for name in ("plan", "handover", "quality", "analysis", "box"):
        args: list[object] = [block.pk, *(["xlsx"] if name == "analysis" else [])]
        assert client.get(reverse(f"surveys:{name}", args=args)).status_code in (403, 404), name
    text = client.get(pages(block)[0]).text
    assert [word for word in ("phan-tich", "ban-giao", "Tạo báo cáo") if word in text] == []


def test_nothing_is_told_before_the_institute_has_signed_what_stands(
    council: Council, manager: User, voter: User, block: RoundGroup
) -> None:
    refresh_scores(block)
    on_the_agenda(council, manager, block)
    client = client_of(voter)

    def told() -> list[bool]:
        return ["chưa được đơn vị điều tra ký bàn giao" not in client.get(page).text for page in pages(block)]

    assert told() == [False] * 3
    row = signed(block)
    assert told() == [True] * 3
    SurveyScore.objects.filter(round_group=block).update(points=F("points") / 2)
    assert told() == [False] * 3, "not as it was signed"
    refresh_scores(block)
    assert standing(block).is_signed
    give_table_back(actor=manager, signature_id=row.pk, reason="Sai")
    assert told() == [False] * 3


def test_how_ones_own_unit_was_answered_stays_closed(council: Council, manager: User, block: RoundGroup) -> None:
    own, other = block.group.units.get(code="SNV"), block.group.units.get(code="STC")
    by_seat, by_role = seated(council, Kind.MEMBER, own), seated(council, Kind.MEMBER)
    person(Role.UNIT_OFFICER, own, username="cung-don-vi")
    by_role.memberships.create(role=Role.COUNCIL_MEMBER, unit=own)
    signed(block)
    on_the_agenda(council, manager, block)
    closed, open_ = (reverse("surveys:unit-scores", args=[block.pk, unit.pk]) for unit in (own, other))
    for user in (by_seat, by_role):
        client = client_of(user)
        text = client.get(pages(block)[0]).text
        assert (closed in text, open_ in text, own.name in text) == (False, True, True)
        assert (client.get(closed).status_code, client.get(open_).status_code) == (404, 200)


@pytest.mark.parametrize("rule", [True, False])
def test_the_attack_on_small_cells_finds_nothing_in_what_a_voter_is_led_to(
    rule: bool, council: Council, manager: User, voter: User, block: RoundGroup, settings: object
) -> None:
    if not rule:  # the control: without the rule the same walk finds the few
        Survey.objects.filter(round_group=block).update(least_n=None, small_cell=None)
        settings.SURVEY_SMALL_CELL = 0  # type: ignore[attr-defined]
    signed(block)
    on_the_agenda(council, manager, block)
    client = client_of(voter)

    def walk() -> dict[str, str]:
        starts = (f"/dieu-tra/{part}/{block.pk}/" for part in ("diem", "chat-luong", "tien-do"))
        return {page: body for page, body in reached(client, starts) if page.startswith("/dieu-tra/")}

    before = walk()
    said_otherwise(block)
    signed(block)  # the institute signs whatever it is
    moved = [page for page, body in walk().items() if before.get(page) != body]
    assert sum(bool(body) for body in before.values()) >= 4
    assert bool(moved) is not rule, canonical_json(moved)
