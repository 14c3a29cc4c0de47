"""Siblings of the kinds in `test_sheets.py`: the same habits in other formats, places and spellings."""

from pathlib import Path

import pytest
from openpyxl.utils import get_column_letter

from cchc_index.lib.vietnamese import _TCVN3

from .sheet_ways import WAYS, Way
from .sheet_writers import Error, Percent, Sheet
from .test_sheets import Case, Kind, book, changed, check, refused, replaced, text_file

pytestmark = pytest.mark.django_db
SIBLINGS: dict[str, Kind] = {}


def sibling(make: Kind) -> Kind:
    SIBLINGS[make.__name__] = make
    return make


def percent_in(ending: str) -> Kind:
    def make(way: Way) -> Case | None:
        if way.number is None or (ending == ".csv" and way.more):
            return None
        old = str(way.records[1][way.number])
        rows = changed(way, 1, way.number, Percent(0.01))
        return Case(book(way, rows, ending), replaced(way, 1, old, "1"), ending=ending)

    return make


SIBLINGS |= {f"percent in {ending}": percent_in(ending) for ending in (".ods", ".xls", ".csv")}


@sibling
def number_with_groups_of_thousands_is_too_much_for_points(way: Way) -> Case | None:
    """`1.234,5` is 1234.5 everywhere: where a maximum stands, the fault says so and not that it is no number."""
    if way.number is None or way.printed or "Thứ tự" in way.headings:
        return None
    rows = changed(way, 1, way.number, "1.234,5")
    return Case(book(way, rows), {}, [f"Dòng {way.first + 2}"])


@sibling
def utf_16_of_the_other_end(way: Way) -> Case:
    return text_file(way, encoding="utf-16-be", mark=";")


@sibling
def semicolons_with_mark(way: Way) -> Case:
    return text_file(way, encoding="utf-8-sig", mark=";")


@sibling
def bars(way: Way) -> Case:
    return text_file(way, mark="|")


@sibling
def headings_of_two_rows_of_libreoffice(way: Way) -> Case:
    return _two_rows(way, ".ods")


@sibling
def headings_of_two_rows_of_excel_97(way: Way) -> Case:
    return _two_rows(way, ".xls")


def _two_rows(way: Way, ending: str) -> Case:
    rows, h, width = way.rows(), way.heading_row, len(way.headings)
    rows[h : h + 1] = [[*way.headings[: width - 1], "Thông tin"], [*[None] * (width - 1), way.headings[-1]]]
    merged = [(h, n, h + 1, n) for n in range(width - 1)]
    return Case(book(way, rows, ending, merged=merged), way.expected(), ending=ending)


@sibling
def hidden_code_column(way: Way) -> Case:
    """What is needed is read though hidden, and said."""
    letter = get_column_letter(way.code + 1)
    said = [f"{letter} ({way.headings[way.code]}; vẫn đọc vì cần)"]
    return Case(book(way, None, ".xlsx", hidden_columns=[way.code]), way.expected(), said)


@sibling
def hidden_column_of_libreoffice(way: Way) -> Case:
    return _hidden_column(way, ".ods")


@sibling
def hidden_column_of_excel_97(way: Way) -> Case:
    return _hidden_column(way, ".xls")


def _hidden_column(way: Way, ending: str) -> Case:
    rows = [[*row, None] for row in way.rows()]
    rows[way.heading_row][-1], rows[way.first][-1] = "Ghi riêng", "xem lại"
    place = len(way.headings)
    said = [f"Không tính cột đang ẩn: {get_column_letter(place + 1)} (Ghi riêng)."]
    return Case(book(way, rows, ending, hidden_columns=[place]), way.expected(), said, ending)


@sibling
def headings_printed_again(way: Way) -> Case:
    rows = way.rows()
    rows.insert(way.first + 2, list(way.headings))
    return Case(book(way, rows), way.expected(), [f"Bỏ qua dòng lặp lại tiêu đề: dòng {way.first + 3}."])


def subtotal(words: str) -> Kind:
    def make(way: Way) -> Case | None:
        if way.printed:
            return None
        rows = way.rows()
        row: list[object] = [None] * len(way.headings)
        row[way.words if way.words is not None else way.code] = words
        rows.insert(way.first + 2, row)
        return Case(book(way, rows), way.expected(), [f"Bỏ qua dòng tổng, trung bình: dòng {way.first + 3}."])

    return make


SIBLINGS |= {f"row “{words}”": subtotal(words) for words in ("Cộng khối I", "Tổng điểm lĩnh vực 1", "Trung bình chung")}


@sibling
def code_with_a_fraction_of_libreoffice(way: Way) -> Case | None:
    return None if way.printed else refused(way, 1, way.code, 1.1, "mã ở dạng số (1.1)", ".ods")


@sibling
def code_with_a_fraction_of_excel_97(way: Way) -> Case | None:
    return None if way.printed else refused(way, 1, way.code, 1.1, "mã ở dạng số (1.1)", ".xls")


@sibling
def code_under_a_percent_format(way: Way) -> Case | None:
    return None if way.printed else refused(way, 1, way.code, Percent(0.11), "mã là số phần trăm (11%)")


@sibling
def error_of_another_kind(way: Way) -> Case:
    column = way.number or way.words or way.code
    return refused(way, 1, column, Error("#DIV/0!"), "ô đang báo lỗi #DIV/0!")


@sibling
def error_of_libreoffice_as_text(way: Way) -> Case:
    return refused(way, 1, way.number or way.words or way.code, "Err:502", "ô đang báo lỗi Err:502")


@sibling
def headings_in_an_old_encoding(way: Way) -> Case:
    rows = way.rows()
    rows[way.heading_row] = [_tcvn3(heading) for heading in way.headings]
    return Case(book(way, rows), {}, ["viết bằng bảng mã TCVN3"])


@sibling
def text_file_in_an_old_encoding(way: Way) -> Case | None:
    if way.more:
        return None
    data = b"\r\n".join(_tcvn3(",".join(map(str, row))).encode("latin-1", "replace") for row in way.rows())
    return Case(data, {}, ["TCVN3"], ".csv")


def _tcvn3(text: str) -> str:
    back = {meant: typed for typed, meant in _TCVN3.items() if isinstance(meant, int)}
    return text.translate(back)


@sibling
def zero_width_signs_and_hard_spaces_round_a_code(way: Way) -> Case:
    code = str(way.records[1][way.code])
    return Case(book(way, changed(way, 1, way.code, f"\u200b{code}\u00a0")), way.expected())


@sibling
def hidden_further_sheet_row(way: Way) -> Case | None:
    """What is hidden on a further sheet is left out there, and its name is said."""
    if way.printed:
        return None
    second = Sheet([list(way.headings), *way.below_headings, way.records[3]], "Đợt 2")
    second.hidden_rows = [len(second.rows) - 1]
    return Case(book(way, None, ".xlsx", second), way.expected(), ["Không tính 1 dòng đang ẩn ở trang “Đợt 2”"])


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("which", SIBLINGS)
def test_every_sibling_through_every_way(tmp_path: Path, which: str, name: str) -> None:
    way = WAYS[name](tmp_path)
    case = SIBLINGS[which](way)
    if case is None:
        return
    before = way.take(b"-", ".csv", False).stored
    check(way, which, case, before)
