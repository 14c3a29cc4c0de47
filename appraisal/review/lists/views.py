"""The council's lists: every criterion of one unit, and one criterion across the units."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from appraisal.core.queries.cells import FILTERS, RARE, GridCell, tally
from appraisal.core.views.place import Place, place
from criteria import scoring
from criteria.models import Criterion

from . import markup, queries


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
    return _list_page(request, here, cells, "tieu-chi", {"unit": None, "criterion": leaf}, leaf)


def _list_page(
    request: HttpRequest,
    here: Place,
    cells: list[GridCell],
    along: str,
    extra: dict[str, object],
    leaf: Criterion | None = None,
) -> HttpResponse:
    wanted = request.GET.get("loc", "")
    wanted = wanted if wanted in FILTERS else ""
    passed = [cell.passes() for cell in cells]
    filters = [(key, words, sum(passes[key] for passes in passed)) for key, words in FILTERS.items()]
    shown = [cell for cell, passes in zip(cells, passed, strict=True) if passes.get(wanted, True)]
    can_bulk = not here.is_meeting and any(cell.can_be_recognised or cell.can_be_kept for cell in shown)
    address = here.addresses("cell", 2, theo=along, loc=wanted)
    if leaf is not None:
        declared = queries.declared(here.round_group, leaf)
        rows = markup.unit_rows(shown, address, ticks=can_bulk, declared=declared, deciding=not here.is_meeting)
    else:
        rows = markup.criterion_rows(shown, address, here.areas, ticks=can_bulk)
    context = {
        "here": here,
        "rows": rows,
        "counts": tally(cells),
        "filters": [one for one in filters if one[2] or one[0] == wanted or one[0] not in RARE],
        "wanted": wanted,
        "along": along,
        "bulk_address": here.address("bulk"),
        "can_bulk": can_bulk,
        "declares": bool(leaf and scoring.fields(leaf.rule)),
        "can_recognise": any(cell.can_be_recognised for cell in shown),
        "can_keep": can_bulk and any(cell.can_be_kept for cell in shown),
        "can_adjust": any(cell.may_decide and not cell.blind for cell in shown),
        "rule_lines": scoring.describe(leaf.rule, leaf.max_points) if leaf else [],
        **extra,
    }
    return render(request, "appraisal/review/list.html", context)
