"""Assessments of many criteria and workbooks filled in by hand, for the tests and the bench of the round trip."""

import io
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from cchc_index.lib.faults import ImportRefused
from criteria.models import Criterion
from criteria.tests.factories import (
    CriteriaSetFactory,
    CriterionFactory,
    DecisionFactory,
    RoundFactory,
    RoundGroupFactory,
    open_stage,
)
from selfassess.core.queries import task_list
from selfassess.models import SelfAssessment, SelfScore
from selfassess.scores import actions as scores
from selfassess.tests.factories import SelfAssessmentFactory
from selfassess.workbook import actions as workbook
from selfassess.workbook.comparing import Comparison, compare
from selfassess.workbook.layout import HEADING_ROW, MAIN, FilledRow
from selfassess.workbook.reading import read
from selfassess.workbook.writing import build
from units.models import User

LibreOffice = Callable[[bytes], bytes]
"""A file as LibreOffice computes and saves it."""
STEPS = {
    "kind": "steps",
    "options": [
        {"key": "du", "label": "Đủ, đúng hạn", "points": "1"},
        {"key": "thieu", "label": "=Thiếu * hoặc chậm?", "points": "0.5"},
        {"key": "khong", "label": "Không", "points": "0"},
    ],
}
BANDS = {
    "kind": "bands",
    "numerator": "Hồ sơ đúng hạn",
    "denominator": "Hồ sơ phải giải quyết",
    "unit": "hồ sơ",
    "forbid_over": True,
    "bands": [{"from": "90", "from_open": True, "points": "1"}, {"from": "70", "points": "0.5"}, {"points": "0"}],
}
PROPORTIONAL = {"kind": "proportional", "numerator": "Đã làm", "denominator": "Phải làm", "threshold": "70"}
FORMULA = {
    "kind": "formula",
    "fields": [
        {"key": "a", "label": "Sáng kiến cấp Thành phố"},
        {"key": "b", "label": "Sáng kiến cấp cơ sở", "optional": True},
    ],
    "expression": "min(diem_toi_da, a * 0.5 + b / 4) - 0.1",
}
YES_NO = {"kind": "yes_no"}
RULES: tuple[Mapping[str, object], ...] = ({}, STEPS, BANDS, PROPORTIONAL, FORMULA, YES_NO)
FILLED: tuple[Mapping[str, object], ...] = (
    {"Điểm tự đánh giá": 0.75, "Giải trình cách chấm": "Tự đánh giá theo báo cáo\nxuống dòng"},
    {"Mức đạt được": "Đủ, đúng hạn"},
    {"Số liệu 1": 95, "Số liệu 2": 100},
    {"Số liệu 1": 8, "Số liệu 2": 9},
    {"Số liệu 1": 1, "Số liệu 2": 0.1},
    {"Mức đạt được": "Không"},
)


def large_assessment(
    count: int = 60, rules: tuple[Mapping[str, object], ...] = RULES, year: int = 2031
) -> SelfAssessment:
    """A draft of `count` self-assessed leaves of one point, codes 1.1 … 1.n, their rules in turn."""
    decision = DecisionFactory.create(number=f"{year}/QĐ-THU")
    block = RoundGroupFactory.create(
        round=RoundFactory.create(year=year), criteria_set=CriteriaSetFactory.create(decision=decision)
    )
    area = CriterionFactory.create(
        criteria_set=block.criteria_set, code="1", position=0, is_leaf=False, source="", max_points=Decimal(count)
    )
    for n in range(1, count + 1):
        rule = rules[(n - 1) % len(rules)]
        CriterionFactory.create(criteria_set=block.criteria_set, parent=area, code=f"1.{n}", position=n, rule=rule)
    open_stage(block.round, "self_assessment")
    return SelfAssessmentFactory.create(round_group=block)


def template(assessment: SelfAssessment) -> bytes:
    return build(task_list(assessment))


def filled(content: bytes, rows: Mapping[str, Mapping[str, object]]) -> bytes:
    """The workbook with cells written by code and heading."""

    def write(sheet: Worksheet) -> None:
        for code, cells in rows.items():
            for heading, value in cells.items():
                sheet[place(sheet, code, heading)].value = value

    return edited(content, write)


def place(sheet: Worksheet, code: str, heading: str) -> str:
    column = next(c.column_letter for c in sheet[HEADING_ROW] if c.value == heading)
    return f"{column}{next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == code)}"


def edited(content: bytes, edit: Callable[[Worksheet], object], sheet: str = MAIN) -> bytes:
    """The workbook after `edit` had one of its sheets."""
    workbook = load_workbook(io.BytesIO(content))
    edit(workbook[sheet])
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def everything(count: int = 60) -> dict[str, Mapping[str, object]]:
    """A whole self-assessment typed: every rule answered."""
    return {f"1.{n}": FILLED[(n - 1) % len(FILLED)] for n in range(1, count + 1)}


def compared(assessment: SelfAssessment, content: bytes) -> Comparison:
    tasks = task_list(assessment)
    return compare(read(io.BytesIO(content), tasks, name="a.xlsx"), tasks)


def apply(assessment: SelfAssessment, actor: User, content: bytes) -> int:
    found = compared(assessment, content)
    assert not found.stale
    return workbook.apply_workbook(actor=actor, assessment_id=assessment.pk, lines=lines(found))


def lines(found: Comparison) -> list[FilledRow]:
    return [row.line() for row in [*found.changes, *found.stale]]


def faults(assessment: SelfAssessment, content: bytes) -> str:
    with pytest.raises(ImportRefused) as refused:
        compared(assessment, content)
    return str(refused.value)


def score(assessment: SelfAssessment, code: str) -> SelfScore:
    return SelfScore.objects.get(assessment=assessment, criterion__code=code)


def points(assessment: SelfAssessment) -> dict[str, Decimal | None]:
    rows = SelfScore.objects.filter(assessment=assessment).order_by("criterion__position")
    return dict(rows.values_list("criterion__code", "points"))


def store(assessment: SelfAssessment, actor: User, code: str, **given: object) -> SelfScore:
    """One score as the criterion's page saves it."""
    criterion = Criterion.objects.get(criteria_set=assessment.round_group.criteria_set, code=code)
    seen = SelfScore.objects.filter(assessment=assessment, criterion=criterion).values_list("version", flat=True)
    values: dict[str, Any] = {
        "figures": {},
        "points": "",
        "explanation": "",
        "na_claimed": False,
        "na_reason": "",
        "seen_version": seen.first() or 0,
    }
    return scores.save_score(
        actor=actor,
        assessment_id=assessment.pk,
        criterion_id=criterion.pk,
        **(values | given),
    )
