"""A request: proposed from the page of its batch, decided on a page of its own."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from cchc_index.lib.faults import Refused
from surveys import rules
from surveys.assent import actions as assent
from surveys.assent.rules import may_confirm_request
from surveys.models import ImportBatch, SurveyRequest
from surveys.planning.digests import PARTS, compared

from . import actions, queries


@require_POST
@rules.workers_only
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the batch to be committed, or undone where it is committed."""
    batch = get_object_or_404(rules.batches_for(request.user), pk=pk)
    committed = batch.state == ImportBatch.State.COMMITTED
    kind = SurveyRequest.Kind.UNDO if committed else SurveyRequest.Kind.COMMIT
    try:
        row = assent.propose_request(
            actor=rules.person(request), batch_id=pk, kind=kind, reason=request.POST.get("reason", "")
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("surveys:batch", pk)
    messages.success(request, "Đã gửi đề nghị. Đề nghị có hiệu lực khi người quản lý Chỉ số khác xác nhận.")
    return redirect("surveys:request", row.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@rules.readers_only
def request_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A request with its reason; the second person confirms it, or somebody says why not."""
    row = get_object_or_404(queries.requests_for(request.user), pk=pk)
    refusal = ""
    if request.method == "POST":
        if not rules.may_work(request.user):
            raise PermissionDenied
        try:
            messages.success(request, _decided(request, pk))
            return redirect("surveys:request", pk)
        except Refused as refused:
            refusal = str(refused)
    context = {
        "row": row,
        "part": PARTS.get(row.after.get("part", ""), ""),
        "lines": compared(row.before, row.after),
        "refusal": refusal,
        "may_work": rules.may_work(request.user),
        "may_confirm": may_confirm_request(request.user, row),
    }
    return render(request, "surveys/requests/request.html", context, status=422 if refusal else 200)


def _decided(request: HttpRequest, pk: int) -> str:
    if request.POST.get("verb") == "confirm":
        actions.confirm(actor=rules.person(request), request_id=pk)
        return "Đã xác nhận; thay đổi có hiệu lực từ bây giờ."
    assent.refuse_request(actor=rules.person(request), request_id=pk, reason=request.POST.get("reason", ""))
    return "Đã ghi không xác nhận; không có gì thay đổi."
