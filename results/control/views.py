"""The control room (Điều hành): how far the year is, reminding, what is next. Observers may read it."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cchc_index.lib.dispatch import send_after_commit
from cchc_index.lib.downloads import attached
from cchc_index.lib.faults import Refused
from criteria.calendar import queries as calendar
from criteria.models import Round, RoundGroup
from criteria.queries import require_round_in_view, round_in_view, round_of_address
from results.computation.actions import enqueue_recompute
from results.models import Publication
from results.publication.rules import visible_publications
from results.rules import may_publish, may_see_preview, publisher
from results.steering import actions, markup, tables
from results.steering import queries as steering
from units.rules import may_manage_people

from . import queries

Context = dict[str, Any]


def _reader(request: HttpRequest) -> None:
    if not may_see_preview(request.user):
        raise PermissionDenied


def _back(round_: Round) -> HttpResponseRedirect:
    """To the control room, with the year it is about in its address."""
    return redirect(f"{reverse('results:control')}?nam={round_.year}")


@require_GET
def control(request: HttpRequest) -> HttpResponse:
    _reader(request)
    round_ = round_in_view(request)
    if round_ is None:
        return render(request, "results/control/empty.html", {"may_manage_people": may_manage_people(request.user)})
    now = steering.situation(round_, for_page=True)
    listed = list(visible_publications(request.user).filter(round=round_).defer("bundle"))
    waiting = next((p for p in listed if p.state == Publication.State.PROPOSED), None)
    in_force = max((p for p in listed if p.state == Publication.State.PUBLISHED), key=_published, default=None)
    shown = _filtered(request, now)
    context = {
        **shown,
        "round": round_,
        "rows": markup.unit_rows(shown["lines"], round_.year, may_write=may_publish(request.user)),
        "rooms": queries.block_rooms(round_, now.facts.blocks, tables.totals(now.lines)),
        "gates": now.gates,
        "members": steering.members(now.facts),
        "next": steering.next_step(now, waiting, in_force),
        "stages": calendar.stage_lines(round_),
        "publications": listed,
        "may_write": may_publish(request.user),
        "may_manage_people": may_manage_people(request.user),
    }
    return render(request, "results/control/control.html", context)


def _published(publication: Publication) -> tuple[datetime | None, int]:
    return publication.published_at, publication.pk


def _filtered(request: HttpRequest, now: steering.Situation) -> Context:
    """The lines under the filter and the block that stand in the address."""
    wanted, block = request.GET.get("loc", "")[:20], request.GET.get("khoi", "")[:40]
    lines = tables.shown(now.lines, wanted, block)
    counted = tables.counts(tables.shown(now.lines, "", block))
    return {
        "wanted": wanted if wanted in tables.FILTERS else "",
        "shown_block": block if block in {line.block for line in now.lines} else "",
        "lines": lines,
        "filters": [(key, words, counted[key]) for key, words in tables.FILTERS.items() if counted[key]],
        "reminded": actions.concerned(now.lines, wanted, block),
    }


@require_http_methods(["GET", "POST"])
def remind(request: HttpRequest) -> HttpResponse:
    """Who would be written to and of what; then one press writes."""
    actor, round_ = publisher(request.user), require_round_in_view(request)
    now = steering.situation(round_)
    context = {**_filtered(request, now), "round": round_}
    if request.method == "GET":
        context["letters"] = actions.letters(round_, context["reminded"])
        return render(request, "results/control/remind.html", context)
    try:
        posted = actions.remind(actor=actor, round_id=round_.pk, lack=context["wanted"], block=context["shown_block"])
        messages.success(request, f"Đã viết {posted.written} thư nhắc; mỗi người nhận nhiều nhất một thư trong ngày.")
        if posted.without_address:
            messages.warning(request, f"{posted.without_address} người chưa có địa chỉ thư điện tử.")
    except Refused as refused:
        messages.error(request, str(refused))
    return _back(round_)


@require_GET
def state_file(request: HttpRequest, year: int, kind: str) -> HttpResponse:
    """The state of the year as a workbook or on paper."""
    from results.steering import paper  # inline: start-up cost

    _reader(request)
    round_ = round_of_address(request, year)
    lines = steering.situation(round_).lines
    data = paper.state_bytes(lines) if kind == "xlsx" else paper.state_pdf(round_, lines)
    return attached(data, f"tien-do-{round_.year}.{kind}")


@require_POST
def recompute(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    """Ask for a recomputation of a block, and show how far it is."""
    publisher(request.user)
    round_group = get_object_or_404(RoundGroup, pk=pk)
    job = enqueue_recompute(round_group.pk)
    if job is None:
        messages.success(request, f"{round_group.group}: kết quả đã tính theo số liệu mới nhất.")
        return _back(round_group.round)
    send_after_commit("results.recompute", round_group.pk)
    return redirect("results:job", pk=job.pk)
