"""A fair split of a block's cells among its appraisers. Standard library only.

A cell is one leaf at one unit. A leaf goes to one member for every unit, because one yardstick must
measure them all; only the units that member may not judge (the own unit, a declared interest) go to
somebody else. Each member's leaves follow each other in the tree, so that areas stay together.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import permutations

from criteria.tree import CellKey

Pair = tuple[int, int]


@dataclass(frozen=True)
class Share:
    """Who judges which leaf, and who stands in where that member may not."""

    owners: dict[int, int]
    """{leaf: member}: all units but those barred to the member."""
    stand_ins: dict[CellKey, int]
    """{(unit, leaf): member}, for the units barred to the leaf's owner."""
    uncovered: tuple[CellKey, ...]
    """Cells nobody of the chosen members may judge."""
    loads: dict[int, int]
    """{member: cells}."""

    @property
    def spread(self) -> int:
        return max(self.loads.values(), default=0) - min(self.loads.values(), default=0)


@dataclass(frozen=True)
class _Task:
    """What is to be shared, in the order given."""

    members: tuple[int, ...]
    units: tuple[int, ...]
    leaves: tuple[int, ...]
    barred: Set[Pair]

    def may(self, member: int, unit: int) -> bool:
        return (member, unit) not in self.barred

    def column(self, member: int) -> int:
        """The cells of one leaf that the member may judge."""
        return sum(self.may(member, unit) for unit in self.units)

    def heads(self) -> list[int]:
        """Those who may own leaves: who may judge at least half of the units. Somebody barred from more
        would hold a yardstick that others apply; when all are, whoever may judge anything."""
        able = [m for m in self.members if self.column(m)]
        return [m for m in able if 2 * self.column(m) >= len(self.units)] or able


def propose(members: Sequence[int], units: Sequence[int], leaves: Sequence[int], barred: Set[Pair]) -> Share:
    """Share `units` × `leaves` among `members`; `barred` holds the pairs (member, unit) that must not meet.

    Every cell goes to exactly one member or stands in `uncovered`; nobody gets a barred unit. Where each
    member has one unit of their own (and there are two members and two units), loads differ by at most one
    leaf's worth of cells; with more bars they are as even as moving single leaves makes them. The same
    input gives the same split.
    """
    task = _Task(tuple(dict.fromkeys(members)), tuple(units), tuple(leaves), barred)
    heads = task.heads()
    if not heads:
        everything = tuple((unit, leaf) for leaf in leaves for unit in units)
        return Share({}, {}, everything, dict.fromkeys(task.members, 0))
    each, more = divmod(len(leaves), len(heads))
    counts = {member: each + (place < more) for place, member in enumerate(heads)}
    best = _deal(task, counts)
    while best.spread > len(units):
        better = _one_move(task, counts, best)
        if better is None:
            break
        counts, best = better
    return best


def _deal(task: _Task, counts: Mapping[int, int]) -> Share:
    """Give out runs of leaves in the order of the tree, then the cells barred to their owners."""
    owners, start = {}, 0
    for member, count in counts.items():
        owners.update(dict.fromkeys(task.leaves[start : start + count], member))
        start += count
    loads = {m: counts.get(m, 0) * task.column(m) for m in task.members}
    stand_ins: dict[CellKey, int] = {}
    uncovered: list[CellKey] = []
    for run, unit in _barred_runs(task, owners):
        cells = [(unit, leaf) for leaf in run]
        stand_in = _least(task, loads, unit)
        if stand_in is None:
            uncovered += cells
            continue
        stand_ins.update(dict.fromkeys(cells, stand_in))
        loads[stand_in] += len(cells)
    return Share(owners, stand_ins, tuple(uncovered), loads)


def _barred_runs(task: _Task, owners: Mapping[int, int]) -> list[tuple[list[int], int]]:
    """The cells that need somebody else, as runs of leaves at one unit; no run is longer than a leaf has
    cells, so that handing one out never unbalances more than a leaf would."""
    runs = []
    longest = len(task.units)
    for member in dict.fromkeys(owners.values()):
        held = [leaf for leaf, owner in owners.items() if owner == member]
        for unit in task.units:
            if not task.may(member, unit):
                runs += [(held[i : i + longest], unit) for i in range(0, len(held), longest)]
    return runs


def _least(task: _Task, loads: Mapping[int, int], unit: int) -> int | None:
    able = [m for m in task.members if task.may(m, unit)]
    return min(able, key=lambda m: (loads[m], task.members.index(m)), default=None)


def _one_move(task: _Task, counts: dict[int, int], now: Share) -> tuple[dict[int, int], Share] | None:
    """The best split that is one leaf away, if it is more even than `now`."""
    moves = (
        {**counts, giver: counts[giver] - 1, taker: counts[taker] + 1}
        for giver, taker in permutations(counts, 2)
        if counts[giver]
    )
    shares = ((moved, _deal(task, moved)) for moved in moves)
    best = min(shares, key=lambda share: _unevenness(share[1]), default=None)
    return best if best is not None and _unevenness(best[1]) < _unevenness(now) else None


def _unevenness(share: Share) -> int:
    return sum(load * load for load in share.loads.values())


@dataclass(frozen=True)
class SharedBranch:
    """A branch of the tree (None: the whole) at some units (None: all that may be judged)."""

    branch: int | None
    units: frozenset[int] | None


def rows_of(
    cells: Set[CellKey], *, units: Set[int], leaves: Sequence[int], parents: Mapping[int, int | None]
) -> list[SharedBranch]:
    """The fewest rows that hold exactly `cells`: leaves held at the same units are gathered into the
    highest branches that hold no other leaf. `units` are those the member may judge: a leaf held at all
    of them is held at "all". `leaves` in the order of the tree; `parents` lead from each row upwards."""
    held: dict[int, set[int]] = {}
    for unit, leaf in cells:
        held.setdefault(leaf, set()).add(unit)
    groups: dict[frozenset[int] | None, list[int]] = {}
    for leaf in leaves:
        if leaf in held:
            found = frozenset(held[leaf])
            groups.setdefault(None if found == units else found, []).append(leaf)
    return [
        SharedBranch(branch, found) for found, group in groups.items() for branch in _branches(group, leaves, parents)
    ]


def _branches(chosen: Sequence[int], leaves: Sequence[int], parents: Mapping[int, int | None]) -> list[int | None]:
    """The highest branches whose leaves are all wanted, in the order of the tree."""
    if len(chosen) == len(leaves):
        return [None]
    unwanted = set(leaves) - set(chosen)
    closed = {branch for leaf in unwanted for branch in line(leaf, parents)}
    tops = [next(b for b in reversed(line(leaf, parents)) if b not in closed) for leaf in chosen]
    return list(dict.fromkeys(tops))


def line(row: int, parents: Mapping[int, int | None]) -> list[int]:
    """A row and everything above it."""
    found: list[int] = []
    current: int | None = row
    while current is not None:
        found.append(current)
        current = parents.get(current)
    return found
