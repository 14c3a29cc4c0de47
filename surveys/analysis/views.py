"""The analysis table as a download."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from cchc_index.lib.downloads import attached
from surveys import rules
from surveys.scores.queries import tells_nothing_yet

KINDS = ("xlsx", "csv")


@require_GET
@rules.readers_only
def table(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Units × criteria × respondent groups: n, coverage, mean, the share of each answer."""
    block = get_object_or_404(rules.blocks_for(request.user), pk=pk)
    if kind not in KINDS:
        raise Http404
    if tells_nothing_yet(block):
        raise PermissionDenied("Kế hoạch bảo vệ các ô ít phiếu: bảng phân tích có khi giai đoạn điều tra đóng.")
    from . import exports  # inline: start-up cost

    data = exports.xlsx_bytes(block) if kind == "xlsx" else exports.csv_bytes(block)
    return attached(data, f"phan-tich-dtxhh-{block.round.year}-{block.group.code}.{kind}")
