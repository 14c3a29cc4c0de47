"""The annex as a download."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from cchc_index.lib.downloads import attached
from surveys import rules
from surveys.planning.queries import plan_book


@require_GET
@rules.readers_only
def annex(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The plan of a block as PDF or Word document."""
    block = get_object_or_404(rules.blocks_for(request.user), pk=pk)
    if kind not in ("pdf", "docx"):
        raise Http404
    book = plan_book(block)
    if kind == "pdf":
        from . import paper  # inline: start-up cost

        data = paper.plan_pdf(book)
    else:
        from . import word  # inline: start-up cost

        data = word.plan_docx(book)
    return attached(data, f"phu-luc-ke-hoach-dtxhh-{block.round.year}-{block.group.code}.{kind}")
