"""The annex as offices have it: a table of a Word file, its heading in two rows, cells merged, broken over pages."""

import io
import zipfile
from decimal import Decimal
from typing import Any

import pytest

from cchc_index.lib.faults import ImportRefused
from cchc_index.lib.sheets.table import Column, read_table
from criteria.annex.actions import import_criteria
from criteria.annex.areas import under_areas
from criteria.annex.importing import AnnexImport
from criteria.models import Criterion
from criteria.tests.word_files import BELOW, Tall, Wide, word_file

pytestmark = pytest.mark.django_db

LETTERHEAD = (("UBND THÀNH PHỐ HÀ NỘI", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),)
HEADING = (
    (
        Tall("TT"),
        Tall("Lĩnh vực/Tiêu chí/Tiêu chí thành phần"),
        Tall("Điểm tối đa"),
        Wide("Điểm đánh giá"),
        Tall("Nguồn"),
    ),
    (BELOW, BELOW, BELOW, "Tự đánh giá", "Thẩm định", BELOW),
)
ROWS = (
    ("1", "CÔNG TÁC CHỈ ĐẠO,\nĐIỀU HÀNH", "3,5", "", "", ""),
    ("1.1", "Kế hoạch năm", "2", "", "", "Tự đánh giá"),
    ("1.2.", "Báo cáo định kỳ", "1,5", "", "", "Tự đánh giá"),
    ("2", "TÁC ĐỘNG", "1", "", "", ""),
    ("2.1", "Mức độ hài lòng", "1", "", "", "SIPAS"),
)


def imported(stream: io.BytesIO, **options: Any) -> AnnexImport:
    arguments: dict[str, Any] = {"actor": None, "year": 2031, "group": "so", "decision": "01/QĐ-THU", **options}
    return import_criteria(file=stream, **arguments)


def tree() -> dict[str, tuple[str, Decimal]]:
    return {row.code: (row.name, row.max_points) for row in Criterion.objects.order_by("position")}


TREE = {
    "1": ("CÔNG TÁC CHỈ ĐẠO, ĐIỀU HÀNH", Decimal("3.5")),
    "1.1": ("Kế hoạch năm", Decimal(2)),
    "1.2": ("Báo cáo định kỳ", Decimal("1.5")),
    "2": ("TÁC ĐỘNG", Decimal(1)),
    "2.1": ("Mức độ hài lòng", Decimal(1)),
}


def test_a_table_with_a_heading_of_two_rows_is_read() -> None:
    outcome = imported(word_file(LETTERHEAD, "PHỤ LỤC I", (*HEADING, *ROWS), "Nơi nhận: …"), accept_repairs=True)
    assert tree() == TREE
    assert any("“Bảng 1” không được đọc" in sentence for sentence in outcome.said)


def test_faults_are_named_by_row_and_column_of_the_table() -> None:
    with pytest.raises(ImportRefused) as caught:
        imported(word_file(LETTERHEAD, "PHỤ LỤC I", (*HEADING, *ROWS)))
    (fault,) = caught.value.faults
    assert (fault.row, fault.column, fault.repair) == (5, "A (TT)", "sửa thành 1.2")


@pytest.mark.parametrize("again", [HEADING, ()])
def test_a_table_broken_over_two_pages_is_one(again: tuple[tuple[object, ...], ...]) -> None:
    imported(word_file((*HEADING, *ROWS[:3]), "", (*again, *ROWS[3:])), accept_repairs=True)
    assert tree() == TREE


def test_rules_come_in_lines_of_a_cell() -> None:
    heading = ("TT", "Nội dung", "Điểm tối đa", "Quy tắc")
    imported(word_file((heading, ("1", "Tỷ lệ đúng hạn", "2", "Trên 90%: 2 điểm\nTừ 70% đến 90%: 1\nDưới 70%: 0"))))
    assert len(Criterion.objects.get().rule["bands"]) == 3


def test_a_cell_over_several_criteria_is_refused_where_it_leaves_a_doubt() -> None:
    rows = (("TT", "Nội dung", "Điểm tối đa"), ("1", "Kế hoạch", Tall("2")), ("2", "Báo cáo", BELOW))
    with pytest.raises(ImportRefused) as caught:
        imported(word_file(rows))
    assert "ô gộp C2:C3" in caught.value.faults[0].message


def test_what_is_deleted_in_tracked_changes_is_not_read() -> None:
    stream = word_file((("TT", "Nội dung", "Điểm tối đa"), ("1", "Kế hoạch", "2")))
    deleted = "<w:del><w:r><w:delText>cũ</w:delText></w:r></w:del><w:moveFrom><w:r><w:t>xưa</w:t></w:r></w:moveFrom>"
    imported(_changed(stream, "hoạch</w:t></w:r>", f"hoạch</w:t></w:r>{deleted}"))
    assert Criterion.objects.get().name == "Kế hoạch"


def test_codes_that_word_numbers_by_itself_are_refused_with_the_way_out() -> None:
    stream = word_file((("TT", "Nội dung", "Điểm tối đa"), ("", "Kế hoạch", "2")))
    with pytest.raises(ImportRefused, match="Word tự đánh số"):
        imported(_changed(stream, "<w:p></w:p>", "<w:p><w:pPr><w:numPr/></w:pPr></w:p>"))


def _changed(stream: io.BytesIO, old: str, new: str) -> io.BytesIO:
    with zipfile.ZipFile(stream) as archive:
        text = archive.read("word/document.xml").decode()
    assert old in text
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", text.replace(old, new))
    changed.name = "phu-luc.docx"
    return changed


def test_a_document_without_a_table_and_an_old_one_are_refused_with_a_sentence() -> None:
    with pytest.raises(ImportRefused, match="không có bảng nào"):
        imported(word_file("Quyết định"))
    old = io.BytesIO(b"\xd0\xcf\x11\xe0" + b"\0" * 600)
    old.name = "phu-luc.doc"
    with pytest.raises(ImportRefused, match="lưu lại dạng .docx"):
        imported(old)


def test_other_sheets_are_not_taken_from_word() -> None:
    with pytest.raises(ImportRefused, match="là tệp Word"):
        read_table(word_file(ROWS), (Column("code", "Mã"),))


def test_areas_numbered_in_roman_hold_what_is_numbered_anew_under_them() -> None:
    roman = (
        ("I.", "CHỈ ĐẠO", "3", "", "", ""),
        ("1.", "Kế hoạch", "3", "", "", ""),
        ("1.1", "Kế hoạch năm", "2", "", "", "Tự đánh giá"),
        ("1.2.", "Báo cáo", "1", "", "", "Tự đánh giá"),
        ("II.", "TÁC ĐỘNG", "1", "", "", ""),
        ("1.", "Mức độ hài lòng", "1", "", "", "SIPAS"),
    )
    outcome = imported(word_file((*HEADING, *roman)))
    assert list(tree()) == ["1", "1.1", "1.1.1", "1.1.2", "2", "2.1"]
    assert any("“I”, “II” hiểu là số của lĩnh vực" in sentence for sentence in outcome.said)


RUNS_ON = "đánh số liền qua các lĩnh vực"


@pytest.mark.parametrize(
    ("printed", "codes"),
    [
        (["I", "1.1", "1.2", "II", "2.1"], ["1", "1.1", "1.2", "2", "2.1"]),
        (["I", "1", "", "2", "II", "1"], ["1", "1.1", None, "1.2", "2", "2.1"]),
        (["I", "1", "2", "II", "3", "3.1", "III", "4"], ["1", "1.1", "1.2", "2", "2.3", "2.3.1", "3", "3.4"]),
        (["A", "1", "B", "1", "C.", "1"], ["1", "1.1", "2", "2.1", "3", "3.1"]),
        (["A", "B", "C", "D", "Đ", "1", "E", "1"], ["1", "2", "3", "4", "5", "5.1", "6", "6.1"]),
        (["A", "B", "C", "D", "E", "1"], ["1", "2", "3", "4", "5", "5.1"]),
        (["Phần I", "1", "PHẦN II:", "2"], ["1", "1.1", "2", "2.2"]),
        (["Phần thứ I", "1", "Phần thứ II", "1"], ["1", "1.1", "2", "2.1"]),
        (["Lĩnh vực 1", "1.1", "Lĩnh vực 2", "2.1"], ["1", "1.1", "2", "2.1"]),
        (["Lĩnh vực 1", "1", "lĩnh vực 2.", "2"], ["1", "1.1", "2", "2.2"]),
        (["I", "I.1", "I.2", "II", "II.1.1"], ["1", "1.1", "1.2", "2", "2.1.1"]),
        (["A", "A1", "A2", "B", "B1"], ["1", "1.1", "1.2", "2", "2.1"]),
        (["1", "I", "1"], [None] * 3),
        (["I", "1", "III", "1"], ["1", "1.1", None, "1.1"]),
        (["1", "1.1"], [None] * 2),
        (["Bảng I", "1"], [None] * 2),
    ],
)
def test_which_numbers_under_marked_areas_are_certain(printed: list[str], codes: list[str | None]) -> None:
    areas = under_areas(printed)
    assert areas.doubt is None
    assert [areas.codes.get(i) for i in range(len(printed))] == codes


@pytest.mark.parametrize(
    ("printed", "row", "why"),
    [
        (["I", "1", "2", "II", "4"], 4, "4 không nối tiếp 2"),
        (["I", "1", "1.1", "1.3", "II", "2"], 3, "1.3 không nối tiếp 1.1"),
        (["I", "2", "II", "3"], 1, "mục đầu tiên mang số 2"),
        (["I", "1", "II", "1", "III", "2"], 5, "lĩnh vực thứ 3 bắt đầu từ 2"),
        (["I", "1", "II", "II.1", "2"], 3, "1 không nối tiếp 1"),
    ],
)
def test_the_first_row_that_fits_no_numbering_is_named(printed: list[str], row: int, why: str) -> None:
    areas = under_areas(printed)
    assert areas.doubt is not None
    assert (areas.doubt[0], why in areas.doubt[1]) == (row, True), areas.doubt


def running(marks: tuple[str, ...], each: int) -> list[tuple[str, ...]]:
    """Areas with these marks, `each` leaves of a point in every one, numbered through."""
    rows: list[tuple[str, ...]] = []
    number = 0
    for mark in marks:
        rows.append((mark, f"Lĩnh vực {mark}", str(each), "", "", ""))
        for _ in range(each):
            number += 1
            rows.append((str(number), f"Tiêu chí số {number}", "1", "", "", "Tự đánh giá"))
    return rows


def test_leaves_numbered_through_64_under_roman_areas_are_read_and_repeated() -> None:
    marks = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")
    outcome = imported(word_file((*HEADING, *running(marks, 8))))
    codes = list(tree())
    assert (len(codes), codes[:3], codes[-1]) == (72, ["1", "1.1", "1.2"], "8.64")
    assert any(RUNS_ON in sentence for sentence in outcome.said)
    again = imported(word_file((*HEADING, *running(marks, 8))))
    assert list(tree()) == codes
    assert again.changes == 0


@pytest.mark.parametrize("marks", [("A", "B"), ("Phần I", "Phần II"), ("Lĩnh vực 1", "Lĩnh vực 2")])
def test_areas_with_other_marks_are_read_from_a_sheet_too(marks: tuple[str, ...]) -> None:
    outcome = imported(word_file((*HEADING, *running(marks, 2))))
    assert list(tree()) == ["1", "1.1", "1.2", "2", "2.3", "2.4"]
    assert any(f"“{marks[0]}”, “{marks[1]}”" in sentence for sentence in outcome.said)


def test_a_gap_in_numbers_that_run_through_is_one_fault_of_its_row() -> None:
    rows = running(("I", "II"), 2)
    rows[-1] = ("5", *rows[-1][1:])
    with pytest.raises(ImportRefused) as refused:
        imported(word_file((*HEADING, *rows)))
    (fault,) = refused.value.faults
    assert "không rõ cách đánh số: 5 không nối tiếp 3" in str(fault)
    assert "đánh số lại từ 1 trong mỗi lĩnh vực" in str(fault)
