"""The totals that a decision asks for: met, or the file is refused with both numbers and nothing is saved."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cchc_index.lib.commands import CommandRefused
from criteria.models import Criterion, Round
from criteria.tests.sheets import annex
from criteria.tests.test_import_criteria import command

pytestmark = pytest.mark.django_db

BOTH_HALVES = (
    ("1", "Chỉ đạo", 70, "Tự đánh giá"),
    ("2", "Phiếu", 20, "ĐTXHH"),
    ("3", "Hài lòng", 10, "SIPAS"),
    ("4", "Sáng kiến", 5, "Tự đánh giá", "Thưởng"),
    ("5", "Vi phạm", 3, "Tự đánh giá", "Trừ"),
)
ASKED = ("--expect", "100", "--expect-self", "70", "--expect-survey", "30")
AREA_OF_99 = (("1", "Chỉ đạo", 99), ("1.1", "Kế hoạch", 7), ("1.2", "Báo cáo", 5))


def imported(tmp_path: Path, rows: Any, *extra: str) -> tuple[str, str]:
    path = tmp_path / "bo.xlsx"
    path.write_bytes(annex(*rows).getvalue())
    return command(path, *extra, year="2031")


def refusal(tmp_path: Path, rows: Any, *extra: str) -> list[str]:
    with pytest.raises(CommandRefused) as caught:
        imported(tmp_path, rows, *extra)
    assert not Round.objects.exists()
    return caught.value.lines


def test_totals_that_are_met_leave_bonus_and_deduction_out(tmp_path: Path) -> None:
    out, _ = imported(tmp_path, BOTH_HALVES, *ASKED)
    assert "Tổng 100 điểm" in out


@pytest.mark.parametrize(
    ("row", "missed"),
    [
        (("1", "Chỉ đạo", 71, "Tự đánh giá"), ["là 71, không bằng 70", "là 101, không bằng 100"]),
        (("2", "Phiếu", "20,5", "ĐTXHH"), ["là 30,5, không bằng 30", "là 100,5, không bằng 100"]),
        (("3", "Hài lòng", 10, "Tự đánh giá"), ["là 20, không bằng 30", "là 80, không bằng 70"]),
    ],
)
def test_each_missed_total_is_named_with_both_numbers(tmp_path: Path, row: Any, missed: list[str]) -> None:
    rows = [row if row[0] == known[0] else known for known in BOTH_HALVES]
    lines = refusal(tmp_path, rows, *ASKED)
    assert len(lines) == len(missed)
    assert all(any(words in line for line in lines) for words in missed)


def test_the_half_that_the_file_leaves_alone_counts(tmp_path: Path) -> None:
    imported(tmp_path, BOTH_HALVES[:1], "--expect-self", "70")
    imported(tmp_path, BOTH_HALVES[1:3], *ASKED)
    with pytest.raises(CommandRefused, match="là 99, không bằng 100"):
        imported(tmp_path, [("2", "Phiếu", 19, "ĐTXHH"), BOTH_HALVES[2]], *ASKED)
    assert Criterion.objects.get(code="2").max_points == Decimal(20)


def test_a_set_in_use_is_held_to_its_totals_too(tmp_path: Path) -> None:
    imported(tmp_path, BOTH_HALVES)
    with pytest.raises(CommandRefused, match="là 100, không bằng 99"):
        imported(tmp_path, BOTH_HALVES, "--expect", "99")


def test_an_area_of_99_over_children_of_12_is_a_fault_of_its_row(tmp_path: Path) -> None:
    (line,) = refusal(tmp_path, AREA_OF_99)
    assert line.startswith("Dòng 2, cột C (Điểm tối đa): ")
    assert "99" in line
    assert "12" in line


def test_an_area_of_99_over_bonus_and_deduction_is_a_fault_of_its_row(tmp_path: Path) -> None:
    rows = (("1", "Chỉ đạo", 10), ("9", "Thưởng, phạt", 99), ("9.1", "Sáng kiến", 3, "", "Thưởng"))
    (line,) = refusal(tmp_path, (*rows, ("9.2", "Vi phạm", 2, "", "Trừ")))
    assert line.startswith("Dòng 3, cột C (Điểm tối đa): ")
    imported(tmp_path, (rows[0], ("9", "Thưởng, phạt", 5), rows[2], ("9.2", "Vi phạm", 2, "", "Trừ")))


def test_a_repaired_area_is_said_and_still_held_to_the_total(tmp_path: Path) -> None:
    lines = refusal(tmp_path, AREA_OF_99, "--accept-repairs", "--expect", "11")
    assert any("là 12, không bằng 11" in line for line in lines)
    _, err = imported(tmp_path, AREA_OF_99, "--accept-repairs", "--expect", "12")
    assert "Đã sửa – Dòng 2, cột C (Điểm tối đa): điểm tối đa in là 99" in err
    assert "Sau khi sửa điểm, bộ tiêu chí có tổng 12 điểm" in err


def test_a_total_that_is_no_number_is_refused(tmp_path: Path) -> None:
    assert "--expect-self" in refusal(tmp_path, BOTH_HALVES, "--expect-self", "bảy mươi")[0]


def test_a_word_understood_by_likeness_is_said_once_with_its_rows(tmp_path: Path) -> None:
    rows = [("1", "Một", 1, "Điều tra XHH"), ("2", "Hai", 1, "ĐTXHH"), ("3", "Ba", 1, "điều tra xhh")]
    out, _ = imported(tmp_path, [*rows, ("4", "Bốn", 1, "", "Điểm thưởng")], "--source", "tự chấm")
    assert "Hiểu “Điều tra XHH” là ĐTXHH: dòng 2." in out
    assert "Hiểu “điều tra xhh” là ĐTXHH: dòng 4." in out
    assert "Hiểu “Điểm thưởng” là Thưởng: dòng 5." in out
    assert "Hiểu nguồn điểm chung “tự chấm” là Tự đánh giá." in out


def test_our_own_words_are_not_said(tmp_path: Path) -> None:
    out, _ = imported(tmp_path, BOTH_HALVES, "--source", "đtxhh")
    assert "Hiểu" not in out
