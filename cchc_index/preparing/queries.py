"""How far a year is prepared: its blocks, its units, its people."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Sum

from cchc_index.lib import clock
from criteria import queries as criteria_queries
from criteria.calendar import queries as calendar_queries
from criteria.models import Criterion, Round, RoundGroup, Source, Stage
from units.agencies.queries import counts_on
from units.models import Membership, UnitGroup
from units.people.queries import open_proposals


@dataclass(frozen=True, slots=True)
class PreparedBlock:
    """A block of units and what measures it in the year, if anything does."""

    group: UnitGroup
    units: int
    round_group: RoundGroup | None
    leaves: int = 0
    own: Decimal = Decimal(0)
    survey: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        return self.own + self.survey


@dataclass(frozen=True, slots=True)
class Preparation:
    """A year as far as it is prepared."""

    year: int
    round: Round | None
    blocks: list[PreparedBlock]
    people: dict[str, int]
    """How many people hold each role now."""
    waiting: int
    """Roles that wait for a second person."""
    timed: int
    stages: int
    earlier: list[int]
    """The years that can be copied from, the newest first."""

    @property
    def units(self) -> int:
        return sum(block.units for block in self.blocks)

    @property
    def unmeasured(self) -> list[PreparedBlock]:
        return [block for block in self.blocks if block.round_group is None]


def round_of_year(year: int) -> Round | None:
    return Round.objects.filter(year=year).first()


def first_year() -> int:
    """The year that somebody who prepares wants to see: the newest round, else the year that now is."""
    newest = Round.objects.order_by("-year").values_list("year", flat=True).first()
    return newest or clock.today().year


def years() -> list[int]:
    return list(Round.objects.order_by("-year").values_list("year", flat=True))


def prepared(year: int) -> Preparation:
    """A constant number of queries, whatever the number of units, people and criteria."""
    round_ = round_of_year(year)
    day = round_.assessed_to if round_ else date(year, 12, 31)
    stages = calendar_queries.stages(round_.pk) if round_ else []
    held = Membership.objects.in_force().order_by().values("role")
    return Preparation(
        year=year,
        round=round_,
        blocks=_blocks(round_, day),
        people=dict(held.annotate(n=Count("user", distinct=True)).values_list("role", "n")),
        waiting=open_proposals().count(),
        timed=sum(stage.is_set for stage in stages),
        stages=sum(stage.kind != Stage.Kind.ARCHIVE for stage in stages),
        earlier=[one for one in years() if one < year],
    )


def _blocks(round_: Round | None, day: date) -> list[PreparedBlock]:
    measured = {row.group_id: row for row in criteria_queries.round_groups(round_)} if round_ else {}
    rows = Criterion.objects.filter(criteria_set__in=[row.criteria_set_id for row in measured.values()], is_leaf=True)
    sums: dict[int, dict[str, tuple[int, Decimal]]] = {}
    grouped = rows.filter(kind=Criterion.Kind.NORMAL).order_by().values("criteria_set", "source")
    for set_id, source, count, points in grouped.annotate(n=Count("pk"), points=Sum("max_points")).values_list(
        "criteria_set", "source", "n", "points"
    ):
        sums.setdefault(set_id, {})[source] = (count, points)
    return [_block(group, units, measured.get(group.pk), sums) for group, units in counts_on(day)]


def _block(
    group: UnitGroup, units: int, block: RoundGroup | None, sums: dict[int, dict[str, tuple[int, Decimal]]]
) -> PreparedBlock:
    parts = sums.get(block.criteria_set_id, {}) if block else {}
    own = parts.get(Source.SELF, (0, Decimal(0)))
    beside = [part for source, part in parts.items() if source != Source.SELF]
    survey = sum((points for _, points in beside), Decimal(0))
    return PreparedBlock(group, units, block, own[0] + sum(count for count, _ in beside), own[1], survey)
