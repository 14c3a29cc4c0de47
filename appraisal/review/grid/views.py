"""The grid of a block: every unit by every leaf, one small cell each, with filters and totals of what waits."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from appraisal.core.queries.cells import FILTERS, WARNED
from appraisal.core.views.place import Place, check_desk, place
from criteria.queries import corrected_rules

from .table import Look, has_part, look_at

WHOLE = "tat-ca"


@require_GET
def grid_now(request: HttpRequest, group: str) -> HttpResponse:
    """The grid of the year in view: the year stands in the address, as the cells' short links need it."""
    here = place(request, group)
    return redirect(here.grid_address(**{name: request.GET.get(name, "") for name in ("loc", "linh-vuc", "pham-vi")}))


@require_GET
def grid_cell(request: HttpRequest, group: str, year: int, unit: str, code: str) -> HttpResponse:
    """From a cell to its review screen, which says who may see it."""
    check_desk(request)
    here = place(request, group)
    return redirect(here.address("cell", unit, code, theo="don-vi", loc=request.GET.get("loc", "")))


@require_GET
def grid(request: HttpRequest, group: str, year: int) -> HttpResponse:
    """Units by leaves: a person's own part first, the rest when asked for. Under a filter, lines and columns without
    a cell are left out."""
    here = place(request, group)
    wanted, own = request.GET.get("loc", ""), request.GET.get("pham-vi") != WHOLE
    look = look_at(here, request.GET.get("linh-vuc", ""), wanted if wanted in FILTERS else "", own=own)
    by_kind = look.filtered_by == "canh-bao" or look.filtered_by in WARNED
    context = {
        "here": here,
        "areas": [(row, _address(here, look, area=row.code)) for row in look.areas],
        "whole_address": _address(here, look, area=""),
        "area": look.area,
        "filters": [
            (key, words, _address(here, look, filtered_by=key))
            for key, words in {"": "Tất cả", **FILTERS}.items()
            if (key not in WARNED or by_kind) and (key != "quy-tac" or corrected_rules(here.round_group))
        ],
        "wanted": look.filtered_by,
        "has_part": has_part(here),
        "own": look.own,
        "other_address": _address(here, look, area="", own=not look.own),
        "body": look.body,
        "bulk_address": here.address("bulk"),
    }
    return render(request, "appraisal/review/grid.html", context)


def _address(
    here: Place, look: Look, *, area: str | None = None, filtered_by: str | None = None, own: bool | None = None
) -> str:
    """The grid as it is looked at, but for what is given."""
    return here.grid_address(
        **{
            "loc": look.filtered_by if filtered_by is None else filtered_by,
            "linh-vuc": look.area if area is None else area,
            "pham-vi": "" if (look.own if own is None else own) else WHOLE,
        }
    )
