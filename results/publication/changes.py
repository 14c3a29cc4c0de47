"""What a publication would change: ranks and points beside those in force, the ends of the ranking. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from results.book import Book, BookBlock, BookLine

ENDS = 10
"""How many of the first and of the last a reader is shown."""


@dataclass(frozen=True, slots=True)
class MovedUnit:
    """A unit whose rank, points or band differ; None on the side where it does not stand."""

    name: str
    before: BookLine | None
    after: BookLine | None

    @property
    def difference(self) -> Decimal | None:
        """How the index moves."""
        if self.before is None or self.after is None or self.before.index is None or self.after.index is None:
            return None
        return self.after.index - self.before.index

    @property
    def is_overtaken(self) -> bool:
        """Whether nothing of its own moved: others did, so that it stands elsewhere."""
        if self.before is None or self.after is None:
            return False
        return _shown(self.before)[1:] == _shown(self.after)[1:]


@dataclass(frozen=True)
class BlockChanges:
    """One block as it would be published."""

    name: str
    units: int
    changed: list[MovedUnit]
    compared: bool
    first: list[BookLine]
    last: list[BookLine]
    exceptions: list[str] = field(default_factory=list)

    @property
    def corrected(self) -> int:
        """Of how many units something of their own differs; the others stand elsewhere because of these."""
        return sum(not one.is_overtaken for one in self.changed)

    @property
    def between(self) -> int:
        """How many stand between the first and the last that are shown."""
        return max(0, self.units - len(self.first) - len(self.last))


def changes(before: Book | None, after: Book) -> list[BlockChanges]:
    """Block by block what differs from the book in force, if there is one."""
    return [_of_block(before.block(block.code) if before else None, block) for block in after.blocks]


def _of_block(before: BookBlock | None, after: BookBlock) -> BlockChanges:
    ranked = [row for row in after.rows if row.rank is not None]
    return BlockChanges(
        name=after.name,
        units=len(after.rows),
        changed=list(_changed(before, after)) if before else [],
        compared=before is not None,
        first=ranked[:ENDS],
        last=ranked[max(ENDS, len(ranked) - ENDS) :],
        exceptions=list(_exceptions(after)),
    )


def _changed(before: BookBlock, after: BookBlock) -> Iterator[MovedUnit]:
    for row in after.rows:
        old = before.by_unit.get(row.unit)
        if old is None or _shown(old) != _shown(row):
            yield MovedUnit(row.name, old, row)
    for row in before.rows:
        if row.unit not in after.by_unit:
            yield MovedUnit(row.name, row, None)


def _shown(row: BookLine) -> tuple[object, ...]:
    return row.rank, row.points, row.max_points, row.index, row.band, row.name


def _exceptions(block: BookBlock) -> Iterator[str]:
    """What an approver would ask about: shared ranks, criteria left out, cells without ballots, bonus and deduction."""
    shared = [rank for rank, count in Counter(r.rank for r in block.rows if r.rank).items() if count > 1]
    if shared:
        yield f"đồng hạng: hạng {', '.join(map(str, sorted(shared)))}"
    states = Counter(cell.state for cell in block.cells.values())
    if states["not_applicable"]:
        yield f"{states['not_applicable']} lượt tiêu chí không áp dụng"
    if states["no_ballots"]:
        yield f"{states['no_ballots']} lượt tiêu chí không có phiếu"
    for words, extra in (("thưởng", [r for r in block.rows if r.bonus]), ("trừ", [r for r in block.rows if r.penalty])):
        if extra:
            yield f"{len(extra)} đơn vị có điểm {words}"
    if block.illustrative:
        yield "bộ tiêu chí có phần minh họa"
