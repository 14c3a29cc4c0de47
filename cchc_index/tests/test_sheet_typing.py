"""Further siblings: what people type into cells of numbers, days, codes and answers, at every way with such cells."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db.models import QuerySet

from units.models import Membership, Unit

from .sheet_way import Way
from .sheet_ways import WAYS
from .sheet_writers import Error, Percent, Rows, Under
from .test_sheets import Case, Kind, at, book, changed, check, refused, replaced

pytestmark = pytest.mark.django_db
TYPED: dict[str, Kind] = {}


def typed(make: Kind) -> Kind:
    TYPED[make.__name__] = make
    return make


@typed
def full_width_number(way: Way) -> Case | None:
    if way.number is None:
        return None
    old = str(way.records[1][way.number])
    wide = old.translate(str.maketrans("0123456789.", "０１２３４５６７８９．"))
    return Case(book(way, changed(way, 1, way.number, wide)), way.expected())


@typed
def number_below_nothing(way: Way) -> Case | None:
    """U+2212, as this system shows a minus."""
    return None if way.number is None else refused(way, 1, way.number, "−1,5", "")


@typed
def letter_among_digits(way: Way) -> Case | None:
    return None if way.number is None else refused(way, 1, way.number, "1,5O", "“1,5O” không phải số")


@typed
def percent_and_hidden_row_of_libreoffice(way: Way) -> Case | None:
    if way.number is None:
        return None
    rows = changed(way, 0, way.number, Percent(0.01))
    stored = replaced(way, 0, str(way.records[0][way.number]), "1")
    stored.pop(way.stored[1][0])
    said = [f"Không tính 1 dòng đang ẩn: dòng {way.first + 2}."]
    return Case(book(way, rows, ".ods", hidden_rows=[way.first + 1]), stored, said, ".ods")


@typed
def subtotal_with_its_number(way: Way) -> Case | None:
    """Between two units, as people add up by block."""
    if way.number is None or way.printed:
        return None
    rows = way.rows()
    row: list[object] = [None] * len(way.headings)
    row[0], row[way.number] = "Cộng khối I", 12.5
    rows.insert(way.first + 2, row)
    return Case(book(way, rows), way.expected(), [f"Bỏ qua dòng tổng, trung bình: dòng {way.first + 3}."])


@typed
def hard_space_behind_a_code(way: Way) -> Case | None:
    rows = way.rows()
    for column in (way.code, *way.more_codes):
        rows[way.first + 1][column] = f"{rows[way.first + 1][column]}\u00a0"
    return Case(book(way, rows), way.expected())


def upper_row(ending: str) -> Kind:
    """Headings of two rows of which the lower names more: the first column is merged downwards, the others stand under
    one heading."""

    def make(way: Way) -> Case:
        rows, h, width = way.rows(), way.heading_row, len(way.headings)
        upper: list[object] = [way.headings[0], "Thông tin", *[None] * (width - 2)]
        rows[h : h + 1] = [upper, [None, *way.headings[1:]]]
        merged = [(h, 0, h + 1, 0), *([(h, 1, h, width - 1)] if width > 2 else [])]
        return Case(book(way, rows, ending, merged=merged), way.expected(), ending=ending)

    return make


TYPED |= {f"lower row names more in {ending}": upper_row(ending) for ending in (".xlsx", ".ods", ".xls")}


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("which", TYPED)
def test_what_is_typed_through_every_way(tmp_path: Path, which: str, name: str) -> None:
    way = WAYS[name](tmp_path)
    case = TYPED[which](way)
    if case is not None:
        check(way, which, case, way.read())


# --- letters lost in names ------------------------------------------------------------------------------

NAMES = {
    "Trần Th? Bình": "có chữ đã mất dấu thành “?”",
    "Leâ Thò Hoàng": "viết bằng bảng mã VNI",
    "Traàn Ñình Quyù": "viết bằng bảng mã VNI",
    "NguyÔn ThÞ H¬ng": "viết bằng bảng mã TCVN3",
}


@pytest.mark.parametrize("name", ["people", "page of people", "administration of people", "units", "page of units"])
@pytest.mark.parametrize("text", NAMES)
def test_a_name_that_lost_its_letters_is_refused(tmp_path: Path, text: str, name: str) -> None:
    way = WAYS[name](tmp_path)
    assert way.words is not None
    outcome = way.take(book(way, changed(way, 1, way.words, text)), ".xlsx", False)
    assert not outcome.stored.keys() & way.expected().keys()
    assert f"{at(way, 1, way.words)} “{text}” {NAMES[text]}" in outcome.said


# --- days -----------------------------------------------------------------------------------------------

BEGINS: dict[str, Callable[[], set[date | None]]] = {
    "units": lambda: _days_of(Unit.objects.filter(code="A-2")),
    "page of units": lambda: _days_of(Unit.objects.filter(code="A-2")),
    "administration of units": lambda: _days_of(Unit.objects.filter(code="A-2")),
    "people": lambda: _days_of(Membership.objects.filter(user__email="a-2@example.vn")),
    "page of people": lambda: _days_of(Membership.objects.filter(user__email="a-2@example.vn")),
}


def _days_of(rows: "QuerySet[Any]") -> set[date | None]:
    return set(rows.values_list("valid_from", flat=True))


def with_days(way: Way, value: object) -> Rows:
    heading = "Hiệu lực từ"
    rows = [[*row, None] for row in way.rows()]
    rows[way.heading_row][-1], rows[way.first + 1][-1] = heading, value
    return rows


DAY = date(2020, 3, 5)
DAYS = [
    DAY,
    "5/3/20",
    "5.3.2020",
    "05-03-2020",
    "ngày 5 tháng 3 năm 2020",
    "2020-03-05",
    "５/３/２０２０",
    " 5/3/2020\u00a0",
]


@pytest.mark.parametrize("name", BEGINS)
@pytest.mark.parametrize("ending", [".xlsx", ".ods", ".xls", ".csv"])
@pytest.mark.parametrize("typed_day", DAYS, ids=str)
def test_a_day_is_the_day_that_stands_there(tmp_path: Path, typed_day: object, ending: str, name: str) -> None:
    way = WAYS[name](tmp_path)
    outcome = way.take(book(way, with_days(way, typed_day), ending), ending, False)
    assert BEGINS[name]() == {DAY}, outcome.said


NO_DAYS = {
    44123: "“44123” là ngày 19/10/2020 ở dạng số. Cách sửa: định dạng ô là Ngày (Date) hoặc gõ 19/10/2020",
    "44123": "“44123” là ngày 19/10/2020 ở dạng số",
    "31/02/2020": "“31/02/2020” không phải một ngày. Cách sửa: ghi theo dạng 31/12/2024",
    "12/13/2020": "“12/13/2020” không phải một ngày",
    "5/3/0020": "“5/3/0020” có năm 0020 nằm ngoài khoảng từ 1945 đến 2199. Cách sửa: kiểm tra lại năm",
    "5/3/1020": "“5/3/1020” có năm 1020 nằm ngoài khoảng từ 1945 đến 2199",
    Under(100, "dd/mm/yyyy"): "“09/04/1900” có năm 1900 nằm ngoài khoảng từ 1945 đến 2199",
    2020: "“2020” không phải một ngày",
    "3/2020": "“3/2020” không phải một ngày",
    5.3: "“5.3” không phải một ngày",
    Percent(0.05): "“5%” không phải một ngày",
    Error(): "ô đang báo lỗi #N/A",
    "#REF!": "ô đang báo lỗi #REF!",
    "=TODAY()": "ô là công thức chưa có kết quả tính",
}


@pytest.mark.parametrize("name", BEGINS)
@pytest.mark.parametrize("ending", [".xlsx", ".xls"])
@pytest.mark.parametrize("value", NO_DAYS, ids=str)
def test_what_is_no_day_is_refused_by_row_and_column(tmp_path: Path, value: object, ending: str, name: str) -> None:
    way = WAYS[name](tmp_path)
    if ending == ".xls" and value == "=TODAY()":
        return  # a text there
    before = way.read()
    rows = with_days(way, value)
    outcome = way.take(book(way, rows, ending), ending, False)
    assert way.read() == before
    place = f"Dòng {way.first + 2}, cột {'ABCDEFG'[len(way.headings)]} (Hiệu lực từ):"
    assert f"{place} {NO_DAYS[value]}" in outcome.said


# --- answers --------------------------------------------------------------------------------------------

NO_ANSWERS = {
    Error("#REF!"): "ô đang báo lỗi #REF!. Cách sửa: sửa công thức hoặc gõ lại giá trị",
    "#N/A": "ô đang báo lỗi #N/A",
    "Err:502": "ô đang báo lỗi Err:502",
    "=1+1": "ô là công thức chưa có kết quả tính",
    date(2031, 1, 2): "Excel đã đổi số thành ngày tháng (02/01/2031)",
    True: "là giá trị đúng/sai, không phải số",
    Percent(0.05): "“5%” nằm ngoài thang trả lời",
    "−1": "“−1” nằm ngoài thang trả lời",
    "1.234": "“1.234” nằm ngoài thang trả lời",
    "x": "“x” là chữ, không phải câu trả lời của thang",
}


@pytest.mark.parametrize("name", ["ballots", "page of ballots"])
@pytest.mark.parametrize("value", NO_ANSWERS, ids=str)
def test_what_is_no_answer_says_what_it_is(tmp_path: Path, value: object, name: str) -> None:
    way = WAYS[name](tmp_path)
    outcome = way.take(book(way, changed(way, 1, 2, value)), ".xlsx", False)
    assert outcome.stored == {}
    assert f"{at(way, 1, 2)} {NO_ANSWERS[value]}" in outcome.said


# --- codes of what exists already -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["administration of units", "administration of criteria"])
@pytest.mark.parametrize("code", ["ѕо", "SO", "ｓｏ"])
def test_a_block_spelt_otherwise_is_named_by_row_and_column(tmp_path: Path, code: str, name: str) -> None:
    way = WAYS[name](tmp_path)
    (column,) = way.more_codes
    outcome = way.take(book(way, changed(way, 1, column, code)), ".xlsx", False)
    assert outcome.stored == {}
    assert f"{at(way, 1, column)} mã “{code}” chỉ khác “so” đã có ở chữ hoa" in outcome.said
    assert "không có" not in outcome.said.lower().partition("dòng 3")[2]


@pytest.mark.parametrize("name", ["administration of units", "administration of criteria"])
def test_a_block_that_nobody_knows_is_named_by_row_and_column(tmp_path: Path, name: str) -> None:
    way = WAYS[name](tmp_path)
    (column,) = way.more_codes
    outcome = way.take(book(way, changed(way, 1, column, "xx")), ".xlsx", False)
    assert outcome.stored == {}
    assert f"{at(way, 1, column)} không có khối “xx”. Cách sửa: ghi đúng mã đã có trong danh mục" in outcome.said
