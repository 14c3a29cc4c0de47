"""What a survey whose plan protects small cells tells: tallies follow the ballots when the phase is over, pair by pair
of respondent group and unit, as far as nobody can tell few ballots from the difference to what was told before.

Everything that tells reads tallies or the points that follow from them, so what is held here is held everywhere.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from django.conf import settings
from django.db.models import QuerySet

from criteria.models import RoundGroup
from surveys.models import RespondentGroup, Survey, Tally, ToldTally
from surveys.plan.queries import Worth, worth_of
from surveys.suppression import CellPart, may_follow, untold
from units.auditlog.actions import record
from units.models import Unit

from .digests import told_digest
from .queries import counted_tallies, is_collected_still, part_of

GroupUnit = tuple[int, int]
"""Respondent group and unit."""
AskedPart = tuple[int, int, int]
"""Respondent group, unit, criterion."""
VERB_TELL = "surveys.tell"


def is_protected(group: RespondentGroup) -> bool:
    """Whether tallies of the group wait for `tell`."""
    return Survey.objects.filter(pk=group.survey_id, small_cell__isnull=False).exists()


def held_pairs(block: RoundGroup) -> set[GroupUnit]:
    """Whose tallies stay as they were told. One query."""
    held = Survey.objects.filter(round_group=block).values_list("held", flat=True).first() or []
    return {(group, unit) for group, unit in held}


def held_names(block: RoundGroup) -> list[tuple[str, str]]:
    """Group and unit of those, by name. Three queries."""
    held = sorted(held_pairs(block))
    groups = dict(RespondentGroup.objects.filter(survey__round_group=block).order_by("pk").values_list("pk", "name"))
    units = dict(Unit.objects.filter(pk__in={unit for _, unit in held}).order_by("pk").values_list("pk", "name"))
    return [(groups[group], units[unit]) for group, unit in held]


def told_again(block: RoundGroup) -> set[GroupUnit]:
    """Of whom more than one version was told, under a plan that protects small cells. One query."""
    again = _told_rows(block).filter(version__gt=1, respondent_group__survey__small_cell__isnull=False)
    return {(group, unit) for group, unit in again.values_list("respondent_group", "unit")}


def tell(block: RoundGroup) -> None:
    """Bring the tallies of a block, which the caller has locked, to its ballots, wherever that gives nobody away; note
    what is told from now on. While ballots come in nothing moves, and a plan without the rule holds nothing back."""
    survey = Survey.objects.filter(round_group=block).first()
    if survey is None:
        return
    if survey.small_cell is None:
        if survey.due or survey.held:
            _replace(_cells(_standing(block)), _cells(_counted(block)), set())
            _mark(survey, due=False, held=set())
        return
    noted = note_told(block, survey.small_cell)
    if is_collected_still(block):
        _mark(survey, due=True, held=held_pairs(block))
    else:
        standing, now = _cells(_standing(block)), _cells(_counted(block))
        held = _held(block, standing, now, survey.small_cell)
        noted += _replace(standing, now, held) + note_told(block, survey.small_cell)
        noted += survey.held != sorted(map(list, held))
        _mark(survey, due=False, held=held)
    if noted:
        _record(block)


def note_told(block: RoundGroup, small: int) -> int:
    """Keep what the tallies of a block tell, where it is not kept yet; how many rows that are."""
    worth, kept = worth_of(block), _told(block)
    rows = []
    for part, row in _cells(_standing(block)).items():
        counts = _counts(row)
        if _is_told(part_of(row, worth), small) and counts not in kept[part]:
            rows.append(
                ToldTally(
                    respondent_group_id=part[0],
                    unit_id=part[1],
                    criterion_id=part[2],
                    version=len(kept[part]) + 1,
                    counts=row.counts,
                )
            )
    ToldTally.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def note_unprotected(block: RoundGroup) -> None:
    """Keep what pages told before the plan protected small cells, by the installation's own threshold."""
    if note_told(block, settings.SURVEY_SMALL_CELL):
        _record(block)


def _record(block: RoundGroup) -> None:
    record(actor=None, verb=VERB_TELL, obj=block, after=told_facts(block))


def told_facts(block: RoundGroup) -> dict[str, object]:
    """What the log keeps of what is told: the tallies, all that was told before, and who is held back."""
    return {
        "tallies": told_digest([*part, row.counts] for part, row in _cells(_standing(block)).items()),
        "told": told_digest(_told_rows(block).values_list(*_PART, "version", "counts")),
        "held": sorted(map(list, held_pairs(block))),
    }


_PART = ("respondent_group", "unit", "criterion")


def _held(
    block: RoundGroup, standing: Mapping[AskedPart, Tally], now: Mapping[AskedPart, Tally], small: int
) -> set[GroupUnit]:
    worth, kept = worth_of(block), _told(block)
    held: set[GroupUnit] = set()
    for part in standing.keys() | now.keys():
        row = now.get(part)
        if row is None or not _is_told(part_of(row, worth), small):
            continue  # nothing is told of it then
        outside = {value for value, (_, share) in _worth_of_part(worth, part).items() if share is None}
        if not may_follow(_counts(row), kept[part], outside=outside, small=small):
            held.add(part[:2])
    return held


def _replace(standing: Mapping[AskedPart, Tally], now: Mapping[AskedPart, Tally], held: set[GroupUnit]) -> int:
    """Bring the rows of every pair that is not held to `now`; how many changed."""
    moving = [part for part in standing.keys() | now.keys() if part[:2] not in held]
    changed = [
        part
        for part in moving
        if part not in standing or part not in now or _counts(standing[part]) != _counts(now[part])
    ]
    gone = [standing[part].pk for part in changed if part in standing]
    for start in range(0, len(gone), 500):
        Tally.objects.filter(pk__in=gone[start : start + 500]).delete()
    Tally.objects.bulk_create([now[part] for part in sorted(changed) if part in now], batch_size=500)
    return len(changed)


def _mark(survey: Survey, *, due: bool, held: set[GroupUnit]) -> None:
    survey.due, survey.held = due, sorted(map(list, held))
    survey.save(update_fields=["due", "held"])


def _standing(block: RoundGroup) -> Iterator[Tally]:
    yield from Tally.objects.filter(respondent_group__survey__round_group=block).order_by("pk")


def _counted(block: RoundGroup) -> Iterator[Tally]:
    for group in RespondentGroup.objects.filter(survey__round_group=block).order_by("pk"):
        yield from counted_tallies(group)


def _cells(rows: Iterator[Tally]) -> dict[AskedPart, Tally]:
    cells = {(row.respondent_group_id, row.unit_id, row.criterion_id): row for row in rows}
    return dict(sorted(cells.items()))


def _told_rows(block: RoundGroup) -> QuerySet[ToldTally]:
    rows = ToldTally.objects.filter(respondent_group__survey__round_group=block)
    return rows.order_by(*_PART, "version")


def _told(block: RoundGroup) -> defaultdict[AskedPart, list[dict[int, int]]]:
    kept: defaultdict[AskedPart, list[dict[int, int]]] = defaultdict(list)
    for group, unit, criterion, counts in _told_rows(block).values_list(*_PART, "counts"):
        kept[group, unit, criterion].append({int(value): number for value, number in counts.items()})
    return kept


def _counts(row: Tally) -> dict[int, int]:
    return {int(value): number for value, number in row.counts.items()}


def _worth_of_part(worth: Mapping[tuple[int, int], Worth], part: AskedPart) -> Worth:
    return worth.get((part[0], part[2]), {})


def _is_told(part: CellPart, small: int) -> bool:
    return part.given > 0 and not untold([part], small=small)
