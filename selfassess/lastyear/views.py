"""Carrying a whole assessment over after a look at it, criterion by criterion."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from cchc_index.lib.clients import address_of
from cchc_index.lib.faults import Refused
from cchc_index.lib.numbers import whole_number
from selfassess import rules
from selfassess.core.views import find_assessment, only_the_unit, person
from selfassess.models import SelfAssessment

from . import queries
from .actions import copy_last_year


@require_http_methods(["GET", "HEAD", "POST"])
def copy_all(request: HttpRequest, pk: int) -> HttpResponse:
    """What can be carried over, criterion by criterion; one button does it."""
    found = find_assessment(request, pk)
    if request.method != "POST":
        return _page(request, found)
    only_the_unit(request, found)
    numbers = (whole_number(raw) for raw in request.POST.getlist("criteria"))
    chosen = [number for number in numbers if number is not None]
    if not chosen:
        return _page(request, found, "Chưa chọn tiêu chí nào để chép: đánh dấu ít nhất một dòng.", 400)
    try:
        copied = copy_last_year(
            actor=person(request),
            assessment_id=found.pk,
            criterion_ids=chosen,
            replace="replace" in request.POST,
            address=address_of(request),
        )
    except Refused as refused:
        return _page(request, found, str(refused), 409)
    messages.success(request, str(copied))
    return redirect("selfassess:assessment", found.pk)


def _page(request: HttpRequest, assessment: SelfAssessment, error: str = "", status: int = 200) -> HttpResponse:
    rows = queries.of_all(assessment)
    offers = [row for row in rows if row.offers]
    kept = request.POST.getlist("criteria") if request.method == "POST" else [str(row.criterion.pk) for row in offers]
    context = {
        "assessment": assessment,
        "rows": rows,
        "merged": [] if rows else queries.merged_from(assessment.round_group, assessment.unit),
        "offers": offers,
        "explanations": sum(row.explains and not row.is_explained for row in offers),
        "explained": sum(row.explains and row.is_explained for row in offers),
        "documents": sum(len(row.fresh_papers) for row in offers),
        "outside": sum(row.outside for row in offers),
        "kept": set(kept),
        "replace": "replace" in request.POST,
        "may_edit": rules.can_edit(request.user, assessment),
        "error": error,
    }
    return render(request, "selfassess/lastyear/copy.html", context, status=status)
