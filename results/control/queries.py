"""How far the year is, block by block."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from cchc_index.lib.prepared import Prepared, columns, instances
from criteria.annex import matching
from criteria.annex.matching import Match
from criteria.models import Round, RoundGroup
from criteria.queries import earlier_block, leaves, unlinked
from results.computation.queries import knows_latest
from results.jobs.queries import live_jobs
from results.models import Computation, Job
from results.steering.tables import BlockTotals


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


def block_rooms(round_: Round, blocks: Sequence[RoundGroup], by_block: Mapping[str, BlockTotals]) -> list[BlockRoom]:
    """Every block of a round with its numbers and how fresh its results are; two queries, and two for the sets where
    one waits to be confirmed."""
    found = [instances(row, Computation)[0] for row in _COMPUTATIONS.rows(round_=round_.pk)]
    computations = {one.round_group_id: one for one in found}
    jobs = {one.round_group_id: one for (one,) in (instances(row, Job) for row in _JOBS.rows(round_=round_.pk))}
    prefetch_related_objects([block for block in blocks if block.proposed_from], "criteria_set__decision")
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


_COMPUTATIONS = Prepared(
    lambda round_: (
        Computation.objects.filter(round_group__round=round_, current=True)
        .order_by()
        .values_list(*columns(Computation))
    )
)
_JOBS = Prepared(
    lambda round_: live_jobs(Job.Kind.RECOMPUTE).filter(round_group__round=round_).values_list(*columns(Job))
)
