"""Members of the council in the control room: how far each is, the same counts as on their own pages, and reminders."""

from collections.abc import Callable
from datetime import date
from unittest.mock import patch

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisal.assignments import queries as assignments
from appraisal.interests.actions import declare_interest
from appraisal.models import Assignment
from appraisal.review.decisions import actions as decisions
from appraisal.review.grid.queries import FEW
from appraisal.review.undo.actions import undo
from appraisal.rules import stages
from appraisal.tests.factories import Council, assign, council, release_row, submitted
from cchc_index.lib import sealed_cache
from cchc_index.lib.faults import Refused
from results.gates import queries as gates
from results.steering import actions, queries
from results.steering.tables import SteeredMember
from selfassess.lifecycle import actions as lifecycle
from selfassess.models import SelfAssessment
from units.mail.models import Mail
from units.models import Role, Unit, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def year() -> Council:
    """The member holds the whole tree; one unit has not submitted."""
    case = council()
    UnitFactory.create(group=case.round_group.group, code="CHUA")
    decisions.recognise(actor=case.member, **case.cell(), seen_version=0)
    return case


def lines(case: Council) -> dict[int, SteeredMember]:
    return {one.pk: one for one in queries.members(gates.facts(case.round_group.round))}


def remind(case: Council, actor: User | None = None) -> int:
    return actions.remind_members(actor=actor or case.manager, round_id=case.round_group.round_id).written


def test_each_member_with_what_is_done_and_what_waits(year: Council) -> None:
    other = person(Role.COUNCIL_MEMBER, year.second)
    assign(other, year.round_group, branch=year.other_leaf)
    mine, theirs = lines(year)[year.member.pk], lines(year)[other.pk]
    assert (mine.total, mine.done, mine.waiting, mine.idle) == (6, 1, 3, 2), "the own unit is not theirs"
    assert dict(mine.parts[0].left) == {"1.1": 1, "1.2": 2}
    assert (theirs.total, theirs.done, theirs.waiting, theirs.idle) == (3, 0, 2, 1)


def test_the_counts_are_those_of_the_page_of_progress(year: Council) -> None:
    board = assignments.board(year.round_group)
    shown = assignments.progress(board, stages.calendar(year.round_group)).members
    known = {line.member.pk: line.work for line in shown}
    for pk, one in lines(year).items():
        assert (one.total, one.done, one.waiting, one.idle) == (*known[pk][:3], known[pk].idle)


def test_only_while_an_appraisal_takes_decisions(year: Council) -> None:
    release_row(year.round_group, "round1")
    assert lines(year) == {}


def test_the_room_shows_them_and_leads_to_the_reminder(year: Council) -> None:
    client = Client()
    client.force_login(year.manager)
    query = {"nam": year.round_group.round.year}
    page = client.get(reverse("results:control"), query).text
    assert str(year.member) in page
    assert reverse("results:remind-members") in page
    assert "1/6" in page
    preview = client.get(reverse("results:remind-members"), query).text
    assert "1 người nhận thư" in preview
    assert not Mail.objects.exists()
    client.post(f"{reverse('results:remind-members')}?nam={year.round_group.round.year}")
    letter = Mail.objects.get()
    assert letter.recipient == year.member
    assert "đã thẩm định 1/6 lượt tiêu chí, đang chờ 3: 1.1 (1 đơn vị), 1.2 (2 đơn vị)" in letter.body


def test_one_letter_a_day_and_none_to_who_is_done(year: Council) -> None:
    assert remind(year) == 1
    assert remind(year) == 0
    Mail.objects.all().delete()
    for unit, leaf in ((year.first, year.other_leaf), (year.second, year.leaf), (year.second, year.other_leaf)):
        decisions.recognise(actor=year.member, **year.cell(unit, leaf), seen_version=0)
    with pytest.raises(Refused):
        remind(year)
    assert not Mail.objects.exists()


@pytest.mark.parametrize("role", [Role.COUNCIL_MEMBER, Role.OBSERVER, Role.SURVEY_OPERATOR])
def test_nobody_but_a_manager_reminds(year: Council, role: Role) -> None:
    user, client = person(role), Client()
    with pytest.raises(PermissionDenied):
        remind(year, user)
    client.force_login(user)
    for verb in (client.get, client.post):
        assert verb(reverse("results:remind-members")).status_code == 403


def test_the_cost_does_not_grow_with_units_and_members(year: Council) -> None:
    def cost() -> int:
        found = gates.facts(year.round_group.round)
        with CaptureQueriesContext(connection) as seen:
            queries.members(found)
        return len(seen)

    cost()
    before = cost()
    for _ in range(3):
        submitted(year.round_group, UnitFactory.create(group=year.round_group.group), year.scores)
        assign(person(Role.COUNCIL_MEMBER), year.round_group)
    cost()
    assert cost() == before


def _decide(case: Council, unit: Unit) -> None:
    decisions.recognise(actor=case.member, **case.cell(unit, case.other_leaf), seen_version=0)


def _decide_twice(case: Council) -> None:
    _decide(case, case.first)
    _decide(case, case.second)


def _submit_many(case: Council) -> None:
    """More units than are read again one by one."""
    for _ in range(FEW + 1):
        submitted(case.round_group, UnitFactory.create(group=case.round_group.group), case.scores)


def _reopen(case: Council) -> None:
    sheet = SelfAssessment.objects.get(round_group=case.round_group, unit=case.second)
    lifecycle.reopen(actor=case.manager, assessment_id=sheet.pk, reason="Nộp nhầm tệp.")


MOVES: dict[str, Callable[[Council], object]] = {
    "one decision": lambda case: decisions.recognise(
        actor=case.member, **case.cell(leaf=case.other_leaf), seen_version=0
    ),
    "decisions on two units": _decide_twice,
    "taken back": lambda case: undo(actor=case.member, **case.cell(), seen_version=1),
    "many units": _submit_many,
    "open again": _reopen,
    "another member": lambda case: assign(person(Role.COUNCIL_MEMBER), case.round_group, branch=case.leaf),
    "only some units": lambda case: Assignment.objects.get(member=case.member).units.add(case.first),
    "an interest": lambda case: declare_interest(
        actor=case.member, member=case.member, unit=case.first, reason="Người nhà làm ở đó."
    ),
    "another code": lambda case: Unit.objects.filter(pk=case.first.pk).update(code="DOI-MA"),
    "a unit that is no more": lambda case: Unit.objects.filter(code="CHUA").update(valid_to=date(2000, 1, 1)),
}


@pytest.mark.parametrize("move", MOVES)
def test_what_this_process_keeps_is_what_it_would_count_anew(year: Council, move: str) -> None:
    before = lines(year)
    MOVES[move](year)
    after = lines(year)
    queries.forget()
    with patch.object(sealed_cache, "get", return_value=None):
        assert after == lines(year)
    assert after != before or move == "another code"


def test_between_two_looks_only_the_unit_that_moved_is_read(year: Council) -> None:
    lines(year)
    _decide(year, year.second)
    with patch.object(sealed_cache, "get") as opened, patch.object(sealed_cache, "put") as closed:
        assert lines(year)[year.member.pk].done == 2
    assert not opened.called
    assert not closed.called
