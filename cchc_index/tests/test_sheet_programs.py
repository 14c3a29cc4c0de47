"""Workbooks as programs write them: what stands beside the cells, and spellings of other programs, change nothing."""

import csv
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import ColorScale, FormatObject, Rule
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image as Picture

from cchc_index.lib.tests.present import present

from .sheet_way import Way
from .sheet_ways import WAYS
from .sheet_writers import Error, Percent, Rows, Sheet
from .test_sheets import Case, Kind, at, book, changed, check_each_as_large, replaced

pytestmark = pytest.mark.django_db
PROGRAMS: dict[str, Kind] = {}


def program(make: Kind) -> Kind:
    PROGRAMS[make.__name__] = make
    return make


# --- beside the cells -------------------------------------------------------------------------------


def _chart(page: Worksheet, way: Way) -> None:
    chart = BarChart()
    numbers = Reference(page, min_col=1, min_row=way.heading_row + 1, max_row=way.first + 3)
    chart.add_data(numbers, titles_from_data=True)
    page.add_chart(chart, "J2")


def _picture(page: Worksheet, way: Way) -> None:
    out = io.BytesIO()
    Picture.new("RGB", (8, 8), "red").save(out, "PNG")
    page.add_image(Image(out), "J2")


def _comment(page: Worksheet, way: Way) -> None:
    page.cell(way.first + 1, way.code + 1).comment = Comment("Xem lại #N/A, 1.234", "Văn thư")


def _validation(page: Worksheet, way: Way) -> None:
    rule = DataValidation(type="list", formula1='"A-1,A-2,x"', allow_blank=True)
    rule.add(f"A{way.first + 1}:A500")
    page.add_data_validation(rule)


def _names(page: Worksheet, way: Way) -> None:
    names = present(page.parent).defined_names
    names["vung"] = DefinedName("vung", attr_text=f"'{page.title}'!$A$1:$B$9")
    names["hong"] = DefinedName("hong", attr_text="#REF!")
    page.print_title_rows = "1:1"


def _table(page: Worksheet, way: Way) -> None:
    last = get_column_letter(len(way.headings))
    page.add_table(Table(displayName="Bang1", ref=f"A{way.heading_row + 1}:{last}{way.first + 3}"))


def _colours(page: Worksheet, way: Way) -> None:
    ends = [FormatObject("min"), FormatObject("max")]
    rule = Rule("colorScale", colorScale=ColorScale(cfvo=ends, color=["FFFF0000", "FF00FF00"]))
    page.conditional_formatting.add("A1:Z99", rule)
    page.freeze_panes = "B2"


@program
def everything_that_may_stand_beside_the_cells(way: Way) -> Case:
    read = load_workbook(io.BytesIO(book(way)))
    for add in (_chart, _picture, _comment, _validation, _names, _table, _colours):
        add(read[way.name], way)
    out = io.BytesIO()
    read.save(out)
    return Case(out.getvalue(), way.expected())


# --- LibreOffice's spelling of a workbook -----------------------------------------------------------


@program
def workbook_written_by_libreoffice(way: Way) -> Case:
    """Every row and column says `hidden="false"`, and an empty row is kept at the sheet's end."""
    return Case(_rewritten(book(way), _as_libreoffice), way.expected())


@program
def workbook_with_prefixed_names(way: Way) -> Case:
    """As .NET's libraries write it: `x:row`, `x:c`."""
    return Case(_rewritten(book(way), _prefixed), way.expected())


def _as_libreoffice(sheet: str) -> str:
    common = ' customFormat="false" ht="12.8" hidden="false" customHeight="false" outlineLevel="0" collapsed="false"'
    sheet = re.sub(r"<row r=", f"<row{common} r=", sheet)
    cols = '<cols><col collapsed="false" customWidth="false" hidden="false" outlineLevel="0" max="1025" min="1" '
    sheet = re.sub(r"<cols>.*?</cols>", "", sheet)
    sheet = sheet.replace("<sheetData>", f'{cols}style="0" width="11.52"/></cols><sheetData>')
    return sheet.replace("</sheetData>", f'<row r="1048576"{common}/></sheetData>')


def _prefixed(sheet: str) -> str:
    return re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", sheet).replace("xmlns=", "xmlns:x=")


def _rewritten(data: bytes, change: Callable[[str], str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                content = change(content.decode()).encode()
            new.writestr(name, content)
    return out.getvalue()


# --- of other columns, sheets and marks -------------------------------------------------------------


@program
def sheet_with_other_headings_between_two(way: Way) -> Case | None:
    """The third is read, the second named."""
    if way.printed or way.more:
        return None
    other = Sheet([["Tháng", "Số lượt"], ["1", 5]], "Theo dõi")
    third = Sheet([[*way.headings], way.records[3]], "Đợt 2")
    return Case(book(way, None, ".xlsx", other, third), way.expected(0, 1, 2, 3), ["Theo dõi"])


@program
def semicolons_with_commas_and_quotes(way: Way) -> Case | None:
    if way.number is None or way.more or way.printed or "Thứ tự" in way.headings:
        return None
    out = io.StringIO()
    rows = [[str(cell).replace(".", ",") if isinstance(cell, float) else cell for cell in row] for row in way.rows()]
    csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL).writerows(rows)
    return Case(out.getvalue().encode("utf-8-sig"), way.expected(), ending=".csv")


@program
def tcvn3_in_every_column(way: Way) -> Case:
    """A column of codes says so as well as one of text."""
    column = (*way.more_codes, way.code)[0]
    return Case(book(way, changed(way, 1, column, "Së Tµi chÝnh")), {}, [at(way, 1, column)])


@program
def vni_in_a_code(way: Way) -> Case:
    return Case(book(way, changed(way, 1, way.code, "Sôû Taøi chính")), {}, [at(way, 1, way.code)])


@program
def cyrillic_in_the_other_codes(way: Way) -> Case | None:
    if not way.more_codes:
        return None
    column = way.more_codes[0]
    old = str(way.records[1][column])
    alike = old.translate(str.maketrans("Aso", "Аѕо")).replace(".", "．")
    rows = book(way, changed(way, 1, column, alike))
    catalogue = way.headings[column] == "Mã khối"  # the administration asks for the code as it is
    return Case(rows, {}, [f"Dòng {way.first + 2}"]) if catalogue else Case(rows, way.expected())


@program
def errors_of_another_column(way: Way) -> Case | None:
    if way.more:
        return None
    column = len(way.headings) - 1
    return Case(book(way, changed(way, 2, column, Error("#REF!"))), {}, [at(way, 2, column), "#REF!"])


@program
def error_in_a_code_of_excel_97(way: Way) -> Case:
    rows = changed(way, 1, way.code, Error("#N/A"))
    return Case(book(way, rows, ".xls"), {}, [f"{at(way, 1, way.code)} ô đang báo lỗi #N/A"], ".xls")


@program
def hidden_number_column(way: Way) -> Case | None:
    """What is needed is read though hidden, and said."""
    if way.number is None or way.more:
        return None
    letter, heading = get_column_letter(way.number + 1), way.headings[way.number]
    rows = book(way, hidden_columns=[way.number])
    return Case(rows, way.expected(), [f"các cột đang ẩn: {letter} ({heading})."])


@program
def title_merged_over_the_headings(way: Way) -> Case:
    rows: Rows = [["BIỂU TỔNG HỢP", *[None] * (len(way.headings) - 1)], [None], *way.rows()]
    return Case(book(way, rows, merged=[(0, 0, 0, len(way.headings) - 1)]), way.expected())


@program
def percentages_with_parts(way: Way) -> Case | None:
    if way.number is None or "Thứ tự" in way.headings:
        return None
    old = str(way.records[1][way.number])
    rows = changed(way, 1, way.number, Percent(0.005))
    return Case(book(way, rows), replaced(way, 1, old, "0.5"))


@program
def stroked_d_in_a_name_of_excel_97(way: Way) -> Case | None:
    if way.words is None:
        return None
    old = str(way.records[1][way.words])
    rows = changed(way, 1, way.words, "Ðặng Ðình Ðông")
    return Case(book(way, rows, ".xls"), replaced(way, 1, old, "Đặng Đình Đông"), ending=".xls")


@pytest.mark.parametrize("name", WAYS)
def test_every_program_through_every_way(tmp_path: Path, name: str) -> None:
    check_each_as_large(WAYS[name](tmp_path), PROGRAMS)
