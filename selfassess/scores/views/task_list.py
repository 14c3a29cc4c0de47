"""The list of criteria with what is missing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from selfassess.core.views import find_assessment
from selfassess.lifecycle.views import standing


@require_safe
def assessment(request: HttpRequest, pk: int) -> HttpResponse:
    """The task list."""
    found = find_assessment(request, pk)
    return render(request, "selfassess/scores/assessment.html", standing(request, found))
