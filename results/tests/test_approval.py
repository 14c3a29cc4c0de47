"""What the council has approved is bound to the data: nothing is published before it, nor after a later change."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appraisal.council.agenda import actions as agenda
from appraisal.council.composition import actions as composition
from appraisal.council.composition.actions import SeatEntry
from appraisal.council.meetings import actions as meetings
from appraisal.council.meetings.actions import MeetingPlan
from appraisal.council.votes import actions as votes
from appraisal.models import Meeting
from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from criteria.models import Round, RoundGroup
from results.approval import queries
from results.models import Publication
from results.publication import actions as publications
from units.models import Role, User
from units.tests.factories import person

from .factories import block, give, signed

pytestmark = pytest.mark.django_db
POINTS: dict[str, dict[str, str | None]] = {"A": {"1": "60", "2": "30"}, "B": {"1": "50", "2": "30"}}
DATED = date(2032, 3, 1)


def missing(round_: Round) -> list[str]:
    """What the council has not approved as it stands."""
    return [one.words for one in queries.approvals(round_) if not one.is_valid]


@pytest.fixture
def round_group() -> RoundGroup:
    found = block("A", "B")
    give(found, POINTS)
    return found


@pytest.fixture
def manager() -> User:
    return person(Role.INDEX_MANAGER)


def meeting(round_group: RoundGroup, manager: User) -> Meeting:
    """A meeting of a council of one, who is there."""
    row = composition.compose(
        actor=manager, round_id=round_group.round_id, number="1/QĐ-UBND", dated=date(2032, 1, 5), issuer="UBND"
    )
    chair = SeatEntry("chair", "Nguyễn Văn A", agency_name="UBND Thành phố")
    seat = composition.seat(actor=None, council_id=row.pk, entry=chair)
    plan = MeetingPlan("session", "Họp Hội đồng", clock.now())
    found = meetings.plan(actor=manager, council_id=row.pk, entry=plan)
    meetings.begin(actor=manager, meeting_id=found.pk)
    meetings.note_attendance(actor=manager, meeting_id=found.pk, present=[seat.pk])
    found.refresh_from_db()
    return found


def approve(row: Meeting, round_group: RoundGroup, manager: User, *kinds: str, choice: str = "for") -> None:
    for kind in kinds:
        item = agenda.add_subject(actor=manager, meeting_id=row.pk, kind=kind, round_group_id=round_group.pk)
        agenda.present(actor=manager, item_id=item.pk)
        seat = row.council.seats.get()
        votes.cast(actor=manager, item_id=item.pk, seat_id=seat.pk, choice=choice)
        votes.conclude(actor=manager, item_id=item.pk)


def publish(round_group: RoundGroup) -> Publication:
    return publications.publish(round_id=round_group.round_id, number="9/QĐ-UBND", dated=DATED, signers=signed())


def test_a_round_without_a_council_needs_no_approval(round_group: RoundGroup) -> None:
    assert queries.approvals(round_group.round) == []
    assert publish(round_group).state == "published"


def test_nothing_is_published_before_survey_and_ranking_are_approved(round_group: RoundGroup, manager: User) -> None:
    row = meeting(round_group, manager)
    for kinds in ((), ("survey",)):
        approve(row, round_group, manager, *kinds)
        with pytest.raises(Refused, match="chưa được Hội đồng thẩm định thông qua"):
            publish(round_group)
    approve(row, round_group, manager, "ranking")
    assert missing(round_group.round) == []
    assert publish(round_group).state == "published"


def test_what_changes_after_the_approval_makes_it_void_and_says_so(round_group: RoundGroup, manager: User) -> None:
    row = meeting(round_group, manager)
    approve(row, round_group, manager, "survey", "ranking")
    give(round_group, {"A": {"1": "61"}})
    (void,) = missing(round_group.round)
    assert void.startswith("Kết quả xếp hạng")
    assert "việc thông qua không còn hiệu lực" in void
    give(round_group, {"A": {"2": "31"}})
    assert len(missing(round_group.round)) == 2
    with pytest.raises(Refused, match="không còn hiệu lực"):
        publish(round_group)
    approve(row, round_group, manager, "survey", "ranking")
    assert publish(round_group).state == "published"


def test_what_the_council_did_not_agree_to_is_not_approved(round_group: RoundGroup, manager: User) -> None:
    row = meeting(round_group, manager)
    approve(row, round_group, manager, "survey", "ranking")
    approve(row, round_group, manager, "ranking", choice="against")
    assert ["không được Hội đồng" in words for words in missing(round_group.round)] == [True]


def test_a_change_between_proposal_and_approval_of_a_publication_is_seen(
    round_group: RoundGroup, manager: User
) -> None:
    row = meeting(round_group, manager)
    approve(row, round_group, manager, "survey", "ranking")
    proposal = publications.propose(actor=manager, round_id=round_group.round_id, number="9/QĐ", dated=DATED)
    approve(row, round_group, manager, "survey", choice="against")
    with pytest.raises(Refused, match="không được Hội đồng"):
        publications.approve(actor=person(Role.INDEX_MANAGER), publication_id=proposal.pk)


def test_queries_do_not_grow_with_units(round_group: RoundGroup, manager: User) -> None:
    meeting(round_group, manager)
    with CaptureQueriesContext(connection) as few:
        queries.approvals(round_group.round)
    larger = block(*"CDEFGH", year=2033)
    give(larger, {code: {"1": "60", "2": "30"} for code in "CDEFGH"})
    meeting(larger, manager)
    with CaptureQueriesContext(connection) as many:
        queries.approvals(larger.round)
    assert len(many) == len(few)
