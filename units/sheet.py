"""Reading a list of units from a spreadsheet: every fault by row and column, nothing repaired silently."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from cchc_index.lib import codes
from cchc_index.lib.faults import Fault, ImportRefused
from cchc_index.lib.sheets.cells import day_of
from cchc_index.lib.sheets.table import CODE, DAY, Column, SheetRow, read_table
from cchc_index.lib.text import clean

COLUMNS = (
    Column("code", "Mã", ("Mã đơn vị", "Mã số", "Mã ĐV", "Mã cơ quan"), holds=CODE),
    Column("name", "Tên đơn vị", ("Đơn vị", "Tên cơ quan", "Tên cơ quan, đơn vị", "Cơ quan, đơn vị", "Tên")),
    Column("valid_from", "Hiệu lực từ", ("Từ ngày",), required=False, holds=DAY),
    Column("valid_to", "Hiệu lực đến", ("Đến ngày",), required=False, holds=DAY),
    Column("replaces", "Thay cho", ("Thay thế cho", "Đơn vị cũ"), required=False, holds=CODE),
)
CODE_LENGTH = 30
NAME_LENGTH = 250

_CODE = re.compile(r"\w[\w.\-/]*")


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit of the file: its code as text (leading zeros kept), its official name, its first and last day where
    the file gives them, the codes of the units that it replaces."""

    row: int
    code: str
    name: str
    valid_from: date | None = None
    valid_to: date | None = None
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitList:
    """The units of a file in its order, and what was left out of the file or understood otherwise."""

    rows: list[UnitRow]
    said: list[str]


def read_units(source: str | Path | IO[bytes], *, name: str = "", take_hidden: bool = False) -> UnitList:
    """The units of a file. Raises ImportRefused with every fault; an empty list is one too."""
    table = read_table(source, COLUMNS, name=name, take_hidden=take_hidden)
    faults = list(table.faults)
    units = []
    for row in table.rows:
        row_faults = [*_code_faults(row), *_name_faults(row)]
        days = {key: day_of(row[key]) for key in ("valid_from", "valid_to")}
        replaces = _codes(str(row["replaces"] or ""))
        row_faults += _validity_faults(row, replaces, **days)
        faults += row_faults
        if not row_faults:
            units.append(UnitRow(row.number, row.text("code"), row.text("name"), **days, replaces=replaces))
    faults += _repeated(table.rows)
    if not table.rows:
        faults.append(Fault(table.heading_row, "", "không có đơn vị nào dưới dòng tiêu đề", "thêm mỗi đơn vị một dòng"))
    if faults:
        raise ImportRefused(faults)
    return UnitList(units, table.said_with_columns())


def _code_faults(row: SheetRow) -> list[Fault]:
    text = row.text("code")
    if not text:
        return [row.fault("code", "thiếu mã đơn vị", "gõ mã của đơn vị")]
    if len(text) > CODE_LENGTH:
        return [row.fault("code", f"mã dài {len(text)} ký tự, cho phép {CODE_LENGTH}", "rút ngắn mã")]
    if not _CODE.fullmatch(text) or codes.foreign_signs(text):
        repair = "chỉ dùng chữ, số và các dấu . - _ /, không có dấu cách"
        return [row.fault("code", f"mã “{text}” có ký tự không dùng được", repair)]
    return []


def _name_faults(row: SheetRow) -> list[Fault]:
    value, text = row["name"], row.text("name")
    if not text:
        return [row.fault("name", "thiếu tên đơn vị", "gõ tên chính thức của đơn vị")]
    if len(text) > NAME_LENGTH:
        return [row.fault("name", f"tên dài {len(text)} ký tự, cho phép {NAME_LENGTH}", "rút ngắn tên")]
    if text.startswith(("=", "+", "-", "@")):
        return [row.fault("name", f"“{text[:40]}” là công thức", "gõ tên đơn vị bằng chữ")]
    if not isinstance(value, str) or not any(c.isalpha() for c in text):
        return [row.fault("name", f"“{text[:40]}” không phải tên đơn vị", "gõ tên đơn vị bằng chữ")]
    return []


def _codes(text: str) -> tuple[str, ...]:
    """Codes separated by semicolons, or by commas or lines, which no code has; one that is written twice, in whatever
    spelling, is one."""
    written = (clean(part) for part in re.split(r"[;,\n]", text))
    return tuple({codes.key(code): code for code in written if code}.values())


def _validity_faults(
    row: SheetRow, replaces: tuple[str, ...], *, valid_from: date | None, valid_to: date | None
) -> list[Fault]:
    faults = []
    if valid_from and valid_to and valid_to < valid_from:
        faults.append(row.fault("valid_to", "đến ngày trước ngày bắt đầu hiệu lực", "sửa một trong hai ngày"))
    if replaces and not row.text("valid_from"):
        repair = "ghi ngày đơn vị mới bắt đầu; đơn vị cũ hết hiệu lực vào ngày liền trước"
        faults.append(row.fault("valid_from", "thiếu ngày bắt đầu của đơn vị thay cho đơn vị khác", repair))
    if codes.key(row.text("code")) in map(codes.key, replaces):
        repair = "đơn vị mới cần mã mới; nếu vẫn là đơn vị cũ, bỏ mã này khỏi cột Thay cho"
        faults.append(row.fault("replaces", "đơn vị không thay cho chính mình", repair))
    return faults


def _repeated(rows: list[SheetRow]) -> list[Fault]:
    first: dict[str, SheetRow] = {}
    faults = []
    for row in rows:
        code = row.text("code")
        key = codes.key(code)  # A and a would be taken for each other in every later file
        if code and first.setdefault(key, row) is not row:
            faults.append(
                row.fault("code", f"mã “{code}” đã có ở {first[key].place}", "xóa dòng thừa hoặc sửa mã cho đúng")
            )
    return faults
