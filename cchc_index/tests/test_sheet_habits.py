"""Further siblings, as a stranger made them: formats that show something else than is stored, rows and letters of other
spellings, errors of newer programs, codes that no keyboard here types. Each through every way in."""

import re
from pathlib import Path

import pytest
from openpyxl.utils import get_column_letter

from .sheet_way import Way
from .sheet_ways import WAYS
from .sheet_writers import WRITERS, Error, Rows, Sheet, Under, delimited
from .test_sheet_programs import _rewritten
from .test_sheets import Case, Kind, at, book, changed, check_each_as_large, refused, replaced

pytestmark = pytest.mark.django_db
HABITS: dict[str, Kind] = {}
_NO_CODE = "mã ở dạng số ({}) mà định dạng của ô cho thấy khác. Cách sửa: định dạng cột là Văn bản (Text) rồi gõ lại mã"


# --- formats ------------------------------------------------------------------------------------------


def code_seen_otherwise(ending: str, value: int, code: str, shown: str) -> Kind:
    """A whole number that is seen as another code: 11 under `0"."0` is 1.1."""

    def make(way: Way) -> Case | None:
        if way.printed:  # a printed code has its own repairs
            return None
        rows = changed(way, 1, way.code, Under(value, code, shown))
        said = "" if way.refuses else f" {_NO_CODE.format(value)}"
        return Case(book(way, rows, ending), {}, [f"{at(way, 1, way.code)}{said}"], ending)

    return make


HABITS |= {
    f"code {value} under {code} in {ending}": code_seen_otherwise(ending, value, code, shown)
    for ending in (".xlsx", ".xls", ".ods")
    for value, code, shown in ((2, "0.0", "2,0"), (11, '0"."0', "1.1"), (110, '0"."00', "1.10"), (2, "0.00", "2.00"))
}


def number_seen(value: object, code: str, shown: str) -> Kind:
    """A number under a format that shows it, or shows a dash for nothing at all."""

    def make(way: Way) -> Case | None:
        if way.number is None or way.printed:
            return None
        old = str(way.records[1][way.number])
        return Case(book(way, changed(way, 1, way.number, Under(value, code))), replaced(way, 1, old, shown))

    return make


HABITS |= {
    f"number {value} under {code}": number_seen(value, code, shown)
    for value, code, shown in (
        (1, "0.00", "1"),
        (1, "#,##0.00", "1"),
        (0.01, "[<=0.5]0%;0", "1"),
        (1, "[<0.5]0%;0", "1"),
        (0.01, "0.0%_);(0.0%)", "1"),
        (1, '_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)', "1"),
        (1, '0\\ "%"', "1"),
    )
}


def number_hidden(value: object, code: str, seen: str) -> Kind:
    def make(way: Way) -> Case | None:
        if way.number is None or way.printed:
            return None
        sentence = f"ô có số {value} nhưng định dạng hiển thị {seen}. Cách sửa: đổi định dạng ô rồi gõ lại giá trị đúng"
        return refused(way, 1, way.number, Under(value, code), sentence)

    return make


HABITS |= {
    f"number {value} hidden by {code}": number_hidden(value, code, seen)
    for value, code, seen in (
        (1, ";;;", "ô trống"),
        (0, "0;-0;;@", "ô trống"),
        (1, '"N/A"', "“N/A”"),
        (1, "0‰", "“1‰”"),
    )
}


# --- errors of newer programs --------------------------------------------------------------------------


def newer_error(shown: str) -> Kind:
    def make(way: Way) -> Case:
        column = way.number or way.words or way.code
        return refused(way, 1, column, Error(shown), f"ô đang báo lỗi {shown}. Cách sửa: sửa công thức hoặc gõ lại")

    return make


HABITS |= {f"error {shown}": newer_error(shown) for shown in ("#GETTING_DATA", "#SPILL!", "#CALC!", "#BUSY!")}


def formula(cell: str, sentence: str) -> Kind:
    """A formula as a program wrote it: with an error kept, or with nothing."""

    def make(way: Way) -> Case:
        column = way.number or way.words or way.code
        place = f"{get_column_letter(column + 1)}{way.first + 2}"
        data = _rewritten(book(way), lambda sheet: re.sub(rf'<c r="{place}"[^>]*>.*?</c>', cell.format(place), sheet))
        return Case(data, {}, [f"{at(way, 1, column)} {sentence}"])

    return make


NOT_COMPUTED = "ô là công thức chưa có kết quả tính"
HABITS |= {
    "formula that keeps an error": formula(
        '<c r="{0}" t="e"><f>VLOOKUP(1,A1:B2,2)</f><v>#N/A</v></c>', "ô đang báo lỗi #N/A"
    ),
    "formula with an empty value": formula('<c r="{0}"><f>1+1</f><v/></c>', NOT_COMPUTED),
    "formula of an array": formula('<c r="{0}"><f t="array" ref="{0}">SUM(1)</f></c>', NOT_COMPUTED),
    "formula shared by cells": formula('<c r="{0}"><f t="shared" si="0"/></c>', NOT_COMPUTED),
}


# --- rows ---------------------------------------------------------------------------------------------


def total(words: str) -> Kind:
    def make(way: Way) -> Case | None:
        if way.printed:
            return None
        row: list[object] = [None] * len(way.headings)
        row[0] = words
        if way.number is not None:
            row[way.number] = 12.5
        rows = [*way.rows(), row]
        return Case(book(way, rows), way.expected(), [f"Bỏ qua dòng tổng, trung bình: dòng {len(rows)}."])

    return make


HABITS |= {
    f"total “{words}”": total(words)
    for words in (
        "TỔNG CỘNG:", "Tổng cộng (I+II)", "Cộng (1+2)", "Điểm trung bình", "Tổng cộng toàn Thành phố", "Cộng trang",
        "Lũy kế", "Cộng dồn", "Tỷ lệ chung", "T.CỘNG", "Tổng cộng 3 đơn vị", "TỔNG SỐ ĐƠN VỊ: 3",
    )
}  # fmt: skip


def numbering(*cells: object) -> Kind:
    def make(way: Way) -> Case:
        rows = way.rows()
        rows.insert(way.heading_row + 1, [*cells][: len(way.headings)])
        return Case(book(way, rows), way.expected(), [f"Bỏ qua dòng đánh số cột: dòng {way.heading_row + 2}."])

    return make


_COLUMNS = range(1, 12)
HABITS |= {
    "columns numbered in brackets": numbering(*(f"({n})" for n in _COLUMNS)),
    "columns numbered with a sum": numbering("(1)", "(2)", "(3)=(1)+(2)", *(f"({n})" for n in range(4, 12))),
    "columns numbered in square brackets": numbering(*(f"[{n}]" for n in _COLUMNS)),
    "columns numbered with a stop": numbering(*(f"{n}." for n in _COLUMNS)),
    "columns numbered by Romans": numbering(
        "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI"
    ),
    "brackets that Excel made negative": numbering(*(-n for n in _COLUMNS)),
    "columns numbered in words": numbering(*(f"cột {n}" for n in _COLUMNS)),
}  # fmt: skip


# --- letters ------------------------------------------------------------------------------------------

_BY_NUMBER = "có chữ viết bằng mã số của ký tự thay cho chữ"
_OTHER = "là chữ UTF-8 bị đọc nhầm theo bảng mã"
LETTERS = {
    "S&#7903; N&#7897;i v&#7909;": _BY_NUMBER,
    "S\\u1edf N\\u1ed9i v\\u1ee5": _BY_NUMBER,
    "S%E1%BB%9F": _BY_NUMBER,
    "S=E1=BB=9F N=E1=BB=99i": _BY_NUMBER,
    "SÃ´Ì NÃ´Ì£i vuÌ£": _OTHER,
    "S·ªü N·ªôi v·ª•": _OTHER,
    "Sß╗ƒ Nß╗Öi vß╗Ñ": _OTHER,
    "S? Nội vụ": "có chữ đã mất dấu thành “?”",
    "Sở Nội v?": "có chữ đã mất dấu thành “?”",
    "S\uf000 Nội vụ": "có ký tự riêng của một phông chữ",
}


def letters(text: str, sentence: str) -> Kind:
    def make(way: Way) -> Case | None:
        if way.words is None:
            return None
        rows = changed(way, 1, way.words, text)
        return Case(book(way, rows), {}, [at(way, 1, way.words), sentence])

    return make


HABITS |= {f"letters {text}": letters(text, sentence) for text, sentence in LETTERS.items()}


def good_letters(text: str) -> Kind:
    def make(way: Way) -> Case | None:
        if way.words is None:
            return None
        old = str(way.records[1][way.words])
        return Case(book(way, changed(way, 1, way.words, text)), replaced(way, 1, old, text))

    return make


HABITS |= {
    f"good letters {text}": good_letters(text)
    for text in ("Ban Quản lý R&D 50%", "Đắk Lắk và Café Müller", "Cục Thuế (A=B)", "Sở Nội vụ; có đạt mức B?")
}


# --- codes --------------------------------------------------------------------------------------------


def odd_code(old: str, new: str) -> Kind:
    """A sign that looks like the one that is meant. A code that exists is meant by it; a new one is refused."""

    def make(way: Way) -> Case | None:
        code = str(way.records[1][way.code])
        if old not in code or way.number is not None or way.printed or way.repeats == 1 or way.more:
            return None  # there the code exists, or is one spelling of it
        rows = changed(way, 1, way.code, code.replace(old, new, 1))
        return Case(book(way, rows), {}, [at(way, 1, way.code)])

    return make


HABITS |= {
    f"code with U+{ord(new):04X} for {old}": odd_code(old, new)
    for old, new in (("A", "А"), ("A", "Α"), ("A", "Ａ"), ("2", "２"), ("2", "②"), ("2", "²"), ("2", "٢"),
                     ("-", "–"), ("-", "—"), ("-", "‑"), ("-", "−"), ("-", "ー"), ("a", "а"))
}  # fmt: skip


def hyphen_within(way: Way) -> Case | None:
    """A soft hyphen behind a code is nothing, and no letter of TCVN3."""
    rows = changed(way, 1, way.code, f"{way.records[1][way.code]}\u00ad")
    return Case(book(way, rows), way.expected())


HABITS["soft hyphen behind a code"] = hyphen_within


# --- files --------------------------------------------------------------------------------------------


def text_as(name: str, data: Kind) -> None:
    HABITS[name] = data


def _semicolons_in_utf_16(way: Way) -> Case | None:
    return None if way.more else Case(delimited(way.rows(), mark=";", encoding="utf-16"), way.expected(), ending=".csv")


def _line_ends_of_old_macintoshes(way: Way) -> Case | None:
    data = delimited(way.rows()).replace(b"\r\n", b"\r")
    return None if way.more else Case(data, way.expected(), ending=".csv")


text_as("semicolons in UTF-16", _semicolons_in_utf_16)
text_as("line ends of old Macintoshes", _line_ends_of_old_macintoshes)


@pytest.mark.long
@pytest.mark.parametrize("name", WAYS)
def test_every_habit_through_every_way(tmp_path: Path, name: str) -> None:
    check_each_as_large(WAYS[name](tmp_path), HABITS)


HIDDEN_ANSWERS = {Under(1, ";;;"): "ô trống", Under(1, '"N/A"'): "“N/A”"}


@pytest.mark.parametrize("name", ["ballots", "page of ballots"])
@pytest.mark.parametrize("value", HIDDEN_ANSWERS, ids=str)
def test_an_answer_that_nobody_sees_is_refused(tmp_path: Path, value: Under, name: str) -> None:
    way = WAYS[name](tmp_path)
    outcome = way.take(book(way, changed(way, 1, 2, value)), ".xlsx", False)
    assert outcome.stored == {}
    assert f"{at(way, 1, 2)} ô có số 1 nhưng định dạng hiển thị {HIDDEN_ANSWERS[value]}" in outcome.said


@pytest.mark.parametrize("name", ["people", "page of people"])
@pytest.mark.parametrize(
    "address", ["a–2@example.vn", "a-２@example.vn", "a-2@example..vn", "'a-2@example.vn", "а-2@example.vn"]
)
def test_an_address_that_no_mail_reaches_is_refused(tmp_path: Path, address: str, name: str) -> None:
    way = WAYS[name](tmp_path)
    outcome = way.take(book(way, changed(way, 1, way.code, address)), ".xlsx", False)
    assert outcome.stored == {}
    assert f"{at(way, 1, way.code)} “{address}” không phải địa chỉ thư điện tử" in outcome.said


def test_what_a_constraint_refuses_names_its_column(tmp_path: Path) -> None:
    way = WAYS["administration of units"](tmp_path)
    rows: Rows = [[*row, None, None] for row in way.rows()]
    rows[way.heading_row][-2:] = ["Hiệu lực từ", "Hiệu lực đến"]
    rows[way.first + 1][-2:] = ["05/03/2020", "04/03/2020"]
    outcome = way.take(WRITERS["xlsx"]([Sheet(rows)]), ".xlsx", False)
    assert outcome.stored == {}
    assert "Dòng 3, cột E (Hiệu lực đến):" in outcome.said
