"""The grid as text. There are thousands of cells, so each is as lean as can be: words for those who hear the
page, the mark from the style sheet, an address relative to the page's own. End tags that HTML lets one leave
out are left out. Whatever a person wrote passes `escape`."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.utils.safestring import SafeString, mark_safe

from appraisal import queries
from cchc_index.lib import numbers
from criteria.models import Criterion
from units.models import Unit

if TYPE_CHECKING:
    from .grid import View

NAME_SHOWN = 50
_CLASSES = {"ok": "", "wait": " class=w", "low": " class=l", "na": " class=a", "none": " class=n"}
_SAID = {"ok": "nhận", "wait": "chờ", "low": "giảm", "na": "không áp dụng", "none": "chưa chấm"}
_OPEN = "<td><a href="


@dataclass(frozen=True)
class Body:
    """The table's parts, and how much of the block they show."""

    head: SafeString
    rows: SafeString
    foot: SafeString
    units: int
    columns: int
    tally: queries.Tally
    open: int


def cells(found: Sequence[queries.GridCell]) -> str:
    """A whole line of cells."""
    return _OPEN + _OPEN.join(map(_cell, found))


def _cell(found: queries.GridCell) -> str:
    """What follows `<td><a href=`: the short address, the state in words, the council's points or, while
    there are none, the unit's."""
    mark, _ = found.status
    said = "chờ lần 2" if found.is_disputed else "tăng" if mark == "ok" and found.differs else _SAID[mark]
    points = found.standing.points if found.standing else found.claim.points if found.claim else None
    value = "" if mark == "na" else "–" if points is None else numbers.vn_short(numbers.shown(points))
    link = f"{quote(found.unit.code, safe='')}/{quote(found.criterion.code, safe='')}"
    return f"{link}><i{_CLASSES[mark]}>{said} </i>{value}</a>"


def body(view: "View") -> Body:
    """The grid of what is asked for, with what waits by unit and by leaf."""
    matrix, units = view.matrix, view.here.units
    shown = {unit.pk: view.shown(unit) for unit in units}
    kept = [unit for unit in units if shown[unit.pk]]
    columns = view.columns
    if view.wanted:
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


def _row(view: "View", unit: Unit, shown: list[int], columns: list[int], waits: int, free: int) -> str:
    """What follows the unit's name: the total that waits and its cells."""
    line = view.matrix.lines[unit.pk]
    if not view.matrix.legend[line.kinds[shown[0]]].submitted:
        return f"<td class=num>–<td colspan={len(columns)}>đơn vị chưa nộp"
    total = _total("don-vi", unit.code, waits, free, unit.name)
    if not view.wanted and len(shown) == len(columns) == len(line.kinds):
        return total + line.text
    texts = line.text.split(_OPEN)[1:]
    if view.wanted:
        return f"{total}{_filtered(texts, shown, columns, view.wanted)}"
    here = set(shown)
    return total + "".join(f"{_OPEN}{texts[n]}" if n in here else "<td>" for n in columns)


def _filtered(texts: Sequence[str], shown: list[int], columns: list[int], wanted: str) -> str:
    """Cells whose links keep the filter."""
    here = set(shown)
    found = []
    for n in columns:
        link, _, rest = texts[n].partition(">")
        found.append(f'{_OPEN}"{link}?loc={wanted}">{rest}' if n in here else "<td>")
    return "".join(found)


def _head(view: "View", leaves: Sequence[Criterion]) -> str:
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
    return _total("tieu-chi", leaf.code, waits, free, f"tiêu chí {leaf.code}")


def _total(name: str, code: str, waits: int, free: int, what: str) -> str:
    """How many wait; where some may be recognised, a button that shows which before anything is done."""
    if not free:
        return f"<td class=num>{waits}"
    return (
        f'<td class=num><button class=quiet name={name} value="{escape(code)}"'
        f' aria-label="{waits} chờ, {escape(what)}">{waits}</button>'
    )
