"""What a survey whose plan protects small cells tells: tallies follow the ballots when the phase is over, pair by pair
of respondent group and unit, as far as nobody can tell few ballots from the difference to what was told before.

Everything that tells reads tallies or the points that follow from them, so what is held here is held everywhere.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet

from criteria.models import RoundGroup
from surveys.models import RespondentGroup, Survey, Tally, ToldTally
from surveys.plan.queries import Worth, worth_of
from surveys.suppression import may_follow, untold
from units.auditlog.actions import record
from units.models import Unit

from .digests import counts_digest, plain_counts_digest
from .queries import Levels, counted_levels, is_collected_still, part_of_levels

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
            _Telling.of(block, 0).follow(_counted(block), set())
            _mark(survey, due=False, held=set())
        return
    telling = _Telling.of(block, survey.small_cell)
    noted = telling.note()
    if is_collected_still(block):
        held = held_pairs(block)
        _mark(survey, due=True, held=held)
    else:
        now = _counted(block)
        held = telling.held(now)
        noted += telling.follow(now, held) + telling.note()
        noted += survey.held != sorted(map(list, held))
        _mark(survey, due=False, held=held)
    if noted:
        _record(telling, held)


def note_unprotected(block: RoundGroup) -> None:
    """Keep what pages told before the plan protected small cells, by the installation's own threshold."""
    telling = _Telling.of(block, settings.SURVEY_SMALL_CELL)
    if telling.note():
        _record(telling, held_pairs(block))


def is_as_logged(block: RoundGroup, logged: Mapping[str, object] | None) -> bool:
    """Whether what is told is what an entry of the log says of it, in either form."""
    telling, held = _Telling.of(block, 0), held_pairs(block)
    return logged in (telling.facts(held), telling.facts(held, plain_counts_digest))


def _record(telling: "_Telling", held: set[GroupUnit]) -> None:
    record(actor=None, verb=VERB_TELL, obj=telling.block, after=telling.facts(held))


@dataclass(slots=True)
class _Telling:
    """What a survey tells and has told, read once and kept up with what is written."""

    block: RoundGroup
    small: int
    worth: Mapping[tuple[int, int], Worth]
    standing: dict[AskedPart, Levels]
    told: defaultdict[AskedPart, list[Levels]]
    """In the order of versions, the first of which is 1."""

    @classmethod
    def of(cls, block: RoundGroup, small: int) -> "_Telling":
        """Four queries."""
        rows = Tally.objects.filter(respondent_group__survey__round_group=block).order_by(*_PART)
        standing = {(group, unit, leaf): counts for group, unit, leaf, counts in rows.values_list(*_PART, "counts")}
        told: defaultdict[AskedPart, list[Levels]] = defaultdict(list)
        for group, unit, leaf, counts in _told_rows(block).values_list(*_PART, "counts"):
            told[group, unit, leaf].append(counts)
        return cls(block, small, worth_of(block), standing, told)

    def note(self) -> int:
        """Keep what the tallies tell, where it is not kept yet; how many rows that are."""
        rows = []
        for part, levels in sorted(self.standing.items()):
            if levels not in self.told[part] and self._is_told(part, levels):
                self.told[part].append(levels)
                rows.append(
                    ToldTally(
                        respondent_group_id=part[0],
                        unit_id=part[1],
                        criterion_id=part[2],
                        version=len(self.told[part]),
                        counts=levels,
                    )
                )
        ToldTally.objects.bulk_create(rows, batch_size=500)
        return len(rows)

    def held(self, now: Mapping[AskedPart, Levels]) -> set[GroupUnit]:
        """The pairs of which some part may not be told as it is `now`."""
        held: set[GroupUnit] = set()
        for part, levels in now.items():
            told = self.told[part]
            if not told or told == [levels] or not self._is_told(part, levels):
                continue  # nothing to compare it with, or nothing is told of it then
            known = self.worth.get((part[0], part[2]), {})
            outside = {value for value, (_, share) in known.items() if share is None}
            if not may_follow(_counts(levels), [_counts(one) for one in told], outside=outside, small=self.small):
                held.add(part[:2])
        return held

    def follow(self, now: Mapping[AskedPart, Levels], held: set[GroupUnit]) -> int:
        """Bring the rows of every pair that is not held to `now`; how many changed."""
        changed = [
            part
            for part in self.standing.keys() | now.keys()
            if part[:2] not in held and self.standing.get(part) != now.get(part)
        ]
        for group, unit in {part[:2] for part in changed if part not in now}:
            leaves = [part[2] for part in changed if part not in now and part[:2] == (group, unit)]
            Tally.objects.filter(respondent_group=group, unit=unit, criterion__in=leaves).delete()
        Tally.objects.bulk_create(
            [_row(part, now[part]) for part in sorted(changed) if part in now],
            batch_size=500,
            update_conflicts=True,
            unique_fields=["respondent_group", "unit", "criterion"],
            update_fields=["counts", "answered"],
        )
        for part in changed:
            self.standing.pop(part, None)
            if part in now:
                self.standing[part] = now[part]
        return len(changed)

    def facts(
        self, held: set[GroupUnit], digest: Callable[[Iterable[Sequence[object]]], str] = counts_digest
    ) -> dict[str, object]:
        """What the log keeps: the tallies, all that was told before, and who is held back."""
        told = ([*part, n, levels] for part, kept in sorted(self.told.items()) for n, levels in enumerate(kept, 1))
        return {
            "tallies": digest([*part, levels] for part, levels in sorted(self.standing.items())),
            "told": digest(told),
            "held": sorted(map(list, held)),
        }

    def _is_told(self, part: AskedPart, levels: Levels) -> bool:
        row = part_of_levels(part[0], part[2], levels, self.worth)
        return row.given > 0 and not untold([row], small=self.small)


_PART = ("respondent_group", "unit", "criterion")


def _row(part: AskedPart, levels: Levels) -> Tally:
    group, unit, leaf = part
    return Tally(
        respondent_group_id=group, unit_id=unit, criterion_id=leaf, counts=levels, answered=sum(levels.values())
    )


def _mark(survey: Survey, *, due: bool, held: set[GroupUnit]) -> None:
    survey.due, survey.held = due, sorted(map(list, held))
    survey.save(update_fields=["due", "held"])


def _counted(block: RoundGroup) -> dict[AskedPart, Levels]:
    groups = RespondentGroup.objects.filter(survey__round_group=block).order_by("pk")
    return {(group.pk, *cell): levels for group in groups for cell, levels in counted_levels(group).items()}


def _told_rows(block: RoundGroup) -> QuerySet[ToldTally]:
    rows = ToldTally.objects.filter(respondent_group__survey__round_group=block)
    return rows.order_by(*_PART, "version")


def _counts(levels: Levels) -> dict[int, int]:
    return {int(value): number for value, number in levels.items()}
