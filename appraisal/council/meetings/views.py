"""Planning a meeting."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from appraisal.council.composition.views import council_form, council_of_year, reader
from appraisal.models import Council, Meeting
from appraisal.rules import seats as seat_rules
from cchc_index.lib.faults import Refused
from criteria.queries import show_year
from units.models import User

from . import actions
from .forms import MeetingForm, initial_for, initial_of


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, year: int) -> HttpResponse:
    """Plan a meeting or a written consent."""
    council = council_of_year(request, year)
    return _planned(request, conductor(request, council), council, None)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct the plan before the meeting begins."""
    row = visible_meeting(request, pk)
    return _planned(request, conductor(request, row.council), row.council, row)


def conductor(request: HttpRequest, council: Council) -> User:
    """The person, who conducts the council's meetings."""
    user = reader(request)
    if not seat_rules.may_conduct(user, council):
        raise PermissionDenied
    return user


def visible_meeting(request: HttpRequest, pk: int) -> Meeting:
    """A meeting that the person may read; its year is the one in view. Raises PermissionDenied for whoever reads no
    council, Http404 for a meeting that is not there."""
    user = reader(request)
    if not seat_rules.councils_visible_to(user).exists():
        raise PermissionDenied
    row = get_object_or_404(seat_rules.meetings_visible_to(user), pk=pk)
    show_year(request, row.council.round.year)
    return row


def _planned(request: HttpRequest, actor: User, council: Council, row: Meeting | None) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    form = MeetingForm(posted, council=council, initial=initial_of(row) if row else initial_for(council))
    if request.method == "POST" and form.is_valid():
        try:
            saved = actions.plan(
                actor=actor, council_id=council.pk, entry=form.entry(), meeting_id=row.pk if row else None
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Đã lưu {saved.get_kind_display()} lần {saved.number}.")
            return redirect("council:meeting", pk=saved.pk)
    heading = str(row) if row else "Lập phiên họp hoặc lấy ý kiến bằng văn bản"
    return council_form(request, form, {"round": council.round, "heading": heading})
