"""How far the year is, block by block and unit by unit; its stages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from criteria.annex import matching
from criteria.annex.matching import Match
from criteria.calendar import queries as calendar
from criteria.models import Round, RoundGroup, Stage
from criteria.queries import earlier_block, leaves, unlinked
from results.computation.queries import knows_latest
from results.jobs.queries import live_jobs
from results.models import Computation, Job
from results.steering.tables import BlockTotals
from units.models import UNITS_BY_NAME, Unit


@dataclass(frozen=True)
class BlockRoom:
    """One block as Điều hành shows it."""

    round_group: RoundGroup
    totals: BlockTotals | None
    computation: Computation | None
    job: Job | None
    current: bool


@dataclass(frozen=True)
class MatchPart:
    """Criteria whose likeness to last year's lies in one stretch."""

    title: str
    year: int
    rows: list[Match]


def matches(round_group: RoundGroup) -> list[MatchPart]:
    """The block's criteria without one of an earlier year, each beside the likeliest, in three stretches. Three
    queries."""
    earlier = earlier_block(round_group)
    if earlier is None:
        return []
    found = matching.matches(list(unlinked(round_group)), list(leaves(earlier.criteria_set_id)))
    stretches = (
        (f"Giống từ {matching.NEAR}%", matching.NEAR, 101),
        (f"Giống từ {matching.FAR}% đến dưới {matching.NEAR}%", matching.FAR, matching.NEAR),
        (f"Giống dưới {matching.FAR}%", 0, matching.FAR),
    )
    parts = [
        MatchPart(title, earlier.round.year, [one for one in found if low <= one.percent < high])
        for title, low, high in stretches
    ]
    return [part for part in parts if part.rows]


def block_rooms(blocks: Sequence[RoundGroup], by_block: Mapping[str, BlockTotals]) -> list[BlockRoom]:
    """Every block with its numbers and how fresh its results are; two queries."""
    computations = {c.round_group_id: c for c in Computation.objects.filter(round_group__in=blocks, current=True)}
    jobs = {j.round_group_id: j for j in live_jobs(Job.Kind.RECOMPUTE).filter(round_group__in=blocks)}
    return [
        BlockRoom(
            block,
            by_block.get(block.group.code),
            computations.get(block.pk),
            jobs.get(block.pk),
            knows_latest(computations.get(block.pk), block),
        )
        for block in blocks
    ]


def stages(round_: Round) -> list[Stage]:
    """The calendar as the control room shows it, with who has more time; three queries."""
    return list(calendar.timed(round_).prefetch_related("extensions__unit"))


def measured_units(round_: Round) -> QuerySet[Unit]:
    """The units of the round's blocks by name."""
    return Unit.objects.select_related("group").filter(group__round_groups__round=round_).order_by(*UNITS_BY_NAME)
