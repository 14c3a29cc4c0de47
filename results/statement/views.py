"""Lịch sử thay đổi điểm of one unit: the page, and the PDF that is made in the background."""

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from criteria.models import RoundGroup
from criteria.queries import show_year
from units.models import Unit, User

from . import actions, queries, rules
from .rules import Sight

PER_PAGE = 200


def _found(request: HttpRequest, year: int, group: str, code: str) -> tuple[RoundGroup, Unit, Sight]:
    """The unit's block in that year, the unit, and what the person may see of its statement. Raises Http404 when that
    is nothing, as for a unit that does not exist."""
    if not rules.has_statements(request.user):
        raise PermissionDenied
    round_group = get_object_or_404(queries.blocks_named(year, group))
    unit = get_object_or_404(queries.units_named(round_group, code))
    sight = rules.sight_of(request.user, round_group, unit)
    if sight is None:
        raise Http404
    return round_group, unit, sight


@require_GET
def statement(request: HttpRequest, year: int, group: str, code: str) -> HttpResponse:
    """`?tieu-chi=` and `?nguoi=` filter, `?xep=tieu-chi` goes criterion after criterion."""
    round_group, unit, sight = _found(request, year, group, code)
    show_year(request, year)
    read = queries.statement(round_group, unit, sight)
    chosen = {name: request.GET.get(name, "") for name in ("tieu-chi", "nguoi", "xep")}
    rows = read.select(chosen["tieu-chi"], chosen["nguoi"], by_criterion=chosen["xep"] == "tieu-chi")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("trang"))
    context: dict[str, Any] = {
        "statement": read,
        "unit": unit,
        "round": round_group.round,
        "round_group": round_group,
        "page": page,
        "code": chosen["tieu-chi"],
        "actor": chosen["nguoi"],
        "by_criterion": chosen["xep"] == "tieu-chi",
        "filters": urlencode({name: value for name, value in chosen.items() if value}),
        "reads_all": sight.everything,
        "is_own": sight.unsubmitted,
    }
    return render(request, "results/statement/statement.html", context)


@require_POST
def request_pdf(request: HttpRequest, year: int, group: str, code: str) -> HttpResponseRedirect:
    round_group, unit, _ = _found(request, year, group, code)
    assert isinstance(request.user, User)  # who has statements has an account
    job = actions.request_statement(actor=request.user, round_group_id=round_group.pk, unit_id=unit.pk)
    return redirect("results:job", pk=job.pk)
