"""The place where operator and manager hand the survey's points over."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from cchc_index.lib.faults import Refused
from criteria.models import RoundGroup
from criteria.queries import show_year
from surveys import rules
from surveys.models import TableSignature
from surveys.scores.queries import tells_nothing_yet
from units.proofs.rules import ask_for_proof

from . import actions, approved, queries
from .rules import may_give_back, may_receive, may_sign


@require_GET
@rules.readers_only
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    """How the table of a block stands: signed by whom, received, approved, and what changed since."""
    return _page(request, get_object_or_404(rules.blocks_for(request.user), pk=pk))


def _page(request: HttpRequest, block: RoundGroup, refusal: str = "") -> HttpResponse:
    show_year(request, block.round.year)
    now, silent = queries.standing(block), tells_nothing_yet(block)
    row = now.row
    context = {
        "round_group": block,
        "now": now,
        "row": row,
        "silent": silent,
        "may_sign": may_sign(request.user) and not silent and bool(now.lines) and not now.is_signed,
        "may_receive": row is not None and may_receive(request.user, row) and not now.has_changed,
        "may_give_back": row is not None and may_give_back(request.user, row),
        "council": approved.words_of(block.pk, now.digest),
        "earlier": list(queries.signatures_of([block.pk])),
        "refusal": refusal,
        "reason": request.POST.get("reason", ""),
    }
    if row is not None and now.has_changed:
        moved = [] if silent else queries.moved_cells(block, row, now.lines)
        context |= {"change": queries.first_change(row), "moved": moved}
    return render(request, "surveys/handover/handover.html", context, status=422 if refusal else 200)


@require_POST
@rules.workers_only
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    block = get_object_or_404(rules.blocks_for(request.user), pk=pk)
    if not may_sign(request.user):
        raise PermissionDenied
    ask_for_proof(request)
    seen = request.POST.get("seen", "")
    return _step(
        request,
        block,
        lambda: actions.sign_table(actor=rules.person(request), round_group_id=pk, seen=seen),
        "Đã ký bảng điểm ĐTXHH; chờ Sở Nội vụ tiếp nhận.",
    )


@require_POST
@rules.workers_only
def receive(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(queries.signatures_for(request.user), pk=pk)
    ask_for_proof(request)
    return _step(
        request,
        row.round_group,
        lambda: actions.receive_table(actor=rules.person(request), signature_id=pk),
        "Đã tiếp nhận bảng điểm ĐTXHH.",
    )


@require_POST
@rules.workers_only
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(queries.signatures_for(request.user), pk=pk)
    reason = request.POST.get("reason", "")
    return _step(
        request,
        row.round_group,
        lambda: actions.give_table_back(actor=rules.person(request), signature_id=pk, reason=reason),
        "Đã trả lại bảng điểm ĐTXHH cho phụ trách điều tra.",
    )


def _step(request: HttpRequest, block: RoundGroup, step: Callable[[], TableSignature], done: str) -> HttpResponse:
    try:
        step()
    except Refused as refused:
        return _page(request, block, str(refused))
    messages.success(request, done)
    return redirect("surveys:handover", block.pk)
