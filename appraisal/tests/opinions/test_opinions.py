"""Two blind opinions on one cell: hidden until both are in, the tolerance's edge, the third decision."""

import threading
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse

from appraisal import ledger
from appraisal.core.actions import locks
from appraisal.interests import actions as interests
from appraisal.models import Action, Appraisal, AppraisalEntry, BlindCriterion, Interest, Opinion
from appraisal.opinions import actions as opinions
from appraisal.replies import actions as replies
from appraisal.review.bulk import actions as bulk
from appraisal.review.decisions import actions as decisions
from appraisal.review.undo import actions as undo
from appraisal.tests.at_once import at_once
from appraisal.tests.factories import Council, assign, council, fresh, release_row, release_stage
from appraisal.tests.pages import adjust_form, cell_page, sign_in, unit_page
from cchc_index.lib.faults import Conflict, Refused
from cchc_index.lib.tests.present import present
from criteria.models import RoundGroup
from criteria.tests.factories import open_stage
from selfassess.models import SelfAssessment, SelfScore
from units.auditlog.models import LogEntry
from units.models import Role, Unit, User
from units.tests.factories import person

SECRET = "Báo cáo quý III không có số liệu."


def colleague(case: Council) -> User:
    other = person(Role.COUNCIL_MEMBER)
    assign(other, case.round_group)
    return other


def mark(case: Council, tolerance: str = "0.25") -> None:
    block, leaf = case.round_group.pk, case.leaf.pk
    opinions.mark_blind(actor=case.manager, round_group_id=block, criterion_id=leaf, tolerance=Decimal(tolerance))


def say(
    case: Council, who: User, points: str | None, *, comment: str = SECRET, seen: int = 0, unit: Unit | None = None
) -> opinions.Given:
    """`points` None: the unit's own 1.5 as it is."""
    given: dict[str, Any] = (
        {"points": Decimal(points), "reason_id": case.reason.pk, "comment": comment} if points else {}
    )
    cell = case.cell(unit)
    return opinions.give_opinion(actor=who, **cell, recognising=points is None, **given, seen_version=seen)


@pytest.fixture
def case(db: None) -> Council:
    found = council()
    mark(found)
    return found


@pytest.fixture
def other(case: Council) -> User:
    return colleague(case)


# --- settling ---------------------------------------------------------------------------------------


def test_one_opinion_settles_nothing(case: Council) -> None:
    given = say(case, case.member, "1")
    assert given.settled is None
    assert not Appraisal.objects.exists()
    assert list(ledger.check()) == []


def test_two_opinions_settle_a_leaf_that_the_unit_left_unscored(case: Council, other: User) -> None:
    SelfScore.objects.filter(assessment__unit=case.first, criterion=case.leaf).delete()
    say(case, case.member, "0")
    assert present(say(case, other, "0").settled).action == Action.ADJUST


def test_the_meeting_takes_no_opinions(case: Council) -> None:
    for stage in ("round1", "round2"):
        release_row(case.round_group, stage)
    with pytest.raises(Refused, match="không cần hai ý kiến"):
        say(case, case.manager, "1")


def test_at_the_edge_of_the_tolerance_the_first_opinion_stands(case: Council, other: User) -> None:
    say(case, case.member, "1")
    standing = present(say(case, other, "1.25", comment="Thiếu một tháng.").settled)
    assert (standing.points, standing.action) == (Decimal(1), Action.ADJUST)
    step = standing.entries.get()
    assert (step.actor, step.comment, step.reason) == (case.member, SECRET, case.reason)
    assert list(ledger.check()) == []


def test_two_who_take_the_units_score_recognise_it(case: Council, other: User) -> None:
    say(case, case.member, None)
    assert present(say(case, other, None).settled).action == Action.RECOGNISE


def test_beyond_the_tolerance_a_third_decides(case: Council, other: User) -> None:
    say(case, case.member, "1")
    assert say(case, other, "1.2501").settled is None
    third = colleague(case)
    assert present(say(case, third, "0.5").settled).points == Decimal("0.5")
    assert [o.seat for o in Opinion.objects.order_by("seat")] == [1, 2, 3]
    assert AppraisalEntry.objects.get().actor == third
    assert list(ledger.check()) == []


def test_the_index_manager_decides_between_two_on_behalf_of_the_council(case: Council, other: User) -> None:
    with pytest.raises(PermissionDenied):
        say(case, case.manager, "1")
    say(case, case.member, "1")
    with pytest.raises(PermissionDenied):
        say(case, case.manager, "1")
    say(case, other, None)
    assert present(say(case, case.manager, "0.75").settled).points == Decimal("0.75")


def test_the_manager_does_not_settle_at_their_own_unit_nor_a_declared_one(case: Council, other: User) -> None:
    outsider = person(Role.COUNCIL_MEMBER)
    assign(outsider, case.round_group)
    for who, points in ((outsider, "1"), (other, "0.1")):
        say(case, who, points, unit=case.home)
    with pytest.raises(PermissionDenied):
        say(case, case.manager, "1", unit=case.home)


def test_a_member_without_the_cell_does_not_decide_between_two(case: Council, other: User) -> None:
    say(case, case.member, "1")
    say(case, other, "0.1")
    for who in (person(Role.COUNCIL_MEMBER), person(Role.OBSERVER)):
        with pytest.raises(PermissionDenied):
            say(case, who, "0.5")
    assert Opinion.objects.count() == 2


def test_neither_of_the_two_decides_between_them(case: Council, other: User) -> None:
    say(case, case.member, "1")
    say(case, other, "0.1")
    with pytest.raises(Refused, match="không sửa được"):
        say(case, case.member, "0.5")


def test_the_same_form_twice_is_one_opinion(case: Council, other: User) -> None:
    first = say(case, case.member, "1").opinion
    again = say(case, case.member, "1")
    assert (again.opinion, again.settled) == (first, None)
    settled = say(case, other, "1").settled
    assert say(case, other, "1").settled == settled
    assert Opinion.objects.count() == 2
    assert AppraisalEntry.objects.count() == 1


def test_an_opinion_after_the_cell_was_settled_is_a_conflict(case: Council, other: User) -> None:
    say(case, case.member, None)
    say(case, other, None)
    with pytest.raises(Conflict):
        say(case, colleague(case), "1")


def test_a_marked_leaf_is_not_decided_alone_nor_in_bulk(case: Council) -> None:
    cell = case.cell()
    with pytest.raises(Refused, match="hai ý kiến"):
        decisions.recognise(actor=case.member, **cell, seen_version=0)
    with pytest.raises(Refused, match="hai ý kiến"):
        decisions.adjust(
            actor=case.member, **cell, points=Decimal(1), reason_id=case.reason.pk, comment="x", seen_version=0
        )
    many = [(case.first.pk, case.other_leaf.pk, 0), (case.first.pk, case.leaf.pk, 0)]
    with pytest.raises(Refused, match="hai ý kiến"):
        bulk.bulk_recognise(actor=case.member, round_group_id=case.round_group.pk, cells=many)
    assert not Appraisal.objects.exists()


def test_an_unmarked_leaf_takes_no_opinion(case: Council) -> None:
    cell = case.cell(leaf=case.other_leaf)
    with pytest.raises(Refused, match="như thường"):
        opinions.give_opinion(actor=case.member, **cell, recognising=True, seen_version=0)


def test_a_score_changed_in_between_asks_for_two_new_opinions(case: Council, other: User) -> None:
    say(case, case.member, None)
    SelfScore.objects.filter(assessment__unit=case.first, criterion=case.leaf).update(points=Decimal(2), version=5)
    assert say(case, other, None).settled is None
    assert present(say(case, case.member, None).settled).points == Decimal(2)
    assert list(ledger.check()) == []


def test_round_two_takes_two_opinions_of_its_own(case: Council, other: User) -> None:
    say(case, case.member, "1")
    say(case, other, "1")
    block = case.round_group
    release_stage(case.manager, block)
    open_stage(block.round, "explanation")
    replies.reply(actor=case.head, appraisal_id=case.standing().pk, agree=False, comment="Có đủ.", document_ids=[])
    open_stage(block.round, "round2")
    first = say(case, other, None, seen=2)
    assert say(case, other, None, seen=2) == first
    assert present(say(case, case.member, None, seen=2).settled).stage.name == "round2"
    assert list(ledger.check()) == []


def test_an_opinion_of_round_one_is_none_of_round_two(case: Council, other: User) -> None:
    say(case, case.member, "1")
    release_row(case.round_group, "round1")
    open_stage(case.round_group.round, "round2")
    given = say(case, other, "1")
    assert (given.opinion.seat, given.settled) == (1, None)


def test_an_opinion_on_a_decision_that_was_taken_back_is_none_on_what_stands_now(case: Council, other: User) -> None:
    opinions.withdraw_mark(actor=case.manager, round_group_id=case.round_group.pk, criterion_id=case.leaf.pk)
    decisions.recognise(actor=case.member, **case.cell(), seen_version=0)
    mark(case)
    say(case, other, "1", seen=1)
    undo.undo(actor=case.member, **case.cell(), seen_version=1)
    given = say(case, case.member, "1", seen=2)
    assert (given.opinion.seat, given.settled) == (1, None)


# --- marking ----------------------------------------------------------------------------------------


def test_only_the_index_manager_marks_and_only_before_the_first_opinion(case: Council) -> None:
    block, leaf = case.round_group.pk, case.leaf.pk
    with pytest.raises(PermissionDenied):
        opinions.mark_blind(actor=case.member, round_group_id=block, criterion_id=leaf, tolerance=Decimal(1))
    for bad in (None, Decimal(-1), Decimal(3), Decimal("0.00001")):
        with pytest.raises(Refused):
            opinions.mark_blind(actor=case.manager, round_group_id=block, criterion_id=leaf, tolerance=bad)
    for edge in ("0", "2", "0.5"):
        mark(case, edge)
    say(case, case.member, "1")
    with pytest.raises(Refused):
        mark(case, "2")
    with pytest.raises(Refused):
        opinions.withdraw_mark(actor=case.manager, round_group_id=block, criterion_id=leaf)


def test_an_unmarked_leaf_is_one_members_again(case: Council) -> None:
    block, leaf = case.round_group.pk, case.leaf.pk
    for _ in range(2):
        opinions.withdraw_mark(actor=case.manager, round_group_id=block, criterion_id=leaf)
    assert decisions.recognise(actor=case.member, **case.cell(), seen_version=0).version == 1


# --- what is hidden ---------------------------------------------------------------------------------


def test_an_opinion_is_hidden_until_the_readers_own_is_saved(case: Council, other: User) -> None:
    say(case, case.member, "0.7777")
    readers = [other, case.manager, person(Role.OBSERVER)]
    pages = [
        cell_page(case),
        unit_page(case.first),
        reverse("appraisal:home"),
        reverse("appraisal:criterion", args=["so", case.leaf.code]),
        reverse("appraisal:blind", args=["so"]),
    ]
    for reader in readers:
        for page in pages:
            text = sign_in(fresh(reader)).get(page).text
            assert SECRET not in text
            assert "0,78" not in text
    assert SECRET in sign_in(fresh(case.member)).get(cell_page(case)).text
    say(case, other, "0.1", comment="Không có văn bản.")
    for reader in (case.member, *readers):
        text = sign_in(fresh(reader)).get(cell_page(case)).text
        assert SECRET in text
        assert "Không có văn bản." in text


def test_the_log_tells_that_an_opinion_was_given_and_not_what_it_says(case: Council) -> None:
    say(case, case.member, "0.7777")
    entry = LogEntry.objects.get(verb="appraisal.opinion")
    kept = f"{entry.after}{entry.before}{entry.reason}{entry.object_label}"
    assert "0.7777" not in kept
    assert SECRET not in kept


def test_the_unit_never_reads_the_opinions(case: Council, other: User) -> None:
    say(case, case.member, "1")
    say(case, other, "0.9", comment="Ý kiến thứ hai, nội bộ.")
    release_stage(case.manager, case.round_group)
    client = sign_in(case.officer)
    reply = reverse("appraisal:reply", args=[case.standing().pk])
    assert SECRET in client.get(reply).text
    year, block = case.round_group.round.year, case.round_group.group.code
    for address in (reply, reverse("appraisal:replies"), reverse("results:statement", args=[year, block, "DV1"])):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "Ý kiến thứ hai" not in answer.text
        assert "0,9" not in answer.text


# --- by the page ------------------------------------------------------------------------------------


def test_the_decision_form_gives_an_opinion(case: Council, other: User) -> None:
    first = sign_in(case.member)
    answer = first.post(cell_page(case), adjust_form(reason=case.reason.pk), follow=True)
    assert "Đã ghi ý kiến độc lập" in answer.text
    page = first.get(cell_page(case))
    assert "đã có 1/2 ý kiến" in page.text
    assert "Ghi điều chỉnh" not in page.text
    second = sign_in(other)
    assert "Bạn không thấy ý kiến của người kia" in second.get(cell_page(case)).text
    second.post(cell_page(case), adjust_form(reason=case.reason.pk, points="1,25"))
    assert case.standing().points == Decimal(1)


def test_who_waits_for_what_is_counted_once_and_said_in_its_words(case: Council, other: User) -> None:
    address = reverse("appraisal:blind", args=["so"])
    manager, member = sign_in(case.manager), sign_in(case.member)
    say(case, case.member, "1")
    page = manager.get(address)
    assert (page.context["short"], page.context["split"]) == (1, 0)
    say(case, other, None)
    page = manager.get(address)
    assert (page.context["short"], page.context["split"]) == (0, 1)
    assert "một người khác đã quyết định giữa hai ý kiến" in member.get(cell_page(case)).text
    assert ": quyết định thứ ba" in " ".join(manager.get(cell_page(case)).text.split())
    say(case, case.manager, "0.75")
    assert "ý kiến của bạn" not in manager.get(cell_page(case)).text


def test_a_marked_cell_is_left_out_of_the_bulk(case: Council) -> None:
    chosen = {"cells": [f"{case.first.pk}:{case.leaf.pk}:0", f"{case.first.pk}:{case.other_leaf.pk}:0"]}
    answer = sign_in(case.member).post(reverse("appraisal:bulk", args=["so"]), chosen)
    assert [c.criterion for c in answer.context["cells"]] == [case.other_leaf]


def test_marking_by_the_page(case: Council) -> None:
    address = reverse("appraisal:blind", args=["so"])
    form = {"criterion": case.other_leaf.code, "tolerance": "0,5"}
    assert sign_in(case.member).post(address, form).status_code == 403
    client = sign_in(case.manager)
    assert client.post(address, form).status_code == 302
    assert "0,5" in client.get(address).text
    bad = client.post(address, {**form, "tolerance": "9"})
    assert bad.status_code == 422
    assert "phải từ 0 đến 1" in bad.text
    assert client.post(address, {**form, "verb": "withdraw"}).status_code == 302
    assert case.round_group.blind.count() == 1


# --- proof ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change", [{"points": Decimal("0.9")}, {"comment": "Khác."}, {"tolerance": Decimal(2)}, {"seat": 3}]
)
def test_an_edited_opinion_is_found(case: Council, change: dict[str, Any]) -> None:
    say(case, case.member, "1")
    Opinion.objects.update(**change)
    assert any("ý kiến độc lập không khớp" in fault for fault in ledger.check())


def test_a_removed_opinion_is_found(case: Council) -> None:
    say(case, case.member, "1")
    Opinion.objects.all()._raw_delete("default")
    assert any("đã bị xóa" in fault for fault in ledger.check())


@pytest.mark.parametrize("tamper", ["delete", "loosen"])
def test_a_mark_taken_off_or_loosened_behind_the_log_is_found(case: Council, tamper: str) -> None:
    assert list(ledger.check()) == []
    rows = BlindCriterion.objects.all()
    rows.delete() if tamper == "delete" else rows.update(tolerance=Decimal(2))
    assert any("không như nhật ký" in fault for fault in ledger.check())


def test_an_opinion_is_neither_changed_nor_deleted(case: Council) -> None:
    opinion = say(case, case.member, "1").opinion
    with pytest.raises(TypeError):
        opinion.save()
    with pytest.raises(TypeError):
        opinion.delete()


def test_a_declared_interest_keeps_a_member_from_giving_an_opinion(case: Council) -> None:
    interests.declare_interest(actor=case.member, member=case.member, unit=case.first, reason="Em ruột công tác.")
    assert Interest.objects.count() == 1
    with pytest.raises(PermissionDenied):
        say(case, case.member, "1")


# --- at the same time -------------------------------------------------------------------------------

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_opinions_at_once_settle_once() -> None:
    case = council()
    mark(case)
    other = colleague(case)
    assert at_once(lambda: say(case, case.member, "1"), lambda: say(case, other, "1.1")) == ["saved"] * 2
    assert sorted(Opinion.objects.values_list("seat", flat=True)) == [1, 2]
    assert AppraisalEntry.objects.count() == 1
    assert list(ledger.check()) == []


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_third_decisions_at_once_are_one() -> None:
    case = council()
    mark(case)
    say(case, case.member, "1")
    say(case, colleague(case), "0.1")
    third = colleague(case)
    ends = at_once(lambda: say(case, third, "0.5"), lambda: say(case, case.manager, "0.6"))
    assert ends == [Conflict.__name__, "saved"]
    assert AppraisalEntry.objects.count() == 1


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_without_the_locks_the_database_itself_refuses_the_second() -> None:
    """Negative control: with the locks off both take the first seat, and one ends in the database's error."""
    case = council()
    mark(case)
    other = colleague(case)
    gate = threading.Barrier(2, timeout=10)
    write = opinions._write

    def together(*args: Any, **kwargs: Any) -> object:
        gate.wait()
        return write(*args, **kwargs)

    def unlocked(block: int, units: set[int]) -> dict[int, SelfAssessment]:
        rows = SelfAssessment.objects.filter(round_group=block, unit__in=units).order_by("pk")
        return {row.unit_id: row for row in rows}

    with (
        mock.patch.object(locks, "locked_block", lambda pk: RoundGroup.objects.get(pk=pk)),
        mock.patch.object(locks, "locked_assessments", unlocked),
        mock.patch.object(opinions, "_write", together),
    ):
        ends = at_once(lambda: say(case, case.member, "1"), lambda: say(case, other, "1"))
    assert ends == ["IntegrityError", "saved"]
