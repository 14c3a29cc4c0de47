"""The Excel round trip: what is written comes back as it was, every fault is named, nothing half saved."""

import io
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from cchc_index.lib.faults import Conflict, Refused
from cchc_index.lib.tests.present import present
from criteria.models import Criterion
from selfassess.models import SelfAssessment, SelfScore
from selfassess.tests.factories import EvidenceFactory, SelfAssessmentFactory, SelfScoreFactory
from selfassess.tests.workbooks import (
    apply,
    compared,
    edited,
    everything,
    faults,
    filled,
    large_assessment,
    lines,
    place,
    points,
    score,
    store,
    template,
)
from selfassess.workbook import actions as workbook
from selfassess.workbook.layout import LISTS, MAIN, SEAL
from units.auditlog.models import LogEntry, LogHead
from units.models import Role, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


# --- there and back -------------------------------------------------------------------------------


def test_whole_assessment_of_sixty_criteria_there_and_back() -> None:
    assessment = large_assessment(60)
    officer = person(Role.UNIT_OFFICER, assessment.unit)
    content = filled(template(assessment), everything(60))
    assert apply(assessment, officer, content) == 60
    assert list(points(assessment).values())[:6] == [
        *(Decimal("0.75"), Decimal(1), Decimal(1)),
        *(Decimal("0.8889"), Decimal("0.425"), Decimal(0)),
    ]
    assert LogEntry.objects.filter(verb="selfassess.score").count() == 60
    again = compared(assessment, template(assessment))
    assert (len(again.changes), again.unchanged, again.notices) == (0, 60, [])


def test_untouched_template_changes_nothing(assessment: SelfAssessment) -> None:
    found = compared(assessment, template(assessment))
    assert (found.changes, found.stale, found.unchanged, found.absent) == ([], [], 6, [])


def test_same_file_twice_changes_nothing_the_second_time(assessment: SelfAssessment, officer: User) -> None:
    content = filled(template(assessment), everything(6))
    assert apply(assessment, officer, content) == 6
    assert apply(assessment, officer, content) == 0
    assert set(SelfScore.objects.values_list("version", flat=True)) == {1}


@pytest.mark.parametrize(
    "said",
    [
        "=1+1",
        "'=1+1",
        "+84 24 3825",
        "-",
        "@tên",
        "dòng 1\n\n  dòng 2\tcột",
        "dấu cách cuối \ncó",
        "a\x07b",
        "<b>&amp;</b>",
    ],
)
def test_any_explanation_comes_back_as_it_was(assessment: SelfAssessment, officer: User, said: str) -> None:
    store(assessment, officer, "1.1", points="0,5", explanation=said)
    content = template(assessment)
    assert not compared(assessment, content).changes
    assert not compared(assessment, edited(content, lambda sheet: None)).changes
    sheet = load_workbook(io.BytesIO(content))[MAIN]
    assert sheet[place(sheet, "1.1", "Giải trình cách chấm")].data_type != "f"


def test_scores_of_an_archive_without_figures_are_left_alone(assessment: SelfAssessment) -> None:
    criterion = Criterion.objects.get(code="1.3")
    SelfScoreFactory.create(assessment=assessment, criterion=criterion, points=Decimal("0.5"))
    assert not compared(assessment, template(assessment)).changes


def test_document_attached_to_an_unscored_criterion_is_no_score(assessment: SelfAssessment) -> None:
    EvidenceFactory.create(
        score=SelfScoreFactory.create(assessment=assessment, criterion=Criterion.objects.get(code="1.1"), version=0)
    )
    content = template(assessment)
    assert not compared(assessment, content).changes
    sheet = load_workbook(io.BytesIO(content))[MAIN]
    assert sheet[place(sheet, "1.1", "Số tài liệu")].value == 1


# --- the template ---------------------------------------------------------------------------------


def test_only_input_cells_are_unlocked_and_the_head_stays(assessment: SelfAssessment) -> None:
    workbook = load_workbook(io.BytesIO(template(assessment)))
    sheet = workbook[MAIN]
    assert all(s.protection.sheet and not s.protection.password for s in workbook.worksheets)
    assert {s.title: s.sheet_state for s in workbook.worksheets if s.sheet_state != "visible"} == dict.fromkeys(
        (LISTS, SEAL), "hidden"
    )
    assert sheet.freeze_panes == "C5"
    unlocked = {c.coordinate for row in sheet.iter_rows() for c in row if not c.protection.locked}
    shared = ("Giải trình cách chấm", "Không áp dụng", "Lý do không áp dụng")
    expected = {place(sheet, f"1.{n}", heading) for n in range(1, 7) for heading in shared}
    expected |= {place(sheet, code, "Mức đạt được") for code in ("1.2", "1.6")} | {
        place(sheet, "1.1", "Điểm tự đánh giá")
    }
    expected |= {place(sheet, code, f"Số liệu {n}") for code in ("1.3", "1.4", "1.5") for n in (1, 2)}
    assert unlocked == expected


def test_stored_points_stand_beside_their_formula_for_protected_view(assessment: SelfAssessment, officer: User) -> None:
    apply(assessment, officer, filled(template(assessment), everything(6)))
    sheet = load_workbook(io.BytesIO(template(assessment)), data_only=True)[MAIN]
    shown = {n: sheet[place(sheet, f"1.{n}", "Điểm tự đánh giá")].value for n in range(1, 7)}
    assert shown == {1: 0.75, 2: 1, 3: 1, 4: 0.8889, 5: 0.425, 6: 0}


def test_illustrative_year_and_criteria_are_marked(assessment: SelfAssessment) -> None:
    assessment.round_group.round.illustrative = True
    Criterion.objects.filter(code="1.2").update(provenance="illustrative")
    sheet = load_workbook(io.BytesIO(template(assessment)))[MAIN]
    assert "MINH HỌA" in str(sheet["A2"].value)
    assert sheet[place(sheet, "1.2", "Ghi chú")].value == "minh họa"
    assert sheet[place(sheet, "1.3", "Ghi chú")].value is None


# --- values ---------------------------------------------------------------------------------------


def test_empty_is_not_scored_and_zero_is_zero(assessment: SelfAssessment, officer: User) -> None:
    content = filled(template(assessment), {"1.1": {"Điểm tự đánh giá": 0}, "1.3": {"Số liệu 1": 0, "Số liệu 2": 10}})
    assert apply(assessment, officer, content) == 2
    assert points(assessment) == {"1.1": Decimal(0), "1.3": Decimal(0)}
    emptied = filled(template(assessment), {"1.1": {"Điểm tự đánh giá": None}, "1.3": {"Số liệu 2": None}})
    assert apply(assessment, officer, emptied) == 2
    assert points(assessment) == {"1.1": None, "1.3": None}
    assert score(assessment, "1.3").figures == {"numerator": "0"}


def test_not_applicable_needs_its_reason(assessment: SelfAssessment, officer: User) -> None:
    claim = {"Không áp dụng": "Có"}
    assert "lý do không áp dụng" in faults(assessment, filled(template(assessment), {"1.1": claim}))
    content = filled(template(assessment), {"1.1": claim | {"Lý do không áp dụng": "Không có nhiệm vụ"}})
    assert apply(assessment, officer, content) == 1
    assert (score(assessment, "1.1").na_claimed, score(assessment, "1.1").points) == (True, None)
    back = filled(template(assessment), {"1.1": {"Không áp dụng": None, "Lý do không áp dụng": None}})
    assert apply(assessment, officer, back) == 1
    assert not score(assessment, "1.1").na_claimed


def test_decimal_comma_text_is_read_and_binary_noise_is_not(assessment: SelfAssessment, officer: User) -> None:
    rows: dict[str, dict[str, object]] = {
        "1.1": {"Điểm tự đánh giá": "0,5"},
        "1.4": {"Số liệu 1": "9,5", "Số liệu 2": 0.1 + 0.2 + 9.7},
    }
    apply(assessment, officer, filled(template(assessment), rows))
    assert points(assessment) == {"1.1": Decimal("0.5"), "1.4": Decimal("0.95")}
    assert score(assessment, "1.4").figures == {"numerator": "9.5", "denominator": "10"}


@pytest.mark.parametrize(
    ("code", "cells", "said"),
    [
        ("1.4", {"Số liệu 1": "1.234"}, "cột H (Số liệu 1): “1.234” có thể hiểu hai cách"),
        ("1.4", {"Số liệu 1": "chín"}, "“chín” không phải số"),
        ("1.4", {"Số liệu 1": -1, "Số liệu 2": 3}, "là số âm"),
        ("1.4", {"Số liệu 1": True}, "đúng/sai"),
        ("1.4", {"Số liệu 1": 1, "Số liệu 2": 0}, "bằng 0 nên không tính được tỷ lệ"),
        ("1.3", {"Số liệu 1": 3, "Số liệu 2": 2}, "lớn hơn"),
        ("1.3", {"Mức đạt được": "Không"}, "không dùng ô này"),
        ("1.1", {"Số liệu 1": 3}, "không dùng ô này"),
        ("1.1", {"Điểm tự đánh giá": 1.5}, "cột K (Điểm tự đánh giá): 1,5 điểm nằm ngoài khoảng"),
        ("1.1", {"Điểm tự đánh giá": "0,12345"}, "quá 4 chữ số"),
        ("1.2", {"Mức đạt được": "Tốt"}, "“Tốt” không có trong danh sách mức"),
        ("1.2", {"Không áp dụng": "có thể"}, "không hiểu “có thể”"),
        ("1.2", {"Lý do không áp dụng": "vì"}, "có lý do nhưng chưa đề nghị"),
        ("1.1", {"Không áp dụng": "Có", "Lý do không áp dụng": "vì", "Điểm tự đánh giá": 1}, "vừa có điểm vừa"),
        ("1.1", {"Giải trình cách chấm": "x" * 10_001}, "dài 10.001 ký tự"),
        ("1.1", {"Điểm tự đánh giá": "=1/4"}, "công thức chưa có kết quả"),
        ("1.1", {"Mã": "9.9"}, "“9.9” không phải tiêu chí"),
        ("1.1", {"Mã": "1.2"}, "đã có ở dòng"),
        ("1.1", {"Mã": 1.1}, "mã ở dạng số (1.1)"),
        ("1.1", {"Mã": None}, "thiếu mã"),
    ],
)
def test_each_fault_is_named_by_row_and_column(
    assessment: SelfAssessment, code: str, cells: dict[str, object], said: str
) -> None:
    content = filled(template(assessment), {code: cells})
    message = faults(assessment, content)
    assert said in message
    assert message.startswith(f"Dòng {5 + int(code[2:])}, cột ") or "Mã" in cells
    assert "Cách sửa:" in message


def test_date_in_a_number_cell_is_named(assessment: SelfAssessment) -> None:
    def date_in(sheet: Worksheet) -> None:
        cell = sheet[place(sheet, "1.4", "Số liệu 1")]
        cell.value, cell.number_format = 45000, "dd/mm/yyyy"

    assert "đổi số thành ngày" in faults(assessment, edited(template(assessment), date_in))


def test_all_faults_are_named_at_once_and_nothing_is_saved(assessment: SelfAssessment) -> None:
    rows: dict[str, dict[str, object]] = {
        "1.1": {"Điểm tự đánh giá": 9},
        "1.2": {"Mức đạt được": "?"},
        "1.3": {"Số liệu 1": "a", "Số liệu 2": "b"},
    }
    assert faults(assessment, filled(template(assessment), rows)).count("Dòng ") == 4
    assert not SelfScore.objects.exists()


def test_points_typed_over_a_rule_are_counted_again_and_named(assessment: SelfAssessment) -> None:
    rows = {"1.3": {"Số liệu 1": 80, "Số liệu 2": 100, "Điểm tự đánh giá": 1}}
    found = compared(assessment, filled(template(assessment), rows))
    assert [row.points for row in found.changes] == [Decimal("0.5")]
    assert "trong tệp ghi 1 điểm, theo quy tắc là 0,50" in found.notices[0]


def test_preview_shows_old_and_new_of_each_cell(assessment: SelfAssessment, officer: User) -> None:
    apply(assessment, officer, filled(template(assessment), {"1.3": {"Số liệu 1": 95, "Số liệu 2": 100}}))
    found = compared(assessment, filled(template(assessment), {"1.3": {"Số liệu 1": 80.5}}))
    (row,) = found.changes
    assert [(c.column, c.old, c.new) for c in row.cells] == [
        ("H (Số liệu 1)", "95", "80,5"),
        ("K (Điểm tự đánh giá)", "1,00", "Tỷ lệ 80,5% → 0,50"),
    ]
    assert (found.cells, found.unchanged) == (2, 5)


# --- another shape --------------------------------------------------------------------------------


def test_moved_columns_deleted_rows_and_renamed_sheet_are_understood(assessment: SelfAssessment) -> None:
    def rearrange(sheet: Worksheet) -> None:
        sheet.delete_rows(7)
        sheet.move_range("L4:L11", cols=6)
        sheet["R6"] = "Giải trình mới"
        sheet.title = "Sheet1"

    found = compared(assessment, edited(template(assessment), rearrange))
    assert [row.criterion.code for row in found.changes] == ["1.1"]
    assert [criterion.code for criterion in found.absent] == ["1.2"]


def test_renamed_or_missing_heading_is_named(assessment: SelfAssessment) -> None:
    def rename(sheet: Worksheet) -> None:
        sheet["L4"] = "Thuyết minh"

    assert "thiếu cột “Giải trình cách chấm”" in faults(assessment, edited(template(assessment), rename))


# --- whose file, how old --------------------------------------------------------------------------


def test_file_of_another_unit_is_refused_by_name(assessment: SelfAssessment) -> None:
    other = SelfAssessmentFactory.create(
        round_group=assessment.round_group, unit=UnitFactory.create(group=assessment.unit.group)
    )
    said = faults(assessment, template(other))
    assert f"tệp này là của {other.unit} năm 2031, không phải của {assessment.unit} năm 2031" in said


def test_tampered_or_missing_token_is_refused(assessment: SelfAssessment) -> None:
    def tamper(sheet: Worksheet) -> None:
        sheet["A2"] = str(sheet["A2"].value).replace(":", "x:", 1)

    def erase(sheet: Worksheet) -> None:
        sheet.delete_rows(1, 5)

    for edit in (tamper, erase):
        assert "đã bị sửa hoặc mất" in faults(assessment, edited(template(assessment), edit, SEAL))
    workbook = load_workbook(io.BytesIO(template(assessment)))
    del workbook[SEAL]
    out = io.BytesIO()
    workbook.save(out)
    assert "không phải mẫu của hệ thống" in faults(assessment, out.getvalue())


def test_criteria_changed_since_the_download_refuse_the_file(assessment: SelfAssessment) -> None:
    content = template(assessment)
    Criterion.objects.filter(code="1.1").update(max_points=2)
    assert "bộ tiêu chí đã thay đổi" in faults(assessment, content)


def test_stale_row_is_listed_with_both_values(assessment: SelfAssessment, officer: User) -> None:
    content = filled(template(assessment), everything(6))
    store(assessment, officer, "1.1", points="0,25")
    found = compared(assessment, content)
    (row,) = found.stale
    assert [(c.old, c.new) for c in row.cells if "Điểm" in c.column] == [("0,25", "0,75")]
    assert len(found.changes) == 5
    with pytest.raises(Conflict) as conflict:
        workbook.apply_workbook(actor=officer, assessment_id=assessment.pk, lines=lines(found))
    assert "1.1" in str(conflict.value)
    assert points(assessment) == {"1.1": Decimal("0.25")}


def test_row_saved_meanwhile_with_the_same_values_is_no_conflict(assessment: SelfAssessment, officer: User) -> None:
    content = filled(template(assessment), {"1.1": {"Điểm tự đánh giá": 0.25}})
    store(assessment, officer, "1.1", points="0,25")
    found = compared(assessment, content)
    assert (found.changes, found.stale, found.unchanged) == ([], [], 6)


# --- the action -----------------------------------------------------------------------------------


def test_head_of_another_unit_and_closed_phase_are_refused(assessment: SelfAssessment, officer: User) -> None:
    found = lines(compared(assessment, filled(template(assessment), everything(6))))
    stranger = person(Role.UNIT_HEAD, UnitFactory.create(group=assessment.unit.group))
    with pytest.raises(PermissionDenied):
        workbook.apply_workbook(actor=stranger, assessment_id=assessment.pk, lines=found)
    assessment.round_group.round.stages.all().delete()
    with pytest.raises(Refused):
        workbook.apply_workbook(actor=officer, assessment_id=assessment.pk, lines=found)
    assert not SelfScore.objects.exists()


def test_queries_of_an_import_do_not_grow_with_its_rows() -> None:
    counts = []
    LogHead.objects.create(pk=1)
    for count, year in ((6, 2031), (60, 2032)):
        assessment = large_assessment(count, year=year)
        officer = person(Role.UNIT_OFFICER, assessment.unit)
        content = filled(template(assessment), everything(count))
        with CaptureQueriesContext(connection) as caught:
            assert apply(assessment, officer, content) == count
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_log_holds_each_movement_of_an_import(assessment: SelfAssessment, officer: User) -> None:
    apply(assessment, officer, filled(template(assessment), {"1.1": {"Điểm tự đánh giá": 0.5}}))
    apply(assessment, officer, filled(template(assessment), {"1.1": {"Điểm tự đánh giá": 0.25}}))
    first, second = LogEntry.objects.filter(verb="selfassess.score").order_by("number")
    assert (first.before, present(first.after)["points"]) == (None, "0.5")
    assert (present(second.before)["points"], present(second.after)["points"]) == ("0.5", "0.25")
