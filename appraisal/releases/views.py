"""The release of a stage to the units: what they will see, the deed, and its withdrawal."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from appraisal.consistency.views import review_address
from appraisal.core.queries.cells import GridCell, tally
from appraisal.core.views.place import Place, place
from appraisal.models import Release
from appraisal.rules import stages
from cchc_index.lib.faults import Refused
from criteria.models import Stage
from units import rules as people
from units.proofs.rules import ask_for_proof

from . import actions, queries


@dataclass(frozen=True)
class StageStep:
    """A stage as the manager sees it: released at, or the address at which to release it."""

    label: str
    done: Release | None
    address: str


def stage_steps(here: Place) -> list[StageStep]:
    done = queries.releases_by_stage(here.round_group)
    shown = [(stage, stage.pk in done or _due(here, stage)) for stage in here.calendar.releasable]
    return [
        StageStep(stage.title, done.get(stage.pk), here.address("release", stage.name) if may_open else "")
        for stage, may_open in shown
        if stage.kind != Stage.Kind.ARCHIVE or may_open
    ]


def _due(here: Place, stage: Stage) -> bool:
    return stages.release_is_due(here.calendar, here.round_group, stage)


@require_http_methods(["GET", "POST"])
def release(request: HttpRequest, group: str, stage: str) -> HttpResponse:
    """Confirm with counts, then release a stage to the units of the block; or take the release back."""
    here = place(request, group)
    if not people.is_index_manager(here.user):
        raise PermissionDenied
    found = here.calendar.named(stage)
    if found is None or found not in here.calendar.releasable:
        raise Http404
    if request.method == "GET":
        return _release_page(request, here, found)
    ask_for_proof(request)
    try:
        messages.success(request, _release(request, here, found))
    except Refused as refused:
        return _release_page(request, here, found, str(refused))
    return redirect("appraisal:home")


def _release_page(request: HttpRequest, here: Place, stage: Stage, error: str = "") -> HttpResponse:
    done = queries.releases_by_stage(here.round_group).get(stage.pk)
    cells = here.cells(here.units, here.leaves)
    shown = [cell for cell in cells if _is_shown_by(here, stage, cell)]
    context = {
        "here": here,
        "stage": stage,
        "is_archive": stage.kind == Stage.Kind.ARCHIVE,
        "next_appraisal": here.calendar.next_appraisal(stage.pk),
        "kept": here.calendar.sequels[stage.pk].keeps,
        "due": _due(here, stage),
        "done": done,
        "fixed": done is not None and stages.something_rests_on(done),
        "counts": tally(shown),
        "apart": len(cells) - len(shown),
        "units": here.units,
        "report_address": here.address("consistency"),
        "review_address": review_address(here, stage) if done is None else "",
        "error": error,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "appraisal/releases/release.html", context, status=422 if error else 200)


def _is_shown_by(here: Place, stage: Stage, cell: GridCell) -> bool:
    """Whether the units see the cell's result once the stage is released. The archive is released apart from the
    year's stages, so neither counts the results of the other."""
    given_at = cell.standing.stage if cell.standing is not None else 0
    return here.calendar.is_archive(given_at) == here.calendar.is_archive(stage.pk)


def _release(request: HttpRequest, here: Place, stage: Stage) -> str:
    """Carry out what the form asks; the sentence that says so."""
    block = here.round_group
    if request.POST.get("verb") == "withdraw":
        reason = request.POST.get("reason", "")
        actions.withdraw_release(actor=here.user, round_group_id=block.pk, stage=stage.name, reason=reason)
        return f"Đã thu hồi thông báo kết quả {stage.title} của khối {block.group}; đơn vị không còn thấy kết quả."
    actions.release(actor=here.user, round_group_id=block.pk, stage=stage.name)
    return f"Đã thông báo kết quả {stage.title} cho các đơn vị khối {block.group}."
