"""Units from a spreadsheet: all or nothing, every fault by row and column, repeating changes nothing."""

import io
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
from django.core.management import call_command
from pytest_django import DjangoAssertNumQueries

from cchc_index.lib.commands import CommandRefused
from cchc_index.lib.faults import ImportRefused, Refused
from cchc_index.lib.tests.present import first_sheet, present
from units.actions import UnitImport, import_units
from units.auditlog.models import LogEntry
from units.models import Succession, Unit, UnitGroup
from units.tests.factories import UnitGroupFactory, UserFactory

pytestmark = pytest.mark.django_db


def sheet(*rows: Sequence[object], headings: Sequence[str] = ("Mã", "Tên đơn vị")) -> io.BytesIO:
    book = openpyxl.Workbook()
    for row in (headings, *rows):
        first_sheet(book).append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream


def bring(*rows: Sequence[object], group_code: str = "so", **kwargs: Sequence[str]) -> UnitImport:
    return import_units(actor=None, source=sheet(*rows, **kwargs), name="don-vi.xlsx", group_code=group_code)


def faults_of(*rows: Sequence[object]) -> list[str]:
    with pytest.raises(ImportRefused) as refused:
        bring(*rows)
    assert not Unit.objects.exists()
    assert not LogEntry.objects.exists()
    return [str(fault) for fault in refused.value.faults]


def test_units_are_created_with_codes_as_written() -> None:
    report = bring(("001", "Sở Nội vụ"), (1, "Sở Tài chính"), ("STP", "Sở Tư pháp"))

    assert (report.created, report.updated, report.unchanged, report.group_created) == (3, 0, 0, True)
    assert sorted(Unit.objects.values_list("code", flat=True)) == ["001", "1", "STP"]


def test_repeating_changes_nothing_and_logs_nothing() -> None:
    bring(("001", "Sở Nội vụ"))
    report = bring(("001", "Sở Nội vụ"))

    assert str(report) == "Khối “so”: 0 mới, 0 đổi, 1 giữ nguyên."
    assert not report.group_created
    assert LogEntry.objects.filter(verb="import_units").count() == 1


def test_known_code_takes_the_new_name_and_the_log_keeps_the_old() -> None:
    bring(("001", "Sở Nội vụ"), ("002", "Sở Y tế"))
    report = bring(("001", "Sở Nội vụ Hà Nội"))

    assert (report.created, report.updated, report.unchanged) == (0, 1, 0)
    assert Unit.objects.get(code="001").name == "Sở Nội vụ Hà Nội"
    assert Unit.objects.filter(code="002").exists()
    entry = LogEntry.objects.get(number=2)
    assert present(entry.before)["renamed"] == {"001": "Sở Nội vụ"}
    assert present(entry.after)["renamed"] == {"001": "Sở Nội vụ Hà Nội"}


def test_same_code_in_two_blocks_is_two_units() -> None:
    bring(("001", "Sở Nội vụ"))
    bring(("001", "UBND quận Ba Đình"), group_code="quan")

    assert Unit.objects.filter(code="001").count() == 2


def test_known_block_keeps_its_name() -> None:
    UnitGroupFactory.create(code="so", name="Sở, cơ quan tương đương Sở")

    assert not bring(("001", "Sở Nội vụ")).group_created
    assert UnitGroup.objects.get(code="so").name == "Sở, cơ quan tương đương Sở"


def test_headings_by_other_names_and_decomposed_text() -> None:
    report = bring(("STC", "Sở Ta\u0300i chi\u0301nh"), headings=("MÃ ĐƠN VỊ", "Don vi"))

    assert report.created == 1
    assert Unit.objects.get().name == "Sở Tài chính"


@pytest.mark.parametrize(
    ("row", "place", "word"),
    [
        ((None, "Sở A"), "Dòng 2, cột A", "thiếu mã"),
        (("A", None), "Dòng 2, cột B", "thiếu tên"),
        (("A", "   "), "Dòng 2, cột B", "thiếu tên"),
        (("A" * 31, "Sở A"), "Dòng 2, cột A", "dài 31"),
        (("A", "x" * 251), "Dòng 2, cột B", "dài 251"),
        (("A B", "Sở A"), "Dòng 2, cột A", "ký tự"),
        (("A;B", "Sở A"), "Dòng 2, cột A", "ký tự"),
        (("<b>", "Sở A"), "Dòng 2, cột A", "ký tự"),
        ((date(2024, 6, 1), "Sở A"), "Dòng 2, cột A", "ngày tháng"),
        ((1.5, "Sở A"), "Dòng 2, cột A", "Excel"),
        ((10**16, "Sở A"), "Dòng 2, cột A", "Excel"),
        ((True, "Sở A"), "Dòng 2, cột A", "đúng/sai"),
        (("A", 12), "Dòng 2, cột B", "không phải tên"),
        (("A", "..."), "Dòng 2, cột B", "không phải tên"),
        (("A", date(2024, 6, 1)), "Dòng 2, cột B", "không phải tên"),
        (("A", "@cmd|calc"), "Dòng 2, cột B", "công thức"),
        (("A", "#N/A"), "Dòng 2, cột B", "đang báo lỗi #N/A"),
    ],
)
def test_fault_names_place_and_repair(row: Sequence[object], place: str, word: str) -> None:
    faults = faults_of(row)

    assert len(faults) == 1
    assert place in faults[0]
    assert word in faults[0]
    assert "Cách sửa:" in faults[0]


def test_formula_kept_as_text_in_csv_is_a_fault() -> None:
    stream = io.BytesIO("Mã,Tên đơn vị\nA,=B2&B3\n".encode())
    with pytest.raises(ImportRefused, match="công thức"):
        import_units(actor=None, source=stream, name="a.csv", group_code="so")


def test_every_fault_is_named_at_once_and_nothing_is_saved() -> None:
    faults = faults_of((None, "Sở A"), ("X", None), ("Y", "Sở Y"), ("Y", "Sở Z"))

    assert len(faults) == 3
    assert "đã có ở dòng 4" in faults[2]
    assert not UnitGroup.objects.exists()


def test_file_without_rows_is_refused() -> None:
    assert "không có đơn vị nào" in faults_of()[0]


def test_misspelt_heading_is_refused_with_its_repair() -> None:
    with pytest.raises(ImportRefused, match="Tên đơn vị"):
        bring(("A", "Sở A"), headings=("Mã", "Tên đơn vj"))


@pytest.mark.parametrize("code", ["khối sở", "", "a/b", "x" * 31])
def test_impossible_block_code_is_refused_before_the_file_is_read(code: str) -> None:
    with pytest.raises(Refused, match="Mã khối"):
        import_units(actor=None, source="/khong/co.xlsx", group_code=code)


def test_person_without_permission_is_refused() -> None:
    with pytest.raises(Refused):
        import_units(actor=UserFactory.create(), source=sheet(("A", "Sở A")), name="a.xlsx", group_code="so")
    assert not Unit.objects.exists()


def test_queries_do_not_grow_with_units(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    UnitGroupFactory.create(code="so")
    rows = [(f"D{n:03d}", f"Đơn vị {n}") for n in range(200)]
    with django_assert_max_num_queries(22):
        bring(*rows)


def test_command_says_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "don-vi.csv"
    path.write_text("Mã;Tên đơn vị\n001;Sở Nội vụ\n", encoding="utf-8")

    call_command("import_units", str(path), group="so")
    call_command("import_units", str(path), group="so")

    out, err = capsys.readouterr()
    assert out == ""
    assert "Đã tạo khối mới “so”" in err
    assert "1 mới, 0 đổi" in err
    assert "0 mới, 0 đổi" in err


def test_command_refuses_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(CommandRefused, match="Không mở được tệp"):
        call_command("import_units", str(tmp_path / "khong-co.xlsx"), group="so")


def test_code_that_differs_from_a_known_one_in_case_only_is_a_slip() -> None:
    bring(("SNV", "Sở Nội vụ"))
    with pytest.raises(ImportRefused, match="Dòng 2, cột Mã: mã “snv” chỉ khác “SNV”"):
        bring(("snv", "Sở Nội vụ"))
    with pytest.raises(ImportRefused, match="đã có ở dòng 2"):
        bring(("STC", "Sở Tài chính"), ("stc", "Sở Tài chính"))


# --- a reorganisation ------------------------------------------------------------------------------

DATED = ("Mã", "Tên đơn vị", "Hiệu lực từ", "Hiệu lực đến", "Thay cho")


def reorganise(*rows: Sequence[object], **kwargs: str) -> UnitImport:
    return bring(*rows, headings=DATED, **kwargs)


def measured_in(year: int) -> set[str]:
    return {unit.code for unit in Unit.objects.valid_between(date(year, 1, 1), date(year, 12, 31))}


def test_a_merger_ends_its_predecessors_on_the_day_before_and_an_earlier_year_keeps_them() -> None:
    bring(("SLD", "Sở Lao động – Thương binh và Xã hội"), ("SNV", "Sở Nội vụ"), ("SYT", "Sở Y tế"))
    report = reorganise(("SNV25", "Sở Nội vụ", date(2025, 3, 1), "", "SNV; SLD"))

    assert (report.created, report.updated, report.unchanged) == (1, 0, 0)
    assert measured_in(2024) == {"SLD", "SNV", "SYT"}
    assert measured_in(2025) == {"SNV25", "SYT"}
    assert set(Unit.objects.filter(code__in=("SLD", "SNV")).values_list("valid_to", flat=True)) == {date(2025, 2, 28)}
    found = Succession.objects.values_list("predecessor__code", "successor__code", "kind", "on")
    assert set(found) == {(old, "SNV25", "merge", date(2025, 3, 1)) for old in ("SLD", "SNV")}
    assert "Giữ nguyên đơn vị không có trong tệp: Sở Y tế (SYT)." in report.said
    assert "Hết hiệu lực sau ngày 28/02/2025: Sở Nội vụ (SNV)." in report.said


def test_a_reorganisation_repeated_changes_nothing_and_logs_nothing() -> None:
    bring(("SLD", "Sở Lao động"), ("SNV", "Sở Nội vụ"))
    row = ("SNV25", "Sở Nội vụ", "1/3/2025", "", "SNV;SLD")
    reorganise(row)
    written = list(Succession.objects.values()), list(Unit.objects.order_by("pk").values()), LogEntry.objects.count()

    assert str(reorganise(row)) == "Khối “so”: 0 mới, 0 đổi, 1 giữ nguyên."
    assert written == (
        list(Succession.objects.values()),
        list(Unit.objects.order_by("pk").values()),
        LogEntry.objects.count(),
    )


def test_a_predecessor_written_twice_is_one() -> None:
    bring(("SLD", "Sở Lao động"))
    reorganise(("SNV25", "Sở Nội vụ", "01/03/2025", "", "SLD; sld"))

    assert list(Succession.objects.values_list("predecessor__code", "kind")) == [("SLD", "rename")]


def test_one_file_holds_the_old_units_and_the_new() -> None:
    reorganise(
        ("P1", "Phường cũ", "", "", ""),
        ("P2", "Phường một", "01/07/2025", "", "p1"),
        ("P3", "Phường hai", "01/07/2025", "", "P1"),
    )

    assert Unit.objects.get(code="P1").valid_to == date(2025, 6, 30)
    assert set(Succession.objects.values_list("successor__code", "kind")) == {("P2", "split"), ("P3", "split")}


def test_communes_replace_districts_of_another_block() -> None:
    bring(("BD", "UBND quận Ba Đình"), group_code="quan")
    before = UnitGroup.objects.get(code="quan").units_version
    reorganise(("PBD", "UBND phường Ba Đình", "01/07/2025", "", "BD"), group_code="xa")

    assert Unit.objects.get(code="BD").valid_to == date(2025, 6, 30)
    assert UnitGroup.objects.get(code="quan").units_version == before + 1


def test_next_years_list_leaves_the_beginning_of_known_units_and_says_so() -> None:
    bring(("SYT", "Sở Y tế"))
    report = reorganise(("SYT", "Sở Y tế", "01/03/2025", "", ""))

    assert measured_in(2024) == {"SYT"}
    assert str(report) == "Khối “so”: 0 mới, 0 đổi, 1 giữ nguyên."
    assert report.said == ["Giữ ngày bắt đầu hiệu lực đã có, để các năm trước không đổi: Sở Y tế (SYT)."]


def test_a_new_unit_without_a_first_day_is_said_to_count_in_earlier_years() -> None:
    bring(("SYT", "Sở Y tế"))
    said = reorganise(("SDT", "Sở Dân tộc và Tôn giáo", "", "", "")).said

    sentence = "Đơn vị mới không ghi Hiệu lực từ, được tính cho cả các năm trước: Sở Dân tộc và Tôn giáo."
    assert sentence in said


def test_the_log_keeps_days_and_successions() -> None:
    bring(("SYT", "Sở Y tế"))
    reorganise(("SYT2", "Sở Y tế", "01/03/2025", "31/12/2030", "SYT"))

    after = present(LogEntry.objects.filter(verb="import_units").order_by("number")[1].after)
    assert after["from"] == {"SYT2": "2025-03-01"}
    assert after["to"] == {"SYT2": "2030-12-31", "SYT": "2025-02-28"}
    assert after["replaces"] == {"SYT2": ["SYT"]}


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (("S2", "Sở Mới", "", "", "S1"), "Dòng 2, cột C (Hiệu lực từ): thiếu ngày bắt đầu"),
        (("S2", "Sở Mới", "mùa xuân", "", ""), "Dòng 2, cột C (Hiệu lực từ): “mùa xuân” không phải một ngày"),
        (("S2", "Sở Mới", "01/03/2025", "28/02/2025", ""), "Dòng 2, cột D (Hiệu lực đến): đến ngày trước"),
        (("S2", "Sở Mới", "01/03/2025", "", "S9"), "Dòng 2, cột Thay cho: không có đơn vị mã “S9”"),
        (("S2", "Sở Mới", "01/03/2025", "", "S2"), "Dòng 2, cột E (Thay cho): đơn vị không thay cho chính mình"),
        (("S2", "Sở Mới", "01/03/2019", "", "S1"), "Dòng 2, cột Thay cho: đơn vị “Sở Cũ” bắt đầu ngày 01/01/2020"),
        (("S1", "Sở Khác", "01/03/2025", "", ""), "Dòng 2, cột Mã: mã “S1” đang là “Sở Cũ”"),
        (("S1", "Sở Cũ", "", "31/12/2019", ""), "Dòng 2, cột Hiệu lực đến: đơn vị “Sở Cũ” bắt đầu ngày 01/01/2020"),
    ],
)
def test_impossible_days_and_successions_are_refused_and_nothing_is_saved(row: Sequence[object], fault: str) -> None:
    reorganise(("S1", "Sở Cũ", "01/01/2020", "", ""))
    before = list(Unit.objects.values()), LogEntry.objects.count()

    with pytest.raises(ImportRefused) as refused:
        reorganise(row)

    assert [str(one)[: len(fault)] for one in refused.value.faults] == [fault]
    assert before == (list(Unit.objects.values()), LogEntry.objects.count())
    assert not Succession.objects.exists()


def test_chains_in_whatever_order_of_the_file_are_one_line() -> None:
    bring(("A", "Sở A"))
    reorganise(("C", "Sở C", "01/07/2025", "", "B"), ("B", "Sở B", "01/03/2025", "", "A"))

    ends = dict(Unit.objects.values_list("code", "valid_to"))
    assert ends == {"A": date(2025, 2, 28), "B": date(2025, 6, 30), "C": None}


@pytest.mark.parametrize("length", [1, 2])
def test_a_unit_that_has_ended_takes_over_from_nobody(length: int) -> None:
    codes = ["A", "B", "C"][: length + 1]
    bring(("A", "Sở A"))
    for month, (old, new) in enumerate(pairwise(codes), start=3):
        reorganise((new, f"Sở {new}", f"01/{month}/2025", "", old))
    before = list(Unit.objects.values()), list(Succession.objects.values())

    with pytest.raises(ImportRefused, match="“Sở A” đã hết hiệu lực ngày 28/02/2025"):
        reorganise(("A", "Sở A", "01/09/2025", "", codes[-1]))

    assert before == (list(Unit.objects.values()), list(Succession.objects.values()))


def test_a_file_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ImportRefused, match="tệp ghi “Sở A” có hiệu lực đến 30/06/2025"):
        reorganise(("A", "Sở A", "", "30/06/2025", ""), ("B", "Sở B", "01/03/2025", "", "A"))
    reorganise(("A", "Sở A", "", "28/02/2025", ""), ("B", "Sở B", "01/03/2025", "", "A"))
    assert Succession.objects.count() == 1


def test_an_end_before_the_succession_stays_and_is_named() -> None:
    reorganise(("A", "Sở A", "", "31/12/2024", ""))
    said = reorganise(("B", "Sở B", "01/03/2025", "", "A")).said

    assert Unit.objects.get(code="A").valid_to == date(2024, 12, 31)
    assert said == ["Giữ ngày hết hiệu lực đã có, sớm hơn ngày bị thay: Sở A (A), 31/12/2024."]


def test_one_name_one_after_the_other_is_fine_and_at_one_time_is_named() -> None:
    bring(("A", "Sở Nội vụ"))
    assert not any("cùng tên" in said for said in reorganise(("A2", "Sở Nội vụ", "01/03/2025", "", "A")).said)
    said = reorganise(("A3", "Sở  nội vụ", "01/07/2025", "", "")).said
    sentence = "Hai đơn vị cùng tên cùng thời gian; nếu đơn vị mới thay đơn vị cũ, ghi cột Thay cho: "
    assert f"{sentence}Sở Nội vụ (A2, A3)." in said


@pytest.mark.parametrize("written", ["A;D", "A; D;", "A, D", "A\nD"])
def test_predecessors_are_separated_as_people_separate_them(written: str) -> None:
    bring(("A", "Sở A"), ("D", "Sở D"))
    reorganise(("B", "Sở B", "01/03/2025", "", written))
    assert set(Succession.objects.values_list("predecessor__code", "kind")) == {("A", "merge"), ("D", "merge")}


def test_a_second_file_makes_a_renaming_a_split_or_a_merger() -> None:
    bring(("A", "Sở A"), ("D", "Sở D"))
    reorganise(("B", "Sở B", "01/03/2025", "", "A"))
    reorganise(("C", "Sở C", "01/03/2025", "", "A"))
    assert set(Succession.objects.values_list("kind", flat=True)) == {"split"}
    reorganise(("X", "Sở X", "01/07/2025", "", "B"))
    reorganise(("X", "Sở X", "01/07/2025", "", "B;D"))
    merged = Succession.objects.filter(successor__code="X")
    assert set(merged.values_list("predecessor__code", "kind")) == {("B", "merge"), ("D", "merge")}


@pytest.mark.parametrize(
    "written",
    ["01/03/2025", "1/3/2025", "1-3-25", "01.03.2025", "2025-03-01", "2025/3/1", "ngày 01 tháng 3 năm 2025"],
)
def test_days_as_offices_write_them(written: str) -> None:
    bring(("A", "Sở A"))
    reorganise(("B", "Sở B", written, "", "A"))
    assert Unit.objects.get(code="A").valid_to == date(2025, 2, 28)


def test_a_code_that_several_other_blocks_know_is_asked_about() -> None:
    for block in ("quan", "huyen"):
        bring(("X", "UBND X"), group_code=block)

    with pytest.raises(ImportRefused, match="mã “X” có ở nhiều khối: quan, huyen"):
        reorganise(("PX", "UBND phường X", "01/07/2025", "", "X"), group_code="xa")


def test_queries_do_not_grow_with_successions(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    bring(*((f"C{n}", f"Xã cũ {n}") for n in range(60)))
    rows = [(f"M{n}", f"Xã mới {n}", "01/07/2025", "", f"C{2 * n};C{2 * n + 1}") for n in range(30)]
    with django_assert_max_num_queries(22):
        reorganise(*rows)
    assert Succession.objects.count() == 60
