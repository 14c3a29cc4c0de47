"""The workbook's live formulas give the points of the rules, as LibreOffice computes them."""

import io
from collections.abc import Mapping
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from criteria import scoring
from selfassess.models import SelfAssessment
from selfassess.tests.workbooks import (
    BANDS,
    FORMULA,
    PROPORTIONAL,
    RULES,
    STEPS,
    YES_NO,
    LibreOffice,
    apply,
    compared,
    everything,
    filled,
    large_assessment,
    place,
    store,
    template,
)
from selfassess.workbook.layout import MAIN
from units.models import User

pytestmark = pytest.mark.django_db


def test_libreoffice_computes_the_points_and_the_file_comes_back(
    assessment: SelfAssessment, officer: User, libreoffice: LibreOffice
) -> None:
    store(assessment, officer, "1.1", points="0,5", explanation="=1+1\ndòng hai")
    typed = filled(template(assessment), {**everything(6), "1.1": {}})
    converted = libreoffice(typed)
    found = compared(assessment, converted)
    assert (len(found.changes), found.unchanged, found.notices) == (5, 1, [])
    sheet = load_workbook(io.BytesIO(converted), data_only=True)[MAIN]
    shown = {
        row.criterion.code: sheet[place(sheet, row.criterion.code, "Điểm tự đánh giá")].value for row in found.changes
    }
    for row in found.changes:
        assert row.points is not None
        assert Decimal(str(shown[row.criterion.code])).quantize(Decimal("0.0001")) == row.points, row.criterion.code


def test_libreoffice_saving_the_untouched_file_changes_nothing(
    assessment: SelfAssessment, officer: User, libreoffice: LibreOffice
) -> None:
    apply(assessment, officer, filled(template(assessment), everything(6)))
    store(assessment, officer, "1.6", na_claimed=True, na_reason="Không có nhiệm vụ")
    found = compared(assessment, libreoffice(template(assessment)))
    assert (len(found.changes), found.unchanged, found.notices) == (0, 6, [])


CHOICES = ("'=Thiếu * hoặc chậm?", "Đủ, đúng hạn", "Không")
"""Words a lookup would read as wildcards or a formula."""
EDGES: tuple[tuple[Mapping[str, object], list[tuple[float, float]]], ...] = (
    (BANDS, [(n, d) for d in (3, 7, 10, 1000) for n in (0, d * 7 // 10, d * 9 // 10, d * 9 // 10 + 1, d)]),
    (PROPORTIONAL, [(0, 3), (2, 3), (7, 10), (6.9999, 10), (0.7, 1), (11, 10), (1, 7), (5, 7)]),
    (FORMULA, [(0, 0), (1, 0), (1, 1), (0.1, 0.2), (9, 9), (0, 1)]),
)


def test_live_formulas_give_the_points_of_the_rules(libreoffice: LibreOffice) -> None:
    """At the edges of bands and thresholds too, where binary fractions would tip over."""
    rules = [STEPS] * len(CHOICES) + [rule for rule, pairs in EDGES for _ in pairs]
    cells: list[Mapping[str, object]] = [{"Mức đạt được": said} for said in CHOICES]
    cells += [{"Số liệu 1": a, "Số liệu 2": b} for _, pairs in EDGES for a, b in pairs]
    assessment = large_assessment(len(rules), tuple(rules))
    rows = {f"1.{n}": given for n, given in enumerate(cells, start=1)}
    converted = libreoffice(filled(template(assessment), rows))
    found = compared(assessment, converted)
    assert (len(found.changes), found.notices) == (len(rules), [])
    sheet = load_workbook(io.BytesIO(converted), data_only=True)[MAIN]
    for row in found.changes:
        shown = sheet[place(sheet, row.criterion.code, "Điểm tự đánh giá")].value
        assert Decimal(str(shown)).quantize(Decimal("0.0001")) == row.points, rows[row.criterion.code]


def test_every_kind_of_rule_but_direct_entry_has_a_formula(assessment: SelfAssessment) -> None:
    assert len({scoring.describe(rule, Decimal(1))[0] for rule in (*RULES, YES_NO)}) == 6
    sheet = load_workbook(io.BytesIO(template(assessment)))[MAIN]
    kinds = [str(sheet[place(sheet, f"1.{n}", "Điểm tự đánh giá")].value or "")[:1] for n in range(1, 7)]
    assert kinds == ["", "=", "=", "=", "=", "="]


def test_formula_in_an_input_cell_counts_by_its_value(assessment: SelfAssessment, libreoffice: LibreOffice) -> None:
    content = filled(template(assessment), {"1.1": {"Điểm tự đánh giá": "=1/4"}})
    found = compared(assessment, libreoffice(content))
    assert [row.points for row in found.changes] == [Decimal("0.25")]
