"""The survey's points: the table of a block, and one unit with its answers by group."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from criteria.models import RoundGroup
from criteria.queries import units_of
from surveys import approvers, rules

from . import queries
from .adjusting import adjusted, by_unit
from .keeping import held_names


@require_GET
@rules.approvers_too
def scores(request: HttpRequest, pk: int) -> HttpResponse:
    block = get_object_or_404(rules.point_blocks_for(request.user), pk=pk)
    if unsigned := _unsigned(request, block):
        return unsigned
    if queries.tells_nothing_yet(block):
        return _not_yet(request, block)
    context = {
        "round_group": block,
        "table": queries.score_table(block),
        "held": held_names(block),
        "adjusted": by_unit(adjusted(block)),
        "closed": rules.closed_answers(request.user),
        "reads_all": rules.may_read(request.user),
    }
    return render(request, "surveys/scores/scores.html", context)


def _not_yet(request: HttpRequest, block: RoundGroup) -> HttpResponse:
    context = {
        "round_group": block,
        "waiting": queries.waits_for(block),
        "reads_all": rules.may_read(request.user),
    }
    return render(request, "surveys/scores/not_yet.html", context)


def _unsigned(request: HttpRequest, block: RoundGroup) -> HttpResponse | None:
    """Who only approves reads what the institute has signed, as it was signed; until then this page."""
    if rules.may_read(request.user) or approvers.is_signed(block.pk):
        return None
    return render(request, "surveys/scores/unsigned.html", {"round_group": block, "reads_all": False})


@require_GET
@rules.approvers_too
def unit_scores(request: HttpRequest, pk: int, unit_pk: int) -> HttpResponse:
    block = get_object_or_404(rules.point_blocks_for(request.user), pk=pk)
    unit = get_object_or_404(units_of(block), pk=unit_pk)
    if unit.pk in rules.closed_answers(request.user):
        raise Http404
    if unsigned := _unsigned(request, block):
        return unsigned
    if queries.tells_nothing_yet(block):
        return _not_yet(request, block)
    context = {
        "round_group": block,
        "unit": unit,
        "rows": queries.spreads(block, unit),
        "formulas": queries.formulas(block, unit),
        "adjusted": by_unit(adjusted(block, unit)).get(unit.pk, {}),
        "small": queries.rule_of(block)[0],
        "reads_all": rules.may_read(request.user),
    }
    return render(request, "surveys/scores/unit.html", context)
