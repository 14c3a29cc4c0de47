"""The analysis table as a file. pandas is heavy: import this module only where a file is made."""

import io

import pandas as pd

from cchc_index.lib.cells import safe_cell
from criteria.models import RoundGroup
from surveys.scores.adjusting import adjusted, people_of
from surveys.scores.queries import rule_of, scores_by_cell, untold_parts

from . import rowfile
from .queries import CountedSurvey, rows_of, survey_of
from .tables import BESIDE, NONE, TOO_FEW, answers_of, distribution

SHEET = "Bảng phân tích"


def xlsx_bytes(block: RoundGroup) -> bytes:
    """The table as a workbook: heading and names stay in view while one scrolls."""
    out = io.BytesIO()
    with pd.ExcelWriter(out, engine="openpyxl") as writer:
        named(block).to_excel(writer, sheet_name=SHEET, index=False, freeze_panes=(1, 4))
    return out.getvalue()


def csv_bytes(block: RoundGroup) -> bytes:
    """The table as CSV: UTF-8 with the mark by which Excel knows it, dots as decimal signs."""
    text: str = named(block).to_csv(index=False, lineterminator="\r\n")
    return text.encode("utf-8-sig")


def rows_zip(block: RoundGroup) -> bytes:
    """The ballots as rows for Stata, SPSS and R, with their codebook."""
    return rowfile.zipped(rows_of(block), beside=_by_people(block))


def _by_people(block: RoundGroup) -> dict[str, bytes]:
    """The cells' points by people beside the official ones, and the people themselves; {} where the plan names none."""
    people, told = people_of(block), adjusted(block)
    if not people:
        return {}
    survey, points = survey_of(block), scores_by_cell(block)
    cells: list[list[object]] = [["unit", "criterion", "max_points", "official", "by_people", "low_95", "high_95"]]
    for (unit, leaf), made in sorted(told.items()):
        if unit in survey.units and leaf in survey.criteria:
            ends, formula = made.bounds or ("", ""), made.formula
            official = points.get((unit, leaf), ("", False, None))[0]
            names = safe_cell(survey.units[unit].code), safe_cell(survey.criteria[leaf].code)
            cells.append([*names, formula.maximum, official, formula.points, *ends])
    sizes: list[list[object]] = [["unit", "grp", "people"]]
    for (group, unit), number in sorted(people.items(), key=lambda row: row[0][::-1]):
        if unit in survey.units:
            sizes.append([safe_cell(survey.units[unit].code), safe_cell(survey.groups[group].code), number])
    return {"diem-theo-co-cau.csv": rowfile.lines_of(cells), "so-nguoi.csv": rowfile.lines_of(sizes)}


def named(block: RoundGroup) -> pd.DataFrame:
    """The table with codes and names for ids and Vietnamese headings; text that a spreadsheet would run as a
    formula is led by an apostrophe."""
    survey, (small, _) = survey_of(block), rule_of(block)
    beside = untold_parts(block).keys()
    table = distribution(survey.cells(), survey.answers, survey.options, small=small, beside=beside)
    notes = {
        NONE: "không có phiếu",
        TOO_FEW: f"dưới {small} phiếu: không nêu phân bố",
        BESIDE: "không nêu cùng nhóm ít phiếu của tiêu chí này",
    }
    facts = {
        "Số phiếu kế hoạch": table["planned"].astype("Int64"),
        "Số phiếu trả lời": table["n"],
        "Tiến độ thu phiếu (%)": table["coverage"],
        "Mức đạt trung bình (%)": table["mean"],
        **{safe_cell(f"{label} ({value}), %"): table[value, label] for value, label in answers_of(table)},
        "Ghi chú": table["note"].map(notes).fillna(""),
    }
    return pd.DataFrame({**_names(survey, table), **facts})


def _names(survey: CountedSurvey, table: pd.DataFrame) -> dict[str, "pd.Series[str]"]:
    units, criteria, groups = survey.units, survey.criteria, survey.groups
    return {
        "Mã đơn vị": table["unit"].map(lambda pk: safe_cell(units[pk].code)),
        "Tên đơn vị": table["unit"].map(lambda pk: safe_cell(units[pk].name)),
        "Mã tiêu chí": table["criterion"].map(lambda pk: safe_cell(criteria[pk].code)),
        "Tiêu chí": table["criterion"].map(lambda pk: safe_cell(criteria[pk].name)),
        "Nhóm đối tượng": table["group"].map(lambda pk: safe_cell(groups[pk].name)),
        "Hình thức": table["group"].map(lambda pk: groups[pk].get_mode_display()),
    }
