"""The tables of the first page as HTML: hundreds of lines, opened by everybody, and a template that asks each line
for its dozen values takes ten times as long. Whatever a person wrote passes `escape`."""

from collections.abc import Iterable
from html import escape

from django.utils.safestring import SafeString, mark_safe

from appraisal.core.queries.cells import CellCounts
from appraisal.review.lists.markup import ILLUSTRATIVE
from criteria.models import Criterion
from units.models import Unit

NAME_SHOWN = 90


def unit_rows(lines: Iterable[tuple[Unit, str, CellCounts, bool]]) -> SafeString:
    """(unit, address, counts, has submitted) for each line."""
    return mark_safe("".join(_unit_row(*line) for line in lines))


def _unit_row(unit: Unit, address: str, counts: CellCounts, submitted: bool) -> str:
    link = f'<a href="{escape(address)}">{escape(unit.name)}</a>'
    return f'<tr><th scope="row">{link}</th>{_numbers(counts)}<td>{_state(counts, submitted)}</td></tr>'


def _state(counts: CellCounts, submitted: bool) -> str:
    if not submitted:
        return '<span class="st st-none">chưa nộp</span>'
    if counts.pending:
        return f'<span class="st st-wait">còn {counts.pending}</span>'
    return '<span class="st st-ok">xong</span>'


def criterion_rows(lines: Iterable[tuple[Criterion, str, CellCounts]]) -> SafeString:
    """(leaf, address, counts) for each line."""
    return mark_safe("".join(_criterion_row(*line) for line in lines))


def _criterion_row(leaf: Criterion, address: str, counts: CellCounts) -> str:
    name = leaf.name if len(leaf.name) <= NAME_SHOWN else f"{leaf.name[: NAME_SHOWN - 1]}…"
    link = f'<a href="{escape(address)}"><span class="code">{escape(leaf.code)}</span> {escape(name)}</a>'
    note = ILLUSTRATIVE if leaf.is_illustrative else ""
    return f'<tr><th scope="row">{link}{note}</th>{_numbers(counts)}</tr>'


def _numbers(counts: CellCounts) -> str:
    shown = (f"{counts.decided}/{counts.total}", str(counts.pending), str(counts.adjusted))
    return "".join(f'<td class="num">{words}</td>' for words in shown)
