"""Choosing what a meeting decides: the contested cells of a block, survey and ranking, anything else."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from appraisal.council.meetings.views import conductor, visible_meeting
from appraisal.models import AgendaItem, Meeting
from appraisal.rules import reach
from cchc_index.lib.faults import Refused
from cchc_index.lib.numbers import whole_number
from criteria import queries as criteria_queries
from criteria.models import RoundGroup
from units.models import User

from . import actions, queries
from .queries import Contest

DIGITS = 11


@require_http_methods(["GET", "POST"])
def agenda(request: HttpRequest, pk: int) -> HttpResponse:
    """What is contested in a block (`?khoi=`), to be chosen."""
    meeting = visible_meeting(request, pk)
    actor = conductor(request, meeting.council)
    if request.method == "POST":
        return _added(request, actor, meeting)
    blocks = criteria_queries.blocks_of(meeting.council.round)
    block = _block(blocks, request.GET.get("khoi", ""))
    context: dict[str, Any] = {"meeting": meeting, "year": meeting.council.round.year, "blocks": blocks, "shown": block}
    if block:
        context |= _contests(request, queries.contested(meeting, block), reach.scope_of(actor, block))
    return render(request, "appraisal/council/agenda.html", context)


def _contests(request: HttpRequest, contests: Sequence[Contest], scope: reach.Scope) -> dict[str, Any]:
    """The contested cells of one reason (`?vi-sao=`), the first that there is, each with whether the person may open
    it; and how many there are of every reason."""
    counts = Counter(row.origin for row in contests)
    asked = request.GET.get("vi-sao", "")
    chosen = asked if asked in counts else next(iter(counts), "")
    return {
        "reasons": [(origin, AgendaItem.Origin(origin).label, count) for origin, count in counts.items()],
        "chosen": chosen,
        "contests": [(row, scope.shows(row.unit.pk, row.criterion.pk)) for row in contests if row.origin == chosen],
    }


def _block(blocks: Iterable[RoundGroup], code: str) -> RoundGroup | None:
    """The block of this code; the first of all for no code."""
    rows = list(blocks)
    if not code:
        return rows[0] if rows else None
    chosen = next((block for block in rows if block.group.code == code), None)
    if chosen is None:
        raise Http404
    return chosen


def _added(request: HttpRequest, actor: User, meeting: Meeting) -> HttpResponse:
    kind, block = request.POST.get("kind", ""), whole_number(request.POST.get("group", ""), digits=DIGITS)
    try:
        if kind == AgendaItem.Kind.CELL:
            cells = [cell for text in request.POST.getlist("cells") if (cell := _cell(text))]
            if not cells:
                raise Refused("Chưa chọn tiêu chí nào.")
            count = actions.add_cells(actor=actor, meeting_id=meeting.pk, round_group_id=block or 0, cells=cells)
            messages.success(request, f"Đã đưa {count} tiêu chí vào chương trình.")
        else:
            title = request.POST.get("title", "")
            item = actions.add_subject(actor=actor, meeting_id=meeting.pk, kind=kind, round_group_id=block, title=title)
            messages.success(request, f"Đã đưa vào chương trình: {item}.")
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("council:agenda", pk=meeting.pk)
    return redirect("council:meeting", pk=meeting.pk)


def _cell(text: str) -> actions.CellOrigin | None:
    unit, _, rest = text.partition(":")
    leaf, _, origin = rest.partition(":")
    keys = whole_number(unit, digits=DIGITS), whole_number(leaf, digits=DIGITS)
    return (keys[0], keys[1], origin) if keys[0] and keys[1] else None
