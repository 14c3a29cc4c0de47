"""The pages of the calendar: its stages, the hours of one, more time for one unit."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from cchc_index.lib.faults import Refused
from cchc_index.lib.form_pages import form_page, posted
from criteria import published
from criteria.course import LISTED
from criteria.models import Round, Stage
from criteria.queries import require_round_in_view
from criteria.rules import manager

from . import actions, queries
from .forms import AddStageForm, ExtensionForm, StageFactsForm, StageForm, StagePlaceForm


def _back(round_: Round, name: str = "results:control") -> HttpResponseRedirect:
    """To a page of Điều hành, with the year it is about in its address."""
    return redirect(f"{reverse(name)}?nam={round_.year}")


@require_http_methods(["GET", "POST"])
def stage(request: HttpRequest, name: str) -> HttpResponse:
    """Open, move or close a stage."""
    actor, round_ = manager(request.user), require_round_in_view(request)
    stage_ = queries.named(round_, name)
    if stage_ is None:
        raise Http404
    form = StageForm(posted(request), initial={"opens_at": stage_.opens_at, "closes_at": stage_.closes_at})
    if request.method == "POST" and form.is_valid():
        try:
            stage_ = actions.set_stage(actor=actor, round_id=round_.pk, name=name, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Đã lưu giai đoạn {stage_.title}.")
            for warning in queries.contradictions(stage_):
                messages.warning(request, warning)
            return _back(round_)
    return form_page(request, "criteria/calendar/stage.html", form, {"round": round_, "label": stage_.title})


@require_http_methods(["GET", "POST"])
def stage_list(request: HttpRequest) -> HttpResponse:
    """The year's stages in their order, and another one put among them."""
    actor, round_ = manager(request.user), require_round_in_view(request)
    form = AddStageForm(posted(request), round_=round_)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_stage(actor=actor, round_id=round_.pk, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Đã thêm giai đoạn {made.title}.")
            return _back(round_, "calendar:stage-list")
    settled = published.is_published(round_.pk)
    context = {"round": round_, "stages": queries.stage_lines(round_), "listed": LISTED, "settled": settled}
    return form_page(request, "criteria/calendar/stage_list.html", form, context)


@require_http_methods(["GET", "POST"])
def stage_facts(request: HttpRequest, name: str) -> HttpResponse:
    """Call a stage otherwise, or change what it asks of the council."""
    actor, stage_ = manager(request.user), _listed_stage(request, name)
    facts = {"title": stage_.title, "two_opinions": stage_.two_opinions, "report_required": stage_.report_required}
    form = StageFactsForm(posted(request), initial=facts)
    if request.method == "POST" and form.is_valid():
        try:
            saved = actions.change_stage(actor=actor, stage_id=stage_.pk, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Đã lưu giai đoạn {saved.title}.")
            return _back(stage_.round, "calendar:stage-list")
    place = StagePlaceForm(round_=stage_.round)
    context = {"round": stage_.round, "stage": stage_, "place": place}
    return form_page(request, "criteria/calendar/stage_facts.html", form, context)


@require_POST
def stage_move(request: HttpRequest, name: str) -> HttpResponseRedirect:
    """Put a stage elsewhere in the year."""
    actor, stage_ = manager(request.user), _listed_stage(request, name)
    try:
        actions.move_stage(actor=actor, stage_id=stage_.pk, after=request.POST.get("after", ""))
        messages.success(request, f"Đã dời giai đoạn {stage_.title}.")
    except Refused as refused:
        messages.error(request, str(refused))
    return _back(stage_.round, "calendar:stage-list")


@require_POST
def stage_remove(request: HttpRequest, name: str) -> HttpResponseRedirect:
    """Take a stage out of the year, while nothing rests on it."""
    actor, stage_ = manager(request.user), _listed_stage(request, name)
    try:
        actions.remove_stage(actor=actor, stage_id=stage_.pk)
        messages.success(request, f"Đã bỏ giai đoạn {stage_.title}.")
    except Refused as refused:
        messages.error(request, str(refused))
    return _back(stage_.round, "calendar:stage-list")


def _listed_stage(request: HttpRequest, name: str) -> Stage:
    """A stage that may be changed: an appraisal, a reply or a meeting of the round in view."""
    stage_ = queries.named(require_round_in_view(request), name)
    if stage_ is None or stage_.kind not in LISTED:
        raise Http404
    return stage_


@require_http_methods(["GET", "POST"])
def extension(request: HttpRequest) -> HttpResponse:
    """Give one unit more time."""
    actor, round_ = manager(request.user), require_round_in_view(request)
    form = ExtensionForm(posted(request), initial=request.GET.dict(), round_=round_)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.grant_extension(
                actor=actor,
                stage_id=given["stage"].pk,
                unit_id=given["unit"].pk,
                closes_at=given["closes_at"],
                reason=given["reason"],
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Đã gia hạn cho {given['unit']}.")
            return _back(round_)
    return form_page(request, "criteria/calendar/extension.html", form, {"round": round_})
