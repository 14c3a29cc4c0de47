"""What people hold in their hands, through every way in: read right, left out and said, or refused by row and column.

Each kind of file stands here once; `docs/spreadsheets.md` tells the same as a table.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from openpyxl.utils import get_column_letter

from cchc_index.lib.sheets import folding, xlsx
from cchc_index.lib.tests.said_pages import said_of
from cchc_index.tests.forgetting import forget_rows

from .sheet_way import Stored, Way, without_place
from .sheet_ways import WAYS
from .sheet_writers import WRITERS, Error, Percent, Rows, Sheet, delimited

pytestmark = pytest.mark.django_db
CASES = Path(__file__).parent / "cases"


@dataclass(slots=True)
class Case:
    """A file and what must become of it: what is stored, the sentences that are said."""

    data: bytes
    stored: Stored
    said: list[str] = field(default_factory=list)
    ending: str = ".xlsx"
    take_hidden: bool = False


Kind = Callable[[Way], Case | None]
"""None where the way has no such cell."""
KINDS: dict[str, Kind] = {}


def kind(make: Kind) -> Kind:
    KINDS[make.__name__] = make
    return make


def book(way: Way, rows: Rows | None = None, ending: str = ".xlsx", *more: Sheet, **options: Any) -> bytes:
    """The way's file with other rows or other properties of its sheet."""
    first = Sheet(rows or way.rows(), way.name, **options)
    return WRITERS[ending[1:]]([first, *more, *way.more])


def changed(way: Way, record: int, column: int, value: object) -> Rows:
    """The way's rows with one cell of one record changed."""
    rows = way.rows()
    rows[way.first + record][column] = value
    return rows


def at(way: Way, record: int, column: int) -> str:
    """A fault's place: `Dòng 3, cột B (Điểm):`."""
    return f"Dòng {way.first + record + 1}, cột {get_column_letter(column + 1)} ({way.headings[column]}):"


def refused(way: Way, record: int, column: int, value: object, sentence: str, ending: str = ".xlsx") -> Case:
    rows = changed(way, record, column, value)
    return Case(book(way, rows, ending), {}, [f"{at(way, record, column)} {sentence}"], ending)


def replaced(way: Way, record: int, old: str, new: str) -> Stored:
    """Everything stored, with one record's value told otherwise."""
    stored = way.expected()
    key = way.stored[record][0]
    assert old in stored[key]
    return stored | {key: stored[key].replace(old, new)}


# --- read right ------------------------------------------------------------------------------------


@kind
def plain(way: Way) -> Case:
    return Case(book(way), way.expected())


@kind
def of_libreoffice(way: Way) -> Case:
    return Case(book(way, None, ".ods"), way.expected(), ending=".ods")


@kind
def of_excel_97(way: Way) -> Case:
    return Case(book(way, None, ".xls"), way.expected(), ending=".xls")


def text_file(way: Way, rows: Rows | None = None, **options: str) -> Case:
    """The unit's workbook is never one: without its hidden sheets nobody knows what it was made from."""
    data = delimited(rows or way.rows(), **options)
    stored, said = (way.expected(), []) if not way.more else ({}, ["không phải"])
    return Case(data, stored, said, ".csv")


@kind
def commas(way: Way) -> Case:
    return text_file(way)


@kind
def semicolons_with_a_comma_in_a_heading(way: Way) -> Case:
    rows = [[*row, None] for row in way.rows()]
    rows[way.heading_row][-1] = "Ghi chú, nếu có"
    return text_file(way, rows, mark=";")


@kind
def tabs(way: Way) -> Case:
    return text_file(way, mark="\t")


@kind
def utf_8_with_mark(way: Way) -> Case:
    return text_file(way, encoding="utf-8-sig")


@kind
def utf_16_with_mark(way: Way) -> Case:
    return text_file(way, encoding="utf-16", mark="\t")


@kind
def utf_16_without_mark(way: Way) -> Case:
    return text_file(way, encoding="utf-16-le", mark="\t")


@kind
def cp1258(way: Way) -> Case:
    case = text_file(way)
    case.data = b"".join(map(_in_cp1258, case.data.decode()))
    return case


def _in_cp1258(letter: str) -> bytes:
    """A letter as Windows wrote it: its tone, where it has one, stands behind it."""
    try:
        return letter.encode("cp1258")
    except UnicodeEncodeError:
        parts = unicodedata.normalize("NFD", letter)
        tone = next(mark for mark in parts if mark in "\u0300\u0301\u0303\u0309\u0323")
        return unicodedata.normalize("NFC", parts.replace(tone, "")).encode("cp1258") + tone.encode("cp1258")


@kind
def percent_format(way: Way) -> Case | None:
    if way.number is None:
        return None
    old = str(way.records[1][way.number])
    rows = changed(way, 1, way.number, Percent(0.01))
    return Case(book(way, rows), replaced(way, 1, old, "1"))


@kind
def binary_noise(way: Way) -> Case | None:
    if way.number is None:
        return None
    old = str(way.records[1][way.number])
    return Case(book(way, changed(way, 1, way.number, 1 - 0.9)), replaced(way, 1, old, "0.1"))


@kind
def eth_for_d(way: Way) -> Case | None:
    if way.words is None:
        return None
    old = str(way.records[1][way.words])
    return Case(book(way, changed(way, 1, way.words, "Ðống Ða")), replaced(way, 1, old, "Đống Đa"))


@kind
def control_characters_and_escapes(way: Way) -> Case | None:
    if way.words is None:
        return None
    old = str(way.records[1][way.words])
    rows = changed(way, 1, way.words, "Sở_x000B_Nội vụ _x0041_")
    return Case(book(way, rows), replaced(way, 1, old, "Sở Nội vụ A"))


@kind
def headings_of_two_rows(way: Way) -> Case:
    rows, h, width = way.rows(), way.heading_row, len(way.headings)
    upper: list[object] = [*way.headings[: width - 1], "Thông tin"]
    lower: list[object] = [None] * (width - 1) + [way.headings[-1]]
    rows[h : h + 1] = [upper, lower]
    merged = [(h, n, h + 1, n) for n in range(width - 1)]
    return Case(book(way, rows, merged=merged), way.expected())


@kind
def merged_code(way: Way) -> Case | None:
    """One code for the rows below it, as people merge it in a list by unit."""
    if way.repeats is None:
        return None
    rows, column = way.rows(), way.repeats
    if column == way.code:  # another criterion or another code of the same unit in each row
        return None
    for n in (1, 2):
        rows[way.first + n][column] = None
    top, letter = way.first, get_column_letter(column + 1)
    said = [f"Ô gộp được hiểu là cùng một giá trị cho từng dòng: {letter}{top + 1}:{letter}{top + 3}."]
    return Case(book(way, rows, merged=[(top, column, top + 2, column)]), way.expected(), said)


# --- left out or taken, and said -------------------------------------------------------------------


@kind
def title_numbering_total_and_notes(way: Way) -> Case:
    width = len(way.headings)
    title: Rows = [["BẢNG TỔNG HỢP", *[None] * (width - 1)], [None] * width]
    numbering: list[object] = list(range(1, width + 1))
    total: list[object] = [None] * width
    total[way.words if way.words is not None else way.code] = "Tổng cộng"
    note: list[object] = ["Ghi chú: số liệu đến hết tháng 12", *[None] * (width - 1)]
    rows = way.rows()
    rows[way.heading_row + 1 : way.heading_row + 1] = [numbering]
    rows = [*title, *rows, total, [None] * width, note]
    first = way.heading_row + 4
    end = len(rows)
    said = [] if way.more else ["Bỏ qua dòng nằm trên tiêu đề cột: dòng 1."]  # the workbook has its own rows there
    said += [f"Bỏ qua dòng đánh số cột: dòng {first}.", f"Bỏ qua dòng ghi chú, chữ ký: dòng {end}."]
    if not way.printed:  # an annex compares its own totals
        said.append(f"Bỏ qua dòng tổng, trung bình: dòng {end - 2}.")
    return Case(book(way, rows), way.expected(), said)


def hidden(way: Way, *, take_hidden: bool, ending: str = ".xlsx", filtered: bool = False) -> Case:
    row = way.first + 1
    done = "Vẫn tính" if take_hidden else "Không tính"
    stored = way.expected() if take_hidden else way.expected(0, 2)
    data = book(way, None, ending, hidden_rows=[row], filtered=filtered)
    return Case(data, stored, [f"{done} 1 dòng đang ẩn: dòng {row + 1}."], ending, take_hidden)


@kind
def hidden_row_left_out(way: Way) -> Case:
    return hidden(way, take_hidden=False)


@kind
def hidden_row_taken(way: Way) -> Case:
    return hidden(way, take_hidden=True)


@kind
def filtered_row_left_out(way: Way) -> Case:
    return hidden(way, take_hidden=False, filtered=True)


@kind
def filtered_row_of_libreoffice_left_out(way: Way) -> Case:
    return hidden(way, take_hidden=False, ending=".ods", filtered=True)


@kind
def hidden_row_of_excel_97_left_out(way: Way) -> Case:
    return hidden(way, take_hidden=False, ending=".xls")


@kind
def hidden_column(way: Way) -> Case:
    rows = [[*row, None] for row in way.rows()]
    rows[way.heading_row][-1], rows[way.first][-1] = "Ghi riêng", "xem lại"
    place = len(way.headings)
    said = [f"Không tính cột đang ẩn: {get_column_letter(place + 1)} (Ghi riêng)."]
    return Case(book(way, rows, hidden_columns=[place]), way.expected(), said)


@kind
def column_that_nothing_names(way: Way) -> Case:
    rows = [[*row, None] for row in way.rows()]
    rows[way.heading_row][-1], rows[way.first][-1] = "Vai trò", "trưởng nhóm"
    place = f"{get_column_letter(len(way.headings) + 1)} (Vai trò)"
    if way.knows_all:  # of people: who believes to have given a role must hear that nobody got one
        return Case(book(way, rows), {}, [f"Dòng 1, cột {place}: cột “Vai trò” không nhập được từ tệp này"])
    return Case(book(way, rows), way.expected(), [place])


@kind
def second_sheet_with_the_same_headings(way: Way) -> Case:
    second = Sheet([[*way.headings], *way.below_headings, way.records[3]], "Đợt 2")
    said = [f"Đọc 2 trang cùng tiêu đề: “{way.name}”, “Đợt 2”."]
    if way.printed:  # an area stands once in a set
        second.rows = [[*way.headings], way.records[3]]
    return Case(book(way, None, ".xlsx", second), way.expected(0, 1, 2, 3), said)


@kind
def second_sheet_with_other_headings(way: Way) -> Case:
    second = Sheet([["Việc", "Hạn"], ["Gửi báo cáo", "tháng 12"]], "Kế hoạch")
    said = ["Trang “Kế hoạch” không được đọc"]
    return Case(book(way, None, ".xlsx", second), way.expected(), said)


@kind
def hidden_sheet(way: Way) -> Case:
    second = Sheet([[*way.headings], way.records[3]], "Cũ", visible=False)
    return Case(book(way, None, ".xlsx", second), way.expected(), ["Trang ẩn “Cũ” không được đọc"])


# --- refused by row and column ---------------------------------------------------------------------


@kind
def code_that_is_a_number_with_a_fraction(way: Way) -> Case:
    if way.printed:  # the annex knows what stands above: 1.9 and then 1.1 was 1.10
        rows = changed(way, 0, way.code, 1.9)
        rows[way.first + 1][way.code] = 1.1
        return Case(book(way, rows), {}, [f"{at(way, 1, way.code)} mã 1.1 ở dạng số, có thể Excel đã bỏ số 0 ở cuối"])
    return refused(way, 1, way.code, 1.1, "mã ở dạng số (1.1), Excel có thể đã bỏ số 0 ở cuối")


@kind
def code_that_became_a_date(way: Way) -> Case:
    return refused(way, 1, way.code, date(2031, 6, 1), "mã đã bị Excel đổi thành ngày tháng")


@kind
def error_constant(way: Way) -> Case:
    column = way.number or way.words or way.code
    return refused(way, 1, column, Error(), "ô đang báo lỗi #N/A. Cách sửa: sửa công thức hoặc gõ lại giá trị")


@kind
def error_constant_of_libreoffice(way: Way) -> Case:
    return refused(way, 1, way.number or way.words or way.code, Error(), "ô đang báo lỗi #N/A", ".ods")


@kind
def error_constant_of_excel_97(way: Way) -> Case:
    return refused(way, 1, way.number or way.words or way.code, Error(), "ô đang báo lỗi #N/A", ".xls")


@kind
def error_constant_as_text(way: Way) -> Case:
    return refused(way, 1, way.number or way.words or way.code, "#REF!", "ô đang báo lỗi #REF!")


@kind
def formula_that_nobody_computed(way: Way) -> Case:
    return refused(way, 1, way.number or way.words or way.code, "=1+1", "ô là công thức chưa có kết quả tính")


@kind
def merged_numbers(way: Way) -> Case | None:
    if way.number is None:
        return None
    rows = changed(way, 1, way.number, None)
    letter, top = get_column_letter(way.number + 1), way.first + 1
    area = f"{letter}{top}:{letter}{top + 1}"
    said = f"{at(way, 0, way.number)} ô gộp {area}, không rõ giá trị thuộc ô nào. Cách sửa: bỏ gộp"
    return Case(book(way, rows, merged=[(top - 1, way.number, top, way.number)]), {}, [said])


@kind
def headings_of_two_rows_that_name_nothing(way: Way) -> Case:
    """The words of the upper row are spread over columns whose own headings are missing."""
    rows, h = way.rows(), way.heading_row
    lost = way.headings[way.code]
    rows[h] = [*way.headings[: way.code], "Thông tin", *way.headings[way.code + 1 :]]
    rows.insert(h + 1, [None] * len(way.headings))
    case = Case(book(way, rows, merged=[(h, n, h + 1, n) for n in range(len(way.headings))]), {})
    case.said = [f"thiếu cột “{lost}”", "bỏ gộp"] if not way.printed else ["thiếu cột"]
    return case


@kind
def number_that_may_mean_two(way: Way) -> Case | None:
    if way.number is None:
        return None
    return refused(way, 1, way.number, "1.234", "“1.234” có thể hiểu hai cách")


GARBLED = {
    "TCVN3": ("Së Néi vô", "viết bằng bảng mã TCVN3"),
    "VNI": ("Sôû Noäi vuï", "viết bằng bảng mã VNI"),
    "VIQR": ("So*? No^.i vu. tha`nh pho^'", "viết theo kiểu VIQR"),
    "UTF-8 read as 1252": ("Sá»Ÿ Ná»™i vá»¥", "là chữ UTF-8 bị đọc nhầm theo bảng mã Windows-1252"),
    "question marks": ("S? N?i v?", "có chữ đã mất dấu thành “?”"),
    "U+FFFD": ("S\ufffd N\ufffdi v\ufffd", "có ký tự hỏng"),
}


def garbled(encoding: str) -> Kind:
    def make(way: Way) -> Case:
        text, sentence = GARBLED[encoding]
        column = way.words if way.words is not None else way.code
        return refused(way, 1, column, text, f"“{text[:40]}” {sentence}")

    return make


KINDS |= {f"letters of {encoding}": garbled(encoding) for encoding in GARBLED}


def look_alike(number: int) -> Kind:
    def make(way: Way) -> Case | None:
        if number >= len(way.alike):
            return None
        rows = changed(way, 1, way.code, way.alike[number])
        return Case(book(way, rows), {}, [f"Dòng {way.first + 2}, cột", f"dòng {way.first + 1}"])

    return make


KINDS |= {f"look-alike code {n}": look_alike(n) for n in range(4)}


@pytest.mark.parametrize(
    ("said", "without"),
    [
        ("Dòng 3: mã “8” không có. Cách sửa: sửa mã.", True),
        ("Dòng 12 trang “Đợt 2”: mã “8” không có.", True),
        ("Dòng 3, cột : mã “8” không có.", True),
        ("Dòng 3, cột B (Mã): mã “8” không có.", False),
        ("Dòng 3 trang “Đợt 2”, cột B (Mã): mã “8” không có.", False),
        ("Dòng 1: thiếu cột “Mã”.", False),
    ],
)
def test_a_fault_of_a_cell_without_its_column_is_seen(said: str, without: bool) -> None:
    assert bool(without_place(said)) is without


def check(way: Way, which: str, case: Case, before: Stored) -> None:
    """What became of the file is what is asked of it."""
    outcome = way.take(case.data, case.ending, case.take_hidden)
    if which in way.refuses:
        assert outcome.stored == before
        assert re.search(r"Dòng \d+, cột [A-Z]", outcome.said)
        return
    assert outcome.stored == before | case.stored, outcome.said
    for sentence in case.said:
        assert sentence in outcome.said


def check_each(way: Way, kinds: dict[str, Kind]) -> None:
    """Each kind that applies to this way, in the same small world: what a file left is taken back before the next."""
    wrong = {}
    for which, kind in kinds.items():
        with transaction.atomic():
            try:
                if case := kind(way):
                    check(way, which, case, way.read())
            except AssertionError as fault:
                wrong[which] = str(fault)
            finally:
                transaction.set_rollback(True)
        forget_rows()
    if wrong:  # said whole: a comparison of dictionaries would be cut short
        raise AssertionError("\n".join(f"{which}: {said}" for which, said in wrong.items()))


def check_each_as_large(way: Way, kinds: dict[str, Kind]) -> None:
    """A large workbook goes another way to its cells than a small one: both must say the same, and are taken alike."""

    def compared(kind: Kind, way: Way) -> Case | None:
        case = kind(way)
        if case is not None and case.ending == ".xlsx":
            assert said_of(folding.read(case.data)) == said_of(xlsx.read(case.data))
        return case

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folding, "LARGE", 0)
        check_each(way, {which: partial(compared, kind) for which, kind in kinds.items()})


@pytest.mark.long
@pytest.mark.parametrize("name", WAYS)
def test_every_kind_through_every_way(tmp_path: Path, name: str) -> None:
    check_each_as_large(WAYS[name](tmp_path), KINDS)


def test_a_kind_that_goes_wrong_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    """The negative control of one world for all: what a file leaves is gone, and no fault hides the next."""
    way = WAYS["units"](tmp_path)
    before = way.read()

    def wrong(way: Way) -> Case:
        return Case(book(way), {}, [])

    with pytest.raises(AssertionError) as told:
        check_each(way, {"first": wrong, "right": plain, "second": wrong})
    assert re.findall(r"^(first|right|second): ", str(told.value), re.MULTILINE) == ["first", "second"]
    assert way.read() == before
