"""Điều hành › Chuẩn bị kỳ: from the decision to the opening of a year, with what is missing before each stage."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cchc_index.copying.actions import copy_year
from cchc_index.lib.faults import Refused
from cchc_index.lib.form_pages import form_page, posted
from cchc_index.lib.numbers import whole_number
from cchc_index.lib.tried import tried
from cchc_index.readiness.queries import readiness
from criteria import published
from criteria.calendar import actions as calendar_actions
from criteria.calendar import queries as calendar_queries
from criteria.models import Round, Stage
from criteria.queries import show_year
from criteria.rules import may_manage
from units.models import User
from units.rules import may_manage_people, may_manage_units

from . import actions, queries
from .forms import HoursForm, RoundForm, calendar_forms, whole_year
from .rules import may_see_preparation


def _reader(request: HttpRequest) -> None:
    if not may_see_preparation(request.user):
        raise PermissionDenied


def _manager(request: HttpRequest) -> User:
    if not isinstance(request.user, User) or not may_manage(request.user):
        raise PermissionDenied
    return request.user


def _round(request: HttpRequest, year: int) -> Round:
    round_ = show_year(request, year)
    if round_ is None:
        raise Http404
    return round_


@require_safe
def home(request: HttpRequest) -> HttpResponseRedirect:
    """The year that was asked for (`?nam=`), else the newest."""
    _reader(request)
    asked = whole_number(request.GET.get("nam", ""))
    year = asked if asked is not None and 1000 <= asked <= 9999 else queries.first_year()
    return redirect("preparing:year", year)


@require_safe
def year(request: HttpRequest, year: int) -> HttpResponse:
    """How far the year is prepared, what is missing before each stage and where it is put right."""
    _reader(request)
    if not 1000 <= year <= 9999:
        raise Http404
    show_year(request, year)
    state = readiness(year).seen_by(request.user)
    prepared = queries.prepared(year)
    context = {
        "year": year,
        "years": queries.years(),
        "prepared": prepared,
        "settled": prepared.round is not None and published.is_published(prepared.round.pk),
        "state": state,
        "may_open": _may_open(request, state.following) and not state.lacked_by(Stage.Kind.SELF_ASSESSMENT),
        "may_write": may_manage(request.user),
        "may_people": may_manage_people(request.user),
        "may_units": may_manage_units(request.user),
    }
    return render(request, "preparing/year.html", context)


def _may_open(request: HttpRequest, following: Stage | None) -> bool:
    return may_manage(request.user) and following is not None and following.kind == Stage.Kind.SELF_ASSESSMENT


@require_http_methods(["GET", "HEAD", "POST"])
def facts(request: HttpRequest, year: int) -> HttpResponse:
    """The assessed period and the plan of a year; saving makes the round."""
    actor = _manager(request)
    if not 1000 <= year <= 9999:
        raise Http404
    round_ = show_year(request, year)
    names = ("assessed_from", "assessed_to", "plan_number", "plan_date")
    stands = {name: getattr(round_, name) for name in names} if round_ else whole_year(year)
    form = RoundForm(posted(request), initial=stands)
    if request.method == "POST" and form.is_valid():
        try:
            _, made = calendar_actions.save_round(actor=actor, year=year, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Đã {'tạo' if made else 'lưu'} kỳ {year}.")
            return redirect("preparing:year", year)
    return form_page(request, "preparing/facts.html", form, {"year": year, "round": round_})


@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HttpRequest, year: int) -> HttpResponse:
    """Every stage's hours on one page."""
    actor = _manager(request)
    round_ = _round(request, year)
    forms = calendar_forms(posted(request), calendar_queries.stages(round_.pk))
    refusal = ""
    if request.method == "POST" and all(list(map(HoursForm.is_valid, forms))):
        hours = {form.stage.name: form.hours for form in forms}
        try:
            changed = calendar_actions.set_hours(actor=actor, round_id=round_.pk, hours=hours)
        except Refused as refused:
            refusal = str(refused)
        else:
            messages.success(request, f"Đã lưu giờ của {len(changed)} giai đoạn.")
            for warning in dict.fromkeys(w for stage in changed for w in calendar_queries.contradictions(stage)):
                messages.warning(request, warning)
            return redirect("preparing:year", year)
    context = {"year": year, "forms": forms, "refusal": refusal}
    return render(request, "preparing/calendar.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: HttpRequest, year: int) -> HttpResponse:
    """An earlier year as a proposal for this one: first what would be copied and what not, then the deed."""
    actor = _manager(request)
    earlier = [one for one in queries.years() if one < year]
    context: dict[str, Any] = {"year": year, "earlier": earlier, "report": None, "chosen": None, "refusal": ""}
    show_year(request, year)
    if request.method != "POST":
        return render(request, "preparing/copy.html", context)
    chosen = whole_number(request.POST.get("year", "")) or 0
    try:
        if request.POST.get("confirm"):
            report = copy_year(actor=actor, source=chosen, target=year)
            messages.success(request, f"Đã chép kỳ {chosen} làm đề xuất cho kỳ {year}.")
            for sentence in report.left:
                messages.info(request, f"Không chép – {sentence}")
            return redirect("preparing:year", year)
        context["report"] = tried(lambda: copy_year(actor=actor, source=chosen, target=year))
    except Refused as refused:
        context["refusal"] = str(refused)
        return render(request, "preparing/copy.html", context, status=422)
    context["chosen"] = chosen
    return render(request, "preparing/copy.html", context)


@require_POST
def open_year(request: HttpRequest, year: int) -> HttpResponseRedirect:
    """Let the units begin."""
    actor = _manager(request)
    _round(request, year)
    try:
        stage = actions.open_self_assessment(actor=actor, year=year)
        messages.success(request, f"Đã mở giai đoạn {stage.title} của kỳ {year}.")
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("preparing:year", year)
