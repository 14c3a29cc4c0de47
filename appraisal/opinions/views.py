"""Which leaves two members judge, and the cells that wait for a second opinion or a third decision."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from appraisal.core.views.place import Place, place
from cchc_index.lib import numbers
from cchc_index.lib.faults import Refused
from criteria.models import Criterion
from units import rules as people

from . import actions, queries
from .forms import ToleranceForm


@dataclass(frozen=True, slots=True)
class ToleranceRow:
    """A leaf with its tolerance as it is typed; "" when one member judges it."""

    criterion: Criterion
    tolerance: str
    error: str = ""


@require_http_methods(["GET", "POST"])
def marks(request: HttpRequest, group: str) -> HttpResponse:
    """Marking by the index manager; everybody on the council's side reads what waits, never what it says."""
    here = place(request, group)
    if request.method == "GET":
        return _page(request, here)
    if not people.is_index_manager(here.user):
        raise PermissionDenied
    leaf = here.leaf(request.POST.get("criterion", ""))
    try:
        said = _mark(request, here, leaf)
    except Refused as refused:
        return _page(request, here, leaf, str(refused), status=422)
    messages.success(request, said)
    return redirect(here.address("blind"))


def _mark(request: HttpRequest, here: Place, leaf: Criterion) -> str:
    block = here.round_group.pk
    if request.POST.get("verb") == "withdraw":
        actions.withdraw_mark(actor=here.user, round_group_id=block, criterion_id=leaf.pk)
        return f"Tiêu chí {leaf.code} lại do một thành viên quyết định."
    form = ToleranceForm(request.POST)
    if not form.is_valid():
        raise Refused(str(form.errors["tolerance"][0]))
    limit = form.cleaned_data["tolerance"]
    actions.mark_blind(actor=here.user, round_group_id=block, criterion_id=leaf.pk, tolerance=limit)
    return f"Tiêu chí {leaf.code} cần hai ý kiến độc lập, chênh nhau tối đa {numbers.vn_short(limit)} điểm."


def _page(
    request: HttpRequest, here: Place, bad: Criterion | None = None, error: str = "", status: int = 200
) -> HttpResponse:
    typed = request.POST.get("tolerance", "")
    rows = [
        ToleranceRow(leaf, typed, error)
        if bad and leaf.pk == bad.pk
        else ToleranceRow(leaf, numbers.vn_short(here.blind[leaf.pk]) if leaf.pk in here.blind else "")
        for leaf in here.leaves
    ]
    waiting = [
        {"row": w, "address": here.address("cell", w.unit.code, w.criterion.code)}
        for w in queries.waiting(here.round_group, here.stage)
        if here.scope.shows(w.unit.pk, w.criterion.pk)
    ]
    split = sum(item["row"].is_split for item in waiting)  # type: ignore[attr-defined]
    context = {
        "here": here,
        "rows": rows,
        "marked": here.blind,
        "waiting": waiting,
        "split": split,
        "short": len(waiting) - split,
        "is_manager": people.is_index_manager(here.user),
        "stages": [stage.title for stage in here.calendar.stages if stage.two_opinions],
        "bad": bad,
        "error": error,
    }
    return render(request, "appraisal/opinions/marks.html", context, status=status)
