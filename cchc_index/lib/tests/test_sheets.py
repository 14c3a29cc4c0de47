"""Spreadsheets in: what people send, what Excel does to it, what an attacker sends."""

import io
import time
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cchc_index.lib.faults import ImportRefused
from cchc_index.lib.sheets import guards
from cchc_index.lib.sheets.book import read_cells
from cchc_index.lib.sheets.cells import cell_text, is_date
from cchc_index.lib.sheets.table import Column, Table, read_table
from cchc_index.lib.tests.present import first_sheet

COLUMNS = (
    Column("code", "Mã", ("TT", "STT")),
    Column("name", "Nội dung"),
    Column("max", "Điểm tối đa"),
    Column("source", "Nguồn", required=False),
)
HEADINGS = ("Mã", "Nội dung", "Điểm tối đa")


def xlsx(*rows: Sequence[object]) -> io.BytesIO:
    book = openpyxl.Workbook()
    for row in rows:
        first_sheet(book).append(list(row))
    return saved(book)


def saved(book: openpyxl.Workbook) -> io.BytesIO:
    stream = io.BytesIO()
    book.save(stream)
    return stream


def read(source: io.BytesIO | bytes, name: str = "tep.xlsx", **options: Any) -> Table:
    return read_table(io.BytesIO(source) if isinstance(source, bytes) else source, COLUMNS, name=name, **options)


def refusal(source: io.BytesIO | bytes, name: str = "tep.xlsx") -> str:
    with pytest.raises(ImportRefused) as refused:
        read(source, name)
    (fault,) = refused.value.faults
    assert fault.repair
    return str(fault)


def replaced(stream: io.BytesIO, member: str, content: bytes) -> io.BytesIO:
    """The same workbook with one part written by hand."""
    result = io.BytesIO()
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, content if info.filename == member else old.read(info.filename))
    return result


def worksheet(rows: str) -> io.BytesIO:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = f'<?xml version="1.0"?><worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
    return replaced(xlsx(HEADINGS), "xl/worksheets/sheet1.xml", xml.encode())


class TestWhatPeopleSend:
    @pytest.mark.parametrize("mark", [";", ",", "\t"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    def test_csv_in_every_common_form(self, mark: str, encoding: str) -> None:
        text = f"Mã{mark}Nội dung{mark}Điểm tối đa\r\n1.1{mark}Kế hoạch CCHC{mark}2\r\n"

        (row,) = read(text.encode(encoding), "bang.csv").rows

        assert (row.number, row.text("code"), row.text("name"), row.text("max")) == (2, "1.1", "Kế hoạch CCHC", "2")

    def test_csv_decimal_comma_between_semicolons(self) -> None:
        (row,) = read("Mã;Nội dung;Điểm tối đa\n1.1;Một, hai;0,5\n".encode(), "bang.csv").rows
        assert (row.text("name"), row.text("max")) == ("Một, hai", "0,5")

    def test_csv_with_quotes_and_breaks_in_a_cell(self) -> None:
        (row,) = read('Mã,Nội dung,Điểm tối đa\n1,"Dòng một\nDòng ""hai""",1\n'.encode(), "b.csv").rows
        assert row.text("name") == 'Dòng một Dòng "hai"'

    def test_csv_under_a_title_line_is_split_by_its_own_delimiter(self) -> None:
        text = "BỘ TIÊU CHÍ\nMã;Nội dung;Điểm tối đa\n1;Một;2\n"
        (row,) = read(text.encode(), "b.csv").rows
        assert row.text("max") == "2"

    def test_csv_of_another_alphabet_is_refused(self) -> None:
        assert "UTF-8" in refusal("Mã,Nội dung".encode().replace(b"\xc3", b"\xff\x80"), "b.csv")

    def test_numbers_dates_and_text_of_a_workbook(self) -> None:
        (row,) = read(xlsx(HEADINGS, ("1.1", "Kế hoạch", 0.5))).rows
        assert (row["max"], row.text("max")) == (0.5, "0.5")
        (row,) = read(xlsx(HEADINGS, (1.0, "Kế hoạch", 2))).rows
        assert row.text("code") == "1"
        (row,) = read(xlsx(HEADINGS, (date(2001, 6, 1), "Kế hoạch", 2))).rows
        assert is_date(row["code"])
        assert row.text("code") == "01/06/2001"

    def test_inline_strings(self) -> None:
        def cell(place: str, text: str) -> str:
            return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'

        heads = "".join(cell(f"{letter}1", text) for letter, text in zip("ABC", HEADINGS, strict=True))
        row = cell("A2", "1.1") + cell("B2", "Kế hoạch") + '<c r="C2"><v>2</v></c>'

        (row_read,) = read(worksheet(f'<row r="1">{heads}</row><row r="2">{row}</row>')).rows

        assert (row_read.text("code"), row_read.text("name"), row_read.text("max")) == ("1.1", "Kế hoạch", "2")

    def test_heading_below_merged_titles(self) -> None:
        book = openpyxl.Workbook()
        page = first_sheet(book)
        page["A1"] = "ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI"
        page["A2"] = "BỘ TIÊU CHÍ (kèm theo Quyết định)"
        page.merge_cells("A1:C1")
        page.merge_cells("A2:C3")
        for column, heading in enumerate(HEADINGS, start=1):
            page.cell(5, column, heading)
        page.append(["1", "Chỉ đạo, điều hành", 10])

        table = read(saved(book))

        assert table.heading_row == 5
        assert [(row.number, row.text("code")) for row in table.rows] == [(6, "1")]

    def test_headings_without_case_accents_or_spaces(self) -> None:
        table = read(xlsx(("  mã ", "NOI  DUNG", "điểm\ntối đa (điểm)", "Ghi chú"), ("1", "x", 1, "y")))
        assert table.index == {"code": 0, "name": 1, "max": 2}
        assert table.extra == {3: "Ghi chú"}
        assert table.faults == []

    def test_misspelt_heading_is_read_and_named_as_a_repairable_fault(self) -> None:
        table = read(xlsx(("TT", "Nội dung", "Điều tối đa"), ("1", "x", 1)))

        (fault,) = table.faults
        assert table.rows[0].text("max") == "1"
        assert fault.repairable
        assert (fault.row, fault.column) == (1, "C")
        assert "Điều tối đa" in fault.message
        assert "Điểm tối đa" in fault.repair

    @pytest.mark.parametrize("numbering", [(1, 2, 3), ("(1)", "(2)", "(3)"), ("A", "B", 1), ("1", "2", "3=1+2")])
    def test_row_of_numbers_under_the_heading_is_left_out_and_said(self, numbering: tuple[object, ...]) -> None:
        table = read(xlsx(HEADINGS, numbering, ("1", "x", 1)))
        assert [row.number for row in table.rows] == [3]
        assert table.said == ["Bỏ qua dòng đánh số cột: dòng 2."]

    def test_blank_rows_are_passed_over_and_counted(self) -> None:
        rows = read(xlsx(HEADINGS, (None, "  ", None), ("1", "x", 1), (None,), ("2", "y", 1))).rows
        assert [row.number for row in rows] == [3, 5]

    def test_first_visible_sheet_is_read(self) -> None:
        book = openpyxl.Workbook()
        first_sheet(book).title = "an"
        first_sheet(book).append(["không", "phải", "đây"])
        first_sheet(book).sheet_state = "hidden"
        page = book.create_sheet("hien")
        page.append(list(HEADINGS))
        page.append(["1", "x", 1])
        book.active = 1

        assert [row.text("code") for row in read(saved(book)).rows] == ["1"]

    def test_sheet_that_starts_lower_keeps_its_row_numbers(self) -> None:
        book = openpyxl.Workbook()
        for column, heading in enumerate(HEADINGS, start=2):
            first_sheet(book).cell(4, column, heading)
            first_sheet(book).cell(6, column, "1")
        table = read(saved(book))
        assert (table.heading_row, table.rows[0].number) == (4, 6)
        assert table.column_name("max") == "D (Điểm tối đa)"

    def test_missing_column_is_named(self) -> None:
        assert "“Điểm tối đa”" in refusal(xlsx(("Mã", "Nội dung"), ("1", "x")))

    def test_path_and_file_name_in_capitals(self, tmp_path: Path) -> None:
        path = tmp_path / "BANG.XLSX"
        path.write_bytes(xlsx(HEADINGS, ("1", "x", 1)).getvalue())
        assert len(read_table(path, COLUMNS).rows) == 1
        assert len(read_table(str(path), COLUMNS).rows) == 1

    def test_cells_as_text(self) -> None:
        assert [cell_text(value) for value in (None, 1.0, 1.5, "  a  b ", True, date(2024, 1, 2))] == [
            "", "1", "1.5", "a b", "TRUE", "02/01/2024",
        ]  # fmt: skip


class TestWhatHarms:
    def test_far_cell_is_refused_fast(self) -> None:
        book = openpyxl.Workbook()
        first_sheet(book)["A1"] = "Mã"
        first_sheet(book)["XFD1048576"] = 1
        started = time.monotonic()
        assert "quá xa" in refusal(saved(book))
        assert time.monotonic() - started < 2

    def test_far_cell_with_other_quotes_and_spaces_is_refused(self) -> None:
        assert "quá xa" in refusal(worksheet("<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"))
        assert "quá xa" in refusal(worksheet('<row r = "1048576"><c r = "XFD1048576"><v>1</v></c></row>'))

    def test_far_row_alone_is_refused(self) -> None:
        assert "quá xa" in refusal(worksheet('<row r="1048576"><c><v>1</v></c></row>'))

    def test_too_many_columns(self) -> None:
        assert "quá xa" in refusal(xlsx([*HEADINGS, *range(998)]))
        assert "cột" in refusal(";".join([*HEADINGS, *map(str, range(998))]).encode(), "b.csv")

    def test_zip_bomb(self) -> None:
        bomb = replaced(xlsx(HEADINGS), "xl/worksheets/sheet1.xml", b" " * 50_000_000)
        assert len(bomb.getvalue()) < 100_000
        assert "giải nén" in refusal(bomb)

    def test_too_many_members(self) -> None:
        stream = xlsx(HEADINGS)
        with zipfile.ZipFile(stream, "a") as archive:
            for number in range(guards.MAX_MEMBERS):
                archive.writestr(f"xl/media/{number}.txt", "")
        assert "giải nén" in refusal(stream)

    def test_member_outside_the_archive(self) -> None:
        stream = xlsx(HEADINGS)
        with zipfile.ZipFile(stream, "a") as archive:
            archive.writestr("../../etc/passwd", "x")
        assert "hỏng" in refusal(stream)

    @pytest.mark.parametrize(
        ("data", "word"),
        [
            (b"", "trống"),
            (b"  \n", "trống"),
            (b"%PDF-1.7 ...", "không phải bảng tính"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "không đọc được"),
            (b"PK\x03\x04 cut", "hỏng"),
            (b"PK\x05\x06" + b"\x00" * 18, "hỏng"),
            (b"\x00\x01\x02\x03" * 50, "không phải bảng tính"),
        ],
    )
    def test_not_a_workbook(self, data: bytes, word: str) -> None:
        assert word in refusal(data)

    def test_zip_that_is_not_a_workbook(self) -> None:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("word/document.xml", "<x/>")
        assert "hỏng" in refusal(stream)

    @pytest.mark.parametrize("part", [b"", b"<worksheet", b"\x00\xff", b"<a/>"])
    def test_broken_sheet_is_a_sentence(self, part: bytes) -> None:
        assert refusal(replaced(xlsx(HEADINGS), "xl/worksheets/sheet1.xml", part))

    def test_truncated_workbook(self) -> None:
        data = xlsx(HEADINGS, *[("1", "x" * 50, 1)] * 200).getvalue()
        assert "hỏng" in refusal(data[: len(data) // 2])

    def test_entities_of_xml_are_not_expanded(self) -> None:
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
        xml = (
            f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{levels}]><worksheet xmlns="{main}"><sheetData>'
            '<row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row></sheetData></worksheet>'
        )
        started = time.monotonic()
        assert refusal(replaced(xlsx(HEADINGS), "xl/worksheets/sheet1.xml", xml.encode()))
        assert time.monotonic() - started < 2

    def test_workbook_without_visible_sheet(self) -> None:
        book = openpyxl.Workbook()
        book.create_sheet("b").sheet_state = "hidden"
        stream = saved(book)
        with zipfile.ZipFile(stream) as archive:
            content = archive.read("xl/workbook.xml")
        content = content.replace(b'state="visible"', b'state="hidden"')
        assert refusal(replaced(stream, "xl/workbook.xml", content))

    def test_file_over_the_size_limit(self) -> None:
        with pytest.raises(ImportRefused, match="lớn hơn 1 MB"):
            read(b"a;b\n" * 300_000, "b.csv", max_bytes=1024 * 1024)

    def test_no_heading_anywhere(self) -> None:
        assert "không có dòng tiêu đề" in refusal(xlsx(("a", "b"), ("c", "d")))
        assert "không có dòng tiêu đề" in refusal(saved(openpyxl.Workbook()))

    @settings(max_examples=150)
    @given(st.binary(max_size=400), st.sampled_from(["a.xlsx", "a.csv", "a", "a.xls"]))
    def test_any_bytes_give_rows_or_a_sentence(self, data: bytes, name: str) -> None:
        with suppress(ImportRefused):
            read_cells(io.BytesIO(data), name=name)

    @settings(max_examples=60)
    @given(st.data())
    def test_workbook_with_flipped_bytes_gives_rows_or_a_sentence(self, data: st.DataObject) -> None:
        content = bytearray(SMALL)
        for position in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=8)):
            content[position] ^= data.draw(st.integers(1, 255))
        with suppress(ImportRefused):
            read_cells(io.BytesIO(bytes(content)), name="a.xlsx")


SMALL = xlsx(HEADINGS, ("1.1", "Kế hoạch", 2)).getvalue()
