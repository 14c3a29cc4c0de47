"""Every block against its plan: ballots by respondent group, units without any, cells with points."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Q

from criteria import queries as criteria_queries
from criteria.models import SURVEY_SOURCES, RoundGroup
from surveys.models import Ballot, RespondentGroup, SatisfactionFigure, SurveyScore
from units.models import Unit


@dataclass(slots=True)
class GroupCoverage:
    """One respondent group against its plan."""

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

    @property
    def cells(self) -> int:
        return self.units * self.leaves


def coverage(blocks: Iterable[RoundGroup]) -> list[BlockCoverage]:
    """Every block against its plan. The number of queries grows with blocks only."""
    return [_coverage(block) for block in blocks]


def _coverage(block: RoundGroup) -> BlockCoverage:
    units = list(criteria_queries.units_of(block))
    groups = RespondentGroup.objects.filter(survey__round_group=block).order_by("position", "code")
    counted = _ballots_by_group(block)
    return BlockCoverage(
        block=block,
        units=len(units),
        leaves=criteria_queries.leaves(block.criteria_set_id, SURVEY_SOURCES).count(),
        scored=SurveyScore.objects.filter(round_group=block).count(),
        figures=SatisfactionFigure.objects.filter(round_group=block).count(),
        groups=[_group_coverage(group, units, counted.get(group.pk, {})) for group in groups],
    )


def _ballots_by_group(block: RoundGroup) -> dict[int, dict[int, tuple[int, int]]]:
    """group → unit → (valid, invalid)."""
    rows = (
        Ballot.objects.filter(respondent_group__survey__round_group=block)
        .values("respondent_group", "unit")
        .annotate(valid=Count("pk", filter=Q(invalid_reason="")), total=Count("pk"))
        .order_by("respondent_group", "unit")
    )
    counts: dict[int, dict[int, tuple[int, int]]] = {}
    for row in rows:
        counts.setdefault(row["respondent_group"], {})[row["unit"]] = (row["valid"], row["total"] - row["valid"])
    return counts


def _group_coverage(group: RespondentGroup, units: list[Unit], counted: dict[int, tuple[int, int]]) -> GroupCoverage:
    planned = group.planned_ballots
    return GroupCoverage(
        group=group,
        expected=None if planned is None else planned * len(units),
        valid=sum(valid for valid, _ in counted.values()),
        invalid=sum(invalid for _, invalid in counted.values()),
        without=[unit for unit in units if unit.pk not in counted] if group.takes_ballots else [],
    )
