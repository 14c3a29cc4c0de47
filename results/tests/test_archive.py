"""Reading finished scores: the codes people write, and what each half takes."""

import io
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook

from cchc_index.lib.faults import ImportRefused
from cchc_index.lib.tests.present import first_sheet
from criteria import queries as criteria
from criteria.models import Criterion, RoundGroup
from results.archive import sheet

from .factories import add_leaf, block

pytestmark = pytest.mark.django_db
HEAD = ("Mã đơn vị", "Mã tiêu chí", "Điểm tự đánh giá", "Điểm thẩm định", "Điểm ĐTXHH", "Không áp dụng")


@pytest.fixture
def round_group() -> RoundGroup:
    round_group = block("STC", "SNV")
    add_leaf(round_group.criteria_set, "1.4.3", 5, printed_code="1.43", position=3)
    add_leaf(round_group.criteria_set, "1.1", 5, position=4)
    add_leaf(round_group.criteria_set, "1.10", 5, position=5)
    add_leaf(round_group.criteria_set, "9.2.1", 5, printed_code="9.4.1", position=6)
    add_leaf(round_group.criteria_set, "9.4.1", 4, printed_code="9.4.1", position=7)
    add_leaf(round_group.criteria_set, "T", 2, kind=Criterion.Kind.PENALTY, position=8)
    return round_group


def read(
    round_group: RoundGroup, *rows: tuple[object, ...], head: tuple[object, ...] = HEAD
) -> dict[str, dict[str, Any]]:
    """What the archive holds, by leaf code."""
    book = Workbook()
    for row in (head, *rows):
        first_sheet(book).append(list(row))
    data = io.BytesIO()
    book.save(data)
    tree = criteria.tree(round_group.criteria_set_id)
    archived = sheet.read(data, list(criteria.units_of(round_group)), tree)
    codes = {row.pk: row.code for row in tree}
    return {
        name: {codes[leaf]: points for (_, leaf), points in getattr(archived, name).items()}
        for name in ("own", "appraised", "surveyed")
    }


def faults(round_group: RoundGroup, *rows: tuple[object, ...], head: tuple[object, ...] = HEAD) -> list[str]:
    with pytest.raises(ImportRefused) as caught:
        read(round_group, *rows, head=head)
    return [str(fault) for fault in caught.value.faults]


def test_printed_code_stands_for_the_corrected_one(round_group: RoundGroup) -> None:
    assert read(round_group, ("STC", "1.43", 1, 2))["appraised"] == {"1.4.3": Decimal(2)}


def test_own_code_wins_over_another_rows_printed_one(round_group: RoundGroup) -> None:
    assert read(round_group, ("STC", "9.4.1", 1, 4))["appraised"] == {"9.4.1": Decimal(4)}


def test_numeric_code_is_refused_and_text_is_what_it_says(round_group: RoundGroup) -> None:
    """Excel shows 1.10 as 1.1: which criterion was meant can no longer be told."""
    assert "mã ở dạng số (1.1)" in faults(round_group, ("STC", 1.1, 1, 1))[0]
    assert read(round_group, ("STC", "1.10", 2, 2))["own"] == {"1.10": Decimal(2)}


def test_codes_compare_without_case_and_spaces(round_group: RoundGroup) -> None:
    assert read(round_group, (" s tc", " 1 . 1 ", 1, 1))["own"] == {"1.1": Decimal(1)}


def test_a_code_that_became_a_date_is_named(round_group: RoundGroup) -> None:
    assert "mã đã bị Excel đổi thành ngày" in faults(round_group, ("STC", datetime(2006, 1, 1), 1, 1))[0]


def test_a_float_of_the_sheet_is_read_by_its_shortest_text(round_group: RoundGroup) -> None:
    assert read(round_group, ("STC", "1.1", 0.1, 0.7))["appraised"] == {"1.1": Decimal("0.7")}
    assert "quá 4 chữ số" in faults(round_group, ("STC", "1.1", 0.1, 0.12345))[0]


def test_blank_appraisal_leaves_the_cell_not_appraised(round_group: RoundGroup) -> None:
    scores = read(round_group, ("STC", "1.1", 1, None), ("SNV", "1.1", 0, 0))

    assert len(scores["own"]) == len(scores["appraised"]) == 1
    assert scores["appraised"] == {"1.1": 0}


def test_not_applicable_goes_to_every_stage_of_its_half(round_group: RoundGroup) -> None:
    scores = read(round_group, ("STC", "1.1", None, None, None, "x"), ("STC", "2", None, None, None, "có"))

    assert scores == {"own": {"1.1": None}, "appraised": {"1.1": None}, "surveyed": {"2": None}}


def test_a_deduction_may_be_written_negative_but_not_beyond_its_maximum(round_group: RoundGroup) -> None:
    assert read(round_group, ("STC", "t", -1.5, "-1,5"))["appraised"] == {"T": Decimal("1.5")}
    assert "2,5 lớn hơn điểm tối đa 2" in faults(round_group, ("STC", "T", 1, -2.5))[0]


def test_a_misspelt_heading_is_a_fault_with_its_repair(round_group: RoundGroup) -> None:
    head = ("Mã đơn vị", "Mã tiêu chí", "Điểm tự đánh gía", "Điểm thẩm địnhh")

    assert "sửa thành “Điểm thẩm định”" in faults(round_group, ("STC", 1.1, 1, 1), head=head)[0]


def test_boolean_points_are_refused(round_group: RoundGroup) -> None:
    assert "đúng/sai" in faults(round_group, ("STC", "1.1", True, 1))[0]
