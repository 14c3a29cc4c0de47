"""The lines of the control room as HTML: a template that asks each of hundreds for its dozen values, and looks up each
of its addresses, costs half of the page. Whatever a person wrote passes `escape`."""

from collections.abc import Callable, Iterable
from html import escape
from urllib.parse import quote

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from cchc_index.lib import clock

from .tables import SteeredUnit

_NUMBER, _CODE = 987654321, "cho-cua-ma"
"""Stand for a key or a code while the pattern of many addresses is looked up."""


def unit_rows(lines: Iterable[SteeredUnit], year: int, *, may_write: bool) -> SafeString:
    """A row for each unit, with the ways that lead from it; those that change something for whoever may."""
    ways = _Ways(year)
    return mark_safe("".join(_row(line, ways, may_write) for line in lines))


class _Ways:
    """Where a line leads, each pattern looked up once."""

    def __init__(self, year: int) -> None:
        self.sheet = _of_key("selfassess:assessment")
        self.check = _of_key("selfassess:check")
        self.more_time = f"{reverse('calendar:extension')}?nam={year}&amp;unit="
        before, between, after = reverse("results:statement", args=[year, _CODE, _CODE]).split(_CODE)
        self.history: Callable[[str, str], str] = lambda block, unit: (
            f"{before}{quote(block, safe='')}{between}{quote(unit, safe='')}{after}"
        )


def _of_key(name: str) -> Callable[[int], str]:
    before, after = reverse(name, args=[_NUMBER]).split(str(_NUMBER))
    return lambda pk: f"{before}{pk}{after}"


def _row(line: SteeredUnit, ways: _Ways, may_write: bool) -> str:
    name, state = escape(line.name), escape(line.state)
    if line.assessment is not None:
        about = f'<span class="hidden-text"> – bản tự đánh giá của {name}</span>'
        state = f'<a href="{ways.sheet(line.assessment)}">{state}{about}</a>'
    last = f"{clock.hanoi(line.last):%d/%m/%Y %H:%M}" if line.last else "–"
    return (
        f'<tr><th scope="row">{name}</th>'
        f'<td><span class="st {line.mark}">{line.words}</span> {state}</td>'
        f'<td class="num" data-label="Thẩm định">{line.appraised}/{line.leaves}</td>'
        f'<td class="num" data-label="ĐTXHH">{line.surveyed}/{line.survey_leaves}</td>'
        f'<td data-label="Thay đổi cuối">{last}</td>'
        f'<td data-label="Đang chờ">{escape("; ".join(line.waits)) or "–"}</td>'
        f"<td>{' · '.join(_deeds(line, name, ways, may_write))}</td></tr>"
    )


def _deeds(line: SteeredUnit, name: str, ways: _Ways, may_write: bool) -> Iterable[str]:
    yield _link(ways.history(line.block, line.code), "Lịch sử", f"thay đổi điểm của {name}")
    if may_write:
        yield _link(f"{ways.more_time}{line.pk}", "Gia hạn", f"cho {name}")
        if line.assessment is not None:
            yield _link(f"{ways.check(line.assessment)}#reason", "Mở lại" if line.is_submitted else "Trả lại", name)


def _link(address: str, words: str, about: str) -> str:
    return f'<a href="{address}">{words}<span class="hidden-text"> {about}</span></a>'
