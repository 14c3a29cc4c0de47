"""The report and its data as downloads."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from cchc_index.lib.downloads import TYPES, attached
from surveys import rules
from surveys.scores.queries import tells_nothing_yet

from .queries import SurveyMaterial, survey_material


@require_GET
@rules.readers_only
def report(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The report of a block (pdf, docx, xlsx), or its data for Stata, SPSS and R (zip)."""
    block = get_object_or_404(rules.blocks_for(request.user), pk=pk)
    if kind not in TYPES:
        raise Http404
    if tells_nothing_yet(block):
        raise PermissionDenied("Kế hoạch bảo vệ các ô ít phiếu: báo cáo có khi giai đoạn điều tra đóng.")
    if kind == "zip":
        from surveys.analysis.exports import rows_zip  # inline: start-up cost

        data = rows_zip(block)
    else:
        data = _made(survey_material(block), kind)
    return attached(data, f"bao-cao-dtxhh-{block.round.year}-{block.group.code}.{kind}")


def _made(told: SurveyMaterial, kind: str) -> bytes:
    if kind == "xlsx":
        from . import spreadsheets  # inline: start-up cost

        return spreadsheets.report_xlsx(told.findings)
    if kind == "docx":
        from . import word  # inline: start-up cost

        return word.report_docx(told)
    from . import paper  # inline: start-up cost

    return paper.report_pdf(told)
