"""Every block against its plan: ballots by respondent group, units without any, cells with points."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast

from django.db.models import Count, Q

from cchc_index.lib import clock
from criteria import queries as criteria_queries
from criteria.models import SURVEY_SOURCES, RoundGroup
from surveys import quality, validity
from surveys.models import (
    Ballot,
    ImportBatch,
    PlannedBallots,
    Questionnaire,
    RespondentGroup,
    SatisfactionFigure,
    SealedBallot,
    SurveyRequest,
    SurveyScore,
)
from surveys.queries import IN
from surveys.scores.keeping import held_pairs
from surveys.scores.queries import WaitsFor, rule_of, tells_nothing_yet, waits_for
from units.models import Unit


@dataclass(slots=True)
class GroupCoverage:
    """One respondent group against its plan. `expected`: of all units together; None where the plan does not say."""

    group: RespondentGroup
    expected: int | None
    valid: int = 0
    invalid: int = 0
    without: list[Unit] = field(default_factory=list)


@dataclass(slots=True)
class BlockCoverage:
    """The survey of one block: its groups, and how many of its cells have points."""

    block: RoundGroup
    units: int
    leaves: int
    scored: int
    figures: int
    groups: list[GroupCoverage]
    waiting: WaitsFor | None = None
    """Why its points are not told yet."""

    @property
    def cells(self) -> int:
        return self.units * self.leaves


def coverage(blocks: Iterable[RoundGroup]) -> list[BlockCoverage]:
    """Every block against its plan. The number of queries grows with blocks only."""
    return [_coverage(block) for block in blocks]


def _coverage(block: RoundGroup) -> BlockCoverage:
    units = list(criteria_queries.units_of(block))
    groups = RespondentGroup.objects.filter(survey__round_group=block).order_by("position", "code")
    counted, own = _ballots_by_group(block), _own_numbers(block)
    return BlockCoverage(
        block=block,
        units=len(units),
        leaves=criteria_queries.leaves(block.criteria_set_id, SURVEY_SOURCES).count(),
        scored=SurveyScore.objects.filter(round_group=block).count(),
        figures=SatisfactionFigure.objects.filter(round_group=block).count(),
        groups=[_group_coverage(group, units, counted.get(group.pk, {}), own) for group in groups],
        waiting=waits_for(block),
    )


def _ballots_by_group(block: RoundGroup) -> dict[int, dict[int, tuple[int, int]]]:
    """group → unit → (valid, invalid); those in a box, which nobody has looked at, among the valid ones."""
    rows = (
        Ballot.objects.filter(IN, respondent_group__survey__round_group=block)
        .values("respondent_group", "unit")
        .annotate(valid=Count("pk", filter=Q(invalid_reason="")), total=Count("pk"))
        .order_by("respondent_group", "unit")
    )
    counts: dict[int, dict[int, tuple[int, int]]] = {}
    for row in rows:
        counts.setdefault(row["respondent_group"], {})[row["unit"]] = (row["valid"], row["total"] - row["valid"])
    sealed = SealedBallot.objects.filter(respondent_group__survey__round_group=block).order_by()
    for group, unit, number in sealed.values_list("respondent_group", "unit").annotate(ballots=Count("pk")):
        valid, invalid = counts.setdefault(group, {}).get(unit, (0, 0))
        counts[group][unit] = (valid + number, invalid)
    return counts


def _own_numbers(block: RoundGroup) -> dict[tuple[int, int], int]:
    """(group, unit) → planned ballots, of the units whose number differs from the group's."""
    rows = PlannedBallots.objects.filter(respondent_group__survey__round_group=block).order_by("pk")
    return {(group, unit): ballots for group, unit, ballots in rows.values_list("respondent_group", "unit", "ballots")}


def _group_coverage(
    group: RespondentGroup, units: list[Unit], counted: dict[int, tuple[int, int]], own: dict[tuple[int, int], int]
) -> GroupCoverage:
    planned = [own.get((group.pk, unit.pk), group.planned_ballots) for unit in units]
    known = [number for number in planned if number is not None]
    return GroupCoverage(
        group=group,
        expected=sum(known) if known else None,
        valid=sum(valid for valid, _ in counted.values()),
        invalid=sum(invalid for _, invalid in counted.values()),
        without=[unit for unit in units if unit.pk not in counted] if group.takes_ballots else [],
    )


# --- one block, unit by unit and day by day ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnitBallots:
    """One unit's ballots of one group. `planned` None: the plan does not say."""

    planned: int | None
    valid: int
    invalid: int

    @property
    def lacking(self) -> int:
        """How many valid ballots the plan still wants; where it says nothing, whether there is none at all."""
        if self.planned is None:
            return int(self.valid == 0)
        return max(self.planned - self.valid, 0)

    @property
    def state(self) -> str:
        if not self.lacking:
            return "ok"
        return "none" if self.valid == 0 else "wait"


@dataclass(slots=True)
class DayBallots:
    """What came in on one day, by group; `so_far`: valid ballots up to its end."""

    day: date
    by_group: list[int]
    total: int
    so_far: int


@dataclass(slots=True)
class UnitCoverage:
    """A block's ballots against its plan: groups × units, who lacks how many, day by day."""

    block: RoundGroup
    groups: list[RespondentGroup]
    rows: list[tuple[Unit, list[UnitBallots]]]
    days: list[DayBallots]

    @property
    def lacking(self) -> list[tuple[RespondentGroup, list[tuple[Unit, UnitBallots]]]]:
        """By group the units that lack ballots, those that lack most first."""
        listed = []
        for at, group in enumerate(self.groups):
            units = [(unit, cells[at]) for unit, cells in self.rows if cells[at].lacking]
            listed.append((group, sorted(units, key=lambda pair: -pair[1].lacking)))
        return listed

    @property
    def totals(self) -> list[UnitBallots]:
        return [_sum_of([cells[at] for _, cells in self.rows]) for at in range(len(self.groups))]


def _sum_of(cells: list[UnitBallots]) -> UnitBallots:
    known = [cell.planned for cell in cells if cell.planned is not None]
    planned = sum(known) if known else None
    return UnitBallots(planned, sum(cell.valid for cell in cells), sum(cell.invalid for cell in cells))


def unit_coverage(block: RoundGroup) -> UnitCoverage:
    """Six queries, whatever the number of units, groups, files and ballots."""
    every = RespondentGroup.objects.filter(survey__round_group=block).order_by("position", "code")
    groups = [group for group in every if group.takes_ballots]
    counted, own = _ballots_by_group(block), _own_numbers(block)
    rows = []
    for unit in criteria_queries.units_of(block):
        cells = []
        for group in groups:
            valid, invalid = counted.get(group.pk, {}).get(unit.pk, (0, 0))
            cells.append(UnitBallots(own.get((group.pk, unit.pk), group.planned_ballots), valid, invalid))
        rows.append((unit, cells))
    return UnitCoverage(block, groups, rows, _days(block, groups))


def _days(block: RoundGroup, groups: list[RespondentGroup]) -> list[DayBallots]:
    """Valid ballots by the day their file came in: a ballot itself keeps no hour. One query."""
    rows = (
        Ballot.objects.filter(
            IN, respondent_group__survey__round_group=block, invalid_reason="", batch__committed_at__isnull=False
        )
        .values("batch__committed_at", "respondent_group")
        .annotate(ballots=Count("pk"))
        .order_by("batch__committed_at", "respondent_group")
    )
    by_day: dict[date, dict[int, int]] = {}
    for row in rows:
        counts = by_day.setdefault(clock.hanoi(cast(datetime, row["batch__committed_at"])).date(), {})
        counts[row["respondent_group"]] = counts.get(row["respondent_group"], 0) + row["ballots"]
    days, so_far = [], 0
    for day, counts in sorted(by_day.items()):
        by_group = [counts.get(group.pk, 0) for group in groups]
        so_far += sum(by_group)
        days.append(DayBallots(day, by_group, sum(by_group), so_far))
    return days


# --- what is striking, and what was left out --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnitQuality:
    """One unit's ballots of one group: how many, how many do not count and why, what is striking. None: not told, for
    few ballots; `marks` also for the sake of what was told before."""

    unit: Unit
    ballots: int
    invalid: int
    excluded: list[int] | None
    marks: list[int] | None


@dataclass(frozen=True, slots=True)
class GroupQuality:
    """A respondent group with its units; `reasons` and `marks` head the columns. `excluded`: the sums of what is told
    by reason, `unexplained`: how many more do not count, of units whose reasons are not told."""

    group: RespondentGroup
    reasons: list[str]
    marks: list[str]
    units: list[UnitQuality]
    excluded: list[int]
    unexplained: int


def quality_of(block: RoundGroup) -> list[GroupQuality]:
    """Every group's ballots by unit. Thirteen queries, whatever the number of units, groups, files and ballots."""
    silent, small, held = tells_nothing_yet(block), rule_of(block)[0], held_pairs(block)
    numbers, marks, units = _ballots_by_reason(block), _marks(block), list(criteria_queries.units_of(block))
    again = _repeated(block)
    groups = []
    for group in RespondentGroup.objects.filter(survey__round_group=block).order_by("position", "code"):
        rows = []
        for unit in units if group.takes_ballots else ():
            by_reason = numbers.get((group.pk, unit.pk), {})
            total = sum(by_reason.values())
            few = total < small
            kept = silent or few or (group.pk, unit.pk) in held
            struck = {mark: marks.get((group.pk, mark), {}).get(str(unit.pk), 0) for mark in quality.LABELS}
            struck[quality.SAME] = again.get((group.pk, unit.pk), 0)
            excluded = [by_reason.get(reason, 0) for reason in validity.LABELS]
            if total:
                told = None if few else excluded, None if kept else list(struck.values())
                rows.append(UnitQuality(unit, total, sum(excluded), *told))
        if rows:
            groups.append(_of_group(group, rows))
    return groups


def _of_group(group: RespondentGroup, rows: list[UnitQuality]) -> GroupQuality:
    told = [row.excluded for row in rows if row.excluded is not None]
    sums = [sum(numbers) for numbers in zip(*told, strict=True)] or [0] * len(validity.LABELS)
    unexplained = sum(row.invalid for row in rows if row.excluded is None)
    return GroupQuality(group, list(validity.LABELS.values()), list(quality.LABELS.values()), rows, sums, unexplained)


def left_boxes(block: RoundGroup) -> list[SurveyRequest]:
    """The boxes that two people left unopened: their ballots count nowhere. One query."""
    rows = SurveyRequest.objects.filter(
        round_group=block, kind=SurveyRequest.Kind.BOX, state=SurveyRequest.State.CONFIRMED
    )
    return list(rows.select_related("proposed_by", "decided_by").order_by("decided_at", "pk"))


def _ballots_by_reason(block: RoundGroup) -> dict[tuple[int, int], dict[str, int]]:
    rows = Ballot.objects.filter(IN, respondent_group__survey__round_group=block).order_by()
    counts: dict[tuple[int, int], dict[str, int]] = {}
    for group, unit, reason, number in rows.values_list("respondent_group", "unit", "invalid_reason").annotate(
        ballots=Count("pk")
    ):
        counts.setdefault((group, unit), {})[reason] = number
    return counts


def _marks(block: RoundGroup) -> dict[tuple[int, str], dict[str, int]]:
    """(group, mark) → unit id as text → ballots, of the files that are in."""
    rows = ImportBatch.objects.filter(round_group=block, state=ImportBatch.State.COMMITTED).order_by("pk")
    sums: dict[tuple[int, str], dict[str, int]] = {}
    for group, counts in rows.values_list("respondent_group", "counts"):
        for mark, units in counts.get("marks", {}).items():
            place = sums.setdefault((group, mark), {})
            for unit, number in units.items():
                place[unit] = place.get(unit, 0) + number
    return sums


def _repeated(block: RoundGroup) -> dict[tuple[int, int], int]:
    """(group, unit) → ballots that say exactly what one before them says, whichever file brought it: a sheet sent in
    two files shows here. Counted anew, so that a file undone leaves nothing behind. Two queries."""
    rules = Questionnaire.objects.filter(respondent_group__survey__round_group=block).order_by("pk")
    least = dict(rules.values_list("respondent_group", "duplicates_from"))
    rows = Ballot.objects.filter(IN, respondent_group__survey__round_group=block).order_by()
    alike = rows.values_list("respondent_group", "unit", "answers").annotate(ballots=Count("pk")).filter(ballots__gt=1)
    repeated: dict[tuple[int, int], int] = {}
    for group, unit, answers, ballots in alike:
        answered = sum(value != validity.BLANK for value in bytes(answers))
        if answered >= max(least.get(group, 1), 1):
            repeated[group, unit] = repeated.get((group, unit), 0) + ballots - 1
    return repeated
