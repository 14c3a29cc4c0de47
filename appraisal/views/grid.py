"""The grid of a block: every unit by every leaf, one small cell each, with filters and totals of what waits."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from appraisal import matrix, queries, rules
from units.models import Unit

from . import grid_html
from .place import Place, check_desk, place

_COUNTED: dict[str, Callable[[matrix.Kind], bool]] = {
    "cho": lambda kind: kind.pending,
    "lech": lambda kind: kind.adjusted,
    "cho-giai-trinh": lambda kind: kind.awaiting,
}
"""Filters that the kept lines answer; the others ask the cells."""


@dataclass(frozen=True)
class View:
    """What of a block is looked at: one area or all, through one filter or none."""

    here: Place
    area: str = ""
    wanted: str = ""

    @cached_property
    def matrix(self) -> matrix.Matrix:
        here = self.here
        released = here.calendar.released
        return matrix.read(here.round_group, here.units, here.leaves, released=released, text=grid_html.cell)

    @cached_property
    def columns(self) -> list[int]:
        """The places of the area's leaves in the order of the tree."""
        areas = self.here.areas
        return [n for n, leaf in enumerate(self.here.leaves) if self.area in ("", areas[leaf.pk].code)]

    @cached_property
    def _matching(self) -> frozenset[tuple[int, int]]:
        changes = self.wanted == "da-doi"
        cells = self.here.cells(self.here.units, self.here.leaves, evidence=True, changes=changes)
        return frozenset((c.unit.pk, c.criterion.pk) for c in cells if c.matches(self.wanted))

    def shown(self, unit: Unit) -> list[int]:
        """The columns in which the person sees a cell of the unit under the filter."""
        seen = self._leaves(unit, judging=False)
        columns = self.columns if len(seen) == len(self.here.leaves) else [n for n in self.columns if n in seen]
        if not self.wanted:
            return columns
        if self.wanted in _COUNTED:
            kinds, passing = self.matrix.lines[unit.pk].kinds, self.matrix.those(_COUNTED[self.wanted])
            return [n for n in columns if kinds[n] in passing]
        return [n for n in columns if (unit.pk, self.here.leaves[n].pk) in self._matching]

    def judged(self, unit: Unit) -> frozenset[int]:
        """The columns in which the person may recognise among many."""
        return self._leaves(unit, judging=True) if self.here.stage in rules.BLIND_STAGES else frozenset()

    def _leaves(self, unit: Unit, *, judging: bool) -> frozenset[int]:
        """As `Scope.shows` and `covers` say, worked out once for all units with the same parts."""
        scope = self.here.scope
        closed = unit.pk in scope.own_units
        parts = tuple(n for n, part in enumerate(scope.parts) if part.units is None or unit.pk in part.units)
        key = (() if closed else parts, judging)
        if key not in self._known:
            leaves: set[int] = set().union(*(scope.parts[n].leaves for n in key[0]))
            if scope.reads_all and not judging:
                leaves |= scope.leaves
            if judging:
                leaves -= set(self.here.blind)
            self._known[key] = frozenset(n for n, leaf in enumerate(self.here.leaves) if leaf.pk in leaves)
        return self._known[key]

    @cached_property
    def _known(self) -> dict[tuple[tuple[int, ...], bool], frozenset[int]]:
        return {}


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
    if not here.units:
        raise Http404
    areas = list(dict.fromkeys(here.areas.values()))
    area = request.GET.get("linh-vuc", "")
    wanted = request.GET.get("loc", "")
    view = View(
        here,
        area=area if area in {row.code for row in areas} else "",
        wanted=wanted if wanted in queries.FILTERS else "",
    )
    body = grid_html.body(view)
    context = {
        "here": here,
        "areas": [(row, here.grid_address(loc=view.wanted, **{"linh-vuc": row.code})) for row in areas],
        "whole_address": here.grid_address(loc=view.wanted),
        "area": view.area,
        "filters": [(k, words, _filtered(here, view, k)) for k, words in {"": "Tất cả", **queries.FILTERS}.items()],
        "wanted": view.wanted,
        "body": body,
        "bulk_address": here.address("bulk"),
    }
    return render(request, "appraisal/grid.html", context)


def _filtered(here: Place, view: View, key: str) -> str:
    return here.grid_address(loc=key, **{"linh-vuc": view.area})
