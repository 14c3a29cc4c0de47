"""Finished appraised points of an archive or a hand-over, written as one recorded batch."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.db import transaction

from appraisal.core import digests as core_digests
from appraisal.core.actions.entries import Verdict, write_batch
from appraisal.core.actions.locks import locked_assessments, locked_block, standings_of
from appraisal.models import Action, Appraisal
from cchc_index.lib import numbers
from cchc_index.lib.faults import Refused
from criteria.calendar.actions import archive_stage
from criteria.models import RoundGroup, Stage
from criteria.tree import CellKey
from selfassess.models import SelfScore
from units.models import User


@transaction.atomic
def import_standings(*, actor: User | None, round_group: RoundGroup, rows: Mapping[CellKey, Decimal | None]) -> int:
    """Finished appraised points of an archive: `{(unit_id, criterion_id): points, or None for not
    applicable}`. Writes changed cells only, one log entry for the batch; returns how many changed.
    Raises Refused when a changed cell was already decided by the council in this system."""
    locked_assessments(round_group.pk, {unit for unit, _ in rows})
    block = locked_block(round_group.pk)
    standings = standings_of(block, rows)
    changed = {cell: points for cell, points in rows.items() if not _stands(standings.get(cell), points)}
    if not changed:
        return 0
    _check_not_decided(standings, changed)
    claims = _claims(block, changed)
    verdicts = {cell: _archived(points, claims.get(cell)) for cell, points in changed.items()}
    return write_batch(actor, block, archive_stage(block.round), verdicts, standings, core_digests.VERB_IMPORT)


def _stands(standing: Appraisal | None, points: Decimal | None) -> bool:
    if standing is None:
        return False
    return standing.not_applicable if points is None else standing.points == points


def _check_not_decided(standings: dict[CellKey, Appraisal], changed: dict[CellKey, Decimal | None]) -> None:
    there = [s for cell in changed if (s := standings.get(cell))]
    decided = [s for s in there if s.is_decided and s.stage.kind != Stage.Kind.ARCHIVE]
    if decided:
        names = "; ".join(f"{s.criterion.code} của {s.unit}" for s in decided[:5])
        raise Refused(
            f"{len(decided)} tiêu chí đã được Hội đồng thẩm định trên hệ thống ({names}…): tệp không được ghi đè."
            " Bỏ các dòng đó khỏi tệp, hoặc điều chỉnh trên màn hình thẩm định."
        )


def _claims(round_group: RoundGroup, cells: Iterable[CellKey]) -> dict[CellKey, tuple[Decimal | None, bool]]:
    """The units' own scores, to tell an archived recognition from an adjustment."""
    wanted = set(cells)
    rows = SelfScore.objects.filter(assessment__round_group=round_group).order_by("pk")
    found = rows.values_list("assessment__unit_id", "criterion_id", "points", "na_claimed")
    return {(unit, crit): (points, na) for unit, crit, points, na in found if (unit, crit) in wanted}


def _archived(points: Decimal | None, claim: tuple[Decimal | None, bool] | None) -> Verdict:
    if points is not None and points < 0:
        raise Refused("Điểm thẩm định không được âm.")
    value = None if points is None else numbers.quantize(points)
    same = claim == (value, value is None)
    return Verdict(Action.RECOGNISE if same else Action.ADJUST, value, value is None)
