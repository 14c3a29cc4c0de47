"""Assignments: by member and agency, changed, taken back, split, handed over; decisions never move."""

from collections.abc import Iterable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from appraisal import ledger
from appraisal.assignments import actions as assignments
from appraisal.assignments import queries as assignments_queries
from appraisal.assignments.sharing import Share
from appraisal.models import Appraisal, AppraisalEntry, Assignment, Interest
from appraisal.review.decisions import actions as decisions
from appraisal.rules import reach, stages
from appraisal.tests.factories import Council, assign, council, fresh, stage_of, submitted
from appraisal.tests.pages import sign_in
from cchc_index.lib import clock
from cchc_index.lib.faults import Conflict, Refused
from cchc_index.lib.tests.present import present
from criteria.models import Criterion
from units.auditlog.actions import record
from units.auditlog.models import LogEntry
from units.mail.actions import Posted
from units.mail.models import Mail
from units.models import Membership, Role, Unit, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


def board(case: Council) -> assignments_queries.Board:
    return assignments_queries.board(case.round_group)


def split(case: Council, *members: User, **other: Any) -> Share:
    wanted: dict[str, Any] = {"actor": case.manager, "seen": board(case).fingerprint, **other}
    return assignments.split(round_group_id=case.round_group.pk, member_ids=[m.pk for m in members], **wanted)


def hand_over(
    case: Council, giver: User, taker: User, **other: Any
) -> tuple[assignments.HandOver, assignments_queries.Board]:
    wanted: dict[str, Any] = {"actor": case.manager, "reason": "Nghỉ phép.", "seen": board(case).fingerprint, **other}
    return assignments.hand_over(round_group_id=case.round_group.pk, giver_id=giver.pk, taker_id=taker.pk, **wanted)


def give(
    case: Council,
    *members: User,
    branch: Criterion | None = None,
    units: Iterable[Unit] = (),
    actor: User | None = None,
) -> list[Assignment]:
    return assignments.assign(
        actor=actor or case.manager,
        round_group_id=case.round_group.pk,
        member_ids=[m.pk for m in members],
        branch_id=branch.pk if branch else None,
        unit_ids=[u.pk for u in units],
    )


def declare(case: Council, member: User, unit: Unit) -> None:
    log = record(actor=member, verb="test.interest", obj=unit)
    Interest.objects.create(
        member=member, unit=unit, reason="Người thân.", declared_at=clock.now(), declared_by=member, log=log
    )


def covers(member: User, case: Council, unit: Unit, leaf: Criterion) -> bool:
    return reach.scope_of(fresh(member), case.round_group).covers(unit.pk, leaf.pk)


# --- by hand ------------------------------------------------------------------------------------------


def test_a_branch_at_chosen_units_is_what_the_member_may_judge(case: Council) -> None:
    someone = person(Role.COUNCIL_MEMBER)
    give(case, someone, branch=case.leaf, units=[case.first])
    assert covers(someone, case, case.first, case.leaf)
    assert not covers(someone, case, case.second, case.leaf)
    assert not covers(someone, case, case.first, case.other_leaf)
    entry = LogEntry.objects.get(verb="appraisal.assign")
    told = {"member": someone.username, "branch": "1.1", "units": ["DV1"]}
    assert present(entry.after).items() >= told.items()


def test_an_agency_is_every_member_who_comes_from_it(case: Council) -> None:
    colleague = person(Role.COUNCIL_MEMBER, case.home)
    person(Role.COUNCIL_MEMBER, case.first)
    Assignment.objects.all().delete()
    found = board(case).agencies[case.home]
    assert {m.pk for m in found} == {case.member.pk, colleague.pk}
    client = sign_in(case.manager)
    form = {"who": f"a{case.home.pk}", "branch": str(case.leaf.pk), "reach": "khoi"}
    assert client.post(reverse("appraisal:assignment-add", args=["so"]), form).status_code == 302
    assert set(Assignment.objects.values_list("member", "branch")) == {
        (case.member.pk, case.leaf.pk),
        (colleague.pk, case.leaf.pk),
    }


def test_the_same_branch_is_not_given_twice_and_names_who_has_it(case: Council) -> None:
    with pytest.raises(Refused, match=str(case.member)):
        give(case, person(Role.COUNCIL_MEMBER), case.member)
    assert Assignment.objects.count() == 1


def test_only_the_own_unit_is_no_assignment(case: Council) -> None:
    with pytest.raises(Refused, match="đơn vị mình"):
        give(case, case.member, branch=case.leaf, units=[case.home])


def test_foreign_units_branches_and_people_are_refused(case: Council) -> None:
    someone = person(Role.COUNCIL_MEMBER)
    abroad = UnitFactory.create(group__code="huyen")
    with pytest.raises(Refused, match="không thuộc khối"):
        give(case, someone, units=[abroad])
    with pytest.raises(Refused, match="thành viên Hội đồng thẩm định"):
        give(case, case.officer)
    survey = case.round_group.criteria_set.criteria.get(code="2")
    with pytest.raises(Refused, match="không có tiêu chí nào cần thẩm định"):
        give(case, someone, branch=survey)
    assert Assignment.objects.count() == 1


def test_nobody_but_the_manager_changes_assignments(case: Council) -> None:
    row = Assignment.objects.get()
    seen = assignments_queries.row_fingerprint(row)
    for someone in (case.member, case.officer, person(Role.OBSERVER)):
        with pytest.raises(PermissionDenied):
            give(case, person(Role.COUNCIL_MEMBER), actor=someone)
        with pytest.raises(PermissionDenied):
            assignments.unassign(actor=someone, assignment_id=row.pk, reason="Thử.", seen=seen)
        with pytest.raises(PermissionDenied):
            split(case, case.member, actor=someone)
        with pytest.raises(PermissionDenied):
            hand_over(case, case.member, case.member, actor=someone)
    assert list(Assignment.objects.all()) == [row]


def test_change_and_removal_leave_decisions_alone(case: Council) -> None:
    decisions.recognise(actor=case.member, **case.cell(), seen_version=0)
    steps = list(AppraisalEntry.objects.values())
    row = Assignment.objects.get()
    changed = assignments.reassign(
        actor=case.manager,
        assignment_id=row.pk,
        branch_id=case.other_leaf.pk,
        unit_ids=[case.second.pk],
        seen=assignments_queries.row_fingerprint(row),
    )
    assert not covers(case.member, case, case.first, case.leaf)
    assignments.unassign(
        actor=case.manager, assignment_id=row.pk, reason="Đổi việc.", seen=assignments_queries.row_fingerprint(changed)
    )
    assert not Assignment.objects.exists()
    assert list(AppraisalEntry.objects.values()) == steps
    assert case.standing().action == "recognise"
    entry = LogEntry.objects.get(verb="appraisal.unassign")
    assert (entry.reason, present(entry.before)["units"]) == ("Đổi việc.", ["DV2"])


def test_a_removal_needs_a_reason(case: Council) -> None:
    row = Assignment.objects.get()
    with pytest.raises(Refused, match="lý do"):
        assignments.unassign(
            actor=case.manager, assignment_id=row.pk, reason=" ", seen=assignments_queries.row_fingerprint(row)
        )


def test_two_managers_on_one_assignment_the_second_is_told(case: Council) -> None:
    row = Assignment.objects.get()
    seen = assignments_queries.row_fingerprint(row)
    change: dict[str, Any] = {"actor": case.manager, "assignment_id": row.pk, "seen": seen}
    assignments.reassign(**change, branch_id=case.leaf.pk)
    with pytest.raises(Conflict):
        assignments.reassign(**change, branch_id=case.other_leaf.pk)
    with pytest.raises(Conflict):
        assignments.unassign(**change, reason="Thử.")
    assert Assignment.objects.get().branch == case.leaf


# --- fair split ---------------------------------------------------------------------------------------


def test_the_split_covers_every_cell_once_and_never_the_own_unit(case: Council) -> None:
    others = [person(Role.COUNCIL_MEMBER, unit) for unit in (case.first, None)]
    share = split(case, case.member, *others)
    everybody = [case.member, *others]
    for unit in (case.first, case.second, case.home):
        for leaf in (case.leaf, case.other_leaf):
            assert sum(covers(m, case, unit, leaf) for m in everybody) == 1
    assert share.spread <= 3
    assert not covers(case.member, case, case.home, case.leaf)
    assert not covers(others[0], case, case.first, case.leaf)


def test_the_split_keeps_declared_interests_apart(case: Council) -> None:
    other = person(Role.COUNCIL_MEMBER)
    declare(case, other, case.second)
    split(case, case.member, other)
    for leaf in (case.leaf, case.other_leaf):
        assert covers(case.member, case, case.second, leaf)
        assert not covers(other, case, case.second, leaf)
        assert covers(other, case, case.home, leaf)


def test_the_split_replaces_what_was_and_keeps_decisions(case: Council) -> None:
    gone = person(Role.COUNCIL_MEMBER)
    assign(gone, case.round_group)
    decisions.recognise(actor=gone, **case.cell(), seen_version=0)
    split(case, case.member)
    assert not Assignment.objects.filter(member=gone).exists()
    assert case.standing().action == "recognise"
    entry = LogEntry.objects.get(verb="appraisal.split")
    assert {row["member"] for row in present(entry.before)} == {gone.username, case.member.username}
    assert present(entry.after)["assignments"] == [{"member": case.member.username, "branch": "", "units": []}]
    assert not list(ledger.check())


def test_a_split_seen_before_another_change_is_refused(case: Council) -> None:
    other = person(Role.COUNCIL_MEMBER)
    seen = board(case).fingerprint
    give(case, other, branch=case.leaf)
    with pytest.raises(Conflict):
        split(case, case.member, other, seen=seen)
    seen = board(case).fingerprint
    declare(case, other, case.first)
    with pytest.raises(Conflict):
        split(case, case.member, other, seen=seen)


def test_cells_nobody_may_judge_are_named(case: Council) -> None:
    split(case, case.member)
    assert [(gap.leaf.code, [u.code for u in gap.units]) for gap in board(case).uncovered] == [
        ("1.1", ["NHA"]),
        ("1.2", ["NHA"]),
    ]
    page = sign_in(case.manager).get(reverse("appraisal:assignments-block", args=["so"])).text
    assert "Chưa phân công" in page
    assert case.home.name in page


def test_the_assignment_of_somebody_who_left_the_council_covers_nothing(case: Council) -> None:
    Membership.objects.filter(user=case.member, role=Role.COUNCIL_MEMBER).update(active=False)
    assert sum(gap.count for gap in board(case).uncovered) == 6
    page = sign_in(case.manager).get(reverse("appraisal:assignments-block", args=["so"])).text
    assert "không còn là thành viên" in page


def test_the_board_agrees_with_the_rules(case: Council) -> None:
    others = [person(Role.COUNCIL_MEMBER, case.first), person(Role.COUNCIL_MEMBER)]
    declare(case, others[1], case.second)
    give(case, others[0], branch=case.leaf)
    give(case, others[1], branch=case.other_leaf, units=[case.first, case.second])
    found = board(case)
    for member in (case.member, *others):
        expected = {(u.pk, leaf.pk) for u in found.units for leaf in found.leaves if covers(member, case, u, leaf)}
        assert found.cells_of(member.pk) == expected


# --- hand-over ----------------------------------------------------------------------------------------


def test_only_what_is_not_settled_moves_and_the_receivers_own_unit_stays(case: Council) -> None:
    taker = person(Role.COUNCIL_MEMBER, case.second)
    decisions.recognise(actor=case.member, **case.cell(), seen_version=0)
    plan, _ = hand_over(case, case.member, taker)
    assert plan.moved == {(case.first.pk, case.other_leaf.pk)}
    assert plan.barred == {(case.second.pk, case.leaf.pk), (case.second.pk, case.other_leaf.pk)}
    assert covers(taker, case, case.first, case.other_leaf)
    assert not covers(case.member, case, case.first, case.other_leaf)
    assert covers(case.member, case, case.first, case.leaf), "the settled cell stays"
    assert covers(case.member, case, case.second, case.leaf), "nobody else could take it"
    assert LogEntry.objects.get(verb="appraisal.hand_over").reason == "Nghỉ phép."


def test_the_receiver_keeps_what_they_had(case: Council) -> None:
    taker = person(Role.COUNCIL_MEMBER)
    give(case, taker, branch=case.leaf, units=[case.home])
    hand_over(case, case.member, taker)
    assert covers(taker, case, case.home, case.leaf)
    assert covers(taker, case, case.second, case.other_leaf)
    assert not Assignment.objects.filter(member=case.member).exists()


def test_work_of_somebody_who_left_is_handed_over(case: Council) -> None:
    Membership.objects.filter(user=case.member, role=Role.COUNCIL_MEMBER).update(active=False)
    taker = person(Role.COUNCIL_MEMBER)
    hand_over(case, case.member, taker)
    assert covers(taker, case, case.first, case.leaf)


@pytest.mark.parametrize(
    ("change", "words"), [({"reason": ""}, "lý do"), ({"seen": "cũ"}, "thay đổi"), ({"taker": "self"}, "khác nhau")]
)
def test_a_hand_over_is_refused_and_nothing_moves(case: Council, change: dict[str, Any], words: str) -> None:
    taker = case.member if change.pop("taker", "") else person(Role.COUNCIL_MEMBER)
    with pytest.raises(Refused, match=words):
        hand_over(case, case.member, taker, **change)
    assert Assignment.objects.get().member == case.member


def test_nothing_left_is_nothing_to_hand_over(case: Council) -> None:
    for unit in (case.first, case.second):
        for leaf in (case.leaf, case.other_leaf):
            decisions.recognise(actor=case.member, **case.cell(unit, leaf), seen_version=0)
    Assignment.objects.get().units.set([case.first, case.second])
    with pytest.raises(Refused, match="Không có phần việc"):
        hand_over(case, case.member, person(Role.COUNCIL_MEMBER))


# --- reminder -----------------------------------------------------------------------------------------


def remind(case: Council, member: User | None = None, actor: User | None = None) -> Posted:
    return assignments.remind(
        actor=actor or case.manager, round_group_id=case.round_group.pk, member_id=(member or case.member).pk
    )


def test_a_reminder_says_what_waits_once_a_day(case: Council) -> None:
    assert remind(case).written == 1
    assert remind(case).written == 0
    mail = Mail.objects.get()
    assert (mail.recipient, "4 tiêu chí chờ thẩm định" in mail.subject) == (case.member, True)
    assert LogEntry.objects.filter(verb="appraisal.remind").count() == 1


def test_nobody_is_reminded_of_nothing(case: Council) -> None:
    with pytest.raises(Refused, match="không có tiêu chí nào"):
        remind(case, person(Role.COUNCIL_MEMBER))
    with pytest.raises(Refused, match="địa chỉ thư"):
        remind(case, person(Role.COUNCIL_MEMBER, email=""))
    with pytest.raises(PermissionDenied):
        remind(case, actor=case.member)
    assert not Mail.objects.exists()


# --- progress -----------------------------------------------------------------------------------------


def test_progress_counts_done_waiting_adjusted_and_who_never_came(case: Council) -> None:
    late = person(Role.COUNCIL_MEMBER)
    give(case, late, branch=case.other_leaf)
    case.member.last_login = clock.now()
    case.member.save()
    decisions.recognise(actor=case.member, **case.cell(), seen_version=0)
    found = assignments_queries.progress(board(case), stages.calendar(case.round_group))
    assert found.whole == (6, 1, 5, 0)
    assert [line.member for line in found.members] == [late, case.member]
    assert found.members[0].never_in
    assert found.members[1].work == (4, 1, 3, 0)
    assert found.members[1].last_entry is not None
    at_home = next(line for line in found.units if line.place == case.home)
    assert (at_home.uncovered, at_home.members) == (1, [late])
    page = sign_in(case.manager).get(reverse("appraisal:progress", args=["so"])).text
    assert "chưa đăng nhập lần nào" in page


def test_a_unit_that_has_not_submitted_is_neither_done_nor_waiting(case: Council) -> None:
    case.round_group.assessments.filter(unit=case.first).update(state="draft", submitted_at=None)
    found = assignments_queries.progress(board(case), stages.calendar(case.round_group))
    assert (found.whole.waiting, found.whole.idle) == (4, 2)


def test_the_archive_counts_as_done(case: Council) -> None:
    late = UnitFactory.create(group=case.round_group.group, code="LUU")
    submitted(case.round_group, late, {"1.1": "1", "1.2": "1"})
    Appraisal.objects.create(
        round_group=case.round_group,
        unit=late,
        criterion=case.leaf,
        stage=stage_of(case.round_group, "import"),
        action="recognise",
        points=1,
        updated_at=clock.now(),
    )
    assert assignments_queries.progress(board(case), stages.calendar(case.round_group)).whole.done == 1
