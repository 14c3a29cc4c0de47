"""The parts of a plan as plain data: what a form edits, what a request changes, what the log keeps."""

from collections.abc import Mapping
from typing import Any

from cchc_index.lib.numbers import exact_text
from surveys.models import AnswerScale, Questionnaire, RespondentGroup, Survey

SURVEY, GROUP, SHEET, SCALE = "survey", "group", "sheet", "scale"
PARTS = {
    SURVEY: "quy định chung",
    GROUP: "nhóm đối tượng",
    SHEET: "mẫu phiếu",
    SCALE: "thang trả lời",
}
"""What people call each part."""

PlanFacts = Mapping[str, Any]

NAMES = {
    "plan_number": "số kế hoạch",
    "least_n": "số phiếu tối thiểu để tính điểm",
    "small_cell": "không nêu kết quả của ô dưới (phiếu)",
    "code": "mã",
    "name": "tên",
    "position": "thứ tự",
    "mode": "hình thức",
    "planned_ballots": "số phiếu kế hoạch mỗi đơn vị",
    "weight": "trọng số",
    "units": "số phiếu riêng của đơn vị",
    "people": "số người của nhóm ở đơn vị",
    "title": "tên mẫu phiếu",
    "scale": "thang trả lời",
    "max_blank_share": "tỷ lệ câu bỏ trống tối đa",
    "refuse_straight_line": "loại phiếu trả lời giống nhau mọi câu",
    "straight_line_from": "xét trả lời giống nhau khi có ít nhất (câu)",
    "refuse_duplicates": "loại phiếu giống hệt phiếu trước",
    "duplicates_from": "xét phiếu giống hệt khi trả lời ít nhất (câu)",
    "questions": "câu hỏi",
    "options": "các mức",
}
"""What people call each fact."""


def survey_facts(row: Survey) -> dict[str, Any]:
    return {"plan_number": row.plan_number, "least_n": row.least_n, "small_cell": row.small_cell}


def group_facts(row: RespondentGroup) -> dict[str, Any]:
    """Two queries."""
    planned = row.planned.order_by("unit__code").values_list("unit__code", "ballots")
    return {
        "code": row.code,
        "name": row.name,
        "position": row.position,
        "mode": str(row.mode),
        "planned_ballots": row.planned_ballots,
        "weight": exact_text(row.weight),
        "units": dict(planned),
        "people": dict(row.people.order_by("unit__code").values_list("unit__code", "people")),
    }


def sheet_facts(row: Questionnaire) -> dict[str, Any]:
    """Questions as [criterion code, code of its own scale or ""], in the order of a ballot's bytes. One query."""
    asked = row.questions.order_by("position").values_list("criterion__code", "scale__code")
    return {
        "title": row.title,
        "scale": row.scale.code,
        "max_blank_share": exact_text(row.max_blank_share),
        "refuse_straight_line": row.refuse_straight_line,
        "straight_line_from": row.straight_line_from,
        "refuse_duplicates": row.refuse_duplicates,
        "duplicates_from": row.duplicates_from,
        "questions": [[criterion, scale or ""] for criterion, scale in asked],
    }


def scale_facts(row: AnswerScale) -> dict[str, Any]:
    """Options as [value, label, share as exact text or null outside the mean]. One query."""
    options = row.options.order_by("value").values_list("value", "label", "share")
    return {
        "code": row.code,
        "name": row.name,
        "options": [[value, label, exact_text(share)] for value, label, share in options],
    }


def changed(before: PlanFacts, after: PlanFacts) -> tuple[dict[str, Any], dict[str, Any]]:
    """The facts that differ, as they stood and as they are to be."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before[name] for name in names if name in before}, {name: after[name] for name in names}


def compared(before: PlanFacts, after: PlanFacts) -> list[tuple[str, str, str]]:
    """(what, before, after) of everything a request changes, in words."""
    facts = after.get("facts", {})
    return [(NAMES[name], in_words(before.get(name)), in_words(facts[name])) for name in after.get("changed", [])]


def in_words(fact: Any) -> str:
    """A fact for people; "–" for none."""
    if isinstance(fact, bool):
        return "có" if fact else "không"
    if isinstance(fact, Mapping):
        return "; ".join(f"{key}: {value}" for key, value in fact.items()) or "–"
    if isinstance(fact, list):
        return "; ".join(" ".join("ngoài điểm trung bình" if p is None else str(p) for p in one) for one in fact) or "–"
    return "–" if fact in (None, "") else str(fact)
