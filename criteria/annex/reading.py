"""A printed annex as a spreadsheet: its rows read, every fault named by row and column with its repair.

This module looks at the file alone; `settling` places its rows among those the set keeps, for only then is it known
which rows are leaves. Neither touches the database.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import IO

from cchc_index.lib import numbers
from cchc_index.lib.faults import Fault, ImportRefused
from cchc_index.lib.sheets.cells import is_date
from cchc_index.lib.sheets.table import NUMBER, PRINTED, Column, SheetRow, Table, numbered, read_table
from cchc_index.lib.text import clean_lines, fold
from criteria import tree

from . import repairs
from .areas import Areas, under_areas
from .words import KIND_WORDS, OFFICIAL, SELF, SOURCE_WORDS, kind_of, likened, provenance_of, source_of

MAX_ROWS = 3000
MAX_NAME = 1000
MAX_PREVIOUS = 60
MAX_POINTS = Decimal(99_999)

COLUMNS = (
    Column("code", "Mã", ("Mã tiêu chí", "Mã số"), required=False, holds=PRINTED),
    Column("number", "TT", ("STT", "Số TT", "Số thứ tự"), required=False, holds=PRINTED),
    Column("name", "Nội dung", ("Tiêu chí", "Tên tiêu chí", "Nội dung tiêu chí", "Lĩnh vực")),
    Column("points", "Điểm tối đa", ("Điểm chuẩn", "Thang điểm", "Điểm"), holds=NUMBER),
    Column("source", "Nguồn", ("Nguồn điểm",), required=False),
    Column("kind", "Thưởng/trừ", ("Thưởng, trừ", "Thưởng trừ", "Điểm thưởng/trừ"), required=False),
    Column("rule", "Quy tắc", ("Quy tắc chấm", "Cách chấm", "Cách tính điểm"), required=False),
    Column("guidance", "Hướng dẫn", ("Hướng dẫn chấm", "Hướng dẫn tài liệu kiểm chứng"), required=False),
    Column("evidence", "Tài liệu kiểm chứng", required=False),
    Column("previous", "Mã năm trước", ("Mã kỳ trước",), required=False, holds=PRINTED),
    Column("provenance", "Nguồn gốc", ("Tính chất",), required=False),
    Column("printed_code", "Mã in", ("Mã in trong văn bản",), required=False, holds=PRINTED),
    Column("printed_points", "Điểm in", ("Điểm tối đa in trong văn bản",), required=False),
)
_TOTAL = re.compile(r"(tong|cong)( (so|cong|diem|chung|toi da|toan bo|cac linh vuc))*( ?\(.*\))?[ :.]*")
_DATE_TEXT = re.compile(r"\d{1,4}([/-])(\d{1,2}|[A-Za-z]{3})\1\d{1,4}( .*)?|\d{1,2}[/-]([A-Za-z]{3}|\d{1,2})")
_AREAS_ANEW = "mục đánh số lại từ 1 trong mỗi lĩnh vực mang số của lĩnh vực ở trước: 1.1 trong lĩnh vực đầu là 1.1.1."
_AREAS_ON = (
    "mục đánh số liền qua các lĩnh vực mang số của lĩnh vực ở trước, số in ở cuối: mục 7 trong lĩnh vực thứ hai là 2.7."
)
_MEND_AREAS = (
    "đánh số lại từ 1 trong mỗi lĩnh vực, đánh số liền từ 1 qua mọi lĩnh vực, hoặc ghi cả số lĩnh vực (1.1, 1.2, 2.1)"
)
_AS_TEXT = "định dạng cột là Văn bản (Text) rồi gõ lại mã"


@dataclass(frozen=True, slots=True)
class Extras:
    """What an annex may say of a row beyond its points: "" where the cell is blank, None where the file has no such
    column."""

    rule: str | None = None
    guidance: str | None = None
    evidence: str | None = None
    provenance: str | None = None
    previous: str | None = None
    printed_code: str | None = None
    printed_points: str | None = None


@dataclass(slots=True)
class AnnexRow:
    """A row of the annex. `code` is the corrected code; `source`, `kind` and `extras` are its own cells."""

    row: SheetRow
    code_key: str
    printed: str
    """As it stands in the cell; under an area with a mark of its own, with the area's number before it."""
    code: str
    name: str
    points: Decimal | None
    source: str | None = None
    kind: str | None = None
    unknown_source: str = ""
    extras: Extras = field(default_factory=Extras)

    def fault(self, key: str, message: str, repair: str = "", *, repairable: bool = False) -> Fault:
        return self.row.fault(self.code_key if key == "code" else key, message, repair, repairable=repairable)


@dataclass(slots=True)
class Total:
    """A printed total: its value, and how many entries stand above it."""

    row: SheetRow
    points: Decimal
    above: int


@dataclass(slots=True)
class Annex:
    """The file as read: its entries with a code, its printed totals, the faults found so far."""

    entries: list[AnnexRow] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    footnotes: list[int] = field(default_factory=list)
    """The numbers of the rows of text below the last criterion."""
    said: list[str] = field(default_factory=list)
    """What was left out of the file, or understood otherwise than it stands there: sentences for people."""

    def codes(self) -> set[str]:
        return {entry.code for entry in self.entries}


def read(source: str | Path | IO[bytes], name: str = "", *, take_hidden: bool = False) -> Annex:
    """Read and repair the rows of the file. Raises ImportRefused when it is no readable annex at all."""
    table = read_table(source, COLUMNS, name=name, take_hidden=take_hidden, word=True)
    code_key = _code_column(table)
    annex = Annex(faults=list(table.faults), said=table.said_with_columns())
    if len(table.rows) > MAX_ROWS:
        raise ImportRefused([Fault(0, "", f"có hơn {MAX_ROWS} dòng", "xóa các dòng không phải tiêu chí rồi lưu lại")])
    areas = under_areas([row.text(code_key) for row in table.rows])
    coded = (i for i, row in enumerate(table.rows) if i in areas.codes or tree.normalise(row.text(code_key)))
    last = max(coded, default=-1)
    for position, row in enumerate(table.rows):
        _read_row(annex, row, code_key, areas.codes.get(position), trailing=position > last)
    _say_areas(annex, areas, table, code_key)
    if annex.footnotes:
        annex.said.append(f"Bỏ qua dòng ghi chú, chữ ký: {numbered(annex.footnotes)}.")
    if annex.totals:
        rows = numbered([total.row.number for total in annex.totals])
        annex.said.append(f"Dòng tổng dùng để đối chiếu, không thành tiêu chí: {rows}.")
    annex.said += _likenesses(annex)
    if not annex.entries and not annex.faults:
        raise ImportRefused([Fault(table.heading_row, "", "không có dòng tiêu chí nào dưới tiêu đề", "chọn đúng tệp")])
    if not (areas.runs_on or areas.doubt):  # each row follows the one above, or that is the fault
        _repair_codes(annex)
    _check_duplicates(annex)
    return annex


def _say_areas(annex: Annex, areas: Areas, table: Table, code_key: str) -> None:
    """How areas with marks of their own were understood, or the row at which they cannot be."""
    if areas.doubt:
        position, why = areas.doubt
        annex.faults.append(table.rows[position].fault(code_key, f"không rõ cách đánh số: {why}", _MEND_AREAS))
    elif areas.codes:
        marks = ", ".join(f"“{mark}”" for mark in areas.marks)
        how = _AREAS_ON if areas.runs_on else _AREAS_ANEW
        annex.said.append(f"{marks} hiểu là số của lĩnh vực (1, 2, …); {how}")


def _likenesses(annex: Annex) -> list[str]:
    """What was understood by likeness, each word once with its rows."""
    rows: dict[str, list[int]] = {}
    for entry in annex.entries:
        source, kind = SOURCE_WORDS.get(entry.source or "", ""), KIND_WORDS.get(entry.kind or "", "")
        for understood in (likened(entry.row.text("source"), source), likened(entry.row.text("kind"), kind)):
            if understood:
                rows.setdefault(understood, []).append(entry.row.number)
    return [f"Hiểu {understood}: {numbered(numbers)}." for understood, numbers in rows.items()]


def _code_column(table: Table) -> str:
    column = next((key for key in ("code", "number") if key in table.index), None)
    if column is None:
        raise ImportRefused(
            [Fault(table.heading_row, "", "thiếu cột “Mã” (hoặc TT, STT)", "thêm cột đó ở dòng tiêu đề")]
        )
    return column


def _read_row(annex: Annex, row: SheetRow, code_key: str, placed: str | None, *, trailing: bool) -> None:
    """One row into an entry, a total, or faults. Text below the last criterion is a footnote. `placed`: its code where
    the file gives its areas marks of their own."""
    printed = row.text(code_key)
    title = row.text("name")
    if _is_total(printed) or (not printed and _is_total(title)):
        points = _points(annex, row)
        if points is not None:
            annex.totals.append(Total(row, points, len(annex.entries)))
        return
    if trailing and not row.text("points") and not _looks_like_code(row, code_key):
        annex.footnotes.append(row.number)
        return
    code = tree.normalise(placed or "") or _code(annex, row, code_key)
    points = _points(annex, row)
    _check_name(annex, row, title)
    entry = AnnexRow(row, code_key, placed or printed, code, title[:MAX_NAME], points)
    _read_source(entry)
    _read_kind(annex, entry)
    _read_extras(annex, entry)
    if code:
        annex.entries.append(entry)


def _is_total(text: str) -> bool:
    return bool(_TOTAL.fullmatch(fold(text)))


def _looks_like_code(row: SheetRow, code_key: str) -> bool:
    value, text = row[code_key], row.text(code_key)
    return is_date(value) or (bool(text) and (text[0].isdigit() or _DATE_TEXT.fullmatch(text) is not None))


def _code(annex: Annex, row: SheetRow, code_key: str) -> str:
    """The row's code, "" with a fault where there is none to read."""
    printed = row.text(code_key)
    if is_date(row[code_key]) or _DATE_TEXT.fullmatch(printed):
        message = f"mã đã bị Excel đổi thành ngày tháng (“{printed[:40]}”)"
        annex.faults.append(row.fault(code_key, message, f"{_AS_TEXT}, ví dụ 1.6.1"))
        return ""
    code = tree.normalise(printed)
    if not printed:
        annex.faults.append(row.fault(code_key, "thiếu mã", "ghi mã dạng 1.2.3, hoặc xóa dòng nếu không phải tiêu chí"))
    elif not code:
        message = f"không đọc được mã “{printed[:40]}”"
        annex.faults.append(row.fault(code_key, message, "ghi mã bằng số và dấu chấm, ví dụ 1.2.3"))
    return code


def _points(annex: Annex, row: SheetRow) -> Decimal | None:
    try:
        points = numbers.parse_decimal(row["points"])
    except numbers.NumberProblem as problem:
        message, _, repair = str(problem).partition("; ")
        annex.faults.append(row.fault("points", message, repair or "gõ số, ví dụ 0,5"))
        return None
    if points is not None and abs(points) > MAX_POINTS:
        annex.faults.append(row.fault("points", f"điểm lớn hơn {MAX_POINTS}", "kiểm tra lại điểm tối đa"))
        return None
    return points


def _check_name(annex: Annex, row: SheetRow, title: str) -> None:
    if not title:
        annex.faults.append(row.fault("name", "thiếu nội dung tiêu chí", "ghi nội dung như trong quyết định"))
    elif len(title) > MAX_NAME:
        message = f"nội dung dài {len(title)} ký tự, quá {MAX_NAME}"
        annex.faults.append(row.fault("name", message, "rút gọn nội dung hoặc tách phần hướng dẫn ra cột khác"))


def _read_source(entry: AnnexRow) -> None:
    """Read the source of the row's own cell. An unknown word is noted and becomes a fault when the rows are settled,
    if a leaf depends on it: on a group row it may not matter."""
    text = entry.row.text("source")
    entry.source = source_of(text) if text else None
    entry.unknown_source = text if text and entry.source is None else ""


def _read_kind(annex: Annex, entry: AnnexRow) -> None:
    text = entry.row.text("kind")
    entry.kind = kind_of(text) if text else None
    if text and entry.kind is None:
        message = f"không rõ “{text[:40]}” là thưởng hay trừ"
        annex.faults.append(entry.fault("kind", message, "ghi Thưởng, Trừ hoặc để trống"))


def _read_extras(annex: Annex, entry: AnnexRow) -> None:
    row = entry.row
    prose = {key: _lines(row, key) for key in ("rule", "guidance", "evidence") if key in row.table.index}
    printed = {key: row.text(key) for key in ("printed_code", "printed_points") if key in row.table.index}
    entry.extras = Extras(
        **prose,
        **printed,
        provenance=_provenance(annex, entry) if "provenance" in row.table.index else None,
        previous=_previous(annex, entry) if "previous" in row.table.index else None,
    )


def _lines(row: SheetRow, key: str) -> str:
    """Prose as it stands in the cell, with its line breaks."""
    value = row[key]
    return clean_lines(value) if isinstance(value, str) else row.text(key)


def _provenance(annex: Annex, entry: AnnexRow) -> str:
    text = entry.row.text("provenance")
    known = provenance_of(text)
    if text and not known:
        message = f"không rõ nguồn gốc “{text[:40]}”"
        annex.faults.append(entry.fault("provenance", message, "ghi chính thức, minh họa hoặc để trống"))
    return known


def _previous(annex: Annex, entry: AnnexRow) -> str:
    text = entry.row.text("previous")
    if is_date(entry.row["previous"]):
        message = f"mã đã bị Excel đổi thành ngày tháng (“{text[:40]}”)"
        annex.faults.append(entry.fault("previous", message, f"{_AS_TEXT}, ví dụ 1.6.1"))
    elif len(text) > MAX_PREVIOUS:
        message = f"mã năm trước dài {len(text)} ký tự, quá {MAX_PREVIOUS}"
        annex.faults.append(entry.fault("previous", message, "ghi một mã, ví dụ 1.2.3"))
    return text[:MAX_PREVIOUS]


def _repair_codes(annex: Annex) -> None:
    entries = annex.entries
    for repair in repairs.repairs([repairs.PrintedLine(entry.printed, entry.points) for entry in entries]):
        entry = entries[repair.index]
        message = f"mã “{repair.printed}” in sai ({repair.reason})"
        if repair.code:
            annex.faults.append(entry.fault("code", message, f"sửa thành {repair.code}", repairable=True))
            entry.code = repair.code
        else:
            annex.faults.append(entry.fault("code", message, "đối chiếu bản in, sửa mã hoặc điểm rồi nhập lại"))


def _check_duplicates(annex: Annex) -> None:
    first: dict[str, AnnexRow] = {}
    above: AnnexRow | None = None
    for entry in annex.entries:
        lost_zero = _lost_zero(entry, above)
        earlier = first.setdefault(entry.code, entry)
        if earlier is not entry:
            message = f"mã {entry.code} đã có ở dòng {earlier.row.number}"
            annex.faults.append(entry.fault("code", message, lost_zero or "sửa một trong hai mã theo bản in"))
        elif lost_zero:
            message = f"mã {entry.code} ở dạng số, có thể Excel đã bỏ số 0 ở cuối"
            annex.faults.append(entry.fault("code", message, lost_zero))
        above = entry


def _lost_zero(entry: AnnexRow, above: AnnexRow | None) -> str:
    """The hint for a numeric cell: Excel shows 1.10 as 1.1. "" where the cell cannot be such a one."""
    if not isinstance(entry.row[entry.code_key], float) or entry.code.count(".") != 1:
        return ""
    if above is not None and f"{entry.code}0" == tree.successor(above.code):
        return f"Excel đã bỏ số 0 cuối: {_AS_TEXT} {entry.code}0"
    return ""


def halves(annex: Annex, default_source: str, illustrative: Collection[str] = ()) -> set[str]:
    """The sources of the leaves that the file brings from the decision, as far as the file alone can say; unknown
    words count none. `illustrative` are the codes that stand so: a blank cell leaves them."""
    by_code = {entry.code: entry for entry in annex.entries}
    return {
        _plain_source(code, by_code) or default_source or SELF
        for code in tree.leaf_codes(by_code)
        if _is_official(by_code[code], illustrative)
    }


def _is_official(entry: AnnexRow, illustrative: Collection[str]) -> bool:
    provenance = entry.extras.provenance
    return provenance in (None, OFFICIAL) or (not provenance and entry.code not in illustrative)


def _plain_source(code: str, by_code: Mapping[str, AnnexRow]) -> str | None:
    near = (by_code[place] for place in (code, *tree.prefixes(code)) if place in by_code)
    return next((entry.source for entry in near if entry.source), None)


def unsourced(annex: Annex) -> Sequence[AnnexRow]:
    """The leaves of the file for which neither a cell of their own nor one above names a source."""
    by_code = {entry.code: entry for entry in annex.entries}
    leaves = tree.leaf_codes(by_code)
    return [e for e in annex.entries if e.code in leaves and _plain_source(e.code, by_code) is None]
