"""The grid as a table of text, kept for whoever has the same rights.

There are thousands of cells, so each is as lean as can be: words for those who hear the
page, the mark from the style sheet, an address relative to the page's own. End tags that HTML lets one leave
out are left out. Whatever a person wrote passes `escape`.
"""

import functools
import hashlib
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from html import escape
from itertools import groupby
from typing import Any, NamedTuple

from django.http import Http404
from django.utils.safestring import SafeString, mark_safe

from appraisal.core.queries import cells
from appraisal.core.queries.cells import BY_CHANGES, CellCounts, GridCell
from appraisal.core.queries.stood import StoodMark
from appraisal.core.views.place import Place, quoted
from appraisal.rules.stages import Calendar
from cchc_index.lib import numbers, sealed_cache
from cchc_index.lib.programs import source_digest
from criteria.models import Criterion, RoundGroup
from units.models import Unit

from . import queries

COUNTED: dict[str, Callable[[queries.Kind], bool]] = {
    "cho": lambda kind: kind.pending,
    "lech": lambda kind: kind.adjusted,
    "cho-giai-trinh": lambda kind: kind.awaiting,
}
"""Filters that the kept lines answer; the others ask the cells."""


@dataclass(frozen=True)
class Selection:
    """What of a block is looked at: one area or all, the person's own part or all they may read, through one filter
    or none."""

    here: Place
    area: str = ""
    filtered_by: str = ""
    own: bool = False

    @cached_property
    def matrix(self) -> queries.Matrix:
        here = self.here
        return matrix_of(here.round_group, here.units, here.leaves, here.calendar)

    @cached_property
    def columns(self) -> list[int]:
        """The places of the area's leaves in the order of the tree."""
        areas, offered = self.here.areas, offered_leaves(self.here, own=self.own)
        leaves = enumerate(self.here.leaves)
        return [n for n, leaf in leaves if leaf.pk in offered and self.area in ("", areas[leaf.pk].code)]

    @cached_property
    def _matching(self) -> frozenset[tuple[int, int]]:
        changes = self.filtered_by in BY_CHANGES
        cells = self.here.cells(self.here.units, self.here.leaves, evidence=True, changes=changes)
        return frozenset((c.unit.pk, c.criterion.pk) for c in cells if c.matches(self.filtered_by))

    def shown(self, unit: Unit) -> list[int]:
        """The columns in which the person sees a cell of the unit under the filter."""
        seen = self._leaves(unit, judging=False)
        columns = self.columns if len(seen) == len(self.here.leaves) else [n for n in self.columns if n in seen]
        if not self.filtered_by:
            return columns
        if self.filtered_by in COUNTED:
            kinds, passing = self.matrix.lines[unit.pk].kinds, self.matrix.those(COUNTED[self.filtered_by])
            return [n for n in columns if kinds[n] in passing]
        return [n for n in columns if (unit.pk, self.here.leaves[n].pk) in self._matching]

    def judged(self, unit: Unit) -> frozenset[int]:
        """The columns in which the person may recognise among many."""
        return self._leaves(unit, judging=True) if self.here.is_appraising else frozenset()

    def _leaves(self, unit: Unit, *, judging: bool) -> frozenset[int]:
        """As `Scope.shows` and `covers` say, worked out once for all units with the same parts."""
        scope = self.here.scope
        closed = unit.pk in scope.own_units
        parts = tuple(n for n, part in enumerate(scope.parts) if part.units is None or unit.pk in part.units)
        key = (() if closed else parts, judging)
        if key not in self._known:
            leaves: set[int] = set().union(*(scope.parts[n].leaves for n in key[0]))
            if scope.reads_all and not judging:
                leaves |= scope.leaves
            if judging and self.here.takes_two_opinions:
                leaves -= set(self.here.blind)
            self._known[key] = frozenset(n for n, leaf in enumerate(self.here.leaves) if leaf.pk in leaves)
        return self._known[key]

    @cached_property
    def _known(self) -> dict[tuple[tuple[int, ...], bool], frozenset[int]]:
        return {}


def matrix_of(
    block: RoundGroup,
    units: Sequence[Unit],
    leaves: Sequence[Criterion],
    now: Calendar,
    last: queries.Matrix | None = None,
    stood: Mapping[int, StoodMark] | None = None,
) -> queries.Matrix:
    """How far every cell of a block is, as its pages keep it, the same for all who look. `leaves`: all that units
    assess themselves, in the order of the tree; `last`, `stood`: as `queries.read` takes them."""
    words = queries.Words(_cell, line_of_cells)
    return queries.read(block, units, leaves, calendar=now, words=words, made_by=made_by(), last=last, stood=stood)


def has_part(here: Place) -> bool:
    """Whether some of what the person reads is theirs to judge and some is not."""
    mine = here.scope.assigned
    return here.scope.reads_all and not here.is_meeting and bool(mine) and mine < here.scope.leaves


def offered_leaves(here: Place, *, own: bool) -> frozenset[int]:
    """The leaves that have a column: a member's own, of whoever reads all every one, unless `own`."""
    scope = here.scope
    return scope.assigned if (has_part(here) and own) or not scope.reads_all else scope.leaves


@functools.cache
def made_by() -> str:
    """Another program finds nothing of what this one kept: it might not be able to read it."""
    return source_digest(sys.modules[__name__], sealed_cache, queries, cells)[:16]


@dataclass(frozen=True)
class Body:
    """The table's parts, and how much of the block they show."""

    head: SafeString
    rows: SafeString
    foot: SafeString
    units: int
    columns: int
    tally: CellCounts
    open: int


class Area(NamedTuple):
    code: str
    name: str
    is_leaf: bool


@dataclass(frozen=True)
class Look:
    """What a person sees of a block, as it can be kept."""

    stamp: str
    areas: tuple[Area, ...]
    area: str
    filtered_by: str
    own: bool
    body: Body

    def packed(self) -> list[object]:
        """As JSON takes it."""
        body = {**vars(self.body), "tally": asdict(self.body.tally)}
        return [self.stamp, self.areas, self.area, self.filtered_by, self.own, body]


def _unpacked(stored: Any, stamp: str) -> Look | None:
    """What `Look.packed` made; None when it was under another stamp."""
    if stored is None or stored[0] != stamp:
        return None
    _, areas, area, filtered_by, own, body = stored
    markup = {name: mark_safe(body[name]) for name in ("head", "rows", "foot")}
    whole = Body(**{**body, **markup, "tally": CellCounts(**body["tally"])})
    return Look(stamp, tuple(Area(*row) for row in areas), area, filtered_by, own, whole)


def look_at(here: Place, area: str, filtered_by: str, *, own: bool) -> Look:
    """The grid as it was last made for somebody with the same rights, while nothing it depends on has changed;
    else made now. A block without units for this person is not there."""
    whose = hashlib.sha256(repr((here.holdings, area, filtered_by, own)).encode()).hexdigest()
    key, stamp = f"appraisal-grid-{made_by()}-{here.round_group.pk}-{whose}", stamp_of(here)
    if (last := _unpacked(sealed_cache.get(key), stamp)) is not None:
        return last
    if not here.units:
        raise Http404
    offered = offered_leaves(here, own=own)
    areas_offered = dict.fromkeys(area for leaf, area in here.areas.items() if leaf in offered)
    areas = tuple(Area(row.code, row.name, row.is_leaf) for row in areas_offered)
    known = area if area in {row.code for row in areas} else ""
    look = Look(stamp, areas, known, filtered_by, own, body(Selection(here, known, filtered_by, own)))
    if known == area and filtered_by in ("", *COUNTED):
        sealed_cache.put(key, look.packed())
    return look


def stamp_of(here: Place) -> str:
    """What every kept page of the block depends on, beside the rights of who looks."""
    block = here.round_group
    return sealed_cache.mark_of(
        here.grid_address(),
        (block.criteria_set_id, block.inputs_mark, block.group.units_version),
        (block.round.assessed_from, block.round.assessed_to),
        (here.stage and here.stage.pk, here.calendar.signature, sorted(here.blind), here.council is None),
    )


NAME_SHOWN = 50
_CLASSES = {"ok": "", "wait": " class=w", "low": " class=l", "na": " class=a", "none": " class=n"}
_SAID = {"ok": "nhận", "wait": "chờ", "low": "giảm", "na": "không áp dụng", "none": "chưa chấm"}
_OPEN = "<td><a href="


def line_of_cells(unit: Unit, leaves: Sequence[Criterion], shown: Sequence[str]) -> str:
    """A whole line of cells, each behind its short address."""
    row = f"{_OPEN}{quoted(unit.code)}/"
    return "".join(f"{row}{quoted(leaf.code)}>{said}" for leaf, said in zip(leaves, shown, strict=True))


def _cell(cell: GridCell) -> str:
    """What stands in a cell: the state in words, the council's points or, while there are none, the unit's."""
    mark, _ = cell.status
    said = "chờ lần 2" if cell.is_disputed else "tăng" if mark == "ok" and cell.differs else _SAID[mark]
    points = cell.standing.points if cell.standing else cell.claim.points if cell.claim else None
    value = "" if mark == "na" else "–" if points is None else numbers.vn_short(numbers.shown(points))
    return f"<i{_CLASSES[mark]}>{said} </i>{value}</a>"


def body(view: Selection) -> Body:
    """The grid of what is asked for, with what waits by unit and by leaf."""
    matrix, units = view.matrix, view.here.units
    shown = {unit.pk: view.shown(unit) for unit in units}
    kept = [unit for unit in units if shown[unit.pk]]
    columns = view.columns
    if view.filtered_by:
        some = set().union(*shown.values())
        columns = [n for n in columns if n in some]
    pending, opened = matrix.those(lambda kind: kind.pending), matrix.those(lambda kind: kind.open)
    waits: Counter[int] = Counter()
    opens: Counter[int] = Counter()
    kinds: list[int] = []
    rows = []
    address = view.here.addresses("unit")
    for unit in kept:
        line, judged = matrix.lines[unit.pk], view.judged(unit)
        mine = [n for n in shown[unit.pk] if line.kinds[n] in pending]
        free = [n for n in mine if n in judged and line.kinds[n] in opened]
        waits.update(mine)
        opens.update(free)
        kinds += [line.kinds[n] for n in shown[unit.pk]]
        name = f'<tr><th scope=row><a href="{escape(address(unit.code))}">{escape(unit.name)}</a>'
        rows.append(name + _row(view, unit, shown[unit.pk], columns, len(mine), len(free)))
    leaves = [view.here.leaves[n] for n in columns]
    return Body(
        head=mark_safe(_head(view, leaves)),
        rows=mark_safe("\n".join(rows)),
        foot=mark_safe("".join(_leaf_total(view.here.leaves[n], waits[n], opens[n]) for n in columns)),
        units=len(kept),
        columns=len(columns),
        tally=matrix.tally(kinds),
        open=sum(opens.values()),
    )


def _row(view: Selection, unit: Unit, shown: list[int], columns: list[int], waits: int, free: int) -> str:
    """What follows the unit's name: the total that waits and its cells."""
    line = view.matrix.lines[unit.pk]
    if not view.matrix.legend[line.kinds[shown[0]]].submitted:
        return f"<td class=num>–<td colspan={len(columns)}>đơn vị chưa nộp"
    total = _total("unit", unit.code, waits, free, unit.name)
    if not view.filtered_by and len(shown) == len(columns) == len(line.kinds):
        return total + line.text
    texts = line.text.split(_OPEN)[1:]
    if view.filtered_by:
        return f"{total}{_filtered(texts, shown, columns, view.filtered_by)}"
    here = set(shown)
    return total + "".join(f"{_OPEN}{texts[n]}" if n in here else "<td>" for n in columns)


def _filtered(texts: Sequence[str], shown: list[int], columns: list[int], filtered_by: str) -> str:
    """Cells whose links keep the filter."""
    here = set(shown)
    found = []
    for n in columns:
        link, _, rest = texts[n].partition(">")
        found.append(f'{_OPEN}"{link}?loc={filtered_by}">{rest}' if n in here else "<td>")
    return "".join(found)


def _head(view: Selection, leaves: Sequence[Criterion]) -> str:
    """Areas over their leaves; a link per leaf to the same yardstick for all units."""
    areas = view.here.areas
    over = [(area, list(rows)) for area, rows in groupby(leaves, key=lambda leaf: areas[leaf.pk])]
    first = "".join(
        f"<th scope=colgroup colspan={len(rows)}><span>{escape(area.code)} {escape(area.name) if len(rows) > 3 else ''}"
        for area, rows in over
    )
    address = view.here.addresses("criterion")
    second = "".join(
        f'<th scope=col><a href="{escape(address(leaf.code))}"'
        f' title="{escape(leaf.name[:NAME_SHOWN])}">{escape(leaf.code)}</a>'
        for leaf in leaves
    )
    return f"<tr><th rowspan=2 scope=col>Đơn vị<th rowspan=2 scope=col class=num>Chờ{first}<tr>{second}"


def _leaf_total(leaf: Criterion, waits: int, free: int) -> str:
    return _total("criterion", leaf.code, waits, free, f"tiêu chí {leaf.code}")


def _total(name: str, code: str, waits: int, free: int, what: str) -> str:
    """How many wait; where some may be recognised, a button that shows which before anything is done."""
    if not free:
        return f"<td class=num>{waits}"
    return (
        f'<td class=num><button class=quiet name={name} value="{escape(code)}"'
        f' aria-label="{waits} chờ, {escape(what)}">{waits}</button>'
    )
