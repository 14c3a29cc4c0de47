"""Votes and conclusions at once, on a database that runs them at the same time."""

import threading
from unittest import mock

import pytest
from django.db import connection

from appraisal.council import ledger
from appraisal.council.agenda import actions as agenda
from appraisal.council.votes import actions as votes
from appraisal.council.votes.majority import VoteCount
from appraisal.council.votes.queries import Room
from appraisal.models import AgendaItem, Vote
from appraisal.tests.at_once import at_once
from appraisal.tests.council.council_site import Body, at_the_meeting, body, cell_item, session, user_of, voted
from appraisal.tests.factories import Council
from cchc_index.lib.faults import Refused
from units.models import User

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time"),
]


def ready() -> tuple[Council, Body, AgendaItem]:
    case = at_the_meeting()
    sitting = body(case)
    item = cell_item(session(sitting, case), case)
    agenda.present(actor=case.manager, item_id=item.pk)
    return case, sitting, item


def cast(sitting: Body, item: AgendaItem, name: str, choice: str) -> object:
    seat = getattr(sitting, name)
    return votes.cast(actor=user_of(seat), item_id=item.pk, seat_id=seat.pk, choice=choice)


def test_two_votes_of_one_member_at_once_are_one_vote() -> None:
    _case, sitting, item = ready()
    ends = at_once(*(lambda choice=choice: cast(sitting, item, "chair", choice) for choice in ("for", "against")))
    assert ends == ["saved", "saved"]
    assert Vote.objects.count() == 1
    assert list(ledger.check()) == []


def test_ten_same_votes_at_once_are_one_vote_and_one_line() -> None:
    _case, sitting, item = ready()
    assert set(at_once(*[lambda: cast(sitting, item, "chair", "for")] * 10)) == {"saved"}
    assert Vote.objects.count() == 1


def test_four_members_at_once_are_four_votes_proved_by_the_log() -> None:
    _case, sitting, item = ready()
    names = ("chair", "vice", "member", "third")
    ends = at_once(*(lambda name=name: cast(sitting, item, name, "for") for name in names))
    assert ends == ["saved"] * 4
    assert Vote.objects.count() == 4
    assert list(ledger.check()) == []


def test_a_vote_beside_the_conclusion_is_in_it_or_refused() -> None:
    """The quorum of three comes about by the vote that is under way: the conclusion counts it, or it was refused."""
    case, sitting, item = ready()
    voted(item, case, sitting.chair, sitting.vice)
    ends = at_once(
        lambda: cast(sitting, item, "third", "for"),
        lambda: votes.conclude(actor=User.objects.get(pk=case.manager.pk), item_id=item.pk),
    )
    item.refresh_from_db()
    cast_for = Vote.objects.filter(choice="for").count()
    assert ends in (["saved", "saved"], ["Refused", "saved"])
    assert item.in_favour == cast_for
    assert item.state == ("passed" if cast_for == 3 else "rejected")
    assert list(ledger.check()) == []


def test_without_the_lock_a_vote_is_lost_to_the_count() -> None:
    """Negative control: the same race without the meeting's row. The conclusion counts two votes where three stand."""
    case, sitting, item = ready()
    voted(item, case, sitting.chair, sitting.vice)
    counted, cast_ = threading.Event(), threading.Event()
    count = Room.count

    def slow(self: Room, row: AgendaItem, rows: object) -> VoteCount:
        found = count(self, row, list(rows))  # type: ignore[call-overload]
        counted.set()
        cast_.wait(10)
        return found

    def unlocked(item_id: int) -> AgendaItem:
        return AgendaItem.objects.select_related("meeting__council__round", "unit", "criterion").get(pk=item_id)

    def vote() -> None:
        counted.wait(10)
        try:
            cast(sitting, item, "third", "for")
        finally:
            cast_.set()

    with mock.patch.object(votes, "locked_item", unlocked), mock.patch.object(Room, "count", slow):
        ends = at_once(vote, lambda: votes.conclude(actor=User.objects.get(pk=case.manager.pk), item_id=item.pk))
    item.refresh_from_db()
    assert ends == ["saved", "saved"]
    assert (item.in_favour, Vote.objects.filter(choice="for").count(), item.state) == (2, 3, "rejected")


def test_of_two_conclusions_at_once_one_decides() -> None:
    case, sitting, item = ready()
    voted(item, case, *sitting.voting)
    conclude = [lambda: votes.conclude(actor=User.objects.get(pk=case.manager.pk), item_id=item.pk)] * 4
    assert set(at_once(*conclude)) == {"saved"}
    assert case.standing().version == 1


def test_a_withdrawal_beside_the_conclusion_never_leaves_both() -> None:
    case, sitting, item = ready()
    voted(item, case, *sitting.voting)
    manager = case.manager.pk
    ends = at_once(
        lambda: agenda.put_back(actor=User.objects.get(pk=manager), item_id=item.pk, reason="Rút."),
        lambda: votes.conclude(actor=User.objects.get(pk=manager), item_id=item.pk),
    )
    item.refresh_from_db()
    assert ends == [Refused.__name__, "saved"]
    assert item.state in ("waiting", "passed")
    assert list(ledger.check()) == []
