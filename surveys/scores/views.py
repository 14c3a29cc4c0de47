"""The survey's points: the table of a block, and one unit with its answers by group."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from criteria.models import RoundGroup
from criteria.queries import units_of
from surveys import rules

from . import queries
from .adjusting import adjusted, by_unit
from .keeping import held_names


@require_GET
@rules.readers_only
def scores(request: HttpRequest, pk: int) -> HttpResponse:
    block = get_object_or_404(rules.blocks_for(request.user), pk=pk)
    if queries.tells_nothing_yet(block):
        return _not_yet(request, block)
    context = {
        "round_group": block,
        "table": queries.score_table(block),
        "held": held_names(block),
        "adjusted": by_unit(adjusted(block)),
    }
    return render(request, "surveys/scores/scores.html", context)


def _not_yet(request: HttpRequest, block: RoundGroup) -> HttpResponse:
    context = {"round_group": block, "waiting": queries.waits_for(block)}
    return render(request, "surveys/scores/not_yet.html", context)


@require_GET
@rules.readers_only
def unit_scores(request: HttpRequest, pk: int, unit_pk: int) -> HttpResponse:
    block = get_object_or_404(rules.blocks_for(request.user), pk=pk)
    unit = get_object_or_404(units_of(block), pk=unit_pk)
    if queries.tells_nothing_yet(block):
        return _not_yet(request, block)
    context = {
        "round_group": block,
        "unit": unit,
        "rows": queries.spreads(block, unit),
        "formulas": queries.formulas(block, unit),
        "adjusted": by_unit(adjusted(block, unit)).get(unit.pk, {}),
        "small": queries.rule_of(block)[0],
    }
    return render(request, "surveys/scores/unit.html", context)
