"""Reading a list of people from a spreadsheet: every fault by row and column, nothing repaired silently.

What needs no database is read here: who, which role in the pages' own words, from and until when. Whether the unit
exists, and what the person holds already, is for whoever imports.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from openpyxl.utils import get_column_letter

from cchc_index.lib.faults import Fault
from cchc_index.lib.sheets.cells import day_of
from cchc_index.lib.sheets.table import ADDRESS, CODE, DAY, Column, SheetRow, Table, read_table
from cchc_index.lib.text import fold

COLUMNS = (
    Column("name", "Họ tên", ("Họ và tên", "Họ, tên", "Người dùng")),
    Column(
        "email",
        "Thư điện tử",
        ("Email", "E-mail", "Hộp thư", "Địa chỉ thư điện tử", "Thư điện tử công vụ"),
        holds=ADDRESS,
    ),
    Column("username", "Tên đăng nhập", ("Tài khoản", "Tên tài khoản", "Username"), required=False),
    Column("role", "Vai trò"),
    Column("unit", "Mã đơn vị", ("Mã ĐV", "Mã cơ quan"), required=False, holds=CODE),
    Column("group", "Khối", ("Mã khối",), required=False),
    Column("valid_from", "Từ ngày", ("Hiệu lực từ",), required=False, holds=DAY),
    Column("valid_to", "Đến ngày", ("Hiệu lực đến",), required=False, holds=DAY),
)
COUNTERS = ("stt", "tt", "so tt", "so thu tu")
"""Headings of the column that only counts the rows."""
NAME_LENGTH = 150
EMAIL_LENGTH = 254

USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9@.+_-]*")
_EMAIL = re.compile(r"[^@\s,;<>\"()]+@[^@\s,;<>\"()]+\.[^@\s,;<>\"().]{2,}")


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line: a person (the address in lower case; "" for who has none), a role, where, from and until when."""

    line: SheetRow
    name: str
    email: str
    username: str
    role: str
    unit: str
    group: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class PeopleList:
    """The lines of a file in its order, and what was left out of the file or understood otherwise."""

    rows: list[PersonRow]
    faults: list[Fault]
    said: list[str]


def read_people(
    source: str | Path | IO[bytes],
    roles: Mapping[str, str],
    labels: Sequence[str],
    *,
    name: str = "",
    take_hidden: bool = False,
) -> PeopleList:
    """The people of a file and every fault of it. `roles`: what offices write for each role, folded → the role;
    `labels`: the pages' own words, for a refusal. Raises ImportRefused when it is no such list at all."""
    table = read_table(source, COLUMNS, name=name, take_hidden=take_hidden)
    faults = [*table.faults, *_unknown_columns(table)]
    rows = []
    for line in table.rows:
        days = {key: day_of(line[key]) for key in ("valid_from", "valid_to")}
        row = PersonRow(
            line,
            line.text("name"),
            address_in(line.text("email")),
            line.text("username"),
            roles.get(fold(line.text("role")), ""),
            line.text("unit"),
            line.text("group"),
            **days,
        )
        faults += _faults(row, labels)
        rows.append(row)
    faults += _several_names(rows)
    if not table.rows:
        faults.append(Fault(table.heading_row, "", "không có người nào dưới dòng tiêu đề", "thêm mỗi người một dòng"))
    return PeopleList(rows, faults, table.said)


def _unknown_columns(table: Table) -> Iterator[Fault]:
    """A column that nobody reads is named: what stands there would be lost unseen."""
    known = ", ".join(column.heading for column in COLUMNS)
    width = max(len(part.page.columns) for part in table.parts)
    hidden = table.parts[0].page.hidden_columns  # left out, and said so
    for at in range(width):
        heading = table.headings[at] if at < len(table.headings) else ""
        if at in table.index.values() or fold(heading).rstrip(".") in COUNTERS or at in hidden:
            continue
        if not heading and not table.holds_something(at):
            continue
        what = f"cột “{heading[:60]}” không thuộc mẫu" if heading else "cột có dữ liệu nhưng không có tiêu đề"
        place = table.name_of(at) if heading else get_column_letter(at + 1)
        yield Fault(table.heading_row, place, what, f"xóa cột này; các cột được đọc: {known}")


def _faults(row: PersonRow, labels: Sequence[str]) -> Iterator[Fault]:
    yield from _name_faults(row)
    yield from _email_faults(row)
    yield from _username_faults(row)
    text = row.line.text("role")
    if not row.role:
        message = f"không có vai trò “{text[:60]}”" if text else "thiếu vai trò"
        yield row.line.fault("role", message, f"ghi một trong: {'; '.join(labels)}")
    if row.valid_from and row.valid_to and row.valid_to < row.valid_from:
        yield row.line.fault("valid_to", "đến ngày trước từ ngày", "sửa một trong hai ngày")


def _name_faults(row: PersonRow) -> Iterator[Fault]:
    if not row.name:
        yield row.line.fault("name", "thiếu họ tên", "gõ họ và tên")
    elif len(row.name) > NAME_LENGTH:
        yield row.line.fault("name", f"họ tên dài {len(row.name)} ký tự, cho phép {NAME_LENGTH}", "rút ngắn")
    elif row.name.startswith(("=", "+", "-", "@")) or not any(c.isalpha() for c in row.name):
        yield row.line.fault("name", f"“{row.name[:40]}” không phải họ tên", "gõ họ và tên bằng chữ")


NO_ADDRESS = ("-", "–", "—", "x", "không", "không có", "chưa có", "ko", "0")
"""What offices write where there is no address."""


def address_in(text: str) -> str:
    """The address of a cell in lower case; "" where it says that there is none."""
    return "" if text.lower().rstrip(".") in NO_ADDRESS else text.lower()


def _email_faults(row: PersonRow) -> Iterator[Fault]:
    wrong = not _is_address(row.email) or len(row.email) > EMAIL_LENGTH or row.email.startswith(("=", "+", "-", "'"))
    if row.email and wrong:
        repair = "gõ một địa chỉ, ví dụ nguyenvana@hanoi.gov.vn; người không có thư thì để trống"
        yield row.line.fault("email", f"“{row.email[:60]}” không phải địa chỉ thư điện tử", repair)


def _username_faults(row: PersonRow) -> Iterator[Fault]:
    if row.username and (len(row.username) > NAME_LENGTH or not USERNAME.fullmatch(row.username)):
        message = f"“{row.username[:40]}” không dùng làm tên đăng nhập được"
        yield row.line.fault("username", message, "chỉ dùng chữ không dấu, số và . - _ @, ví dụ nguyen-van-an")


def _is_address(text: str) -> bool:
    """An address as mail servers take it: of ASCII letters, without a hyphen or digit that only looks like one."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return text.isascii() and _EMAIL.fullmatch(text) is not None


def _several_names(rows: list[PersonRow]) -> Iterator[Fault]:
    """One address, one user name is one person: what differs beside it is a slip in one of the two."""
    for key, word in (("email", "thư"), ("username", "tên đăng nhập")):
        first: dict[str, PersonRow] = {}
        for row in rows:
            said = getattr(row, key)
            other = first.setdefault(said.lower(), row)
            if said and row.name and other.name and fold(other.name) != fold(row.name):
                message = f"{word} {said} ở {other.line.place} là của “{other.name}”"
                yield row.line.fault("name", message, f"sửa họ tên hoặc {word} cho đúng; mỗi người một {word} riêng")
    yield from _several_accounts(rows)


def _several_accounts(rows: list[PersonRow]) -> Iterator[Fault]:
    """An address goes with one user name, a user name with one address."""
    for key, beside, word in (("email", "username", "tên đăng nhập"), ("username", "email", "thư")):
        first: dict[str, PersonRow] = {}
        for row in rows:
            said, with_it = getattr(row, key).lower(), getattr(row, beside).lower()
            if not (said and with_it):
                continue
            other = first.setdefault(said, row)
            if getattr(other, beside).lower() != with_it:
                message = f"{said} đã đi với {word} {getattr(other, beside)} ở {other.line.place}"
                yield row.line.fault(beside, message, "giữ một trong hai")
