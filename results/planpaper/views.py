"""The annex as a download."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from surveys import rules
from surveys.planning.queries import plan_book

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


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

        data, content_type = paper.plan_pdf(book), "application/pdf"
    else:
        from . import word  # inline: start-up cost

        data, content_type = word.plan_docx(book), DOCX
    name = f"phu-luc-ke-hoach-dtxhh-{block.round.year}-{block.group.code}.{kind}"
    return HttpResponse(
        data, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
