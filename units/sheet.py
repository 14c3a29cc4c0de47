"""Reading a list of units from a spreadsheet: every fault by row and column, nothing repaired silently."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cchc_index.lib import codes
from cchc_index.lib.faults import Fault, ImportRefused
from cchc_index.lib.sheets.table import CODE, Column, SheetRow, read_table

COLUMNS = (
    Column("code", "Mã", ("Mã đơn vị", "Mã số", "Mã ĐV", "Mã cơ quan"), holds=CODE),
    Column("name", "Tên đơn vị", ("Đơn vị", "Tên cơ quan", "Tên cơ quan, đơn vị", "Cơ quan, đơn vị", "Tên")),
)
CODE_LENGTH = 30
NAME_LENGTH = 250

_CODE = re.compile(r"\w[\w.\-/]*")


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit of the file: its code as text (leading zeros kept) and its official name."""

    row: int
    code: str
    name: str


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
        faults += row_faults
        if not row_faults:
            units.append(UnitRow(row.number, row.text("code"), row.text("name")))
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
    if not _CODE.fullmatch(text):
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
