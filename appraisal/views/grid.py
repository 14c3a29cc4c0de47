"""The grid of a block: every unit by every leaf, one small cell each, with filters and totals of what waits."""

import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from appraisal import kept, matrix, queries, rules
from cchc_index.lib.programs import source_digest
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
        return matrix.read(
            here.round_group,
            here.units,
            here.leaves,
            released=released,
            text=grid_html.cells,
            made_by=_made_by(),
        )

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


class Area(NamedTuple):
    code: str
    name: str
    is_leaf: bool


@dataclass(frozen=True)
class Look:
    """What a person sees of a block, as it can be kept."""

    stamp: tuple[object, ...]
    areas: tuple[Area, ...]
    area: str
    wanted: str
    body: grid_html.Body


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
    look = _look(here, request.GET.get("linh-vuc", ""), wanted if wanted in queries.FILTERS else "")
    context = {
        "here": here,
        "areas": [(row, here.grid_address(loc=look.wanted, **{"linh-vuc": row.code})) for row in look.areas],
        "whole_address": here.grid_address(loc=look.wanted),
        "area": look.area,
        "filters": [(k, words, _filtered(here, look, k)) for k, words in {"": "Tất cả", **queries.FILTERS}.items()],
        "wanted": look.wanted,
        "body": look.body,
        "bulk_address": here.address("bulk"),
    }
    return render(request, "appraisal/review/grid.html", context)


def _look(here: Place, area: str, wanted: str) -> Look:
    """The grid as it was last made for somebody with the same rights, while nothing it depends on has changed;
    else made now. A block without units for this person is not there."""
    whose = hashlib.sha256(repr((here.holdings, area, wanted)).encode()).hexdigest()
    key, stamp = f"appraisal-grid-{_made_by()}-{here.round_group.pk}-{whose}", _stamp(here)
    found = kept.get(key)
    if isinstance(found, Look) and found.stamp == stamp:
        return found
    if not here.units:
        raise Http404
    areas = tuple(Area(row.code, row.name, row.is_leaf) for row in dict.fromkeys(here.areas.values()))
    known = area if area in {row.code for row in areas} else ""
    look = Look(stamp, areas, known, wanted, grid_html.body(View(here, area=known, wanted=wanted)))
    if known == area and wanted in ("", *_COUNTED):
        kept.put(key, look)
    return look


def _stamp(here: Place) -> tuple[object, ...]:
    """What every kept grid of the block depends on, beside the rights of who looks."""
    block = here.round_group
    return (
        here.grid_address(),
        (block.criteria_set_id, block.inputs_mark, block.group.units_version),
        (block.round.assessed_from, block.round.assessed_to),
        (here.stage, sorted(here.calendar.released), sorted(here.blind)),
    )


@cache
def _made_by() -> str:
    """Another program finds nothing of what this one kept: it might not be able to read it."""
    return source_digest(sys.modules[__name__], grid_html, matrix, queries)[:16]


def _filtered(here: Place, look: Look, key: str) -> str:
    return here.grid_address(loc=key, **{"linh-vuc": look.area})
