"""Cells without a value must be named, never read as empty; columns must not shift or double."""

import io
import zipfile
from collections.abc import Sequence

import pytest
from openpyxl import Workbook

from cchc_index.lib.faults import ImportRefused
from cchc_index.lib.sheets.cells import cell_text
from cchc_index.lib.sheets.table import NUMBER, Column, read_table
from cchc_index.lib.tests.present import first_sheet

COLUMNS = (Column("code", "Mã"), Column("points", "Điểm", required=False, holds=NUMBER))


def workbook(*rows: Sequence[object]) -> io.BytesIO:
    book = Workbook()
    for row in rows:
        first_sheet(book).append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out


def refusal(source: io.BytesIO, name: str = "a.xlsx") -> str:
    """What an import would say: it refuses with the faults of the table."""
    try:
        return str(ImportRefused(read_table(source, COLUMNS, name=name).faults))
    except ImportRefused as refused:
        return str(refused)


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!"])
def test_error_cell_is_named_by_row_and_column(error: str) -> None:
    assert f"Dòng 3, cột B (Điểm): ô đang báo lỗi {error}" in refusal(workbook(["Mã", "Điểm"], ["A", 1], ["B", error]))


def test_formula_that_nobody_computed_is_named() -> None:
    assert "Dòng 2, cột B (Điểm): ô là công thức chưa có kết quả" in refusal(workbook(["Mã", "Điểm"], ["A", "=1+1"]))


def test_every_such_cell_is_named() -> None:
    sentences = refusal(workbook(["Mã", "Điểm"], *[[str(i), "=1+1"] for i in range(3000)]))
    assert sentences.count("Dòng") == 200


def test_values_beside_formulas_elsewhere_are_read() -> None:
    table = read_table(workbook(["Mã", "Điểm"], ["A", 1.5], ["B", None]), COLUMNS)
    assert [row["points"] for row in table.rows] == [1.5, ""]


def test_second_column_of_one_meaning_is_refused() -> None:
    assert "Dòng 1, cột C: cột “điểm” trùng nghĩa với cột B" in refusal(workbook(["Mã", "Điểm", "điểm"], ["A", 1, 2]))


def test_row_with_more_cells_than_headings_is_refused() -> None:
    table = read_table(io.BytesIO("Mã,Điểm\nA,9,5\n".encode()), COLUMNS, name="a.csv")
    assert ["Dòng 2, cột C: có 3 ô" in str(fault) and not fault.repairable for fault in table.faults] == [True]


def test_trailing_delimiters_are_no_cells() -> None:
    table = read_table(io.BytesIO("Mã,Điểm\nA,9,,,\n".encode()), COLUMNS, name="a.csv")
    assert table.rows[0]["points"] == "9"


def test_hostile_sheet_of_unclosed_cells_is_answered() -> None:
    source = workbook(["Mã", "Điểm"], ["A", "=1+1"])
    hostile = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(hostile, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            content = old.read(member)
            if member.endswith("sheet1.xml"):
                content = content.replace(
                    b"</sheetData>", b'<row r="3">' + b'<c r="A3"><f>' * 20_000 + b"</row></sheetData>"
                )
            new.writestr(member, content)
    assert refusal(hostile).startswith("Tệp: không đọc được nội dung")


@pytest.mark.parametrize(
    ("code", "shown"),
    [('0"-SV"', "7-SV"), ("0\\/\\Q\\D", "7/QD"), ('"P-"00', "P-07"), ('0" điểm"', "7"), ('0"đ"', "7"), ('0"/10"', "7")],
)
def test_number_format_that_ends_in_a_code_is_read_as_shown_and_a_unit_is_not(code: str, shown: str) -> None:
    """Somebody who sees 7-SV in the cell has typed 7."""
    book = Workbook()
    for row in (["Mã", "Điểm"], [7, 1]):
        first_sheet(book).append(row)
    first_sheet(book)["A2"].number_format = code
    out = io.BytesIO()
    book.save(out)
    assert [cell_text(row["code"]) for row in read_table(out, COLUMNS).rows] == [shown]
