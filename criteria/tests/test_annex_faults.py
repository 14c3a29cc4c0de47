"""Every fault of an annex is named by row and column with its repair, and nothing is half saved."""

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import IO, Any

import pytest
from django.apps import apps

from cchc_index.lib.faults import Fault, ImportRefused, Refused
from criteria.annex.actions import import_criteria
from criteria.annex.importing import AnnexImport
from criteria.models import Criterion
from criteria.tests.sheets import annex, csv_file, workbook

pytestmark = pytest.mark.django_db


def imported(stream: IO[bytes], **options: Any) -> AnnexImport:
    arguments: dict[str, Any] = {"actor": None, "year": 2031, "group": "so", "decision": "01/QĐ-THU", **options}
    return import_criteria(file=stream, **arguments)


def rows_of_every_table() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def refused(stream: IO[bytes], **options: Any) -> Sequence[Fault]:
    """The faults of a refusal that left every table as it was."""
    before = rows_of_every_table()
    with pytest.raises(ImportRefused) as caught:
        imported(stream, **options)
    assert rows_of_every_table() == before
    return caught.value.faults


def only_fault(*rows: Any, **options: Any) -> Fault:
    faults = refused(annex(*rows), **options)
    assert len(faults) == 1, [str(fault) for fault in faults]
    return faults[0]


def stored(code: str) -> Criterion:
    return Criterion.objects.get(code=code)


# --- codes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "code"), [("1.2.", "1.2"), ("1..2", "1.2"), ("1, 2", "1.2"), ("１.２", "1.2"), ("1. 2", "1.2")]
)
def test_wrong_signs_in_a_code_are_named_and_repaired(printed: str, code: str) -> None:
    rows = [("1.1", "Một", 1), (printed, "Hai", 2)]
    fault = only_fault(*rows)
    assert (fault.row, fault.column, fault.repairable) == (3, "A (Mã)", True)
    assert f"sửa thành {code}" in fault.repair
    imported(annex(*rows), accept_repairs=True)
    assert stored(code).printed_code == printed


def test_a_code_given_twice_has_no_repair() -> None:
    fault = only_fault(("1.1", "Một", 1), ("1.2", "Hai", 1), ("1.1", "Ba", 1), accept_repairs=True)
    assert fault.row == 4
    assert "dòng 2" in fault.message
    assert not fault.repairable


def test_repairs_that_meet_are_a_code_given_twice() -> None:
    faults = refused(annex(("4.4", "Một", 1), ("4.4.", "Hai", 1)), accept_repairs=True)
    assert sorted(f.repairable for f in faults) == [False, True]


def test_a_number_that_lost_its_last_zero_is_hinted_at() -> None:
    rows = [(float(f"1.{n}"), f"Tiêu chí {n}", 1) for n in range(1, 10)]
    fault = only_fault(*rows, (1.10, "Tiêu chí 10", 1), accept_repairs=True)
    assert "1.10" in fault.repair
    assert "Văn bản" in fault.repair


def test_a_lost_zero_is_seen_without_a_duplicate() -> None:
    fault = only_fault((1.9, "Chín", 1), (1.10, "Mười", 1))
    assert "1.10" in fault.repair


def test_numeric_codes_are_read_as_printed() -> None:
    imported(annex((1, "Lĩnh vực", None), (1.1, "Một", 2.5), (1.2, "Hai", 1), (2.0, "Ba", 1)))
    assert set(Criterion.objects.values_list("code", flat=True)) == {"1", "1.1", "1.2", "2"}


@pytest.mark.parametrize("cell", [date(2001, 6, 1), "01/06/2001", "2001-06-01 00:00:00", "1-Jun"])
def test_a_code_turned_into_a_date_asks_for_text_cells(cell: date | str) -> None:
    fault = only_fault(("1.4.3", "Một", 1), (cell, "Hai", 1), accept_repairs=True)
    assert (fault.row, fault.column) == (3, "A (Mã)")
    assert "Văn bản" in fault.repair


@pytest.mark.parametrize("code", ["I", "A.1", "1.x", "12345", "Tự đánh giá"])
def test_what_is_no_code_is_named(code: str) -> None:
    assert only_fault(("1.1", "Một", 1), (code, "Hai", 1)).row == 3


def test_a_row_without_a_code_is_named() -> None:
    assert "thiếu mã" in only_fault(("1.1", "Một", 1), (None, "Hai", 1), ("1.3", "Ba", 1)).message


# --- names, points, sources, kinds -----------------------------------------------------------------


def test_a_row_without_a_name_is_named() -> None:
    assert only_fault(("1.1", "  ", 1)).column == "B (Nội dung)"


def test_a_name_that_is_too_long_is_named() -> None:
    assert "1001" in only_fault(("1.1", "x" * 1001, 1)).message


@pytest.mark.parametrize(
    "points",
    [None, 0, "0,0", -1, "một", "1e3", "NaN", "1.234", 0.00001, True, 100_000, 10**12, date(2024, 5, 1), "2 điểm"],
)
def test_a_leaf_needs_a_maximum_that_can_be_read(points: Any) -> None:
    fault = only_fault(("1.1", "Một", 1), ("1.2", "Hai", points), accept_repairs=True)
    assert (fault.row, fault.column) == (3, "C (Điểm tối đa)")
    assert fault.repair


def test_sums_that_could_not_be_stored_are_refused() -> None:
    rows = [("1", "Nhóm", None), *((f"1.{n}", "Lớn", 90_000) for n in range(1, 4))]
    assert "99999" in only_fault(*rows).message


def test_an_unknown_source_is_named() -> None:
    fault = only_fault(("1.1", "Một", 1, "Sở Nội vụ chấm"), accept_repairs=True)
    assert fault.column == "D (Nguồn)"
    assert "ĐTXHH" in fault.repair


def test_an_unknown_source_of_a_group_matters_only_to_leaves_that_ask() -> None:
    mixed = ("1", "Nhóm", None, "Tự đánh giá và ĐTXHH")
    imported(annex(mixed, ("1.1", "Một", 1, "Tự đánh giá"), ("1.2", "Hai", 1, "ĐTXHH")))
    assert only_fault(mixed, ("1.1", "Một", 1, None)).row == 2


def test_an_unknown_kind_is_named() -> None:
    assert only_fault(("1.1", "Một", 1, None, "Có thể")).column == "E (Thưởng/trừ)"


# --- sums ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("printed", [4, 0, "7,5"])
def test_a_group_whose_maximum_is_not_its_sum_is_named_and_repaired(printed: int | str) -> None:
    rows = [("1", "Nhóm", printed), ("1.1", "Một", 2), ("1.2", "Hai", 1)]
    fault = only_fault(*rows)
    assert (fault.row, fault.repairable) == (2, True)
    assert "dùng tổng 3" in fault.repair
    imported(annex(*rows), accept_repairs=True)
    assert stored("1").max_points == 3
    assert stored("1").printed_max == str(printed)


@pytest.mark.parametrize("title", ["TỔNG ĐIỂM", "Tổng cộng", "Cộng", "Tổng điểm tối đa:", "TỔNG CỘNG (I+II)"])
def test_a_printed_total_that_is_not_the_sum_cannot_be_repaired(title: str) -> None:
    fault = only_fault(("1.1", "Một", 2), ("1.2", "Hai", 1), (None, title, 4), accept_repairs=True)
    assert fault.row == 4
    assert "3" in fault.message


@pytest.mark.parametrize("cells", [(None, "TỔNG ĐIỂM", "3,0"), ("TỔNG ĐIỂM", None, 3)])
def test_a_printed_total_that_is_the_sum_is_no_criterion(cells: tuple[Any, ...]) -> None:
    outcome = imported(annex(("1", "Nhóm", 3), ("1.1", "Một", 2), ("1.2", "Hai", 1), cells))
    assert (outcome.rows, outcome.leaves) == (3, 2)


def test_totals_of_parts_are_read_as_such() -> None:
    rows = [("1", "Một", 2), (None, "Cộng", 2), ("2", "Hai", 1), (None, "Cộng", 1), (None, "Tổng cộng", 3)]
    assert imported(annex(*rows)).leaves == 2


def test_footnotes_below_the_last_criterion_are_no_criteria() -> None:
    rows = [
        ("1", "Một", 2),
        (None, "Tổng cộng", 2),
        ("Ghi chú: điểm theo bản in", None, None),
        (None, "Nơi nhận", None),
    ]
    assert imported(annex(*rows)).rows == 1


# --- the file as a whole ---------------------------------------------------------------------------


def test_every_fault_is_named_at_once_in_the_order_of_the_rows() -> None:
    faults = refused(annex(("1.1.", "", 1), ("x", "Hai", 1), ("1.3", "Ba", 0), (None, "Tổng điểm", 99)))
    assert [fault.row for fault in faults] == [2, 2, 3, 4, 5]


def test_one_fault_without_a_repair_refuses_the_repairable_ones_too() -> None:
    faults = refused(annex(("1.1.", "Một", 1), ("1.2", "Hai", 0)), accept_repairs=True)
    assert {fault.repairable for fault in faults} == {True, False}


@pytest.mark.parametrize("heading", [("Mã", "Nội dung"), ("Nội dung", "Điểm tối đa"), ("a", "b", "c")])
def test_missing_columns_are_named(heading: tuple[str, ...]) -> None:
    assert "thiếu cột" in str(refused(workbook([heading, ("1", "Một", 1)]))[0]) or "tiêu đề" in str(
        refused(workbook([heading, ("1", "Một", 1)]))[0]
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   ",
        b"PK\x03\x04 not a workbook",
        b"\xd0\xcf\x11\xe0old",
        b"\x00\x01\x02\x03",
        b"\xff\xfeM",
        "Mã,Nội dung,Điểm tối đa\n".encode(),
        b'a,"b\nc',
        b"%PDF-1.7",
    ],
)
def test_hostile_files_are_refused_with_a_sentence(content: bytes) -> None:
    stream = io.BytesIO(content)
    stream.name = "tep.xlsx" if content[:1] not in (b"M", b"a") else "tep.csv"
    assert refused(stream)


def test_too_many_rows_are_refused() -> None:
    assert "3000" in str(refused(csv_file([("Mã", "Nội dung", "Điểm tối đa"), *((n, "x", 1) for n in range(3001))]))[0])


@pytest.mark.parametrize("code", ["=1+1", "<script>", "1" * 400, "\x00", "1.4.3\u200b.x", "９９９９"])
def test_hostile_codes_are_refused(code: str) -> None:
    assert refused(csv_file([("Mã", "Nội dung", "Điểm tối đa"), ("1", "Một", 1), (code, "Hai", 1)]))


@pytest.mark.parametrize(
    "options",
    [
        {"year": 24},
        {"year": 20244},
        {"group": ""},
        {"group": "Sở Nội vụ"},
        {"group": "x" * 31},
        {"decision": " "},
        {"decision": "x" * 61},
        {"source": "hội đồng"},
        {"na_policy": "bỏ"},
        {"ties": "random"},
    ],
)
def test_bad_names_are_refused_with_a_sentence(options: dict[str, Any]) -> None:
    before = rows_of_every_table()
    with pytest.raises(Refused):
        imported(annex(("1", "Một", 1)), **options)
    assert rows_of_every_table() == before


# --- what is no fault ------------------------------------------------------------------------------


def test_bonus_and_penalty_stand_outside_the_total() -> None:
    imported(
        annex(
            ("1", "Tự đánh giá", 65, "Tự đánh giá"),
            ("2", "Hài lòng", 35, "ĐTXHH"),
            ("3", "Điểm thưởng", 3, "Tự đánh giá", "Thưởng"),
            ("3.1", "Sáng kiến", 2),
            ("3.2", "Giải thưởng", 2),
            ("4", "Điểm trừ", None, "Tự đánh giá"),
            ("4.1", "Chậm báo cáo", "-1,5", None, "Trừ"),
            ("4.2", "Bị phê bình", -1, None, "trừ"),
            (None, "TỔNG ĐIỂM", 100),
        )
    )
    facts = {c.code: (c.kind, c.max_points, c.source) for c in Criterion.objects.all()}
    assert facts["3"] == ("bonus", Decimal(3), "")
    assert facts["3.1"] == ("bonus", Decimal(2), "self")
    assert facts["4"] == ("penalty", Decimal("2.5"), "")
    assert facts["4.1"] == ("penalty", Decimal("1.5"), "self")
    assert stored("4.1").printed_max == "-1,5"


def test_a_cap_above_the_sum_of_its_bonuses_is_named() -> None:
    rows = [("1", "Chấm", 10), ("2", "Thưởng", 5, None, "Thưởng"), ("2.1", "Một", 2)]
    assert only_fault(*rows).repairable


def test_a_penalty_group_may_print_its_cap_negative() -> None:
    imported(annex(("1", "Chấm", 10), ("2", "Trừ", -3, None, "Trừ"), ("2.1", "Một", -2), ("2.2", "Hai", 2)))
    assert stored("2").max_points == 3


def test_a_group_of_bonus_and_penalty_has_no_sum_of_its_own() -> None:
    rows = [
        ("1", "Chấm", 10),
        ("2", "Thưởng, trừ", "5"),
        ("2.1", "Thưởng", 5, "", "Thưởng"),
        ("2.2", "Trừ", 3, "", "Trừ"),
    ]
    imported(annex(*rows))
    assert (stored("2").kind, stored("2").max_points) == ("normal", Decimal(0))


def test_normal_and_bonus_differ_by_their_accent() -> None:
    imported(annex(("1", "Một", 1, None, "Thường"), ("2", "Hai", 1, None, "Thưởng")))
    assert (stored("1").kind, stored("2").kind) == ("normal", "bonus")


@pytest.mark.parametrize(
    ("word", "source"),
    [
        ("Tự đánh giá", "self"),
        ("TU DANH GIA", "self"),
        ("self", "self"),
        ("ĐTXHH", "survey"),
        ("Điều tra xã hội học", "survey"),
        ("survey", "survey"),
        ("sipas", "sipas"),
        ("PAPI", "papi"),
    ],
)
def test_sources_match_without_case_and_accents(word: str, source: str) -> None:
    imported(annex(("1", "Một", 1, word)))
    assert stored("1").source == source


def test_leaves_take_the_source_of_their_group_where_their_own_cell_is_blank() -> None:
    imported(annex(("1", "Nhóm", None, "SIPAS"), ("1.1", "Một", 1), ("1.2", "Hai", 1, "PAPI"), ("2", "Ba", 1)))
    assert [stored(c).source for c in ("1", "1.1", "1.2", "2")] == ["", "sipas", "papi", "self"]


def test_columns_are_found_by_name_in_any_order_below_title_rows() -> None:
    imported(
        workbook(
            [
                ("PHỤ LỤC", None),
                ("(Ban hành kèm theo Quyết định)",),
                ("STT", "ĐIỂM TỐI ĐA (điểm)", "Mã", "nội dung/tiêu chí"),
                (1, 2, 3, 4),
                (1, "0,5", "1.1", "Một"),
                (2, 1.5, "1.2", "Hai"),
            ]
        )
    )
    assert [(c.code, c.max_points) for c in Criterion.objects.order_by("position")] == [
        ("1.1", Decimal("0.5")),
        ("1.2", Decimal("1.5")),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_whatever_its_delimiter(delimiter: str) -> None:
    rows = [("PHỤ LỤC",), ("TT", "Nội dung", "Điểm tối đa"), ("1.1", "Một, hai", "0,5")]
    imported(csv_file(rows, delimiter=delimiter))
    assert stored("1.1").max_points == Decimal("0.5")


def test_a_heading_printed_again_on_the_next_page_is_no_criterion() -> None:
    heading = ("Mã", "Nội dung", "Điểm tối đa")
    assert imported(workbook([heading, ("1", "Một", 1), heading, ("2", "Hai", 1)])).rows == 2
