"""The report on paper, in the layout of Nghị định 30/2020/NĐ-CP."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from weasyprint.text.fonts import FontConfiguration

from cchc_index.lib.numbers import shown, vn_count, vn_percent
from results import charts
from results.files.paper import BLANK, BLANK_DAY, CITY, laid_out, written

from . import words
from .findings import NamedShare, SurveyFindings
from .queries import SurveyMaterial

PAPER = "results/surveyreport/paper.html"
INSTITUTE = ("VIỆN NGHIÊN CỨU", "PHÁT TRIỂN KINH TẾ -", "XÃ HỘI HÀ NỘI")
"""Who surveys and writes the report, line by line as a letterhead has it."""
ROWS_PER_PICTURE = 18
"""What the first page takes under the report's head: a picture is not broken over two pages."""


def title_of(told: SurveyMaterial) -> str:
    mark = " – DỮ LIỆU MINH HỌA" if told.block.round.illustrative else ""
    return f"{subject_of(told)}{mark}"


def subject_of(told: SurveyMaterial) -> str:
    """The title as the paper has it; its mark stands in a box above."""
    return f"Phân tích kết quả điều tra xã hội học năm {told.block.round.year}, {told.block.group.name}"


def report_pdf(told: SurveyMaterial) -> bytes:
    return written(laid_out(PAPER, context_of(told), "", FontConfiguration()))


def report_markup(told: SurveyMaterial) -> str:
    """The report before it is laid out: what the Word document is made from."""
    return render_to_string(PAPER, context_of(told))


def context_of(told: SurveyMaterial) -> dict[str, Any]:
    """What the paper is rendered with."""
    findings = told.findings
    return {
        "title": title_of(told),
        "subject": subject_of(told),
        "illustrative": told.block.round.illustrative,
        "draft": False,
        "city": CITY,
        "institute": INSTITUTE,
        "blank": BLANK,
        "own_day": BLANK_DAY,
        "digest": told.mark,
        "sections": _sections(findings),
        "by_people": words.by_people(findings),
        "compared": [
            (name, vn_percent(official), vn_percent(other), vn_count(units))
            for name, official, other, units in findings.compared
        ],
        "yearly": words.years(findings),
        "years": [(year, vn_percent(share), vn_count(units)) for year, share, units in findings.years],
    }


def _sections(findings: SurveyFindings) -> list[dict[str, Any]]:
    """Heading, sentences, pictures and table of each part."""
    known = [(group.name, group.mean) for group in findings.groups if group.mean is not None]
    parts = [
        ("Theo đơn vị", words.overview(findings), findings.units, "Đơn vị"),
        ("Theo tiêu chí", words.criteria(findings), findings.criteria, "Tiêu chí"),
        ("Theo nhóm đối tượng", words.groups(findings), known, "Nhóm đối tượng"),
    ]
    every = [point for _, _, rows, _ in parts for point in _points(rows)]
    return [_section(*part, every) for part in parts]


def _points(rows: Sequence[NamedShare]) -> list[tuple[str, Decimal]]:
    return [(name, shown(share * 100)) for name, share in rows]


def _section(
    heading: str,
    sentences: Sequence[str],
    rows: Sequence[NamedShare],
    what: str,
    every: Sequence[tuple[str, Decimal]],
) -> dict[str, Any]:
    """`every`: the points of all pictures of the report, which share one axis."""
    points = _points(rows)
    pictures = -(-len(points) // ROWS_PER_PICTURE) or 1
    step = max(-(-len(points) // pictures), 1)  # of one height, so that none is left with a line or two
    return {
        "heading": heading,
        "sentences": sentences,
        "what": what,
        "charts": [_chart(points[at : at + step], heading, every) for at in range(0, len(points), step)],
        "rows": [(name, vn_percent(share)) for name, share in rows],
    }


def _chart(points: Sequence[tuple[str, Decimal]], heading: str, every: Sequence[tuple[str, Decimal]]) -> str:
    return charts.ranking_dots(points, title=f"Tỷ lệ điểm đạt {heading.lower()} (%)", beside=every)
