"""The list of criteria with what is missing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from selfassess.core.views import find_assessment
from selfassess.lifecycle.views import standing
from selfassess.offices.queries import own_rows, parts_of


@require_safe
def assessment(request: HttpRequest, pk: int) -> HttpResponse:
    """The task list."""
    found = find_assessment(request, pk)
    context = standing(request, found)
    parts = parts_of(found, context["tasks"])
    mine = own_rows(parts, request.user.pk or 0)
    lacking = [row for row in mine if row.lacking]
    first = next((row for row in lacking if row.state == "none"), None) or next(iter(lacking), None)
    context |= {"parts": parts, "mine": mine, "mine_lacking": lacking}
    context["following"] = first or context["tasks"].first_undone
    return render(request, "selfassess/scores/assessment.html", context)
