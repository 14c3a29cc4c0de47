"""The survey's first page: plan and coverage, the files that came in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from criteria.queries import round_in_view
from surveys import approvers, rules
from surveys.batches.queries import listed
from surveys.handover.queries import waiting_tables
from surveys.queries import blocks_in_view
from surveys.requests.queries import waiting
from surveys.scores.queries import rule_of

from .queries import coverage, left_boxes, quality_of, unit_coverage

SHOWN_BATCHES = 100


@require_GET
@rules.readers_only
def home(request: HttpRequest) -> HttpResponse:
    current = round_in_view(request)
    context = {
        "round": current,
        "coverage": coverage(blocks_in_view(request)),
        "batches": listed(rules.batches_for(request.user).filter(round_group__round=current))[:SHOWN_BATCHES],
        "tables": waiting_tables(request.user, current),
        "requests": waiting(request.user, current),
        "may_work": rules.may_work(request.user),
    }
    return render(request, "surveys/coverage/home.html", context)


@require_GET
@rules.approvers_too
def units(request: HttpRequest, pk: int) -> HttpResponse:
    """One block against its plan: every unit and group, what lacks by name, day by day."""
    block = get_object_or_404(rules.point_blocks_for(request.user), pk=pk)
    reads_all = rules.may_read(request.user)
    if not (reads_all or approvers.is_signed(pk)):
        return render(request, "surveys/scores/unsigned.html", {"round_group": block, "reads_all": False})
    context = {"round_group": block, "table": unit_coverage(block), "reads_all": reads_all}
    return render(request, "surveys/coverage/units.html", context)


@require_GET
@rules.readers_only
def quality(request: HttpRequest, pk: int) -> HttpResponse:
    """What does not count and why, what is striking: by group and unit."""
    block = get_object_or_404(rules.blocks_for(request.user), pk=pk)
    context = {"round_group": block, "groups": quality_of(block), "small": rule_of(block)[0], "left": left_boxes(block)}
    return render(request, "surveys/coverage/quality.html", context)
