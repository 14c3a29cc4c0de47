"""Điều tra xã hội học › Kế hoạch: the plan of a block, its parts one form each."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cchc_index.lib.faults import Refused
from cchc_index.lib.form_pages import posted
from criteria.models import RoundGroup
from surveys import rules
from surveys.models import RespondentGroup, SurveyRequest

from . import actions, queries
from .digests import GROUP, PARTS, SCALE, SHEET, SURVEY
from .forms import GroupForm, PlanPartForm, ScaleForm, SheetForm, SurveyRulesForm
from .queries import PlanBook


def _block(request: HttpRequest, pk: int) -> RoundGroup:
    return get_object_or_404(rules.blocks_for(request.user), pk=pk)


@require_GET
@rules.readers_only
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole plan on one page."""
    block = _block(request, pk)
    book = queries.plan_book(block)
    context = {
        "round_group": block,
        "book": book,
        "waiting": queries.waiting_of(block),
        "earlier": None if book.groups else queries.earlier_plan(block),
        "may_work": rules.may_work(request.user),
    }
    return render(request, "surveys/planning/plan.html", context)


def _survey_form(book: PlanBook, data: Any, facts: Any, frozen: bool) -> PlanPartForm:
    return SurveyRulesForm(data, facts=facts, frozen=frozen)


def _group_form(book: PlanBook, data: Any, facts: Any, frozen: bool) -> PlanPartForm:
    blank = {"position": len(book.groups) + 1, "weight": "1", "mode": RespondentGroup.Mode.ONLINE}
    return GroupForm(data, facts=facts or blank, frozen=frozen, units=book.units)


def _sheet_form(book: PlanBook, data: Any, facts: Any, frozen: bool) -> PlanPartForm:
    blank = {"max_blank_share": "0.5", "straight_line_from": 8, "duplicates_from": 8}
    return SheetForm(data, facts=facts or blank, frozen=frozen, leaves=book.leaves, scales=book.scales)


def _scale_form(book: PlanBook, data: Any, facts: Any, frozen: bool) -> PlanPartForm:
    return ScaleForm(data, facts=facts, frozen=frozen)


FORMS: dict[str, Callable[[PlanBook, Any, Any, bool], PlanPartForm]] = {
    SURVEY: _survey_form,
    GROUP: _group_form,
    SHEET: _sheet_form,
    SCALE: _scale_form,
}
PAGES = {
    SURVEY: "surveys/planning/survey.html",
    GROUP: "surveys/planning/group.html",
    SHEET: "surveys/planning/sheet.html",
    SCALE: "surveys/planning/scale.html",
}


@require_http_methods(["GET", "HEAD", "POST"])
@rules.workers_only
def part(request: HttpRequest, pk: int, part: str, part_pk: int | None = None) -> HttpResponse:
    """One part's form: saved at once, or put before a second person where the plan is frozen."""
    block = _block(request, pk)
    if part not in FORMS or (part == SHEET and part_pk is None):
        raise Http404
    book = queries.plan_book(block)
    try:
        facts = actions.facts_of(block, part, part_pk)
    except Refused as refused:
        raise Http404 from refused
    if part == SHEET and not book.scales:
        messages.error(request, "Tạo thang trả lời trước khi soạn mẫu phiếu.")
        return redirect("surveys:plan-part", pk, SCALE)
    frozen = queries.is_year_frozen(block) if part == SCALE else book.frozen
    form = FORMS[part](book, posted(request), facts, frozen)
    if request.method == "POST" and form.is_valid():
        try:
            done = actions.save_part(
                actor=rules.person(request),
                round_group_id=pk,
                part=part,
                pk=part_pk,
                after=form.facts,
                reason=form.cleaned_data.get("reason", ""),
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return _saved(request, pk, done)
    context = {
        "round_group": block,
        "form": form,
        "part": part,
        "title": PARTS[part],
        "is_new": not facts,
        "frozen": frozen,
        "part_pk": part_pk,
    }
    return render(request, PAGES[part], context, status=422 if form.errors else 200)


def _saved(request: HttpRequest, pk: int, done: SurveyRequest | bool) -> HttpResponse:
    if isinstance(done, SurveyRequest):
        messages.success(request, "Đã gửi đề nghị. Kế hoạch đổi khi người quản lý Chỉ số khác xác nhận.")
        return redirect("surveys:request", done.pk)
    messages.success(request, "Đã lưu kế hoạch điều tra." if done else "Không có gì thay đổi.")
    return redirect("surveys:plan", pk)


@require_POST
@rules.workers_only
def remove(request: HttpRequest, pk: int, part: str, part_pk: int) -> HttpResponse:
    """Take a group or a scale out of a plan that nothing came in under."""
    _block(request, pk)
    if part not in (GROUP, SCALE):
        raise Http404
    try:
        actions.remove_part(actor=rules.person(request), round_group_id=pk, part=part, pk=part_pk)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"Đã bỏ {PARTS[part]} khỏi kế hoạch.")
    return redirect("surveys:plan", pk)


@require_POST
@rules.workers_only
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Last year's plan as a proposal."""
    _block(request, pk)
    try:
        groups = actions.copy_earlier(actor=rules.person(request), round_group_id=pk)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"Đã chép {groups} nhóm đối tượng với mẫu phiếu, thang và quy định.")
    return redirect("surveys:plan", pk)
