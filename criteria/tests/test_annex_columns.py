"""What an annex may say beyond points: rules in words, guidance, evidence wanted, last year's code, provenance."""

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from cchc_index.lib.faults import ImportRefused, Refused
from criteria import actions
from criteria.annex.actions import import_criteria
from criteria.annex.importing import AnnexImport
from criteria.models import Criterion, Provenance, RoundGroup
from criteria.tests.factories import CriterionFactory, RoundFactory, RoundGroupFactory
from criteria.tests.sheets import workbook

pytestmark = pytest.mark.django_db

BASE = ("Mã", "Nội dung", "Điểm tối đa")
BANDS = "> 90 %: 2; 70–90 %: 1; < 70 %: 0"


def sheet(columns: Sequence[str], *rows: Sequence[Any]) -> io.BytesIO:
    """Rows of (code, points, further cells…) under the usual headings and `columns`."""
    named = [(code, f"Tiêu chí {code}", points, *further) for code, points, *further in rows]
    return workbook([(*BASE, *columns), *named])


def imported(stream: io.BytesIO, **options: Any) -> AnnexImport:
    arguments: dict[str, Any] = {"actor": None, "year": 2031, "group": "so", "decision": "01/QĐ-THU", **options}
    return import_criteria(file=stream, **arguments)


def row(code: str, **of_set: Any) -> Criterion:
    return Criterion.objects.get(code=code, **of_set)


# --- rules ---------------------------------------------------------------------------------------------------


def test_rules_come_in_words() -> None:
    imported(sheet(["Quy tắc"], ("1", 2, BANDS), ("2", 1, "có/không"), ("3", 1, "Số đúng hạn / Tổng số, từ 80 %")))
    assert row("1").rule["bands"][0] == {"from": "90", "from_open": True, "points": "2"}
    assert row("2").rule == {"kind": "yes_no"}
    assert row("3").rule == {
        "kind": "proportional",
        "numerator": "Số đúng hạn",
        "denominator": "Tổng số",
        "threshold": "80",
    }


def test_a_rule_on_several_lines_of_a_cell_is_read() -> None:
    imported(sheet(["Cách tính điểm"], ("1", 2, "Trên 90 %: 2 điểm\nTừ 70 % đến 90 %: 1 điểm\nDưới 70 %: 0 điểm")))
    assert len(row("1").rule["bands"]) == 3


def test_every_fault_of_a_rule_is_named_by_row_and_column_with_an_example() -> None:
    rows = [("1", 2), ("1.1", 2, "> 90 %: 3; ≤ 90 %: 0"), ("1.2", 2, "tốt"), ("1.3", 2, BANDS)]
    with pytest.raises(ImportRefused) as caught:
        imported(sheet(["Quy tắc"], ("1", 6, "có/không"), *rows[1:]), accept_repairs=True)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(n, "D (Quy tắc)") for n in (2, 3, 4)]
    group, over, unread = caught.value.faults
    assert "tiêu chí có tiêu chí thành phần thì không có quy tắc" in group.message
    assert "3 điểm vượt điểm tối đa 2" in over.message
    assert "“> 90 %: 2; 70–90 %: 1; < 70 %: 0”" in unread.repair
    assert not Criterion.objects.exists()


def test_a_blank_cell_leaves_the_rule_and_says_so_while_words_take_it_back() -> None:
    imported(sheet(["Quy tắc"], ("1", 2, BANDS), ("2", 1, "")))
    outcome = imported(sheet(["Quy tắc"], ("1", 2, ""), ("2", 1, "")))
    assert outcome.changes == 0
    assert any(said.startswith("Tiêu chí 1: ô Quy tắc để trống") for said in outcome.said)
    imported(sheet(["Quy tắc"], ("1", 2, "nhập điểm"), ("2", 1, "")))
    assert row("1").rule == {"kind": "direct"}


def test_the_same_rule_in_other_words_is_no_change() -> None:
    imported(sheet(["Quy tắc"], ("1", 2, BANDS)))
    assert imported(sheet(["Quy tắc"], ("1", 2, "trên 90%: 2 điểm; 70% - 90%: 1; dưới 70%: 0"))).changes == 0


def test_a_set_in_use_takes_no_other_rule_and_no_other_guidance() -> None:
    imported(sheet(["Quy tắc", "Hướng dẫn"], ("1", 2, BANDS, "Xem kế hoạch")))
    actions.freeze(RoundGroup.objects.get().pk)
    for rule, guidance in (("có/không", "Xem kế hoạch"), (BANDS, "Xem báo cáo")):
        with pytest.raises(Refused, match="đã khóa"):
            imported(sheet(["Quy tắc", "Hướng dẫn"], ("1", 2, rule, guidance)))
    assert imported(sheet(["Quy tắc", "Hướng dẫn"], ("1", 2, BANDS, "Xem kế hoạch"))).changes == 0


# --- guidance and evidence -------------------------------------------------------------------------------------


def test_guidance_and_evidence_are_kept_together_and_each_may_come_alone() -> None:
    both = ["Hướng dẫn", "Tài liệu kiểm chứng"]
    imported(sheet(both, ("1", 1, "Chấm theo\nkế hoạch năm", "Quyết định, báo cáo")))
    assert row("1").guidance == "Chấm theo\nkế hoạch năm\n\nTài liệu kiểm chứng: Quyết định, báo cáo"
    imported(sheet(["Tài liệu kiểm chứng"], ("1", 1, "Biên bản")))
    assert row("1").guidance == "Chấm theo\nkế hoạch năm\n\nTài liệu kiểm chứng: Biên bản"
    assert imported(sheet(both, ("1", 1, "", ""))).changes == 0


# --- last year's code -------------------------------------------------------------------------------------------


def test_last_years_code_links_to_the_criterion_it_names() -> None:
    imported(sheet([], ("1", 1), ("2", 1)), year=2030, decision="A1")
    imported(sheet(["Mã năm trước"], ("1", 1, "2"), ("2", 1, "")))
    earlier = row("2", criteria_set__decision__number="A1")
    assert row("1", criteria_set__decision__number="01/QĐ-THU").previous == earlier
    assert row("2", criteria_set__decision__number="01/QĐ-THU").previous is None


def test_last_years_code_that_points_nowhere_is_kept_as_written_and_named() -> None:
    outcome = imported(sheet(["Mã năm trước"], ("1", 1, "9.9 (cũ)")))
    assert (row("1").previous, row("1").previous_code) == (None, "9.9 (cũ)")
    assert any("1 ghi “9.9 (cũ)”" in said for said in outcome.said)
    assert imported(sheet(["Mã năm trước"], ("1", 1, "9.9 (cũ)"))).changes == 0


def test_a_code_kept_as_written_finds_its_criterion_once_the_earlier_year_is_there() -> None:
    imported(sheet(["Mã năm trước"], ("1", 1, "2.1")))
    imported(sheet([], ("2.1", 1)), year=2030, decision="A1")
    assert not any("Mã năm trước" in said for said in imported(sheet(["Mã năm trước"], ("1", 1, "2.1"))).said)
    linked = row("1")
    assert (linked.previous, linked.previous_code) == (row("2.1"), "")


# --- provenance -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["Nguồn gốc", "nguon goc"])
def test_an_illustrative_row_never_comes_back_as_official(column: str) -> None:
    imported(sheet([column, "Quy tắc"], ("1", 1, "minh họa", "có/không"), ("2", 1, "Chính thức", ""), ("3", 1, "", "")))
    found = {c.code: c.provenance for c in Criterion.objects.all()}
    assert found == {"1": "illustrative", "2": "official", "3": "official"}
    assert imported(sheet([column], ("1", 1, ""), ("2", 1, ""), ("3", 1, ""))).changes == 0
    assert (row("1").provenance, row("1").rule) == ("illustrative", {"kind": "yes_no"})


def test_a_file_without_the_column_is_the_decisions_own() -> None:
    imported(sheet(["Nguồn gốc", "Quy tắc"], ("1", 1, "minh họa", "có/không")))
    imported(sheet([], ("1", 1)))
    assert (row("1").provenance, row("1").rule) == ("official", {})


def test_a_provenance_that_is_none_is_named() -> None:
    with pytest.raises(ImportRefused) as caught:
        imported(sheet(["Nguồn gốc"], ("1", 1, "bịa")))
    (fault,) = caught.value.faults
    assert (fault.row, fault.column) == (2, "D (Nguồn gốc)")
    assert "chính thức, minh họa" in fault.repair


def test_only_rows_of_the_decision_replace_illustrative_ones() -> None:
    block = RoundGroupFactory.create(round=RoundFactory.create())
    for code in ("1", "2"):
        CriterionFactory.create(
            criteria_set=block.criteria_set, code=code, name=f"Tiêu chí {code}", provenance=Provenance.ILLUSTRATIVE
        )
    where = {"group": block.group.code, "decision": block.criteria_set.decision.number}
    assert imported(sheet(["Nguồn gốc"], ("1", 1, "minh họa")), **where).removed == []
    assert imported(sheet(["Nguồn gốc"], ("1", 1, "")), **where).removed == []
    assert imported(sheet(["Nguồn gốc"], ("1", 1, "chính thức")), **where).removed == ["2"]


def test_printed_codes_and_points_come_beside_the_corrected_ones() -> None:
    imported(sheet(["Mã in", "Điểm in"], ("1.4.3", 2, "1.43", "2 điểm")))
    kept = row("1.4.3")
    assert (kept.printed_code, kept.printed_max, kept.max_points) == ("1.43", "2 điểm", Decimal(2))
