"""The finished figures of a block."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from surveys import rules

from .queries import figures_of


@require_GET
@rules.readers_only
def figures(request: HttpRequest, pk: int) -> HttpResponse:
    block = get_object_or_404(rules.blocks_for(request.user), pk=pk)
    return render(request, "surveys/figures/figures.html", {"round_group": block, "figures": figures_of(block)})
