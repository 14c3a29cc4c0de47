"""Which agency verifies what, and the agency's own page."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from appraisal.council.composition.views import composer, reader
from appraisal.models import VerifyingAgency
from appraisal.rules.verifying import may_verify
from cchc_index.lib.faults import Refused
from cchc_index.lib.form_pages import form_page, posted
from cchc_index.lib.numbers import whole_number
from criteria import queries as criteria_queries
from criteria.queries import show_year
from units.models import User

from . import actions, queries
from .forms import AgencyForm, VerifyForm


@require_http_methods(["GET", "POST"])
def agencies(request: HttpRequest, year: int, group: str) -> HttpResponse:
    """The agencies of a block, and naming one."""
    actor, round_ = composer(request, year)
    block = next((row for row in criteria_queries.blocks_of(round_) if row.group.code == group), None)
    if block is None:
        raise Http404
    form = AgencyForm(posted(request), block=block)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.name_agency(
                actor=actor,
                round_group_id=block.pk,
                criterion_id=int(given["criterion"]),
                agency=given["unit"],
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Đã lưu cơ quan kiểm chứng của tiêu chí.")
            return redirect("council:agencies", year=year, group=group)
    context = {"round": round_, "shown": block, "rows": queries.agencies(block)}
    return form_page(request, "appraisal/council/agencies.html", form, context)


@require_http_methods(["GET"])
def verifying(request: HttpRequest) -> HttpResponse:
    """What the person's agency verifies in the year in view, what waits first."""
    user = reader(request)
    if not queries.visible(user).exists():
        raise PermissionDenied
    current = criteria_queries.round_in_view(request)
    rows = queries.of_round(user, current) if current else []
    return render(request, "appraisal/council/verifying.html", {"round": current, "rows": rows})


@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest, pk: int) -> HttpResponse:
    """One leaf at every unit: what the unit gave itself with its evidence, what the agency finds."""
    user = reader(request)
    row = get_object_or_404(queries.visible(user), pk=pk)
    show_year(request, row.round_group.round.year)
    if request.method == "GET":
        return _verify_page(request, user, row)
    unit = whole_number(request.POST.get("chosen", ""), digits=11) or 0
    if not may_verify(user, row, unit):
        raise PermissionDenied
    form = VerifyForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.verify(
                actor=user,
                verifying_id=row.pk,
                unit_id=unit,
                points=given["points"],
                not_applicable=given["applicable"],
                words=given["words"],
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Đã ghi ý kiến của cơ quan kiểm chứng.")
            return redirect("council:verify", pk=row.pk)
    return _verify_page(request, user, row, form, unit)


def _verify_page(
    request: HttpRequest, user: User, row: VerifyingAgency, form: VerifyForm | None = None, chosen: int = 0
) -> HttpResponse:
    context = {
        "row": row,
        "round": row.round_group.round,
        "lines": queries.lines(user, row),
        "form": form,
        "chosen": chosen,
    }
    return render(request, "appraisal/council/verify.html", context, status=422 if form is not None else 200)
