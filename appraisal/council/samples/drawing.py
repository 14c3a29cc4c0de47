"""Which cells are drawn and who judges them again: a function of the share, the seed and the cells. Without Django."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Drawn:
    """A cell that was drawn, by its key, and the member who judges it again."""

    cell: tuple[int, int]
    member: int


def size_of(population: int, share: int) -> int:
    """How many cells a share in percent is: at least one where there is any, rounded up."""
    return min(population, -(-population * share // 100))


def draw(cells: Sequence[tuple[int, int]], share: int, seed: int) -> list[tuple[int, int]]:
    """The sample, in the order of the cells given; `cells` in an order that does not depend on keys."""
    chosen = set(random.Random(seed).sample(range(len(cells)), size_of(len(cells), share)))  # noqa: S311 – repeatable
    return [cell for number, cell in enumerate(cells) if number in chosen]


def hand_out(cells: Sequence[tuple[int, int]], members: Mapping[tuple[int, int], Sequence[int]]) -> list[Drawn]:
    """Each cell to one of those who may judge it, who have the fewest so far; a cell that nobody may is left out."""
    held: Counter[int] = Counter()
    drawn = []
    for cell in cells:
        able = members.get(cell, ())
        if able:
            member = min(able, key=lambda one: (held[one], able.index(one)))
            held[member] += 1
            drawn.append(Drawn(cell, member))
    return drawn
