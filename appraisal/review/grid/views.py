"""The grid of a block: every unit by every leaf, one small cell each, with filters and totals of what waits."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from appraisal.core.queries.cells import FILTERS
from appraisal.core.views.place import Place, check_desk, place

from .table import Look, look_at


@require_GET
def grid_now(request: HttpRequest, group: str) -> HttpResponse:
    """The grid of the year in view: the year stands in the address, as the cells' short links need it."""
    here = place(request, group)
    return redirect(here.grid_address(**{name: request.GET.get(name, "") for name in ("loc", "linh-vuc")}))


@require_GET
def grid_cell(request: HttpRequest, group: str, year: int, unit: str, code: str) -> HttpResponse:
    """From a cell to its review screen, which says who may see it."""
    check_desk(request)
    here = place(request, group)
    return redirect(here.address("cell", unit, code, theo="don-vi", loc=request.GET.get("loc", "")))


@require_GET
def grid(request: HttpRequest, group: str, year: int) -> HttpResponse:
    """Units by leaves. Under a filter, lines and columns without a cell are left out."""
    here = place(request, group)
    wanted = request.GET.get("loc", "")
    look = look_at(here, request.GET.get("linh-vuc", ""), wanted if wanted in FILTERS else "")
    context = {
        "here": here,
        "areas": [(row, here.grid_address(loc=look.wanted, **{"linh-vuc": row.code})) for row in look.areas],
        "whole_address": here.grid_address(loc=look.wanted),
        "area": look.area,
        "filters": [(k, words, _filtered(here, look, k)) for k, words in {"": "Tất cả", **FILTERS}.items()],
        "wanted": look.wanted,
        "body": look.body,
        "bulk_address": here.address("bulk"),
    }
    return render(request, "appraisal/review/grid.html", context)


def _filtered(here: Place, look: Look, key: str) -> str:
    return here.grid_address(loc=key, **{"linh-vuc": look.area})
