"""Units from a spreadsheet: all or nothing, every fault by row and column, repeating changes nothing."""

import io
from collections.abc import Sequence
from datetime import date
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
from units.models import Unit, UnitGroup
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
def test_impossible_block_code_is_refused(code: str) -> None:
    with pytest.raises(Refused):
        bring(("A", "Sở A"), group_code=code)


def test_person_without_permission_is_refused() -> None:
    with pytest.raises(Refused):
        import_units(actor=UserFactory.create(), source=sheet(("A", "Sở A")), name="a.xlsx", group_code="so")
    assert not Unit.objects.exists()


def test_queries_do_not_grow_with_units(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    UnitGroupFactory.create(code="so")
    rows = [(f"D{n:03d}", f"Đơn vị {n}") for n in range(200)]
    with django_assert_max_num_queries(20):
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
