"""Before the evidence opens: the member's word on conflicts, and why a closed unit is closed."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from appraisal.core.queries.interests import standing_interest
from appraisal.rules import reach
from criteria import queries as criteria_queries
from criteria.models import Round
from units import rules as people
from units.models import Unit

View = Callable[..., HttpResponseBase]


class ClosedUnit(Http404):
    """The person's own unit, or one in which they declared an interest."""

    def __init__(self, unit: Unit) -> None:
        super().__init__()
        self.unit = unit


def guarded(view: View) -> View:
    """A page with evidence: a member who has not yet confirmed is first asked (a redirect; nothing is
    written), and a closed unit answers 404 with the reason, never with the evidence."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        year = kwargs.get("year")
        current = criteria_queries.show_year(request, year) if year else criteria_queries.round_in_view(request)
        if current is not None and reach.must_confirm(request.user, desk_of(request, current)):
            onward = {"nam": str(current.year), "tiep": request.get_full_path()} if request.method == "GET" else {}
            return redirect(f"{reverse('appraisal:interests')}?{urlencode(onward)}")
        try:
            return view(request, *args, **kwargs)
        except ClosedUnit as closed:
            return _closed(request, closed.unit)

    return inner


def desk_of(request: HttpRequest, current: Round) -> reach.Desk:
    """The person's place in a round, read once per request."""
    kept: dict[int, reach.Desk] = request.__dict__.setdefault("_desks", {})
    if current.pk not in kept:
        kept[current.pk] = reach.desk(request.user, current)
    return kept[current.pk]


def _closed(request: HttpRequest, unit: Unit) -> HttpResponseBase:
    user = request.user
    context = {
        "unit": unit,
        "is_own": people.is_own_unit(user, unit.pk),
        "is_home": unit.pk in people.grants(user).home_units,
        "interest": standing_interest(user, unit),
    }
    return render(request, "appraisal/core/closed.html", context, status=404)
