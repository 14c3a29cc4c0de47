"""The projector of a meeting, and its minutes as page and files."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from appraisal.models import Meeting
from appraisal.rules import seats as seat_rules
from cchc_index.lib.downloads import attached
from criteria.queries import show_year

from . import queries


def _meeting(request: HttpRequest, pk: int) -> Meeting:
    """A meeting that the person reads; its year is the one in view."""
    if not seat_rules.councils_visible_to(request.user).exists():
        raise PermissionDenied
    meeting = get_object_or_404(seat_rules.meetings_visible_to(request.user), pk=pk)
    show_year(request, meeting.council.round.year)
    return meeting


def _shown(request: HttpRequest, pk: int) -> Meeting:
    """A meeting whose ranking the person may see before anything is published: managers, observers, and who sits in
    the council or helps it."""
    meeting = _meeting(request, pk)
    if not seat_rules.sees_board(request.user, meeting.council):
        raise PermissionDenied
    return meeting


@require_GET
def projector(request: HttpRequest, pk: int) -> HttpResponse:
    """Large type, the item that is voted on and the ranking that follows; it looks for changes once a second."""
    meeting = _shown(request, pk)
    asked = request.GET.get("khoi", "")
    context = {"board": queries.board(meeting, asked), "meeting": meeting, "asked": asked}
    return render(request, "results/meeting/projector.html", context)


@require_GET
def projector_board(request: HttpRequest, pk: int) -> HttpResponse:
    """The board alone; nothing (204) while it is what `?dau=` says the person sees already."""
    meeting = _shown(request, pk)
    asked = request.GET.get("khoi", "")
    board = queries.board(meeting, asked)
    if board.mark == request.GET.get("dau"):
        return HttpResponse(status=204)
    return render(request, "results/meeting/board.html", {"board": board, "meeting": meeting, "asked": asked})


@require_GET
def minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes as a page."""
    meeting = _meeting(request, pk)
    return render(request, "results/meeting/minutes.html", {"minutes": queries.minutes(meeting), "meeting": meeting})


@require_GET
def minutes_file(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The minutes as PDF or Word document."""
    meeting = _meeting(request, pk)
    told = queries.minutes(meeting)
    if kind == "pdf":
        from . import paper  # inline: start-up cost

        return _attachment(paper.minutes_pdf(told), meeting, kind)
    if kind == "docx":
        from . import word  # inline: start-up cost

        return _attachment(word.minutes_docx(told), meeting, kind)
    raise Http404


def _attachment(data: bytes, meeting: Meeting, kind: str) -> HttpResponse:
    return attached(data, f"bien-ban-{meeting.council.round.year}-{meeting.number}.{kind}")
