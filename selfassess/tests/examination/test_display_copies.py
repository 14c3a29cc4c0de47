"""The copy of a workbook says what a person sees in it."""

import re
from pathlib import Path

import openpyxl
import pytest

from criteria.tests.word_files import Wide, word_file
from selfassess.examination import display_copies


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A table that begins at C3, with percentages among plain numbers."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "Biểu 1"
    for column, heading in enumerate(("Nội dung", "Tỷ lệ", "Số"), 3):
        sheet.cell(3, column, heading)
    for row, (text, share, number) in enumerate((("Đúng hạn", 0.85, 0.85), ("Trước hạn", 1 / 3, 12)), 4):
        sheet.cell(row, 3, text)
        sheet.cell(row, 4, share).number_format = "0%"
        sheet.cell(row, 5, number)
    sheet.cell(6, 4, 0.9265).number_format = '0.00" %"%'
    sheet.cell(6, 5, "#N/A").data_type = "e"
    sheet.cell(6, 3, "=E4+1")
    made.create_sheet("Trống")
    made.save(tmp_path / "so-lieu.xlsx")
    return tmp_path / "so-lieu.xlsx"


def rows_of(copy: bytes) -> list[list[str]]:
    text = copy.decode()
    return [re.findall(r"<td>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", text)]


def test_a_workbook_reads_as_a_person_sees_it(book: Path) -> None:
    assert rows_of(display_copies.copy_of(book, "xlsx")) == [
        ["Nội dung", "Tỷ lệ", "Số"],
        ["Đúng hạn", "85%", "0,85"],
        ["Trước hạn", "33,33%", "12"],
        ["(công thức chưa tính)", "92,65%", "#N/A"],
    ]


def test_numbers_under_formats_read_as_their_formats_show_them(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    forms = ("0.00", "#,##0.00", "000", "[<1]0%;0", "[<1]0%;0", '"Đạt"')
    for column, (value, form) in enumerate(zip((2, 1234.5, 7, 0.85, 12, 1), forms, strict=True), 1):
        sheet.cell(1, column, value).number_format = form
    made.save(tmp_path / "so.xlsx")
    copy = display_copies.copy_of(tmp_path / "so.xlsx", "xlsx")
    assert rows_of(copy) == [["2", "1234,5", "007", "85%", "12", "Đạt"]]


def test_tables_of_a_word_file_are_tables_in_the_page(tmp_path: Path) -> None:
    """The annexes of a report are tables: rows, merged cells and what stands round them."""
    path = tmp_path / "bao-cao.docx"
    rows = [["STT", "Nội dung", "Số lượng"], ["1", "Văn bản <b>rà soát</b>", "12"], [Wide("Tổng"), "12"]]
    path.write_bytes(word_file("Kết quả rà soát", rows, "Hết.").getvalue())
    copy = " ".join(display_copies.copy_of(path, "docx").decode().split())
    shown = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in re.findall(r"<tr>(.*?)</tr>", copy)]
    assert [[re.sub("</?p>", "", cell) for cell in row] for row in shown] == [
        ["STT", "Nội dung", "Số lượng"],
        ["1", "Văn bản &lt;b&gt;rà soát&lt;/b&gt;", "12"],
        ["Tổng", "12"],
    ]
    assert '<td colspan="2">' in copy
    assert copy.index("Kết quả rà soát") < copy.index("<table>") < copy.index("</table>") < copy.index("Hết.")
    assert "Bản gốc để tải về." in copy


def test_without_the_formats_the_values_are_shown_all_the_same(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cchc_index.lib.sheets.marks._telling_styles", lambda archive: archive.read("nothing"))
    assert rows_of(display_copies.make(book, "xlsx"))[1] == ["Đúng hạn", "0,85", "0,85"]
