"""Reading a list of units from a spreadsheet: every fault by row and column, nothing repaired silently."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cchc_index.lib.faults import Fault, ImportRefused
from cchc_index.lib.sheets import Column, SheetRow, is_date, read_table

COLUMNS = (
    Column("code", "Mã", ("Mã đơn vị", "Mã số", "Mã ĐV", "Mã cơ quan")),
    Column("name", "Tên đơn vị", ("Đơn vị", "Tên cơ quan", "Tên cơ quan, đơn vị", "Cơ quan, đơn vị", "Tên")),
)
CODE_LENGTH = 30
NAME_LENGTH = 250

_CODE = re.compile(r"\w[\w.\-/]*")
_SHEET_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!")
_AS_TEXT = "định dạng cột thành Văn bản (Text) rồi gõ lại mã"


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit of the file: its code as text (leading zeros kept) and its official name."""

    row: int
    code: str
    name: str


def read_units(source: str | Path | IO[bytes], *, name: str = "") -> list[UnitRow]:
    """The units of a file in its order. Raises ImportRefused with every fault; an empty list is one too."""
    table = read_table(source, COLUMNS, name=name)
    faults = list(table.faults)
    units = []
    for row in table.rows:
        found = [*_code_faults(row), *_name_faults(row)]
        faults += found
        if not found:
            units.append(UnitRow(row.number, row.text("code"), row.text("name")))
    faults += _repeated(table.rows)
    if not table.rows:
        faults.append(Fault(table.heading_row, "", "không có đơn vị nào dưới dòng tiêu đề", "thêm mỗi đơn vị một dòng"))
    if faults:
        raise ImportRefused(faults)
    return units


def _code_faults(row: SheetRow) -> list[Fault]:
    value, text = row["code"], row.text("code")
    if is_date(value):
        return [row.fault("code", f"Excel đã đổi mã thành ngày tháng ({text})", _AS_TEXT)]
    if isinstance(value, bool):
        return [row.fault("code", "mã là giá trị đúng/sai", _AS_TEXT)]
    if isinstance(value, int | float) and (abs(value) >= 10**15 or not float(value).is_integer()):
        return [row.fault("code", f"mã là số “{text}”, Excel có thể đã bỏ chữ số", _AS_TEXT)]
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
    if text.startswith(("=", "+", "-", "@")) or text in _SHEET_ERRORS:
        return [row.fault("name", f"“{text[:40]}” là công thức hoặc lỗi công thức", "gõ tên đơn vị bằng chữ")]
    if not isinstance(value, str) or not any(c.isalpha() for c in text):
        return [row.fault("name", f"“{text[:40]}” không phải tên đơn vị", "gõ tên đơn vị bằng chữ")]
    return []


def _repeated(rows: list[SheetRow]) -> list[Fault]:
    first: dict[str, int] = {}
    faults = []
    for row in rows:
        code = row.text("code")
        key = code.casefold()  # A and a would be taken for each other in every later file
        if code and first.setdefault(key, row.number) != row.number:
            faults.append(
                row.fault("code", f"mã “{code}” đã có ở dòng {first[key]}", "xóa dòng thừa hoặc sửa mã cho đúng")
            )
    return faults
