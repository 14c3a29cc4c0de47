"""The council's lists: every criterion of one unit, and one criterion across the units."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from appraisal.core.queries.cells import FILTERS, GridCell, tally
from appraisal.core.views.place import Place, place

from . import markup


@require_GET
def by_unit(request: HttpRequest, group: str, unit: str) -> HttpResponse:
    """Every leaf of the person's part at one unit, under its area."""
    here = place(request, group)
    found = here.unit(unit)
    cells = here.cells([found], here.leaves, evidence=True, changes=True)
    if not cells:
        raise Http404
    return _list_page(request, here, cells, "don-vi", {"unit": found})


@require_GET
def by_criterion(request: HttpRequest, group: str, code: str) -> HttpResponse:
    """The same criterion across the units of the person's part: one yardstick for all."""
    here = place(request, group)
    leaf = here.leaf(code)
    cells = here.cells(here.units, [leaf], evidence=True, changes=True)
    if not cells:
        raise Http404
    return _list_page(request, here, cells, "tieu-chi", {"unit": None, "criterion": leaf})


def _list_page(
    request: HttpRequest, here: Place, cells: list[GridCell], along: str, extra: dict[str, object]
) -> HttpResponse:
    wanted = request.GET.get("loc", "")
    wanted = wanted if wanted in FILTERS else ""
    passed = [cell.passes() for cell in cells]
    shown = [cell for cell, passes in zip(cells, passed, strict=True) if passes.get(wanted, True)]
    can_bulk = not here.is_meeting and any(cell.can_be_recognised for cell in shown)
    address = here.addresses("cell", 2, theo=along, loc=wanted)
    if along == "tieu-chi":
        rows = markup.unit_rows(shown, address, ticks=can_bulk)
    else:
        rows = markup.criterion_rows(shown, address, here.areas, ticks=can_bulk)
    context = {
        "here": here,
        "rows": rows,
        "counts": tally(cells),
        "filters": [(key, words, sum(passes[key] for passes in passed)) for key, words in FILTERS.items()],
        "wanted": wanted,
        "along": along,
        "bulk_address": here.address("bulk"),
        "can_bulk": can_bulk,
        **extra,
    }
    return render(request, "appraisal/review/list.html", context)
