"""The council's lists: assignments and progress, one unit, one criterion, and the release of a stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from appraisal import actions, queries, rules
from appraisal.models import Release, Stage
from cchc_index.lib.faults import Refused
from units import rules as people
from units.models import Unit

from . import listing
from .consistency import review_address
from .grid import View
from .place import Place, check_desk, place, places


@dataclass(frozen=True)
class Line:
    """Progress on one unit or one criterion."""

    label: str
    code: str
    address: str
    counts: queries.Tally
    submitted: bool = True
    illustrative: bool = False


@dataclass(frozen=True)
class StageStep:
    """A stage as the manager sees it: released at, or the address at which to release it."""

    label: str
    done: Release | None
    address: str


@dataclass(frozen=True)
class Block:
    """One block on the first page."""

    place: Place
    counts: queries.Tally
    submitted: int
    units: list[Line]
    criteria: list[Line]
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
        bulk = self.place.stage in (Stage.ROUND1, Stage.ROUND2) and self.place.scope.parts
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
            "reads_all": rules.reads_all(user),
            "may_declare": people.is_council_member(user) or people.is_index_manager(user),
        },
    )


def _block(here: Place) -> Block:
    """Counted from the kept lines: every block whole, on the page that everybody opens first."""
    view = View(here)
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
            Line(unit.name, unit.code, unit_address(unit.code), tally(kinds), legend[kinds[0]].submitted)
            for unit, kinds in at_unit.items()
        ],
        criteria=[
            Line(leaf.name, leaf.code, leaf_address(leaf.code), tally(kinds), illustrative=leaf.is_illustrative)
            for leaf, kinds in zip(here.leaves, at_leaf, strict=True)
            if kinds
        ],
        following=_following(here, view, seen),
        stages=_stage_steps(here),
    )


def _following(here: Place, view: View, seen: Mapping[Unit, Sequence[int]]) -> str:
    """The first cell that waits for this person."""
    if here.stage is None or not (here.scope.parts or here.stage == Stage.FINAL):
        return ""
    pending = view.matrix.those(lambda kind: kind.pending)
    for unit, columns in seen.items():
        kinds = view.matrix.lines[unit.pk].kinds
        for n in columns:
            if kinds[n] in pending and here.may_judge(unit, here.leaves[n]):
                return here.address("cell", unit.code, here.leaves[n].code)
    return ""


def _stage_steps(here: Place) -> list[StageStep]:
    done = {r.stage: r for r in Release.objects.filter(round_group=here.round_group).order_by("pk")}
    return [
        StageStep(
            Stage(stage).label,
            done.get(stage),
            here.address("release", stage) if stage in done or _due(here, stage) else "",
        )
        for stage in rules.RELEASABLE
        if stage != Stage.IMPORT or stage in done or _due(here, stage)
    ]


def _due(here: Place, stage: Stage) -> bool:
    return rules.release_is_due(here.calendar, here.round_group, stage)


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
    return _list_page(request, here, cells, "tieu-chi", {"criterion": leaf})


def _list_page(
    request: HttpRequest, here: Place, cells: list[queries.GridCell], along: str, extra: dict[str, object]
) -> HttpResponse:
    wanted = request.GET.get("loc", "")
    wanted = wanted if wanted in queries.FILTERS else ""
    passed = [cell.passes() for cell in cells]
    shown = [cell for cell, passes in zip(cells, passed, strict=True) if passes.get(wanted, True)]
    can_bulk = here.stage != Stage.FINAL and any(cell.can_be_recognised for cell in shown)
    address = here.addresses("cell", 2, theo=along, loc=wanted)
    if along == "tieu-chi":
        rows = listing.unit_rows(shown, address, ticks=can_bulk)
    else:
        rows = listing.criterion_rows(shown, address, here.areas, ticks=can_bulk)
    context = {
        "here": here,
        "rows": rows,
        "counts": queries.tally(cells),
        "filters": [(key, words, sum(passes[key] for passes in passed)) for key, words in queries.FILTERS.items()],
        "wanted": wanted,
        "along": along,
        "bulk_address": here.address("bulk"),
        "can_bulk": can_bulk,
        **extra,
    }
    return render(request, "appraisal/review/list.html", context)


@require_http_methods(["GET", "POST"])
def release(request: HttpRequest, group: str, stage: str) -> HttpResponse:
    """Confirm with counts, then release a stage to the units of the block; or take the release back."""
    here = place(request, group)
    if not people.is_index_manager(here.user):
        raise PermissionDenied
    if stage not in rules.RELEASABLE:
        raise Http404
    if request.method == "GET":
        return _release_page(request, here, Stage(stage))
    try:
        messages.success(request, _release(request, here, Stage(stage)))
    except Refused as refused:
        return _release_page(request, here, Stage(stage), str(refused))
    return redirect("appraisal:home")


def _release_page(request: HttpRequest, here: Place, stage: Stage, error: str = "") -> HttpResponse:
    done = Release.objects.filter(round_group=here.round_group, stage=stage).first()
    context = {
        "here": here,
        "stage": stage,
        "due": _due(here, stage),
        "done": done,
        "fixed": done is not None and rules.something_rests_on(done),
        "counts": queries.tally(_cells_shown_by(here, stage)),
        "units": here.units,
        "report_address": here.address("consistency"),
        "review_address": review_address(here, stage) if done is None else "",
        "error": error,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "appraisal/releases/release.html", context, status=422 if error else 200)


def _cells_shown_by(here: Place, stage: Stage) -> list[queries.GridCell]:
    """What the units see once the stage is released. The archive is released apart from the year's stages, so
    neither counts the results of the other."""
    cells = here.cells(here.units, here.leaves)
    return [cell for cell in cells if _is_archived(cell) == (stage == Stage.IMPORT)]


def _is_archived(cell: queries.GridCell) -> bool:
    return cell.standing is not None and cell.standing.stage == Stage.IMPORT


def _release(request: HttpRequest, here: Place, stage: Stage) -> str:
    """Carry out what the form asks; the sentence that says so."""
    block = here.round_group
    if request.POST.get("viec") == "rut-lai":
        reason = request.POST.get("reason", "")
        actions.withdraw(actor=here.user, round_group_id=block.pk, stage=stage, reason=reason)
        return f"Đã rút lại công bố {stage.label} của khối {block.group}; đơn vị không còn thấy kết quả."
    actions.release(actor=here.user, round_group_id=block.pk, stage=stage)
    return f"Đã công bố kết quả {stage.label} cho các đơn vị khối {block.group}."
