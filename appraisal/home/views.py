"""The council's first page: what is assigned with its progress, and for a manager the releases of every block."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from appraisal.core.queries.cells import CellCounts
from appraisal.core.views.place import Place, check_desk, places
from appraisal.releases.views import StageStep, stage_steps
from appraisal.review.grid.table import Selection
from appraisal.rules import reach
from units import rules as people
from units.models import Unit


@dataclass(frozen=True)
class HomeLine:
    """Progress on one unit or one criterion."""

    label: str
    code: str
    address: str
    counts: CellCounts
    submitted: bool = True
    illustrative: bool = False


@dataclass(frozen=True)
class Block:
    """One block on the first page."""

    place: Place
    counts: CellCounts
    submitted: int
    units: list[HomeLine]
    criteria: list[HomeLine]
    following: str
    stages: list[StageStep]

    @property
    def blind_address(self) -> str:
        """Which leaves two members judge, and what waits for the second."""
        return self.place.address("blind")

    @property
    def consistency_address(self) -> str:
        """Whether like cases were judged alike."""
        return self.place.address("consistency")

    @property
    def batches_address(self) -> str:
        """The person's own bulk recognitions; nothing where they make none."""
        bulk = self.place.is_appraising and self.place.scope.parts
        return self.place.address("batches") if bulk else ""


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Assignments with progress for a member; every block with its releases for a manager."""
    user = check_desk(request)
    blocks = [_block(here) for here in places(request)]
    return render(
        request,
        "appraisal/home/home.html",
        {
            "blocks": blocks,
            "is_manager": people.is_index_manager(user),
            "reads_all": reach.reads_all(user),
            "may_declare": people.is_council_member(user) or people.is_index_manager(user),
        },
    )


def _block(here: Place) -> Block:
    """Counted from the kept lines: every block whole, on the page that everybody opens first."""
    view = Selection(here)
    seen = {unit: columns for unit in here.units if (columns := view.shown(unit))}
    at_unit = {unit: [view.matrix.lines[unit.pk].kinds[n] for n in columns] for unit, columns in seen.items()}
    at_leaf: list[list[int]] = [[] for _ in here.leaves]
    for unit, columns in seen.items():
        for n, kind in zip(columns, at_unit[unit], strict=True):
            at_leaf[n].append(kind)
    tally, legend = view.matrix.tally, view.matrix.legend
    unit_address, leaf_address = here.addresses("unit"), here.addresses("criterion")
    return Block(
        place=here,
        counts=tally([kind for kinds in at_unit.values() for kind in kinds]),
        submitted=sum(legend[kinds[0]].submitted for kinds in at_unit.values()),
        units=[
            HomeLine(unit.name, unit.code, unit_address(unit.code), tally(kinds), legend[kinds[0]].submitted)
            for unit, kinds in at_unit.items()
        ],
        criteria=[
            HomeLine(leaf.name, leaf.code, leaf_address(leaf.code), tally(kinds), illustrative=leaf.is_illustrative)
            for leaf, kinds in zip(here.leaves, at_leaf, strict=True)
            if kinds
        ],
        following=_following(here, view, seen),
        stages=stage_steps(here),
    )


def _following(here: Place, view: Selection, seen: Mapping[Unit, Sequence[int]]) -> str:
    """The first cell that waits for this person."""
    if here.stage is None or not (here.scope.parts or here.is_meeting):
        return ""
    pending = view.matrix.those(lambda kind: kind.pending)
    for unit, columns in seen.items():
        kinds = view.matrix.lines[unit.pk].kinds
        for n in columns:
            if kinds[n] in pending and here.may_judge(unit, here.leaves[n]):
                return here.address("cell", unit.code, here.leaves[n].code)
    return ""
