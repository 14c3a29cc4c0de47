"""Writing tallies and points: counted again, computed again, taken from an archive."""

import logging
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from cchc_index.lib.faults import Refused
from cchc_index.lib.numbers import exact_text
from criteria import actions as criteria_actions
from criteria.models import SURVEY_SOURCES, Criterion, RoundGroup
from criteria.tree import CellKey
from surveys.models import ImportBatch, RespondentGroup, SurveyScore, Tally
from units.auditlog.actions import record
from units.models import User

from .digests import ScoreValue, moves, refreshed, value_of, values_digest
from .keeping import tell
from .queries import computed_scores, counted_tallies, is_collected_still, stored, tallies_of

log = logging.getLogger(__name__)

Method = SurveyScore.Method


def lock_block(round_group_id: int) -> RoundGroup:
    """The block, locked: imports, undos and recomputations of one block wait for each other."""
    return (
        RoundGroup.objects.select_for_update(of=("self",))
        .select_related("round", "group", "criteria_set")
        .get(pk=round_group_id)
    )


@transaction.atomic
def rebuild_tallies(group: RespondentGroup) -> None:
    """Count the group's valid ballots again into its histogram rows: one code path for import and undo."""
    counted = counted_tallies(group)
    Tally.objects.filter(respondent_group=group).delete()
    Tally.objects.bulk_create(counted, batch_size=500)


@transaction.atomic
def add_tallies(
    group: RespondentGroup, criteria: list[int], units: NDArray[np.int64], answers: NDArray[np.uint8]
) -> None:
    """Count new valid ballots into the group's histogram rows: `units` by ballot, `answers` ballots × `criteria`. What
    stands is read for their units alone. The block's lock is the caller's; the rows equal what `rebuild_tallies`
    would count."""
    added = tallies_of(group, criteria, units, answers) if len(units) else []
    before = {
        (row.unit_id, row.criterion_id): row
        for row in Tally.objects.filter(respondent_group=group, unit__in=np.unique(units).tolist()).order_by("pk")
    }
    for row in added:
        old = before.get((row.unit_id, row.criterion_id))
        if old is not None:
            counts = Counter(old.counts)
            counts.update(row.counts)
            row.counts, row.answered = dict(counts), row.answered + old.answered
    Tally.objects.bulk_create(
        added,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["respondent_group", "unit", "criterion"],
        update_fields=["counts", "answered"],
    )


@transaction.atomic
def refresh_scores(round_group: RoundGroup) -> int:
    """Recompute the survey scores of a block from its tallies and figures; the number of changed cells.

    Where the plan protects small cells the tallies come up to the ballots first, as far as they may. Rows imported from
    an archive stay where neither ballots nor figures exist. A change raises the block's version. Raises Refused when a
    stored answer is missing from its scale.
    """
    block = lock_block(round_group.pk)
    tell(block)
    return _follow(block)


def _follow(block: RoundGroup) -> int:
    """Bring the points to what the tallies and figures give; how many cells changed."""
    changed = _write(block, computed_scores(block))
    if changed:
        criteria_actions.inputs_changed(block.pk)
    return changed


@transaction.atomic
def recompute(actor: User, round_group: RoundGroup) -> int:
    """Points as the tallies that stand and the figures give them, for what moves them but no ballot; logged with who
    did it. How many cells changed. Raises Refused as `refresh_scores`."""
    block = lock_block(round_group.pk)
    before = stored(block)
    changed = _follow(block)
    if changed:
        record(actor=actor, verb="surveys.refresh", obj=block, after=refreshed(before, stored(block)))
    return changed


def tell_due() -> int:
    """Count the ballots that waited for the end of their survey's phase, called every few seconds: the clock closes a
    phase, nobody acts. How many blocks were looked at."""
    waiting = RoundGroup.objects.filter(survey__due=True, survey__small_cell__isnull=False)
    ended = [block for block in waiting.select_related("round").order_by("pk") if not is_collected_still(block)]
    for block in ended:
        try:
            with transaction.atomic():
                before = stored(lock_block(block.pk))
                if refresh_scores(block):
                    record(actor=None, verb="surveys.refresh", obj=block, after=refreshed(before, stored(block)))
        except Refused:  # its own people see why, at the next file; other blocks go on
            log.exception("%s: chưa tính được phiếu vào kết quả", block)
    return len(ended)


def _write(block: RoundGroup, scores: Mapping[CellKey, ScoreValue]) -> int:
    """Bring the score rows to `scores`; archive rows outside it stay."""
    rows = {(s.unit_id, s.criterion_id): s for s in SurveyScore.objects.filter(round_group=block).order_by("pk")}
    gone = [s.pk for cell, s in rows.items() if cell not in scores and s.method != Method.IMPORT]
    moved = [
        SurveyScore(round_group=block, unit_id=cell[0], criterion_id=cell[1], **_fields(value))
        for cell, value in scores.items()
        if cell not in rows or value_of(rows[cell]) != value
    ]
    for start in range(0, len(gone), 500):
        SurveyScore.objects.filter(pk__in=gone[start : start + 500]).delete()
    upsert(moved)
    return len(gone) + len(moved)


def upsert(scores: list[SurveyScore]) -> None:
    """Insert new cells and update old ones, one statement per 500 (`bulk_update` is five times slower)."""
    SurveyScore.objects.bulk_create(
        scores,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["round_group", "unit", "criterion"],
        update_fields=["points", "ballots", "method", "not_applicable"],
    )


def _fields(value: ScoreValue) -> dict[str, object]:
    return {
        "points": value.points,
        "ballots": value.ballots,
        "method": value.method,
        "not_applicable": value.not_applicable,
    }


def restore_archive(block: RoundGroup) -> int:
    """Archive points that batches had displaced stand again where nothing is computed any more."""
    present = stored(block).keys()
    rows: list[SurveyScore] = []
    seen = set(present)
    for counts in (
        ImportBatch.objects.filter(round_group=block, committed_at__isnull=False)
        .order_by("-committed_at", "-pk")
        .values_list("counts", flat=True)
    ):
        for unit, criterion, points, ballots_, na in counts.get("archive", []):
            if (unit, criterion) in seen:
                continue
            seen.add((unit, criterion))
            rows.append(
                SurveyScore(
                    round_group=block,
                    unit_id=unit,
                    criterion_id=criterion,
                    points=points,
                    ballots=ballots_,
                    not_applicable=na,
                    method=SurveyScore.Method.IMPORT,
                )
            )
    SurveyScore.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def pack_archive(values: Mapping[CellKey, ScoreValue]) -> list[list[Any]]:
    """Archive points that a batch displaces, as its row keeps them for `restore_archive`."""
    return [
        [*cell, None if value.points is None else str(value.points), value.ballots, value.not_applicable]
        for cell, value in sorted(values.items())
    ]


@transaction.atomic
def import_scores(*, actor: User | None, round_group: RoundGroup, rows: Mapping[CellKey, Decimal | None]) -> int:
    """Take finished survey points from an archive: (unit, criterion) → points, None for not applicable.
    Returns how many cells changed; the same values again change nothing.

    Raises Refused for a leaf that is not surveyed, for points outside 0 … maximum, and where ballots or
    figures of the cell already give another value: an archive never overrules them.
    """
    block = lock_block(round_group.pk)
    leaves = {c.pk: c for c in Criterion.objects.filter(criteria_set_id=block.criteria_set_id, is_leaf=True)}
    before = {(s.unit_id, s.criterion_id): s for s in SurveyScore.objects.filter(round_group=block).order_by("pk")}
    changes = {}
    for cell, points in rows.items():
        _check_archive(leaves.get(cell[1]), points, before.get(cell))
        row = before.get(cell)
        if row is None or (row.points, row.not_applicable) != (points, points is None):
            changes[cell] = ScoreValue(points, None, Method.IMPORT, points is None)
    if not changes:
        return 0
    changed = _write(block, computed_scores(block) | changes)
    criteria_actions.freeze(block.pk, actor)
    criteria_actions.inputs_changed(block.pk)
    was = {cell: value_of(row) for cell, row in before.items()}
    record(
        actor=actor,
        verb="surveys.import_scores",
        obj=block,
        before={"digest": values_digest({cell: value_of(before[cell]) for cell in changes if cell in before})},
        after={
            "cells": changed,
            "digest": values_digest(changes),
            "scores": values_digest(stored(block)),
            "moved": moves(was, changes),
        },
    )
    return changed


def _check_archive(leaf: Criterion | None, points: Decimal | None, row: SurveyScore | None) -> None:
    if leaf is None or leaf.source not in SURVEY_SOURCES:
        raise Refused("Điểm ĐTXHH chỉ nhập cho tiêu chí có nguồn ĐTXHH, SIPAS hoặc PAPI của bộ tiêu chí.")
    if points is not None and not 0 <= points <= leaf.max_points:
        raise Refused(f"Tiêu chí {leaf.code}: điểm ĐTXHH phải từ 0 đến {exact_text(leaf.max_points)}.")
    if row and row.method != Method.IMPORT and row.points != points:
        raise Refused(
            f"Tiêu chí {leaf.code}: đã có điểm ĐTXHH tính từ phiếu hoặc số liệu; "
            "hủy lần nhập đó trước khi nhập hồ sơ lưu."
        )
