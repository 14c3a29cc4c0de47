"""The lines of a list as HTML. A template that asks each cell for its dozen values takes ten times as long,
and these pages are opened thousands of times. Whatever a person wrote passes `escape`."""

from collections.abc import Callable, Iterable, Mapping
from html import escape

from django.utils.safestring import SafeString, mark_safe

from appraisal.core.figures import Declared
from appraisal.core.queries.cells import GridCell
from cchc_index.lib import numbers
from criteria.models import Criterion
from units.models import Unit

Address = Callable[..., str]


def line_of(unit: Unit) -> str:
    """Where the unit stands in a list of units."""
    return f"dong-{unit.pk}"


_DEED = '<td class="line deed">'
_TICK = '<td class="mid"><input type="checkbox" name="cells" value="{}" aria-label="Chọn {}"></td>'
ILLUSTRATIVE = ' <span class="tag-illustrative">minh họa</span>'


def unit_rows(
    cells: Iterable[GridCell], address: Address, *, ticks: bool, declared: Mapping[int, Declared] | None, deciding: bool
) -> SafeString:
    """One line per unit. `ticks`: lines may be chosen for recognition; `declared`: figures by unit, none for a rule
    without them; `deciding`: a line takes its decision in place."""
    found = []
    for cell in cells:
        deed = _deed(cell, address) if deciding else "<td></td>"
        figures = _declared(declared.get(cell.unit.pk)) if declared is not None else ""
        found.append(_line(cell, address, escape(cell.unit.name), ticks, cell.unit.name, "", figures, deed))
    return mark_safe("".join(found))


def _declared(declared: Declared | None) -> str:
    if declared is None:
        return _figure("Số liệu khai", "–") + _figure("Tỷ lệ", "–")
    wrong = declared.computed is not None and not declared.agrees
    note = ' <span class="st st-low">khác quy tắc</span>' if wrong else ""
    note += ' <span class="st st-wait">trên 100%</span>' if declared.beyond else ""
    shown = escape(" / ".join(figure.value or "–" for figure in declared.figures))
    return _figure("Số liệu khai", shown) + _figure("Tỷ lệ", f"{declared.ratio or '–'}{note}")


def _deed(cell: GridCell, address: Address) -> str:
    """Buttons of the one form of the page, each with the address and the version of its own line."""
    link = escape(address(cell.unit.code, cell.criterion.code))
    if cell.can_be_kept:
        return f"{_DEED}{_button('keep', cell, link, 'Giữ nguyên')} {_adjust(link, cell)}</td>"
    if cell.can_be_recognised:
        return f"{_DEED}{_button('recognise', cell, link, 'Công nhận')} {_adjust(link, cell)}</td>"
    return f"{_DEED}{_adjust(link, cell)}</td>" if cell.may_decide and not cell.blind else "<td></td>"


def _button(form: str, cell: GridCell, link: str, words: str) -> str:
    return (
        f'<button class="quiet" form="{form}" formaction="{link}" name="seen_version" value="{cell.version}">'
        f'{words}<span class="hidden-text"> {escape(cell.unit.name)}</span></button>'
    )


def _adjust(link: str, cell: GridCell) -> str:
    return (
        f'<a href="{link}#id_points" data-adjust-line data-version="{cell.version}">'
        f'Điều chỉnh<span class="hidden-text"> {escape(cell.unit.name)}</span></a>'
    )


def criterion_rows(
    cells: Iterable[GridCell], address: Address, areas: Mapping[int, Criterion], *, ticks: bool
) -> SafeString:
    """One line per criterion, each area (`areas` by leaf) under a line of its own."""
    found = []
    last = None
    for cell in cells:
        leaf = cell.criterion
        area = areas[leaf.pk]
        if area.pk not in (last, leaf.pk):
            found.append(_area(area, ticks))
        last = area.pk
        name = f'<span class="code">{escape(leaf.code)}</span> {escape(leaf.name)}'
        note = ILLUSTRATIVE if leaf.is_illustrative else ""
        most = _figure("Tối đa", numbers.vn_short(leaf.max_points))
        found.append(_line(cell, address, name, ticks, f"tiêu chí {leaf.code}", note, most))
    return mark_safe("".join(found))


def _area(area: Criterion, ticks: bool) -> str:
    name = f'<span class="code">{escape(area.code)}</span> {escape(area.name)}'
    free = "<td></td>" if ticks else ""
    return f'<tr class="area">{free}<th scope="rowgroup" colspan="7">{name}</th></tr>'


def _line(
    cell: GridCell,
    address: Address,
    name: str,
    ticks: bool,
    what: str,
    note: str = "",
    most: str = "",
    deed: str = "",
) -> str:
    mark, words = cell.status
    tick = ""
    if ticks:
        tick = (
            _TICK.format(cell.key, escape(what))
            if cell.can_be_recognised or cell.can_be_kept
            else '<td class="mid"></td>'
        )
    link = escape(address(cell.unit.code, cell.criterion.code))
    place = f' id="{line_of(cell.unit)}"' if deed else ""
    return (
        f'<tr{place}>{tick}<th scope="row" class="ends"><a href="{link}" data-row>{name}</a>{note}</th>'
        f"{most}{_figure('Tự đánh giá', claim_words(cell))}{_figure('Tài liệu', _papers(cell), 'num ends')}"
        f"{_figure('Thẩm định', standing_words(cell))}{_figure('Chênh lệch', _difference(cell))}"
        f'<td><span class="st st-{mark}">{words}</span>{_changes(cell)}</td>{deed}</tr>'
    )


def _figure(label: str, shown: str, kind: str = "num") -> str:
    """A cell that on a phone stands after the name of its column, where a line may break behind it."""
    return f'<td class="{kind}" data-label="{label}">{shown}</td> '


def _changes(cell: GridCell) -> str:
    return f"<div><b>Thay đổi:</b> {escape('; '.join(cell.changes))}</div>" if cell.changes else ""


def _papers(cell: GridCell) -> str:
    if not cell.submitted:
        return "–"
    warned = f' <span class="st st-wait">{cell.papers.warned} cảnh báo</span>' if cell.papers.warned else ""
    return f"{cell.claim.evidence if cell.claim else 0}{warned}"


def claim_words(cell: GridCell) -> str:
    """What the unit gave itself."""
    if not cell.submitted:
        return "–"
    if cell.claim is None or not cell.is_scored:
        return "chưa chấm"
    return "không áp dụng" if cell.claim.na_claimed else numbers.vn(cell.claim.points)


def standing_words(cell: GridCell) -> str:
    """What the council gave."""
    if cell.standing is None:
        return "–"
    return "không áp dụng" if cell.standing.not_applicable else numbers.vn(cell.standing.points)


def _difference(cell: GridCell) -> str:
    return numbers.vn_signed(cell.difference) if cell.difference else ""
