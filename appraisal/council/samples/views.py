"""Samples of a block, and the cells that a member judges again."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from appraisal.council.composition.views import reader
from appraisal.models import Sample
from appraisal.rules import seats as seat_rules
from cchc_index.lib.faults import Refused
from cchc_index.lib.form_pages import form_page, posted
from cchc_index.lib.numbers import whole_number
from criteria import queries as criteria_queries
from criteria.models import RoundGroup
from criteria.queries import show_year
from units.models import User

from . import actions, queries
from .forms import DrawForm, FindingForm


@require_http_methods(["GET", "POST"])
def samples(request: HttpRequest, year: int, group: str) -> HttpResponse:
    """What was drawn in a block, and drawing another."""
    user = reader(request)
    if not seat_rules.reads_councils(user):
        raise PermissionDenied
    round_ = show_year(request, year)
    blocks = criteria_queries.blocks_of(round_) if round_ else []
    block = next((row for row in blocks if row.group.code == group), None)
    if block is None:
        raise Http404
    form = DrawForm(posted(request))
    if request.method == "POST":
        if not seat_rules.may_compose(user):
            raise PermissionDenied
        if form.is_valid():
            try:
                drawn = actions.draw_sample(actor=user, round_group_id=block.pk, **form.cleaned_data)
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, f"Đã rút {drawn.cells.count()} lượt tiêu chí.")
                return redirect("council:sample", pk=drawn.pk)
    return _block_page(request, user, block, form)


def _block_page(request: HttpRequest, user: User, block: RoundGroup, form: DrawForm) -> HttpResponse:
    context = {
        "round": block.round,
        "shown": block,
        "samples": queries.samples_of(block),
        "may_draw": seat_rules.may_compose(user),
    }
    return form_page(request, "appraisal/council/samples.html", form, context)


@require_http_methods(["GET", "POST"])
def sample(request: HttpRequest, pk: int) -> HttpResponse:
    """One sample with its findings; a member judges the cells that are theirs."""
    user = reader(request)
    if not seat_rules.reads_councils(user):
        raise PermissionDenied
    row = get_object_or_404(queries.visible_samples(user), pk=pk)
    show_year(request, row.round_group.round.year)
    if request.method == "GET":
        return _sample_page(request, user, row)
    cell = get_object_or_404(row.cells, pk=whole_number(request.POST.get("chosen", ""), digits=11) or 0)
    if cell.member_id != user.pk:
        raise PermissionDenied
    form = FindingForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.judge_again(
                actor=user, sampled_id=cell.pk, result=given["choice"], points=given["points"], words=given["words"]
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Đã ghi kết quả thẩm định lại: {cell}.")
            return redirect("council:sample", pk=row.pk)
    return _sample_page(request, user, row, form, cell.pk)


def _sample_page(
    request: HttpRequest, user: User, row: Sample, form: FindingForm | None = None, chosen: int = 0
) -> HttpResponse:
    context = {
        "sample": row,
        "round": row.round_group.round,
        "report": queries.report(row),
        "form": form,
        "chosen": chosen,
    }
    return render(request, "appraisal/council/sample.html", context, status=422 if form is not None else 200)
