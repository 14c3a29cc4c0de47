"""Importing annexes into a year: the two official ones, halves that meet, repetition, closed sets."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import partial
from io import StringIO
from pathlib import Path
from typing import IO, Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.management import call_command

from cchc_index.lib.commands import CommandRefused
from cchc_index.lib.faults import ImportRefused, Refused
from cchc_index.lib.tests.present import present
from criteria import actions
from criteria.annex.actions import import_criteria
from criteria.annex.importing import AnnexImport
from criteria.models import CriteriaSet, Criterion, Decision, Provenance, Round, RoundGroup
from criteria.tests.factories import CriterionFactory, RoundFactory, RoundGroupFactory, small_round
from criteria.tests.sheets import annex, csv_file, workbook
from units.actions import import_units
from units.auditlog.models import LogEntry
from units.models import Role, UnitGroup
from units.tests.factories import UnitGroupFactory, person

pytestmark = pytest.mark.django_db

ANNEXES = settings.BASE_DIR / "fixtures" / "annexes"
ANNEX_SO = ANNEXES / "6677_phu_luc_1_so"
ANNEX_HUYEN = ANNEXES / "6677_phu_luc_2_huyen"
MISPRINTS = {
    "1.43": "1.4.3",
    "4.4.": "4.4",
    "6..1.4": "6.1.4",
    "6..1.5": "6.1.5",
    "9.4.1": "9.2.1",
    "9.4.2": "9.2.2",
    "9.4.3": "9.2.3",
    "9.4.4": "9.2.4",
    "9.4.5": "9.2.5",
}
TWO_LEAVES = (("1", "Tự đánh giá", 65, "Tự đánh giá"), ("2", "Điều tra", 35, "ĐTXHH"))


def imported(stream: IO[bytes] | Path, **options: Any) -> AnnexImport:
    arguments: dict[str, Any] = {"actor": None, "year": 2031, "group": "so", "decision": "01/QĐ-THU", **options}
    return import_criteria(file=stream, **arguments)


def rows_of_every_table() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def points(**filters: Any) -> Decimal:
    return sum(Criterion.objects.filter(is_leaf=True, **filters).values_list("max_points", flat=True), Decimal(0))


def snapshot() -> list[Any]:
    return list(Criterion.objects.order_by("criteria_set", "code").values())


def printed_rows(path: Path) -> list[list[str]]:
    """The transcription of an annex, as lists of text."""
    with path.with_name(f"{path.name}_as_printed.csv").open(encoding="utf-8") as stream:
        return list(csv.reader(stream))


def command(
    file: Path | str, *extra: Any, year: str = "2020", group: str = "so", decision: str = "6677/QĐ-UBND"
) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    options = ["--year", year, "--group", group, "--decision", decision, *extra]
    call_command("import_criteria", str(file), *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


# --- the official annexes --------------------------------------------------------------------------


def test_annex_1_is_sound_and_measures_31_points() -> None:
    out, _ = command(f"{ANNEX_SO}.xlsx", "--source", "ĐTXHH")
    assert "32 dòng, 31 tiêu chí chấm điểm" in out
    assert "31 điểm" in out
    assert Criterion.objects.filter(is_leaf=True, source="survey").count() == 31
    group = Criterion.objects.get(code="9.2")
    assert (group.is_leaf, group.source, group.max_points) == (False, "", Decimal(10))
    assert set(group.children.values_list("code", flat=True)) == {f"9.2.{n}" for n in range(1, 6)}
    assert points() == 31
    assert not Criterion.objects.exclude(printed_code="", printed_max="").exists()


def test_annex_2_is_refused_with_every_misprint_and_its_repair() -> None:
    before = rows_of_every_table()
    with pytest.raises(CommandRefused) as caught:
        command(f"{ANNEX_HUYEN}.xlsx", "--source", "ĐTXHH", group="huyen")
    lines = caught.value.lines
    assert len(lines) == 10
    assert "Điều tối đa" in lines[0]
    for line, (printed, code) in zip(lines[1:], MISPRINTS.items(), strict=True):
        assert line.startswith("Dòng ")
        assert f"“{printed}”" in line
        assert f"sửa thành {code}." in line
    assert rows_of_every_table() == before


def test_annex_2_with_its_repairs_measures_33_points_and_keeps_the_print() -> None:
    out, err = command(f"{ANNEX_HUYEN}.xlsx", "--source", "ĐTXHH", "--accept-repairs", group="huyen")
    assert "34 tiêu chí chấm điểm" in out
    assert "33 điểm" in out
    assert points() == 33
    misprinted = Criterion.objects.exclude(printed_code="").values_list("printed_code", "code")
    assert dict(misprinted) == MISPRINTS
    assert all(printed in err for printed in MISPRINTS)
    assert Criterion.objects.get(code="9.2").max_points == 10
    order = [c.code for c in Criterion.objects.order_by("position")]
    assert order[-7:] == ["9.2", "9.2.1", "9.2.2", "9.2.3", "9.2.4", "9.2.5", "9.3"]


@pytest.mark.parametrize("path", [ANNEX_SO, ANNEX_HUYEN])
def test_the_spreadsheets_hold_the_transcription(path: Any) -> None:
    from cchc_index.lib.sheets.book import read_cells
    from cchc_index.lib.sheets.cells import cell_text

    cells = read_cells(path.with_suffix(".xlsx"))
    assert [[cell_text(c) for c in row] for row in cells] == printed_rows(path)


def numeric(text: str) -> float | str:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return text


def with_groups(rows: list[list[Any]], maximum: object) -> Iterator[list[Any]]:
    """The printed rows with the group rows an office adds on top of their children."""
    done = set()
    for row in rows:
        parts = row[0].strip(".").split(".")
        for group in (".".join(parts[:n]) for n in range(1, len(parts))):
            if group not in done and group in ("1", "1.4", "1.6", "2", "2.1", "5", "5.7", "7", "9"):
                done.add(group)
                yield [group, f"Nhóm {group}", maximum]
        yield row


@pytest.mark.parametrize("make", [workbook, csv_file])
@pytest.mark.parametrize("titles", [True, False])
@pytest.mark.parametrize("cells", ["text", "numbers"])
@pytest.mark.parametrize(("path", "total", "count"), [(ANNEX_SO, 31, 31), (ANNEX_HUYEN, 33, 34)])
def test_an_annex_typed_by_hand_gives_the_same_points(
    make: Any, titles: bool, cells: str, path: Any, total: int, count: int
) -> None:
    rows: list[list[Any]] = [*printed_rows(path)[0 if titles else 3 :]]
    if cells == "numbers":
        rows = [[numeric(cell) for cell in row] for row in rows]
    outcome = imported(make(rows), source="ĐTXHH", accept_repairs=True)
    assert (points(), outcome.leaves) == (Decimal(total), count)


@pytest.mark.parametrize("maximum", [None, "99"])
@pytest.mark.parametrize(("path", "total", "count"), [(ANNEX_SO, 31, 31), (ANNEX_HUYEN, 33, 34)])
def test_group_rows_never_double_points(path: Any, total: int, count: int, maximum: str | None) -> None:
    heading, _, *rows = printed_rows(path)[3:]
    outcome = imported(workbook([heading, *with_groups(rows, maximum)]), source="ĐTXHH", accept_repairs=True)
    assert (points(), outcome.leaves) == (Decimal(total), count)
    group = Criterion.objects.get(code="9")
    assert group.max_points == sum(c.max_points for c in Criterion.objects.filter(is_leaf=True, code__startswith="9."))


def test_a_missing_row_of_annex_1_is_seen_by_its_total() -> None:
    rows = [row for row in printed_rows(ANNEX_SO) if row[0] != "2.5"]
    with pytest.raises(ImportRefused) as caught:
        imported(workbook(rows), source="ĐTXHH", accept_repairs=True)
    assert "tổng điểm in là 31" in str(caught.value)


# --- what is made around a set ---------------------------------------------------------------------


def test_everything_missing_is_made_and_said() -> None:
    outcome = imported(annex(*TWO_LEAVES), na_policy="shrink", ties="dense")
    round_group = RoundGroup.objects.get()
    assert (round_group.round.assessed_from, round_group.round.assessed_to) == (date(2031, 1, 1), date(2031, 12, 31))
    assert (round_group.criteria_set.na_policy, round_group.criteria_set.ties) == ("shrink", "dense")
    assert round_group.inputs_version == 1
    assert any("“so”" in notice for notice in outcome.notices)
    assert (points(source="self"), points(source="survey")) == (Decimal(65), Decimal(35))
    assert list(Criterion.objects.values_list("provenance", "rule")) == [("official", {})] * 2


def test_policies_stay_when_nothing_is_said_and_change_when_it_is() -> None:
    imported(annex(*TWO_LEAVES), na_policy="full", ties="dense")
    imported(annex(*TWO_LEAVES))
    criteria_set = CriteriaSet.objects.get()
    assert (criteria_set.na_policy, criteria_set.ties) == ("full", "dense")
    imported(annex(*TWO_LEAVES), na_policy="shrink")
    criteria_set.refresh_from_db()
    assert (criteria_set.na_policy, criteria_set.ties) == ("shrink", "dense")


def test_leaves_without_any_source_are_self_assessed_and_said_so() -> None:
    outcome = imported(annex(("1", "Một", 40), ("2", "Hai", 20)))
    assert points(source="self") == 60
    assert any("Tự đánh giá" in notice for notice in outcome.notices)


def test_an_import_is_logged_once_with_its_repairs() -> None:
    imported(annex(("1.", "Một", 1)), accept_repairs=True)
    entry = LogEntry.objects.get()
    assert entry.verb == "criteria.import"
    assert present(entry.after)["added"] == ["1"]
    assert "sửa thành 1" in present(entry.after)["repairs"][0]


def test_only_an_index_manager_imports() -> None:
    with pytest.raises(PermissionDenied):
        imported(annex(*TWO_LEAVES), actor=person(Role.SURVEY_OPERATOR))
    assert not Round.objects.exists()
    imported(annex(*TWO_LEAVES), actor=person(Role.INDEX_MANAGER))
    assert LogEntry.objects.get().actor is not None


# --- importing again -------------------------------------------------------------------------------


def test_the_same_file_again_changes_nothing() -> None:
    first, _ = command(f"{ANNEX_HUYEN}.xlsx", "--source", "ĐTXHH", "--accept-repairs")
    before, log, version = snapshot(), LogEntry.objects.count(), RoundGroup.objects.get().inputs_version
    again, _ = command(f"{ANNEX_HUYEN}.xlsx", "--source", "ĐTXHH", "--accept-repairs")
    assert "35 thay đổi" in first
    assert "0 thay đổi" in again
    assert snapshot() == before
    assert (LogEntry.objects.count(), RoundGroup.objects.get().inputs_version) == (log, version)


def test_rows_are_matched_by_code_and_keep_rule_and_guidance() -> None:
    imported(annex(("1", "Một", 2), ("2", "Hai", 1)))
    rule = {"kind": "yes_no"}
    Criterion.objects.filter(code="1").update(rule=rule, guidance="Quyết định ban hành")
    outcome = imported(annex(("1", "Một, viết lại", 3)))
    row = Criterion.objects.get(code="1")
    assert (row.name, row.max_points, row.rule, row.guidance) == (
        "Một, viết lại",
        Decimal(3),
        rule,
        "Quyết định ban hành",
    )
    assert list(outcome.changed) == ["1"]
    assert outcome.changed["1"] == {"name": ["Một", "Một, viết lại"], "max_points": ["2", "3"]}
    assert Criterion.objects.filter(code="2").exists()


def test_a_rule_that_no_longer_fits_its_maximum_is_taken_back_and_said() -> None:
    imported(annex(("1", "Một", 2)))
    steps = [{"key": "a", "label": "Đủ", "points": "2"}, {"key": "b", "label": "Không", "points": "0"}]
    Criterion.objects.update(rule={"kind": "steps", "options": steps})
    outcome = imported(annex(("1", "Một", 1)))
    assert Criterion.objects.get().rule == {}
    assert any("quy tắc chấm" in notice for notice in outcome.notices)


def test_two_halves_meet_in_one_tree() -> None:
    imported(annex(("1", "Chỉ đạo", 2), ("1.1", "Kế hoạch", 2)), source="Tự đánh giá")
    imported(annex(("1.2", "Tuyên truyền", 1), ("2", "Hài lòng", 3)), source="ĐTXHH")
    area = Criterion.objects.get(code="1")
    assert (area.is_leaf, area.max_points) == (False, Decimal(3))
    assert set(area.children.values_list("code", "source")) == {("1.1", "self"), ("1.2", "survey")}
    assert [c.code for c in Criterion.objects.order_by("position")] == ["1", "1.1", "1.2", "2"]
    again = imported(annex(("1", "Chỉ đạo", 2), ("1.1", "Kế hoạch", 2)), source="Tự đánh giá")
    assert again.changes == 0


def test_a_leaf_that_gets_children_becomes_a_group_and_says_so() -> None:
    imported(annex(("1", "Một", 5)))
    outcome = imported(annex(("1.1", "Một một", 2), ("1.2", "Một hai", 1)))
    area = Criterion.objects.get(code="1")
    assert (area.is_leaf, area.source, area.max_points) == (False, "", Decimal(3))
    assert any("không còn chấm điểm trực tiếp" in notice for notice in outcome.notices)


def test_sipas_and_papi_stay_where_the_file_only_says_survey() -> None:
    imported(annex(("1", "Một", 1, "SIPAS"), ("2", "Hai", 1, "PAPI"), ("3", "Ba", 1, "ĐTXHH")))
    heading = ("Mã", "Nội dung", "Điểm tối đa")
    outcome = imported(workbook([heading, ("1", "Một", 1), ("2", "Hai", 1), ("3", "Ba", 1)]), source="ĐTXHH")
    assert outcome.changes == 0


def half_illustrative() -> RoundGroup:
    """Area 1 with an official survey leaf and two illustrative self leaves; area 3 all illustrative."""
    round_group = RoundGroupFactory.create(round=RoundFactory.create())
    illustrative = {"criteria_set": round_group.criteria_set, "provenance": Provenance.ILLUSTRATIVE}
    groups = {
        code: CriterionFactory.create(**illustrative, code=code, is_leaf=False, source="", max_points=Decimal(9))
        for code in ("1", "3")
    }
    for code in ("1.1", "1.2", "3.1"):
        CriterionFactory.create(**illustrative, code=code, parent=groups[code[0]], max_points=Decimal(2))
    CriterionFactory.create(criteria_set=round_group.criteria_set, code="1.3", parent=groups["1"], source="survey")
    return round_group


def test_the_official_half_replaces_the_illustrative_one() -> None:
    round_group = half_illustrative()
    outcome = imported(annex(("1.1", "Kế hoạch", 3), ("2", "Thể chế", 4)))
    assert outcome.removed == ["1.2", "3", "3.1"]
    left = {c.code: (c.provenance, c.max_points) for c in round_group.criteria_set.criteria.all()}
    assert left == {
        "1": ("illustrative", Decimal(4)),
        "1.1": ("official", Decimal(3)),
        "1.3": ("official", Decimal(1)),
        "2": ("official", Decimal(4)),
    }


def test_the_other_half_stays_illustrative() -> None:
    round_group = half_illustrative()
    assert imported(annex(("1.3", "Tuyên truyền", 1)), source="ĐTXHH").removed == []
    assert round_group.criteria_set.criteria.count() == 6


def test_a_criterion_links_to_the_same_one_of_the_latest_earlier_set() -> None:
    imported(annex(("1", "Kế hoạch", 1), ("2", "Báo cáo", 1)), year=2029, decision="A1")
    imported(annex(("1", "Kế hoạch", 2), ("2", "Thanh tra", 1)), year=2030, decision="B1")
    imported(annex(("1", "KẾ HOẠCH", 3), ("2", "Báo cáo", 1)), year=2031, decision="C1")
    latest = Criterion.objects.filter(criteria_set__decision__number="C1").order_by("code")
    assert [c.previous and str(c.previous.criteria_set.decision) for c in latest] == ["B1", None]


# --- closed sets -----------------------------------------------------------------------------------


def test_a_block_without_scores_is_switched_to_another_set_and_says_so() -> None:
    imported(annex(*TWO_LEAVES), decision="A1")
    outcome = imported(annex(*TWO_LEAVES), decision="B1")
    assert str(RoundGroup.objects.get().criteria_set.decision) == "B1"
    assert any("chuyển" in notice for notice in outcome.notices)


def frozen_block() -> RoundGroup:
    imported(annex(*TWO_LEAVES))
    round_group = RoundGroup.objects.get()
    actions.freeze(round_group.pk)
    return round_group


@pytest.mark.parametrize(
    "rows",
    [(("1", "Tên khác", 65), TWO_LEAVES[1]), (*TWO_LEAVES, ("3", "Ba", 1)), (("1", "Tự đánh giá", 64), TWO_LEAVES[1])],
)
def test_a_set_with_scores_takes_no_change(rows: tuple[Any, ...]) -> None:
    frozen_block()
    before = (rows_of_every_table(), snapshot())
    with pytest.raises(Refused, match="đã khóa"):
        imported(annex(*rows))
    assert (rows_of_every_table(), snapshot()) == before


def test_a_set_with_scores_takes_the_same_file_again() -> None:
    frozen_block()
    assert imported(annex(*TWO_LEAVES)).changes == 0


def test_a_set_closed_by_one_year_is_closed_for_every_year() -> None:
    frozen_block()
    with pytest.raises(Refused, match="2031"):
        imported(annex(("1", "Tên khác", 65)), year=2032)
    assert not Round.objects.filter(year=2032).exists()
    imported(annex(*TWO_LEAVES), year=2032)


def test_a_block_with_scores_is_not_switched() -> None:
    frozen_block()
    with pytest.raises(Refused, match="không đổi sang"):
        imported(annex(*TWO_LEAVES), decision="02/QĐ-THU")
    assert not Decision.objects.filter(number="02/QĐ-THU").exists()


def test_how_not_applicable_counts_can_be_decided_after_scoring_began() -> None:
    round_group = frozen_block()
    imported(annex(*TWO_LEAVES), na_policy="shrink")
    round_group.refresh_from_db()
    assert (round_group.criteria_set.na_policy, round_group.inputs_version) == ("shrink", 2)


# --- the command -----------------------------------------------------------------------------------


def test_the_command_names_points_by_source(tmp_path: Path) -> None:
    path = tmp_path / "bo.xlsx"
    path.write_bytes(annex(*TWO_LEAVES).getvalue())
    out, err = command(path, year="2031")
    assert "Tổng 100 điểm (Tự đánh giá 65, ĐTXHH 35)" in out
    assert "2 thay đổi: thêm 2, sửa 0, bỏ 0." in out
    assert "Đã tạo kỳ đánh giá năm 2031" in err


@pytest.mark.parametrize(
    ("file", "extra"), [("/khong/co.xlsx", {}), ("/tmp", {}), (f"{ANNEX_SO}.xlsx", {"year": "hai nghìn"})]
)
def test_the_command_refuses_with_a_sentence(file: str, extra: dict[str, Any]) -> None:
    with pytest.raises(CommandRefused):
        command(file, **extra)
    assert not Round.objects.exists()


def test_what_is_mistyped_beside_the_file_is_refused_before_the_file_is_read() -> None:
    mistyped: tuple[tuple[tuple[str, ...], dict[str, str], str], ...] = (
        (("--na-policy", "bo"), {}, "Không có cách “bo”; chọn một trong: rescale"),
        (("--ties", "bo"), {}, "Không có cách “bo”; chọn một trong: competition"),
        ((), {"year": "20255"}, "Năm chỉ số “20255”"),
        ((), {"group": "sở"}, "Mã khối “sở”"),
        ((), {"decision": " "}, "Số quyết định phải có"),
        ((), {"decision": "Quyết định của UBND"}, "Số quyết định phải có"),
        (("--expect", "trăm"), {}, "Tham số --expect"),
    )
    for extra, options, said in mistyped:
        with pytest.raises(CommandRefused, match=said):
            command("/khong/co.xlsx", *extra, **options)


@pytest.mark.parametrize("code", ["sở", "", "a/b", "x" * 31])
def test_a_blocks_code_is_judged_alike_for_units_and_for_criteria(code: str) -> None:
    said = []
    for bring in (
        partial(import_units, source="/khong/co.xlsx", group_code=code),
        partial(import_criteria, file="/khong/co.xlsx", year=2024, group=code, decision="1/QĐ-UBND"),
    ):
        with pytest.raises(Refused) as refused:
            bring(actor=None)
        said.append(str(refused.value))
    assert said[0] == said[1]
    assert f"“{code[:40]}”" in said[0]


def test_the_command_adds_to_a_round_that_exists() -> None:
    small_round(year=2031)
    with pytest.raises(CommandRefused, match="Không rõ nguồn"):
        command(f"{ANNEX_SO}.xlsx", "--source", "ai đó", year="2031")
    UnitGroupFactory.create(code="huyen", name="UBND quận, huyện, thị xã")
    command(f"{ANNEX_HUYEN}.xlsx", "--accept-repairs", year="2031", group="huyen")
    assert Round.objects.count() == 1
    assert UnitGroup.objects.get(code="huyen").name == "UBND quận, huyện, thị xã"


def test_the_number_of_queries_does_not_grow_with_the_annex() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for group, size in (("so", 3), ("huyen", 90)):
        rows = [(f"1.{n}", f"Tiêu chí {n}", 1) for n in range(1, size)]
        with CaptureQueriesContext(connection) as captured:
            imported(annex(*rows), group=group, decision=f"1/{group}")
        counts.append(len(captured))
    assert counts[1] <= counts[0] + 4
