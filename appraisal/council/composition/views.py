"""The council of a year: its decision, its seats, its meetings."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from appraisal.models import Council
from appraisal.rules import seats as seat_rules
from cchc_index.lib.faults import Refused
from cchc_index.lib.form_pages import form_page, posted
from criteria import queries as criteria_queries
from criteria.models import Round
from criteria.queries import show_year
from selfassess.documents.views import file_response
from units.models import User

from . import actions, queries
from .forms import CouncilForm, SeatForm, initial_of


def reader(request: HttpRequest) -> User:
    """Whoever is signed in; what they may read, the queries say."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def council_of_year(request: HttpRequest, year: int) -> Council:
    """The council that the person may read. Raises Http404 where there is none, PermissionDenied for others."""
    user = reader(request)
    show_year(request, year)
    council = queries.council_of(get_object_or_404(queries.round_of_year(year)).pk)
    if council is None:
        raise Http404 if seat_rules.reads_councils(user) else PermissionDenied
    if not seat_rules.reads_council(user, council):
        raise PermissionDenied
    return council


def composer(request: HttpRequest, year: int) -> tuple[User, Round]:
    """Whoever writes the council of the year down, and its round."""
    user = reader(request)
    if not seat_rules.may_compose(user):
        raise PermissionDenied
    show_year(request, year)
    return user, get_object_or_404(queries.round_of_year(year))


@require_GET
def council(request: HttpRequest, year: int) -> HttpResponse:
    """Who sits on the council; a manager of a year without one is led to write it down."""
    user = reader(request)
    if seat_rules.reads_councils(user):
        show_year(request, year)
        round_ = get_object_or_404(queries.round_of_year(year))
        row = queries.council_of(round_.pk)
    else:
        row = council_of_year(request, year)
        round_ = row.round
    context = {
        "round": round_,
        "council": row,
        "seats": queries.seat_lines(row) if row else [],
        "papers": queries.papers(row) if row else [],
        "meetings": queries.meetings(row) if row else [],
        "silence": queries.silence_of(round_.pk),
        "blocks": criteria_queries.blocks_of(round_),
        "may_compose": seat_rules.may_compose(user),
        "may_conduct": row is not None and seat_rules.may_conduct(user, row),
    }
    return render(request, "appraisal/council/council.html", context)


@require_http_methods(["GET", "POST"])
def decision(request: HttpRequest, year: int) -> HttpResponse:
    """Write the decision down, or that of a later decision."""
    actor, round_ = composer(request, year)
    row = queries.council_of(round_.pk)
    initial = {"number": row.number, "dated": row.dated, "issuer": row.issuer, "comment": row.note} if row else None
    posted = request.method == "POST"
    form = CouncilForm(request.POST if posted else None, request.FILES if posted else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        note = given.pop("comment")
        try:
            actions.compose_with_file(actor=actor, round_id=round_.pk, note=note, **given)
        except Refused as refused:
            form.add_error("upload" if given["upload"] else None, str(refused))
        else:
            messages.success(request, "Đã lưu quyết định thành lập Hội đồng thẩm định.")
            return redirect("council:council", year=year)
    return council_form(request, form, {"round": round_, "heading": "Quyết định thành lập Hội đồng thẩm định"})


@require_safe
def paper(request: HttpRequest, year: int, pk: int) -> HttpResponseBase:
    """The file of a decision, for whoever reads the council; `?tai-ve=1` saves it."""
    row = council_of_year(request, year)
    return file_response(get_object_or_404(row.papers, pk=pk), download="tai-ve" in request.GET)


@require_http_methods(["GET", "POST"])
def seat(request: HttpRequest, year: int, pk: int | None = None) -> HttpResponse:
    """Give somebody a seat, or correct one."""
    actor, round_ = composer(request, year)
    row = queries.council_of(round_.pk)
    if row is None:
        raise Http404
    held = get_object_or_404(row.seats, pk=pk) if pk else None
    form = SeatForm(posted(request), initial=initial_of(held) if held else None)
    if request.method == "POST" and form.is_valid():
        try:
            saved = actions.seat(actor=actor, council_id=row.pk, entry=form.entry(), seat_id=pk)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Đã lưu {saved.name}, {saved.get_kind_display()}.")
            return redirect("council:council", year=year)
    heading = f"{held.get_kind_display()}: {held.name}" if held else "Thêm người vào Hội đồng"
    return council_form(request, form, {"round": round_, "heading": heading})


def council_form(request: HttpRequest, form: Form, context: dict[str, Any]) -> HttpResponse:
    """The page of one form of the council."""
    return form_page(request, "appraisal/council/form.html", form, context)
