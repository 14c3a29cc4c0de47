"""Taking back what one has just decided, while its stage is not released."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from appraisal import steps
from appraisal.core.queries.cells import FILTERS, GridCell
from appraisal.core.views.place import Place, place
from appraisal.models import Appraisal, AppraisalEntry
from appraisal.opinions import queries as opinions_queries
from appraisal.rules import deciding
from cchc_index.lib import clock, numbers
from cchc_index.lib.faults import Refused
from criteria.models import Criterion
from units.models import Unit

from . import actions, queries
from .forms import UndoForm


@dataclass(frozen=True, slots=True)
class Undo:
    """For `_undo.html`: what may be taken back, and how."""

    sentence: str
    address: str
    version: int


def undo_of(
    here: Place,
    row: GridCell,
    history: Sequence[AppraisalEntry],
    panel: opinions_queries.Panel | None,
    **query: str,
) -> Undo | None:
    """The decision on the cell that the person may take back; None for none. No query. `history`: the cell's
    steps; `query`: the list that the person came from."""
    last = steps.counting(history)[-1:]
    cell = (row.unit.pk, row.criterion.pk)
    if here.council is not None:
        return None  # what a council has concluded, nobody takes back alone
    if not last or not row.submitted or not deciding.may_undo(here.user, here.stage, here.scope, cell, last[0]):
        return None
    step = last[0]
    if panel and any((o.stage_id, o.standing_version + 1) == (step.stage_id, step.sequence) for o in panel.shown):
        return None  # two members' opinions: neither takes them back alone
    value = "không áp dụng" if step.not_applicable else f"{numbers.vn(step.points)} điểm"
    who = "Bạn" if step.actor_id == here.user.pk else str(step.actor or "Hệ thống")
    said = f"{who} đã ghi {step.get_action_display()}, {value}, lúc {clock.in_words(step.at)}."
    return Undo(said, address(here, row.unit, row.criterion, **query), row.version)


def address(here: Place, unit: Unit, leaf: Criterion, **query: str) -> str:
    return here.address("undo", unit.code, leaf.code, **query)


def list_of(request: HttpRequest) -> dict[str, str]:
    """The list that a cell was opened from, as the addresses carry it."""
    wanted = request.GET.get("loc", "")
    along = "tieu-chi" if request.GET.get("theo") == "tieu-chi" else "don-vi"
    return {"theo": along, "loc": wanted if wanted in FILTERS else ""}


def say_decided(request: HttpRequest, here: Place, standing: Appraisal, leaf: Criterion) -> None:
    """On the next page: what was written, with the button that takes it back."""
    said = f"Đã ghi: {leaf.code} của {standing.unit} – {standing.get_action_display()}, {standing.value}."
    if here.is_blind(leaf):
        messages.success(request, said)
        return
    back = address(here, standing.unit, leaf, **list_of(request))
    context = {"said": said, "address": back, "version": standing.version, "deed": "Hoàn tác"}
    messages.success(request, render_to_string("appraisal/review/_undo_message.html", context, request))


def _say_undone(request: HttpRequest, here: Place, message: str) -> None:
    """What was taken back, with the button that takes back the decision before it, wherever it stands."""
    before = queries.newest(here.user, here.round_group)
    if before is None:
        messages.success(request, message)
        return
    unit, leaf = before.appraisal.unit, before.appraisal.criterion
    context = {
        "said": message,
        "address": address(here, unit, leaf, **list_of(request)),
        "version": before.appraisal.version,
        "deed": f"Hoàn tác tiếp {leaf.code} của {unit}",
    }
    messages.success(request, render_to_string("appraisal/review/_undo_message.html", context, request))


@require_POST
def undo(request: HttpRequest, group: str, unit: str, code: str) -> HttpResponse:
    """Take the decision back, and show the cell as it stands then."""
    here = place(request, group)
    found, leaf = here.unit(unit), here.leaf(code)
    if not here.scope.shows(found.pk, leaf.pk):
        raise Http404
    form = UndoForm(request.POST)
    if not form.is_valid():
        raise Http404
    version = form.cleaned_data["seen_version"]
    cell = {"round_group_id": here.round_group.pk, "unit_id": found.pk, "criterion_id": leaf.pk}
    try:
        standing = actions.undo(actor=here.user, **cell, seen_version=version)
    except Refused as refused:
        messages.error(request, f"{leaf.code} của {found}: {refused}")
    else:
        _say_undone(request, here, f"Đã hoàn tác. {leaf.code} của {found}: {standing.value}.")
    return redirect(here.address("cell", found.code, leaf.code, **list_of(request)))
