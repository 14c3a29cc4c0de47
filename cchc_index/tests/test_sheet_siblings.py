"""Siblings of the kinds in `test_sheets.py`: the same habits in other formats, places and spellings."""

from pathlib import Path

import pytest
from openpyxl.utils import get_column_letter

from cchc_index.lib.text import clean
from cchc_index.lib.vietnamese import _TCVN3

from .sheet_way import Way
from .sheet_ways import WAYS
from .sheet_writers import Error, Percent, Sheet, Under, delimited
from .test_sheets import Case, Kind, at, book, changed, check_each, refused, replaced, text_file

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
    said = [f"Vẫn đọc vì cần các cột đang ẩn: {letter} ({way.headings[way.code]})."]
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


# --- formats under which a number reads otherwise than it is stored ----------------------------------


def under(ending: str, code: str, value: object, shown: str) -> Kind:
    def make(way: Way) -> Case | None:
        if way.number is None or way.printed:
            return None
        old = str(way.records[1][way.number])
        rows = changed(way, 1, way.number, Under(value, code))
        return Case(book(way, rows, ending), replaced(way, 1, old, shown), ending=ending)

    return make


SIBLINGS |= {
    f"number under {code} in {ending}": under(ending, code, 1, "1")
    for ending in (".xlsx", ".xls")
    for code in ('0"%"', "0\\%", "000", '0" điểm"', '#,##0 "₫"', "[Red]0_)")
}


def code_under(ending: str, code: str, shown: str) -> Kind:
    """The code of a record as the format shows it: 2 under `"A-"0` is A-2."""

    def make(way: Way) -> Case | None:
        if way.refuses or way.printed or str(way.records[1][way.code]) != "A-2":
            return None
        rows = changed(way, 1, way.code, Under(2, code, shown))
        return Case(book(way, rows, ending), way.expected(), ending=ending)

    return make


SIBLINGS |= {f"code under a format in {e}": code_under(e, '"A-"0', "A-2") for e in (".xlsx", ".xls", ".ods")}


NUMBERS_AS_CODES = {
    "0.00": (1.1, "1.10"),
    "0.0": (1.1, "1.1"),
    "@": (1.1, "1.1"),
    "General": (1.1, "1.1"),
    "#,##0.00": (1.1, "1.10"),
    "_(* #,##0.00_)": (1.1, "1.10"),
    "0.00E+00": (1.1, "1.10E+00"),
    "# ?/?": (1.1, "1 1/9"),
    "000": (1.1, "001"),
    '"A-"0': (1.1, "A-1"),
    '"Mã "0.00': (1.1, "Mã 1.10"),
    "0%": (0.11, "11%"),
    "0.00%": (0.11, "11.00%"),
    "d.m": (46032, "10.1"),
}
"""Number format → a number under it, and what people see: no format makes a number the code that was typed."""


def code_as_number(ending: str, code: str) -> Kind:
    """In the first column of codes of one record, in the next of another."""
    value, shown = NUMBERS_AS_CODES[code]

    def make(way: Way) -> Case:
        if way.printed and "%" not in code and code != "d.m":  # the annex knows what stands above
            rows = changed(way, 0, way.code, Under(1.9, code, shown.replace("1.1", "1.9")))
            rows[way.first + 1][way.code] = Under(value, code, shown)
            return Case(book(way, rows, ending), {}, [f"{at(way, 1, way.code)} mã 1.1 ở dạng số"], ending)
        rows, said = way.rows(), []
        typed = Percent(value) if "%" in code and ending == ".ods" else Under(value, code, shown)
        for record, column in enumerate((way.code, *way.more_codes)):
            rows[way.first + record][column] = typed
            said.append(f"{at(way, record, column)} {'' if way.refuses or way.printed else _cause(code)}".rstrip())
        return Case(book(way, rows, ending), {}, said, ending)

    return make


def _cause(code: str) -> str:
    if code == "d.m":
        return "mã đã bị Excel đổi thành ngày tháng (10/01/2026)"
    return "mã là số phần trăm (11%)" if "%" in code else "mã ở dạng số (1.1), Excel có thể đã bỏ số 0 ở cuối"


SIBLINGS |= {
    f"code as a number under {code} in {ending}": code_as_number(ending, code)
    for ending, codes in (
        (".xlsx", [*NUMBERS_AS_CODES]),
        (".xls", ["0.00", "@", "0%", "d.m"]),
        (".ods", ["0.00", "0%"]),
    )
    for code in codes
}


# --- text files ---------------------------------------------------------------------------------------


@sibling
def quotation_mark_that_nothing_closes(way: Way) -> Case | None:
    """The rows behind it would all be one cell."""
    return _with_quotes(way, '"')


@sibling
def quotation_marks_that_close_each_other(way: Way) -> Case | None:
    return _with_quotes(way, '"', '"')


def _with_quotes(way: Way, *marks: str) -> Case | None:
    if way.more:
        return None
    lines = delimited(way.rows()).decode().split("\r\n")
    for n, mark in enumerate(marks, start=way.first):
        *cells, last = lines[n].split(",")
        lines[n] = ",".join([*cells, mark + last])
    data = "\r\n".join(lines).encode()
    return Case(data, {}, [f"Dòng {way.first + 1}: có dấu ngoặc kép mở hoặc đóng sai chỗ"], ".csv")


@sibling
def some_bytes_that_are_no_utf_8(way: Way) -> Case | None:
    if way.more:
        return None
    lines = delimited(way.rows()).split(b"\r\n")
    lines[way.first + 1] += b"\xe9\xff"
    lines[way.heading_row] += ",Sở".encode()
    return Case(b"\r\n".join(lines), {}, [f"không phải Unicode (UTF-8) ở dòng {way.first + 2}"], ".csv")


# --- letters ------------------------------------------------------------------------------------------

_READ_WRONGLY = "là chữ UTF-8 bị đọc nhầm theo bảng mã Windows-1252"
LETTERS = {
    "Đ among what 1252 lacks": ("UBND quáº\xadn Ä\x90á»‘ng Ä\x90a", _READ_WRONGLY),
    "bytes dropped on the way": ("UBND quáº\xadn Äá»‘ng Äa", _READ_WRONGLY),
    "UTF-8 read as 1258": ("Sá»Ÿ TĂ\xa0i chĂ\xadnh", _READ_WRONGLY),
    "half of a text read wrongly": ("Sở Nội vụ (Sá»Ÿ)", _READ_WRONGLY),
    "TCVN3 that could be words": ("Côc ThuÕ", "viết bằng bảng mã TCVN3"),
    "VIQR with one hat": ("UBND qua^.n Ba DDi`nh", "viết theo kiểu VIQR"),
    "VIQR with a grave alone": ("Ha` Giang", "viết theo kiểu VIQR"),
    "two letters lost together": ("UBND ph??ng Kim Mã", "có chữ đã mất dấu thành “?”"),
    "first letter lost": ("UBND xã ?ông Anh", "có chữ đã mất dấu thành “?”"),
}


def in_letters(text: str, sentence: str) -> Kind:
    def make(way: Way) -> Case | None:
        return None if way.words is None else refused(way, 1, way.words, text, f"“{clean(text)}” {sentence}")

    return make


SIBLINGS |= {which: in_letters(*case) for which, case in LETTERS.items()}


# --- rows that are no data ----------------------------------------------------------------------------


def left_out(what: str, *cells: object, before: bool = False) -> Kind:
    """A row below the data, or above it, filled in its first and last column."""

    def make(way: Way) -> Case | None:
        if way.printed or (way.code != 0 and not before):
            return None
        rows, width = way.rows(), len(way.headings)
        row = [cells[0], *[None] * (width - 2), cells[1] if len(cells) > 1 else None]
        place = way.first if before else len(rows)
        rows.insert(place, row)
        return Case(book(way, rows), way.expected(), [f"Bỏ qua {what}: dòng {place + 1}."])

    return make


NOTE, GROUP = "dòng ghi chú, chữ ký", "dòng tiêu đề nhóm"
SIBLINGS |= {
    "note behind a star": left_out(NOTE, "* Những đơn vị chưa có số liệu thì để trống"),
    "note behind a dash": left_out(NOTE, "- Số liệu lấy từ báo cáo quý IV"),
    "offices side by side": left_out(NOTE, "NGƯỜI LẬP BIỂU", "KT. GIÁM ĐỐC"),
    "total with its count": left_out("dòng tổng, trung bình", "TỔNG SỐ: 3"),
}


@sibling
def heading_of_a_group_without_merging(way: Way) -> Case | None:
    return None if way.printed or way.code != 0 else left_out(GROUP, "I. KHỐI SỞ", before=True)(way)


@sibling
def cells_of_a_row_merged_into_one(way: Way) -> Case | None:
    """Code and name in one merged cell of a row of data."""
    if way.printed or way.code != 0 or len(way.headings) != 2:
        return None
    rows = changed(way, 1, 1, None)
    place = way.first + 1
    said = f"ô gộp A{place + 1}:B{place + 1}, không rõ giá trị thuộc ô nào"
    return Case(book(way, rows, merged=[(place, 0, place, 1)]), {}, [said])


@sibling
def headings_with_a_star_in_brackets(way: Way) -> Case | None:
    if way.more:
        return None
    rows = way.rows()
    rows[way.heading_row] = [f"{heading} (*)" for heading in way.headings]
    return Case(book(way, rows), way.expected())


@pytest.mark.long
@pytest.mark.parametrize("name", WAYS)
def test_every_sibling_through_every_way(tmp_path: Path, name: str) -> None:
    check_each(WAYS[name](tmp_path), SIBLINGS)


@pytest.mark.parametrize("name", ["ballots", "page of ballots"])
@pytest.mark.parametrize("code", ["0.00", "@", "General", "#,##0.00"])
def test_a_number_over_a_column_of_answers_is_no_code(tmp_path: Path, code: str, name: str) -> None:
    """1.30 is 1.3 there: the answers would go to another criterion."""
    way = WAYS[name](tmp_path)
    rows = way.rows()
    rows[way.heading_row][2] = Under(1.3, code)
    outcome = way.take(book(way, rows), ".xlsx", False)
    assert outcome.stored == {}
    assert "Dòng 1, cột C (1.3): mã ở dạng số (1.3), Excel có thể đã bỏ số 0 ở cuối" in outcome.said
