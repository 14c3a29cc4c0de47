"""What each leaf does to the order: by leaving it out and ranking again, exactly; and how it goes with the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from results import ranking
from results.ranking import LeafStanding, Policies, RankedUnit, TreeRow

ALIKE = 0.98
"""Correlation from which two leaves are said to repeat each other."""
FEWEST = 8
"""Units that a correlation needs."""


@dataclass(frozen=True, slots=True)
class LeafInfluence:
    """`share_of_spread`: the part of the variance of the totals that the leaf brings, all parts adding to 1; None
    where the totals do not differ. `moved`: units whose rank changes, goes or appears without the leaf; `largest_move`:
    the most places by which one changes that is there before and after."""

    code: str
    mean: Decimal | None
    lowest: Decimal | None
    highest: Decimal | None
    share_of_spread: float | None
    moved: int
    largest_move: int
    all_at_maximum: bool
    repeats: tuple[str, ...]


def influences(
    rows: Sequence[TreeRow], policies: Policies, cells: Mapping[str, Mapping[str, LeafStanding]]
) -> list[LeafInfluence]:
    """The influence of every leaf, in the order of `rows`."""
    before = ranking.compute(rows, policies, cells)
    leaves = [row for row in rows if row.is_leaf]
    table = _table(leaves, cells)
    shares, repeats = _shares(leaves, table), _repeats(leaves, table)
    return [
        _influence(leaf, rows, policies, cells, before, shares.get(leaf.code), repeats.get(leaf.code, ()))
        for leaf in leaves
    ]


def _influence(
    leaf: TreeRow,
    rows: Sequence[TreeRow],
    policies: Policies,
    cells: Mapping[str, Mapping[str, LeafStanding]],
    before: Mapping[str, RankedUnit],
    share: float | None,
    repeats: tuple[str, ...],
) -> LeafInfluence:
    scored = [own[leaf.code].points for own in cells.values() if leaf.code in own]
    points = [value for value in scored if value is not None]
    without = ranking.compute([row for row in rows if row is not leaf], policies, cells)
    both = [(outcome, without[unit]) for unit, outcome in before.items()]
    return LeafInfluence(
        leaf.code,
        sum(points, Decimal(0)) / len(points) if points else None,
        min(points, default=None),
        max(points, default=None),
        share,
        sum(first.moved_to(then) for first, then in both),
        max((first.places_to(then) for first, then in both), default=0),
        bool(points) and min(points) == leaf.max_points,
        repeats,
    )


def _table(leaves: Sequence[TreeRow], cells: Mapping[str, Mapping[str, LeafStanding]]) -> NDArray[np.float64]:
    """Points by unit and leaf; a cell without points has the leaf's mean, so that it tells nothing."""
    table = np.array(
        [[_point(own.get(leaf.code)) for leaf in leaves] for own in cells.values()], dtype=np.float64
    ).reshape(len(cells), len(leaves))
    for column in table.T:
        known = ~np.isnan(column)
        column[~known] = column[known].mean() if known.any() else 0.0
    signs = np.array([-1.0 if leaf.kind == ranking.PENALTY else 1.0 for leaf in leaves])
    return np.asarray(table * signs)


def _point(cell: LeafStanding | None) -> float:
    return float("nan") if cell is None or cell.points is None else float(cell.points)


def _shares(leaves: Sequence[TreeRow], table: NDArray[np.float64]) -> dict[str, float]:
    """Covariance of each leaf with the total, over the variance of the total."""
    if not table.size:
        return {}
    centred = table - table.mean(axis=0)
    total = centred.sum(axis=1)
    spread = float(total @ total)
    return (
        {leaf.code: float(column @ total) / spread for leaf, column in zip(leaves, centred.T, strict=True)}
        if spread
        else {}
    )


def _repeats(leaves: Sequence[TreeRow], table: NDArray[np.float64]) -> dict[str, tuple[str, ...]]:
    if len(table) < FEWEST:
        return {}
    centred = table - table.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    telling = length > 1e-9
    scaled = np.where(telling, centred / np.where(telling, length, 1), 0)
    alike = scaled.T @ scaled >= ALIKE
    np.fill_diagonal(alike, val=False)
    return {
        leaf.code: tuple(leaves[other].code for other in np.flatnonzero(alike[at]).tolist())
        for at, leaf in enumerate(leaves)
        if alike[at].any()
    }
