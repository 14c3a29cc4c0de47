"""The criterion page's button that copies last year's explanation and documents."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from cchc_index.lib.clients import address_of
from cchc_index.lib.faults import Refused
from selfassess.core.views import find_assessment, find_criterion, only_the_unit, person
from selfassess.lastyear import actions

from .criterion import page_of, save_typed, trouble_of


@require_POST
def copy_last_year(request: HttpRequest, pk: int, criterion_id: int) -> HttpResponse:
    """Explanation and documents of one criterion. What was typed in the form is saved first."""
    found = find_assessment(request, pk)
    only_the_unit(request, found)
    leaf = find_criterion(found, criterion_id)
    trouble = save_typed(request, found, leaf) if "version" in request.POST else None
    if trouble:
        return page_of(request, found, leaf, trouble)
    try:
        copied = actions.copy_last_year(
            actor=person(request),
            assessment_id=found.pk,
            criterion_ids=[leaf.pk],
            replace="replace" in request.POST,
            address=address_of(request),
        )
    except Refused as refused:
        return page_of(request, found, leaf, trouble_of(refused))
    messages.success(request, str(copied))
    return redirect(reverse("selfassess:criterion", args=[found.pk, leaf.pk]) + "#score")
