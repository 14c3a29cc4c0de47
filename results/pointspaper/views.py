"""The signed table as a download."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from cchc_index.lib.downloads import attached
from surveys import rules
from surveys.handover.queries import signatures_for
from surveys.scores.queries import tells_nothing_yet

from .queries import printed_table


@require_GET
@rules.readers_only
def signed_table(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """A signed table as PDF or workbook, with names, instants and digest."""
    row = get_object_or_404(signatures_for(request.user), pk=pk)
    if kind not in ("pdf", "xlsx"):
        raise Http404
    block = row.round_group
    if tells_nothing_yet(block):
        raise PermissionDenied("Kế hoạch bảo vệ các ô ít phiếu: bảng điểm có khi giai đoạn điều tra đóng.")
    table = printed_table(row)
    if kind == "pdf":
        from . import paper  # inline: start-up cost

        data = paper.table_pdf(table)
    else:
        from . import spreadsheets  # inline: start-up cost

        data = spreadsheets.table_xlsx(table)
    return attached(data, f"bang-diem-dtxhh-{block.round.year}-{block.group.code}-{row.pk}.{kind}")
