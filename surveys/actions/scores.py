"""From ballots to tallies, from tallies and figures to survey points."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
from django.db import transaction

from cchc_index.lib import canonical
from cchc_index.lib.faults import Refused
from cchc_index.lib.numbers import exact_text
from criteria import actions as criteria_actions
from criteria.models import SURVEY_SOURCES, Criterion, RoundGroup
from surveys import tally
from surveys.models import AnswerOption, Ballot, Question, RespondentGroup, SatisfactionFigure, SurveyScore, Tally
from units.actions import record
from units.models import User

Cell = tuple[int, int]
Method = SurveyScore.Method


@dataclass(frozen=True, slots=True)
class Value:
    """What a score row holds."""

    points: Decimal | None
    ballots: int | None
    method: str
    not_applicable: bool = False


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


def counted_tallies(group: RespondentGroup) -> list[Tally]:
    """The histogram rows the group's valid ballots give, not saved. Two queries. Raises ValueError when an
    answer sheet does not fit the questionnaire."""
    criteria = list(
        Question.objects.filter(questionnaire__respondent_group=group)
        .order_by("position")
        .values_list("criterion_id", flat=True)
    )
    rows = Ballot.objects.filter(respondent_group=group, invalid_reason="").order_by("pk")
    units: list[int] = []
    blobs: list[bytes] = []
    for unit, answers in rows.values_list("unit_id", "answers").iterator(chunk_size=20_000):
        units.append(unit)
        blobs.append(bytes(answers))
    return _tallies(group, criteria, units, blobs) if units else []


def _tallies(group: RespondentGroup, criteria: list[int], units: list[int], blobs: list[bytes]) -> list[Tally]:
    known, index = np.unique(np.asarray(units, dtype=np.int64), return_inverse=True)
    answers = np.frombuffer(b"".join(blobs), dtype=np.uint8).reshape(len(blobs), len(criteria))
    counts = tally.histogram(index, answers, len(known))
    counts[:, :, tally.BLANK] = 0
    made = []
    for row, unit in enumerate(known):
        for question in np.flatnonzero(counts[row].any(axis=1)):
            levels = {str(v): int(counts[row, question, v]) for v in np.flatnonzero(counts[row, question])}
            made.append(
                Tally(
                    respondent_group=group,
                    unit_id=int(unit),
                    criterion_id=criteria[question],
                    counts=levels,
                    answered=sum(levels.values()),
                )
            )
    return made


@transaction.atomic
def refresh_scores(round_group: RoundGroup) -> int:
    """Recompute the survey scores of a block from its tallies and figures; the number of changed cells.

    Rows imported from an archive stay where neither ballots nor figures exist. A change raises the
    block's version. Raises Refused when a stored answer is missing from its scale.
    """
    block = lock_block(round_group.pk)
    changed = _write(block, computed_scores(block))
    if changed:
        criteria_actions.inputs_changed(block.pk)
    return changed


def computed_scores(block: RoundGroup) -> dict[Cell, Value]:
    """What tallies and figures give now, by cell. Five queries."""
    maxima = dict(Criterion.objects.filter(criteria_set_id=block.criteria_set_id).values_list("pk", "max_points"))
    parts = _parts(block)
    figures = _figures(block, maxima)
    weight = _figure_weight(block)
    found: dict[Cell, Value] = {}
    for cell in parts.keys() | figures.keys():
        try:
            scored = tally.score(maxima[cell[1]], parts.get(cell, ()), figures.get(cell), weight)
        except KeyError as missing:
            raise Refused(
                f"Có phiếu trả lời {missing} mà thang không còn mức đó: khôi phục mức này trong phần quản trị."
            ) from missing
        if scored:
            found[cell] = Value(scored.points, scored.ballots, Method.BALLOTS if scored.ballots else Method.FIGURE)
    return found


def _parts(block: RoundGroup) -> dict[Cell, list[tally.Part]]:
    shares: dict[int, dict[int, Decimal]] = defaultdict(dict)
    options = AnswerOption.objects.filter(scale__questionnaires__respondent_group__survey__round_group=block)
    for group, value, share in options.order_by("pk").values_list(
        "scale__questionnaires__respondent_group", "value", "share"
    ):
        shares[group][value] = share
    parts: dict[Cell, list[tally.Part]] = defaultdict(list)
    rows = Tally.objects.filter(respondent_group__survey__round_group=block, answered__gt=0)
    for group, weight, unit, criterion, counts in rows.order_by("pk").values_list(
        "respondent_group", "respondent_group__weight", "unit", "criterion", "counts"
    ):
        levels = {int(value): count for value, count in counts.items()}
        parts[unit, criterion].append(tally.Part(levels, shares[group], weight))
    return parts


def _figures(block: RoundGroup, maxima: Mapping[int, Decimal]) -> dict[Cell, Fraction]:
    rows = SatisfactionFigure.objects.filter(round_group=block).order_by("pk")
    return {
        (unit, criterion): tally.figure_share(maxima[criterion], points, percent)
        for unit, criterion, points, percent in rows.values_list("unit", "criterion", "points", "percent")
    }


def _figure_weight(block: RoundGroup) -> Decimal:
    """The weight of the groups measured by figures; 1, a group's default, where the plan names none."""
    groups = RespondentGroup.objects.filter(survey__round_group=block, mode=RespondentGroup.Mode.FIGURES)
    return sum(groups.order_by("pk").values_list("weight", flat=True), Decimal(0)) or Decimal(1)


def _write(block: RoundGroup, wanted: Mapping[Cell, Value]) -> int:
    """Bring the score rows to `wanted`; archive rows outside it stay."""
    rows = {(s.unit_id, s.criterion_id): s for s in SurveyScore.objects.filter(round_group=block).order_by("pk")}
    gone = [s.pk for cell, s in rows.items() if cell not in wanted and s.method != Method.IMPORT]
    moved = [
        SurveyScore(round_group=block, unit_id=cell[0], criterion_id=cell[1], **_fields(value))
        for cell, value in wanted.items()
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


def stored(block: RoundGroup) -> dict[Cell, Value]:
    """The score rows of a block by cell."""
    rows = SurveyScore.objects.filter(round_group=block).order_by("pk")
    return {(row.unit_id, row.criterion_id): value_of(row) for row in rows}


def value_of(row: SurveyScore) -> Value:
    return Value(row.points, row.ballots, row.method, row.not_applicable)


def _fields(value: Value) -> dict[str, object]:
    return {
        "points": value.points,
        "ballots": value.ballots,
        "method": value.method,
        "not_applicable": value.not_applicable,
    }


@transaction.atomic
def import_scores(*, actor: User | None, round_group: RoundGroup, rows: Mapping[Cell, Decimal | None]) -> int:
    """Take finished survey points from an archive: (unit, criterion) → points, None for not applicable.
    Returns how many cells changed; the same values again change nothing.

    Raises Refused for a leaf that is not surveyed, for points outside 0 … maximum, and where ballots or
    figures of the cell already give another value: an archive never overrules them.
    """
    block = lock_block(round_group.pk)
    leaves = {c.pk: c for c in Criterion.objects.filter(criteria_set_id=block.criteria_set_id, is_leaf=True)}
    before = {(s.unit_id, s.criterion_id): s for s in SurveyScore.objects.filter(round_group=block).order_by("pk")}
    wanted = {}
    for cell, points in rows.items():
        _check_archive(leaves.get(cell[1]), points, before.get(cell))
        row = before.get(cell)
        if row is None or (row.points, row.not_applicable) != (points, points is None):
            wanted[cell] = Value(points, None, Method.IMPORT, points is None)
    if not wanted:
        return 0
    changed = _write(block, computed_scores(block) | wanted)
    criteria_actions.freeze(block.pk, actor)
    criteria_actions.inputs_changed(block.pk)
    was = {cell: value_of(row) for cell, row in before.items()}
    record(
        actor=actor,
        verb="surveys.import_scores",
        obj=block,
        before={"digest": values_digest({cell: value_of(before[cell]) for cell in wanted if cell in before})},
        after={
            "cells": changed,
            "digest": values_digest(wanted),
            "scores": values_digest(stored(block)),
            "moved": moves(was, wanted),
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


def moves(before: Mapping[Cell, Value], after: Mapping[Cell, Value | None]) -> dict[str, dict[str, list[str | None]]]:
    """What the log keeps of each point that moved: {unit id: {criterion id: [before, after]}} as exact
    text, KAD for not applicable, null for no score. Cells of `after` that say the same are left out; a cell
    that is gone must stand in `after` as None."""
    found: dict[str, dict[str, list[str | None]]] = {}
    for (unit, criterion), value in sorted(after.items()):
        pair = [_shown(before.get((unit, criterion))), _shown(value)]
        if pair[0] != pair[1]:
            found.setdefault(str(unit), {})[str(criterion)] = pair
    return found


def refreshed(before: Mapping[Cell, Value], after: Mapping[Cell, Value]) -> dict[str, object]:
    """What the log keeps of a recomputation that no import asked for."""
    moved = moves(before, {cell: after.get(cell) for cell in before.keys() | after.keys()})
    return {"scores": values_digest(after), "moved": moved}


def _shown(value: Value | None) -> str | None:
    if value is None:
        return None
    return "KAD" if value.not_applicable else exact_text(value.points)


def values_digest(values: Mapping[Cell, Value]) -> str:
    """One digest for a set of cells, the same whatever their order."""
    return canonical.digest(
        [
            [*cell, value.points, value.ballots, str(value.method), value.not_applicable]
            for cell, value in sorted(values.items())
        ]
    )
