"""The council's released words of an earlier year, for the unit's own page (selfassess.lastyear.council)."""

from collections.abc import Sequence

from appraisal.models import AppraisalEntry
from appraisal.rules import reading
from criteria.models import Criterion, RoundGroup, Stage
from selfassess.lastyear.council import Finding
from units.models import Unit


def released(round_group: RoundGroup, unit: Unit, criteria: Sequence[Criterion]) -> dict[int, Finding]:
    """The last released step of each criterion and the unit's last answer. One query."""
    entries = reading.entries_open_to_units([unit.pk]).filter(
        appraisal__round_group=round_group, appraisal__criterion__in=criteria
    )
    steps: dict[int, list[AppraisalEntry]] = {}
    for entry in entries.select_related("appraisal", "reason", "stage"):
        steps.setdefault(entry.appraisal.criterion_id, []).append(entry)
    found = {pk: _finding(rows) for pk, rows in steps.items()}
    return {pk: finding for pk, finding in found.items() if finding is not None}


def _finding(rows: Sequence[AppraisalEntry]) -> Finding | None:
    council = [row for row in rows if row.stage_kind != Stage.Kind.REPLY]
    if not council:
        return None
    last = council[-1]
    words = [str(last.reason or ""), last.comment]
    answers = [row.comment for row in rows if row.stage_kind == Stage.Kind.REPLY and row.comment]
    return Finding(
        points=last.points,
        not_applicable=last.not_applicable,
        stage=last.stage.title,
        comment=". ".join(word.rstrip(".") for word in words if word),
        explanation=answers[-1] if answers else "",
    )
