"""A publication in the managers' hands: proposed, approved, withdrawn, taken back."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cchc_index.lib.faults import Refused
from cchc_index.lib.form_pages import form_page, posted
from criteria.queries import require_round_in_view, show_year
from results.files.actions import request_report
from results.gates import queries as gates
from results.gates.listing import from_json
from results.grounds.tables import titles_of
from results.grounds.words import may_name_somebody
from results.jobs.queries import booklet_lines, report_job
from results.models import Publication
from results.publication import actions as publications
from results.publication.changes import changes
from results.publication.queries import book_of, published
from results.publication.rules import may_approve, may_withdraw, visible_publications
from results.publication.views import BundleAddress
from results.recall import actions as recalls
from results.recall.rules import may_decide_recall, may_drop_recall, may_propose_recall
from results.rules import may_publish, may_see_preview, publisher
from results.signed import queries as signed
from results.signed.actions import TAKEN
from units.models import User
from units.proofs.rules import ask_for_proof

from .forms import ApproveForm, ProposeForm


@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Freeze the ranking of a year under a number and put it before a second manager."""
    actor, round_ = publisher(request.user), require_round_in_view(request)
    standing, still_open = published(round_), gates.open_gates(round_)
    form = ProposeForm(posted(request), correcting=standing is not None, gates=len(still_open))
    if request.method == "POST" and form.is_valid():
        ask_for_proof(request)
        try:
            publication = publications.propose(actor=actor, round_id=round_.pk, **form.given())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("results:proposal", pk=publication.pk)
    context = {"round": round_, "form": form, "standing": standing, "gates": still_open}
    return form_page(request, "results/proposals/propose.html", form, context)


@require_GET
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """One publication in the manager's hands: what it holds, and what may be done with it."""
    if not may_see_preview(request.user):
        raise PermissionDenied
    return _proposal_page(request, pk)


def _proposal_page(request: HttpRequest, pk: int, form: ApproveForm | None = None) -> HttpResponse:
    publication = get_object_or_404(
        visible_publications(request.user)
        .select_related("proposed_by", "published_by", "recall_proposed_by", "recalled_by", "supersedes")
        .defer("bundle"),
        pk=pk,
    )
    show_year(request, publication.round.year)
    waits = publication.state == Publication.State.PROPOSED
    in_force = published(publication.round) if waits else None
    titles = [row for block in book_of(publication).blocks for row in titles_of(block)]
    context = {
        "publication": publication,
        "book": book_of(publication),
        "place": BundleAddress.of(publication),
        "grounded": any(block.grounds is not None for block in book_of(publication).blocks),
        "titles": len(titles),
        "doubtful": sum(may_name_somebody(str(row.title)) for row in titles),
        "job": report_job(publication),
        "booklets": booklet_lines(publication),
        "form": form or ApproveForm(),
        "gates": gates.open_gates(publication.round) if waits else from_json(publication.open_gates),
        "in_force": in_force,
        "changes": changes(book_of(in_force) if in_force else None, book_of(publication)) if waits else [],
        "signed": signed.standing(publication),
        "takes_signed": publication.state in TAKEN and not publication.round.illustrative,
        "may_approve": may_approve(request.user, publication),
        "may_withdraw": may_withdraw(request.user, publication),
        "may_propose_recall": may_propose_recall(request.user, publication),
        "may_decide_recall": may_decide_recall(request.user, publication),
        "may_drop_recall": may_drop_recall(request.user, publication),
        "may_write": may_publish(request.user),
    }
    return form_page(request, "results/proposals/proposal.html", form or ApproveForm(), context)


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    actor = publisher(request.user)
    still_open = gates.open_gates(get_object_or_404(Publication, pk=pk).round)
    form = ApproveForm(request.POST, gates=len(still_open))
    if not form.is_valid():
        return _proposal_page(request, pk, form)
    ask_for_proof(request)
    try:
        publication = publications.approve(actor=actor, publication_id=pk, **form.cleaned_data)
        request_report(actor=actor, publication_id=pk)
        messages.success(request, f"Đã công bố theo Quyết định số {publication.number}. Báo cáo PDF đang được tạo.")
    except Refused as refused:
        form.add_error(None, str(refused))
        return _proposal_page(request, pk, form)
    return redirect("results:proposal", pk=pk)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    actor = publisher(request.user)
    get_object_or_404(Publication, pk=pk)
    try:
        publication = publications.withdraw(actor=actor, publication_id=pk, reason=request.POST.get("reason", ""))
        messages.success(request, f"Đã rút đề nghị công bố số {publication.number}.")
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("results:proposal", pk=pk)


@require_POST
def propose_recall(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    """Ask to take a publication back."""
    reason = request.POST.get("reason", "")
    done = "Đã đề nghị thu hồi; cần một người quản lý Chỉ số khác quyết định."
    return _recall(
        request, pk, done, lambda actor: recalls.propose_recall(actor=actor, publication_id=pk, reason=reason)
    )


@require_POST
def drop_recall(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    """Leave the publication in force after all."""
    done = "Đã rút đề nghị thu hồi; bản công bố vẫn có hiệu lực."
    return _recall(request, pk, done, lambda actor: recalls.drop_recall(actor=actor, publication_id=pk))


@require_POST
def decide_recall(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    """The second person takes the publication back."""
    done = "Đã thu hồi bản công bố này."
    return _recall(request, pk, done, lambda actor: recalls.decide_recall(actor=actor, publication_id=pk))


def _recall(request: HttpRequest, pk: int, done: str, verb: Callable[[User], Publication]) -> HttpResponseRedirect:
    actor = publisher(request.user)
    get_object_or_404(Publication, pk=pk)
    ask_for_proof(request)
    try:
        verb(actor)
        messages.success(request, done)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("results:proposal", pk=pk)
