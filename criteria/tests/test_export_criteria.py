"""`export_criteria`: a set as a sheet that the import reads: into the same database nothing changes, into an empty one
the same tree stands."""

import io
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from cchc_index.lib.commands import CommandRefused
from cchc_index.lib.sheets.book import read_cells
from criteria.models import Criterion, Provenance, RoundGroup, Source
from criteria.tests.factories import CriterionFactory, RoundFactory, RoundGroupFactory, small_round
from units.tests.factories import UserFactory

from .exports import assert_nothing_changes, assert_same_trees, emptied, exported, imported

pytestmark = pytest.mark.django_db
RULES: Mapping[str, dict[str, Any]] = {
    "1.1": {},
    "1.2": {"kind": "direct"},
    "1.3": {"kind": "yes_no", "label": "Có kế hoạch"},
    "1.4": {"kind": "steps", "options": [
        {"key": "du", "label": "Đầy đủ", "points": "2"}, {"key": "k2", "label": "Chưa; đủ", "points": "0.5"},
    ]},
    "1.5": {"kind": "bands", "numerator": "Số đúng hạn", "denominator": "Tổng số", "unit": "hồ sơ", "forbid_over": True,
            "bands": [{"from": "99", "points": "2"}, {"from": "95", "to": "99", "points": "1"},
                      {"to": "95", "to_open": True, "points": "0"}]},
    "1.6": {"kind": "proportional", "numerator": "Số đạt", "denominator": "Số / giao", "threshold": "80"},
    "1.10": {"kind": "formula", "expression": "min(diem_toi_da, (a + b) * 0.5)", "fields": [
        {"key": "a", "label": "Số sáng kiến"}, {"key": "b", "label": "=Số, đề tài", "optional": True, "unit": "đề tài"},
    ]},
}  # fmt: skip


def every_kind() -> RoundGroup:
    """Every kind of rule, guidance and evidence, an illustrative row, bonus and deduction, printed forms."""
    block = RoundGroupFactory.create(round=RoundFactory.create())
    criteria_set = block.criteria_set
    criteria_set.na_policy, criteria_set.ties = "shrink", "dense"
    criteria_set.save()

    def row(code: str, points: str, parent: Criterion | None = None, **fields: Any) -> Criterion:
        return CriterionFactory.create(
            criteria_set=criteria_set, code=code, max_points=Decimal(points), parent=parent, **fields
        )

    group: dict[str, Any] = {"is_leaf": False, "source": Source.GROUP}
    area = row("1", "14.5", printed_max="14", **group)
    for code, rule in RULES.items():
        row(code, "2.5" if code == "1.2" else "2", area, rule=rule, guidance="Chấm theo\nkế hoạch", previous_code="7.7")
    Criterion.objects.filter(code="1.4").update(
        printed_code="1.4.", guidance="Xem\n\nTài liệu kiểm chứng: Báo cáo, -x", provenance=Provenance.ILLUSTRATIVE
    )
    second = row("2", "2", name="=SUM(A1)", **group)
    row("2.1", "0.5", second, source=Source.SURVEY)
    row("2.2", "1", second, source=Source.SIPAS)
    row("2.3", "0.5", second, source=Source.PAPI)
    mixed = row("3", "2", **group)
    row("3.1", "1", mixed)
    bonus = row("3.2", "2", mixed, kind="bonus", **group)
    row("3.2.1", "2", bonus, kind="bonus")
    row("3.2.2", "1.5", bonus, kind="bonus")
    row("3.2.3", "1", bonus)
    row("3.3", "2", mixed, kind="penalty", rule={"kind": "direct"})
    only = row("4", "0", **group)
    row("4.1", "3", only, kind="penalty")
    return block


@pytest.mark.parametrize("made", [every_kind, small_round])
def test_into_the_same_database_nothing_changes(made: Callable[[], RoundGroup], tmp_path: Path) -> None:
    made()
    assert_nothing_changes(tmp_path)


@pytest.mark.parametrize("made", [every_kind, small_round])
def test_into_an_empty_database_the_same_tree_stands(made: Callable[[], RoundGroup], tmp_path: Path) -> None:
    made()
    assert_same_trees(tmp_path)


def test_a_code_of_last_year_that_points_nowhere_comes_back_as_written_and_is_named(tmp_path: Path) -> None:
    block = every_kind()
    file = exported(block, tmp_path)
    emptied()
    outcome = imported(block, file)
    assert set(Criterion.objects.filter(code__in=RULES).values_list("previous_code", flat=True)) == {"7.7"}
    assert any("1.1 ghi “7.7”" in sentence for sentence in outcome.said)


def test_an_illustrative_set_never_comes_back_as_official(tmp_path: Path) -> None:
    block = small_round()
    Criterion.objects.update(provenance=Provenance.ILLUSTRATIVE)
    file = exported(block, tmp_path)
    emptied()
    imported(block, file)
    assert set(Criterion.objects.values_list("provenance", flat=True)) == {Provenance.ILLUSTRATIVE}


def test_rules_stand_in_words_under_the_headings_of_the_import(tmp_path: Path) -> None:
    heading, *rows = read_cells(exported(every_kind(), tmp_path))
    lines = {row[0]: dict(zip(heading, row, strict=True)) for row in rows}
    assert list(heading[:6]) == ["Mã", "Nội dung", "Điểm tối đa", "Nguồn", "Thưởng/trừ", "Quy tắc"]
    assert lines["1.3"]["Quy tắc"] == "có/không; chọn Có kế hoạch"
    assert lines["1.5"]["Quy tắc"] == (
        "Số đúng hạn / Tổng số (hồ sơ); ≥ 99 %: 2; 95–99 %: 1; < 95 %: 0; không quá 100 %"
    )
    assert (lines["1.4"]["Nguồn gốc"], lines["1.5"]["Nguồn gốc"]) == ("minh họa", "chính thức")
    assert [lines[code]["Thưởng/trừ"] for code in ("3", "3.1", "3.2", "3.2.1", "3.2.3", "3.3")] == [
        "Thường", "", "Thưởng", "Thưởng", "Thường", "Trừ",
    ]  # fmt: skip


def test_the_page_of_a_set_gives_the_same_file_to_whoever_may_see_it(client: Client, tmp_path: Path) -> None:
    block = every_kind()
    page = f"/quan-tri/criteria/criteriaset/{block.criteria_set_id}/"
    client.force_login(UserFactory.create(is_staff=True))
    assert client.get(f"{page}xlsx/").status_code == 403

    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    assert f"{page}xlsx/" in client.get(f"{page}change/").content.decode()
    file = tmp_path / "trang.xlsx"
    file.write_bytes(client.get(f"{page}xlsx/").content)

    assert read_cells(file) == read_cells(exported(block, tmp_path))
    assert client.get("/quan-tri/criteria/criteriaset/999999/xlsx/").status_code == 404


def refusal(*options: str) -> str:
    with pytest.raises(CommandRefused) as caught:
        call_command("export_criteria", *options, stderr=io.StringIO())
    return str(caught.value)


def test_what_cannot_be_written_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    small_round()
    where = ("--year", "2031", "--group", "so", "--out")
    folder = tmp_path / "bo.xlsx"
    folder.mkdir()
    assert "là thư mục" in refusal(*where, str(folder))
    assert "Không có thư mục" in refusal(*where, str(tmp_path / "khong" / "bo.xlsx"))
    assert "đuôi .xlsx" in refusal(*where, str(tmp_path / "bo.csv"))
    assert "Không ghi được" in refusal(*where, "/proc/bo.xlsx")
    assert list(tmp_path.iterdir()) == [folder]


def test_a_block_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    block = small_round()
    out = ("--out", str(tmp_path / "bo.xlsx"))
    assert "Không có khối “xa” trong kỳ 2031" in refusal("--year", "2031", "--group", "xa", *out)
    Criterion.objects.all().delete()
    assert "chưa có tiêu chí nào" in refusal("--year", "2031", "--group", block.group.code, *out)
