"""The signed decision: brought back and taken away again by a manager."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from cchc_index.lib.faults import Refused
from criteria.queries import show_year
from results.models import Publication, SignedDecision
from results.rules import publisher
from units.proofs.rules import ask_for_proof

from . import actions
from .forms import SignedForm


@require_http_methods(["GET", "POST"])
def post(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring the signed decision back."""
    actor = publisher(request.user)
    publication = get_object_or_404(Publication, pk=pk)
    show_year(request, publication.round.year)
    posted = request.method == "POST"
    form = SignedForm(request.POST if posted else None, request.FILES if posted else None)
    if posted and form.is_valid():
        ask_for_proof(request)
        try:
            given = {"upload": form.cleaned_data["file"], "seen": form.cleaned_data["seen"]}
            actions.post_signed(actor=actor, publication_id=pk, **given)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Đã đăng Quyết định đã ký của công bố số {publication.number}.")
            return redirect("results:proposal", pk)
    context = {"publication": publication, "form": form}
    return render(request, "results/signed/post.html", context, status=422 if posted else 200)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    """Take a signed decision away."""
    actor = publisher(request.user)
    row = get_object_or_404(SignedDecision, pk=pk)
    try:
        actions.withdraw_signed(actor=actor, signed_id=pk, reason=request.POST.get("reason", ""))
        messages.success(request, "Đã gỡ Quyết định đã ký; tệp và lý do được giữ trong nhật ký.")
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("results:proposal", row.publication_id)
