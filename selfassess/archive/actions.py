"""Finished self-scores of archives and hand-overs, as one batch."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.numbers import exact_text, vn_short
from criteria.actions import freeze, inputs_changed
from criteria.models import Criterion, RoundGroup, Source
from criteria.queries import leaves
from criteria.tree import CellKey
from selfassess.core.digests import ARCHIVE_NA_REASON, instant
from selfassess.core.queries import locked_units
from selfassess.models import SelfAssessment, SelfScore, Transition
from selfassess.rules import AssessmentState
from units.auditlog.actions import record
from units.models import Unit, User

BATCH = 500


@transaction.atomic
def import_scores(
    *, actor: User | None, round_group: RoundGroup, rows: Mapping[CellKey, Decimal | None], address: str = ""
) -> int:
    """Take finished self-scores by (unit id, criterion id), None for not applicable; the assessments
    count as submitted from an archive. One log entry holds before and after of what changed. The
    number of changed scores is the answer: the same rows again give 0 and write nothing.

    Raises Refused for a criterion that is not self-assessed, a unit of another block, points outside
    0 … maximum, and for changing what a head of unit has submitted here.
    """
    units = locked_units({unit for unit, _ in rows})
    criteria = leaves(round_group.criteria_set_id, [Source.SELF]).in_bulk()
    _check(round_group, rows, units, criteria)
    standing = _standing(round_group, units)
    scores = {(s.assessment.unit_id, s.criterion_id): s for s in _scores(round_group, units)}
    changed = {cell: value for cell, value in rows.items() if _differs(scores.get(cell), value)}
    submitted = {key for key, assessment in standing.items() if assessment.state == AssessmentState.SUBMITTED}
    waiting = [unit for unit in units.values() if unit.pk not in submitted]
    if not changed and not waiting:
        return 0
    _refuse_submitted({unit for unit, _ in changed}, standing)
    at = clock.now()
    before = {cell: _shown(scores.get(cell)) for cell in changed}
    steps = _submit(actor, round_group, waiting, standing, at)
    standing |= {step.assessment.unit_id: step.assessment for step in steps}
    _write(actor, standing, scores, changed, at)
    _log(actor, round_group, changed, before, units, criteria, address)
    if steps:
        facts = {str(step.assessment.pk): step.from_state for step in steps}
        after = {"at": instant(at), "from": facts}
        record(actor=actor, verb="selfassess.archive", obj=round_group, after=after, address=address)
    return len(changed)


def _check(
    round_group: RoundGroup,
    rows: Mapping[CellKey, Decimal | None],
    units: Mapping[int, Unit],
    criteria: Mapping[int, Criterion],
) -> None:
    for (unit_id, criterion_id), value in rows.items():
        unit, criterion = units.get(unit_id), criteria.get(criterion_id)
        if unit is None or unit.group_id != round_group.group_id:
            raise Refused(f"Đơn vị {unit or unit_id} không thuộc khối “{round_group.group}”.")
        if criterion is None:
            raise Refused(f"Tiêu chí {criterion_id} không phải tiêu chí tự đánh giá của {round_group}.")
        if value is not None and not 0 <= value <= criterion.max_points:
            raise Refused(
                f"{unit.code}, tiêu chí {criterion.code}: {vn_short(value)} nằm ngoài 0 đến "
                f"{vn_short(criterion.max_points)}."
            )


def _standing(round_group: RoundGroup, units: Iterable[int]) -> dict[int, SelfAssessment]:
    found = SelfAssessment.objects.select_for_update(of=("self",), no_key=True).filter(
        round_group=round_group, unit__in=list(units)
    )
    return {assessment.unit_id: assessment for assessment in found.select_related("unit").order_by("pk")}


def _scores(round_group: RoundGroup, units: Iterable[int]) -> Iterable[SelfScore]:
    found = SelfScore.objects.filter(assessment__round_group=round_group, assessment__unit__in=list(units))
    return found.select_related("assessment").order_by("pk")


def _differs(score: SelfScore | None, value: Decimal | None) -> bool:
    if score is None or not score.is_scored:
        return True
    return score.na_claimed if value is not None and score.na_claimed else score.points != value


def _refuse_submitted(touched: set[int], standing: Mapping[int, SelfAssessment]) -> None:
    """What a head has submitted with a receipt is reopened, never overwritten."""
    fixed = [a.unit.name for unit, a in standing.items() if unit in touched and a.submitted_by_id is not None]
    if fixed:
        raise Refused(f"Đã nộp trên hệ thống nên không ghi đè được: {'; '.join(sorted(fixed))}. Mở lại trước khi nhập.")


def _submit(
    actor: User | None,
    round_group: RoundGroup,
    waiting: Iterable[Unit],
    standing: Mapping[int, SelfAssessment],
    at: datetime,
) -> list[Transition]:
    """Make or move the assessments of `waiting` units to submitted, each with its transition."""
    new = [SelfAssessment(round_group=round_group, unit=unit) for unit in waiting if unit.pk not in standing]
    SelfAssessment.objects.bulk_create(new, BATCH)
    moved = [*new, *(standing[unit.pk] for unit in waiting if unit.pk in standing)]
    steps = [
        Transition(
            assessment=a, from_state=a.state, to_state=AssessmentState.SUBMITTED, verb="import", actor=actor, at=at
        )
        for a in moved
    ]
    for assessment in moved:
        assessment.state, assessment.submitted_at, assessment.imported = AssessmentState.SUBMITTED, at, True
    SelfAssessment.objects.bulk_update(moved, ["state", "submitted_at", "imported"], BATCH)
    return Transition.objects.bulk_create(steps, BATCH)


def _write(
    actor: User | None,
    standing: Mapping[int, SelfAssessment],
    scores: Mapping[CellKey, SelfScore],
    changed: Mapping[CellKey, Decimal | None],
    at: datetime,
) -> None:
    """One upsert for all cells: fast on both databases."""
    rows = []
    for (unit_id, criterion_id), value in changed.items():
        old = scores.get((unit_id, criterion_id))
        rows.append(
            SelfScore(
                assessment=standing[unit_id],
                criterion_id=criterion_id,
                points=value,
                na_claimed=value is None,
                na_reason=ARCHIVE_NA_REASON if value is None else "",
                version=(old.version if old else 0) + 1,
                updated_at=at,
                updated_by=actor,
            )
        )
    SelfScore.objects.bulk_create(
        rows,
        BATCH,
        update_conflicts=True,
        unique_fields=["assessment", "criterion"],
        update_fields=["figures", "points", "na_claimed", "na_reason", "version", "updated_at", "updated_by"],
    )


def _log(
    actor: User | None,
    round_group: RoundGroup,
    changed: Mapping[CellKey, Decimal | None],
    before: Mapping[CellKey, Any],
    units: Mapping[int, Unit],
    criteria: Mapping[int, Criterion],
    address: str,
) -> None:
    freeze(round_group.pk, actor)
    inputs_changed(round_group.pk)
    old: dict[str, dict[str, Any]] = {}
    new: dict[str, dict[str, Any]] = {}
    for (unit_id, criterion_id), value in changed.items():
        unit, code = units[unit_id].code, criteria[criterion_id].code
        old.setdefault(unit, {})[code] = before[unit_id, criterion_id]
        new.setdefault(unit, {})[code] = "KAD" if value is None else exact_text(value)
    record(actor=actor, verb="selfassess.import", obj=round_group, before=old, after=new, address=address)


def _shown(score: SelfScore | None) -> str | None:
    """A score in the log: exact text, KAD for not applicable, null for not scored."""
    if score is None or not score.is_scored:
        return None
    return "KAD" if score.na_claimed else exact_text(score.points)
