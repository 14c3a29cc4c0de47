"""The lines of the report as HTML: a template that asks each of hundreds for its dozen values takes ten times as long,
and half of the page. Whatever a person wrote passes `escape`."""

from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe

from cchc_index.lib import clock
from cchc_index.lib.numbers import vn, vn_count, vn_percent, vn_signed

from .comparing import ScoreGap, UnitGap
from .queries.oversight import MoveLine

ByCode = Callable[..., str]
_FAR = '<span class="st st-wait">chênh lệch lớn</span>'


class UnitLine(NamedTuple):
    """A unit with its sums, its name and where it is looked at."""

    unit: int
    name: str
    address: str
    gap: ScoreGap


def gap_rows(gaps: Iterable[UnitGap], units: Mapping[int, UnitLine]) -> SafeString:
    """A row for each unit."""
    return mark_safe("".join(_gap_row(one, units[one.unit]) for one in gaps))


def _gap_row(one: UnitGap, unit: UnitLine) -> str:
    gap = one.gap
    mean = vn(gap.mean) if gap.measured else "–"
    return (
        f'<tr><th scope="row"><a href="{escape(unit.address)}">{escape(unit.name)}</a></th>'
        f'<td class="num">{vn_signed(one.deviation)}</td>'
        f'<td class="num">{mean}</td><td class="num">{vn(gap.total)}</td><td class="num">{gap.measured}</td>'
        f'<td class="num">{vn_count(gap.adjusted)}/{vn_count(gap.decided)}</td>'
        f'<td class="num">{vn_percent(gap.share_adjusted, 0)}</td><td>{_FAR if one.stands_out else ""}</td></tr>'
    )


def move_rows(lines: Iterable[MoveLine], address: ByCode) -> SafeString:
    """A row for each move; `address(unit, criterion)` leads to its cell, by codes."""
    return mark_safe("".join(_move_row(line, address) for line in lines))


def _move_row(line: MoveLine, address: ByCode) -> str:
    code = escape(line.criterion.code)
    link = escape(address(line.unit.code, line.criterion.code))
    about = f'<span class="hidden-text">, tiêu chí {code}</span>'
    return (
        f'<tr><th scope="row"><a href="{link}">{escape(line.unit.name)}{about}</a></th>'
        f'<td><span class="code">{code}</span></td>'
        f'<td class="num">{escape(line.change)}</td><td>{escape(line.stage)}</td>'
        f"<td>{escape(str(line.member or ''))}</td><td>{clock.hanoi(line.at):%d/%m/%Y %H:%M}</td>"
        f"<td>{escape(line.note)}</td></tr>"
    )
