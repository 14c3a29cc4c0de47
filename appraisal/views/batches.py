"""One's own bulk recognitions of the stage that is open: the list, and taking back what is left of one."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from appraisal import actions
from appraisal import batches as reads
from cchc_index.lib.faults import Refused

from .bulk import chosen_cells
from .place import Place, place


@require_GET
def batches(request: HttpRequest, group: str) -> HttpResponse:
    """The person's own bulk recognitions, the newest first."""
    here = place(request, group)
    found = reads.lines(here.user, here.round_group, here.stage, here.scope)
    context = {"here": here, "rows": [(line, here.address("batch", str(line.pk))) for line in found]}
    return render(request, "appraisal/review/batches.html", context)


@require_http_methods(["GET", "POST"])
def batch(request: HttpRequest, group: str, pk: int) -> HttpResponse:
    """What taking the batch back would do; a POST does it, to the cells as the person saw them."""
    here = place(request, group)
    if request.method == "GET":
        return _page(request, here, pk)
    cells = [(unit, leaf, version) for (unit, leaf), version in chosen_cells(request.POST.getlist("o")).items()]
    if not all(here.scope.covers(unit, leaf) for unit, leaf, _ in cells):
        raise Http404
    own = reads.batch(here.user, here.round_group, here.scope, pk)
    if own is None:
        raise Http404
    try:
        done = actions.undo_batch(actor=here.user, round_group_id=here.round_group.pk, batch_id=pk, cells=cells)
    except Refused as refused:
        return _page(request, here, pk, str(refused))
    messages.success(request, f"Đã rút lại việc công nhận {done} tiêu chí.")
    return redirect(here.address("batches"))


def _page(request: HttpRequest, here: Place, pk: int, error: str = "") -> HttpResponse:
    found = reads.batch(here.user, here.round_group, here.scope, pk)
    if found is None:
        raise Http404
    context = {
        "here": here,
        "batch": found,
        "error": error,
        "batches_address": here.address("batches"),
        "address": here.address("batch", str(pk)),
    }
    return render(request, "appraisal/review/batch.html", context, status=409 if error else 200)
