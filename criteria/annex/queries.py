"""The block's criteria beside those of the year before."""

from dataclasses import dataclass

from criteria.models import RoundGroup
from criteria.queries import earlier_block, leaves, unlinked

from . import matching
from .matching import Match


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
