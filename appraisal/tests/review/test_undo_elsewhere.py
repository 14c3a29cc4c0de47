"""A decision that was undone, for everybody who reads: the unit, the counts, the archive, the ledger."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from appraisal import ledger
from appraisal.archive.actions import import_standings
from appraisal.assignments.queries import board, progress
from appraisal.core import digests as core_digests
from appraisal.lastyear.queries import released
from appraisal.models import Action, Appraisal, AppraisalEntry
from appraisal.reasons import actions as reasons
from appraisal.reasons import queries as reasons_queries
from appraisal.releases import mails as releases_mails
from appraisal.replies import queries as replies_queries
from appraisal.review.bulk import actions as bulk
from appraisal.review.decisions import actions as decisions
from appraisal.review.undo import actions as undo_actions
from appraisal.rules import reading, stages
from appraisal.tests.factories import Council, council, release_stage, stage_of
from cchc_index.lib.faults import Refused
from cchc_index.lib.tests.present import present
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


def recognise(case: Council, version: int = 0, **extra: object) -> Appraisal:
    given: dict[str, Any] = {"actor": case.member, **case.cell(), "seen_version": version, **extra}
    return decisions.recognise(**given)


def lower(case: Council, points: str = "1", version: int = 0, **extra: object) -> Appraisal:
    fields: dict[str, Any] = {
        "actor": case.member,
        **case.cell(),
        "points": Decimal(points),
        "reason_id": case.reason.pk,
        "comment": "Thiếu báo cáo quý IV.",
        "seen_version": version,
        **extra,
    }
    return decisions.adjust(**fields)


def undo(case: Council, version: int, **extra: object) -> Appraisal:
    given: dict[str, Any] = {"actor": case.member, **case.cell(), "seen_version": version, **extra}
    return undo_actions.undo(**given)


def leaf_cell(case: Council) -> dict[str, Any]:
    return {"version": 0, "cell": case.cell(leaf=case.other_leaf)}


def undo_batch(
    case: Council, log: LogEntry, cells: list[tuple[int, int, int]] | None = None, actor: User | None = None
) -> int:
    every = [(u.pk, leaf.pk, 1) for u in (case.first, case.second) for leaf in (case.leaf, case.other_leaf)]
    return bulk.undo_batch(
        actor=actor or case.member,
        round_group_id=case.round_group.pk,
        batch_id=log.pk,
        cells=every if cells is None else cells,
    )


def test_the_unit_sees_only_what_stood_when_the_stage_was_released(case: Council) -> None:
    lower(case)
    undo(case, 1)
    lower(case, "0.5", leaf_cell(case)["version"], **case.cell(leaf=case.other_leaf))
    recognise(case, **case.cell(case.second))
    undo(case, 1, **case.cell(case.second))
    release_stage(case.manager, case.round_group)
    for user in (case.officer, person(Role.UNIT_HEAD, case.second)):
        seen = reading.entries_visible_to(user)
        assert not seen.filter(action=Action.UNDO).exists()
        assert not seen.filter(undone_by__isnull=False).exists()
    assert set(reading.entries_visible_to(case.officer)) == set(case.standing(leaf=case.other_leaf).entries.all())
    assert [a.criterion for a in reading.appraisals_visible_to(case.officer)] == [case.other_leaf]
    assert not replies_queries.reply_rows(reading.entries_open_to_units([case.second.pk]))
    assert set(released(case.round_group, case.first, [case.leaf, case.other_leaf])) == {case.other_leaf.pk}
    assert releases_mails._adjusted(case.round_group) == {case.first.pk: 1}


def test_whoever_reads_everything_reads_the_undo_too(case: Council) -> None:
    recognise(case)
    undo(case, 1)
    for user in (case.manager, person(Role.OBSERVER), case.member):
        assert [e.action for e in reading.entries_visible_to(user)] == [Action.RECOGNISE, Action.UNDO]


def test_a_reason_of_an_undone_adjustment_is_not_counted_but_is_never_deleted(case: Council) -> None:
    lower(case)
    undo(case, 1)
    assert reasons_queries.uses(case.round_group.round) == []
    assert reasons_queries.ever_used() == {case.reason.pk}
    with pytest.raises(Refused, match="không xóa được"):
        reasons.delete_reason(actor=case.manager, reason_id=case.reason.pk)


def test_progress_counts_an_undone_cell_as_waiting(case: Council) -> None:
    recognise(case)
    undo(case, 1)
    whole = progress(board(case.round_group), stages.calendar(case.round_group)).whole
    assert (whole.done, whole.waiting) == (0, 6)


def test_an_archive_may_fill_an_undone_cell_and_what_it_says_stands_again(case: Council) -> None:
    cell = {(case.first.pk, case.leaf.pk): Decimal("1.25")}
    recognise(case)
    with pytest.raises(Refused, match="đã được Hội đồng thẩm định"):
        import_standings(actor=None, round_group=case.round_group, rows=cell)
    undo(case, 1)
    import_standings(actor=None, round_group=case.round_group, rows=cell)
    lower(case, version=3)
    standing = undo(case, 4)
    assert (standing.stage.name, standing.points) == ("import", Decimal("1.25"))
    with pytest.raises(Refused, match="giai đoạn đó"):
        undo(case, 5)
    assert list(ledger.check()) == []


def test_the_database_knows_what_an_undo_is(case: Council) -> None:
    entry = recognise(case).entries.get()
    standing = undo(case, 1)
    rows = AppraisalEntry.objects.filter(action=Action.UNDO)
    steps: tuple[dict[str, Any], ...] = (
        {"undoes": None},
        {"points": Decimal(1)},
        {"stage_kind": "reply"},
        {"stage_kind": "archive"},
    )
    for wrong in steps:
        with pytest.raises(IntegrityError, match="stage_fits_action"), transaction.atomic():
            rows.update(**wrong)
    with pytest.raises(IntegrityError, match="stage_fits_action"), transaction.atomic():
        AppraisalEntry.objects.filter(pk=entry.pk).update(undoes=entry)
    standings = Appraisal.objects.filter(pk=standing.pk)
    halves: tuple[dict[str, Any], ...] = ({"points": Decimal(0)}, {"not_applicable": True}, {"action": "recognise"})
    for half in halves:
        with pytest.raises(IntegrityError, match="standing_has_points_or_na"), transaction.atomic():
            standings.update(**half)


@pytest.fixture
def taken_back(case: Council) -> Council:
    """One cell recognised, lowered and taken back; a batch of two taken back."""
    recognise(case)
    lower(case, version=1)
    undo(case, 2)
    cells = [(case.second.pk, leaf.pk, 0) for leaf in (case.leaf, case.other_leaf)]
    bulk.bulk_recognise(actor=case.member, round_group_id=case.round_group.pk, cells=cells)
    log = LogEntry.objects.get(verb=core_digests.VERB_BULK)
    undo_batch(case, log, [(unit, leaf, 1) for unit, leaf, _ in cells])
    return case


def test_steps_taken_back_leave_the_ledger_whole(taken_back: Council) -> None:
    assert list(ledger.check()) == []


@pytest.mark.parametrize("unit", ["first", "second"])
def test_a_removed_undo_is_found_with_and_without_its_effect(taken_back: Council, unit: str) -> None:
    standing = taken_back.standing(getattr(taken_back, unit))
    step = standing.entries.get(action=Action.UNDO)
    AppraisalEntry.objects.filter(pk=step.pk)._raw_delete("default")
    assert any("không bằng bước cuối" in fault for fault in ledger.check())
    undone = present(step.undoes)
    Appraisal.objects.filter(pk=standing.pk).update(
        stage=undone.stage, action=undone.action, points=undone.points, version=step.sequence - 1
    )
    faults = list(ledger.check())
    assert not any("không bằng bước cuối" in fault for fault in faults)
    assert any("có bước bị xóa" in fault for fault in faults)


def test_an_undo_moved_to_another_step_or_author_is_found(taken_back: Council) -> None:
    standing = taken_back.standing()
    first = standing.entries.get(sequence=1)
    rows = AppraisalEntry.objects.filter(appraisal=standing, action=Action.UNDO)
    later = stage_of(taken_back.round_group, "round2")
    for edit in ({"undoes": first}, {"actor": taken_back.manager}, {"stage": later}, {"comment": "Khác."}):
        before = rows.values(*edit).get()
        rows.update(**edit)
        assert any("mã kiểm tra" in fault for fault in ledger.check())
        rows.update(**before)
    rows.update(undoes=first)
    assert any("không khớp với bước" in fault for fault in ledger.check())
    rows.update(undoes=standing.entries.get(sequence=2))
    assert list(ledger.check()) == []


def test_a_standing_that_outlives_its_undo_is_found(taken_back: Council) -> None:
    rows = Appraisal.objects.filter(unit=taken_back.second)
    rows.update(action="recognise", points=Decimal("1.5"))
    assert any("không bằng bước cuối" in fault for fault in ledger.check())
