"""How far the year is, block by block."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from cchc_index.lib.prepared import Prepared, columns, instances
from criteria.models import Round, RoundGroup
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
