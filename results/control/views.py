"""The index manager's pages (Điều hành): progress, stages, publication. Observers may read them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cchc_index.lib.dispatch import send_after_commit
from cchc_index.lib.downloads import attached
from cchc_index.lib.faults import Refused
from criteria import actions as criteria
from criteria.calendar import actions as calendar_actions
from criteria.calendar import queries as calendar
from criteria.course import LISTED
from criteria.models import Round, RoundGroup, Stage
from criteria.queries import round_in_view, round_of_address, show_year
from results.computation.actions import enqueue_recompute
from results.files.actions import request_report
from results.gates import queries as gates
from results.gates.listing import from_json
from results.jobs.queries import booklet_lines, report_job
from results.models import Publication
from results.publication import actions as publications
from results.publication.changes import changes
from results.publication.queries import book_of, published
from results.publication.rules import may_approve, may_withdraw, visible_publications
from results.publication.views import BundleAddress
from results.recall import actions as recalls
from results.recall.rules import may_decide_recall, may_drop_recall, may_propose_recall
from results.rules import may_publish, may_see_preview
from results.signed import queries as signed
from results.signed.actions import TAKEN
from results.steering import actions, markup, tables
from results.steering import queries as steering
from units.models import User
from units.proofs.rules import ask_for_proof
from units.rules import may_manage_people

from . import queries
from .forms import AddStageForm, ApproveForm, ExtensionForm, ProposeForm, StageFactsForm, StageForm, StagePlaceForm

Context = dict[str, Any]


def _reader(request: HttpRequest) -> None:
    if not may_see_preview(request.user):
        raise PermissionDenied


def _manager(request: HttpRequest) -> User:
    if not may_publish(request.user) or not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _round(request: HttpRequest) -> Round:
    round_ = round_in_view(request)
    if round_ is None:
        raise Http404
    return round_


def _back(round_: Round, name: str = "control", *args: object) -> HttpResponseRedirect:
    """To a page of the room, with the year it is about in its address."""
    return redirect(f"{reverse(f'results:{name}', args=args)}?nam={round_.year}")


@require_GET
def control(request: HttpRequest) -> HttpResponse:
    _reader(request)
    round_ = round_in_view(request)
    if round_ is None:
        return render(request, "results/control/empty.html", {"may_manage_people": may_manage_people(request.user)})
    now = steering.situation(round_, for_page=True)
    listed = list(visible_publications(request.user).filter(round=round_).defer("bundle"))
    waiting = next((p for p in listed if p.state == Publication.State.PROPOSED), None)
    in_force = max((p for p in listed if p.state == Publication.State.PUBLISHED), key=_published, default=None)
    shown = _filtered(request, now)
    context = {
        **shown,
        "round": round_,
        "rows": markup.unit_rows(shown["lines"], round_.year, may_write=may_publish(request.user)),
        "rooms": queries.block_rooms(round_, now.facts.blocks, tables.totals(now.lines)),
        "gates": now.gates,
        "members": steering.members(now.facts),
        "next": steering.next_step(now, waiting, in_force),
        "stages": queries.stages(round_),
        "publications": listed,
        "may_write": may_publish(request.user),
        "may_manage_people": may_manage_people(request.user),
    }
    return render(request, "results/control/control.html", context)


def _published(publication: Publication) -> tuple[datetime | None, int]:
    return publication.published_at, publication.pk


def _filtered(request: HttpRequest, now: steering.Situation) -> Context:
    """The lines under the filter and the block that stand in the address."""
    wanted, block = request.GET.get("loc", "")[:20], request.GET.get("khoi", "")[:40]
    lines = tables.shown(now.lines, wanted, block)
    counted = tables.counts(tables.shown(now.lines, "", block))
    return {
        "wanted": wanted if wanted in tables.FILTERS else "",
        "shown_block": block if block in {line.block for line in now.lines} else "",
        "lines": lines,
        "filters": [(key, words, counted[key]) for key, words in tables.FILTERS.items() if counted[key]],
        "reminded": actions.concerned(now.lines, wanted, block),
    }


@require_http_methods(["GET", "POST"])
def remind(request: HttpRequest) -> HttpResponse:
    """Who would be written to and of what; then one press writes."""
    actor, round_ = _manager(request), _round(request)
    now = steering.situation(round_)
    context = {**_filtered(request, now), "round": round_}
    if request.method == "GET":
        context["letters"] = actions.letters(round_, context["reminded"])
        return render(request, "results/control/remind.html", context)
    try:
        posted = actions.remind(actor=actor, round_id=round_.pk, lack=context["wanted"], block=context["shown_block"])
        messages.success(request, f"Đã viết {posted.written} thư nhắc; mỗi người nhận nhiều nhất một thư trong ngày.")
        if posted.without_address:
            messages.warning(request, f"{posted.without_address} người chưa có địa chỉ thư điện tử.")
    except Refused as refused:
        messages.error(request, str(refused))
    return _back(round_)


@require_GET
def state_file(request: HttpRequest, year: int, kind: str) -> HttpResponse:
    """The state of the year as a workbook or on paper."""
    from results.steering import paper  # inline: start-up cost

    _reader(request)
    round_ = round_of_address(request, year)
    lines = steering.situation(round_).lines
    data = paper.state_bytes(lines) if kind == "xlsx" else paper.state_pdf(round_, lines)
    return attached(data, f"tien-do-{round_.year}.{kind}")


@require_POST
def recompute(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    """Ask for a recomputation of a block, and show how far it is."""
    _manager(request)
    round_group = get_object_or_404(RoundGroup, pk=pk)
    job = enqueue_recompute(round_group.pk)
    if job is None:
        messages.success(request, f"{round_group.group}: kết quả đã tính theo số liệu mới nhất.")
        return _back(round_group.round)
    send_after_commit("results.recompute", round_group.pk)
    return redirect("results:job", pk=job.pk)


@require_POST
def confirm_set(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    """Take the set that was copied from an earlier year as this year's own."""
    actor = _manager(request)
    round_group = get_object_or_404(RoundGroup, pk=pk)
    if criteria.confirm_set(actor=actor, round_group_id=round_group.pk):
        messages.success(request, f"Đã xác nhận bộ tiêu chí của {round_group}.")
    else:
        messages.info(request, f"Bộ tiêu chí của {round_group} đã được xác nhận từ trước.")
    return _back(round_group.round)


@require_http_methods(["GET", "POST"])
def matches(request: HttpRequest, pk: int) -> HttpResponse:
    """The block's criteria beside the likeliest of the year before; a person says which are the same."""
    actor = _manager(request)
    round_group = get_object_or_404(RoundGroup, pk=pk)
    if request.method == "POST":
        return _linked(request, actor, round_group)
    show_year(request, round_group.round.year)
    parts = queries.matches(round_group)
    return render(request, "results/control/matches.html", {"round_group": round_group, "parts": parts})


def _linked(request: HttpRequest, actor: User, round_group: RoundGroup) -> HttpResponseRedirect:
    pairs = [value.partition("-")[::2] for value in request.POST.getlist("link")]
    links = {int(new): int(old) for new, old in pairs if new.isdecimal() and old.isdecimal()}
    try:
        count = criteria.link_previous(actor=actor, round_group_id=round_group.pk, links=links)
        messages.success(request, f"Đã đối chiếu {count} tiêu chí với kỳ trước.")
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("results:matches", pk=round_group.pk)


@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Freeze the ranking of a year under a number and put it before a second manager."""
    actor, round_ = _manager(request), _round(request)
    standing, still_open = published(round_), gates.open_gates(round_)
    form = ProposeForm(_posted(request), correcting=standing is not None, gates=len(still_open))
    if request.method == "POST" and form.is_valid():
        ask_for_proof(request)
        try:
            publication = publications.propose(actor=actor, round_id=round_.pk, **form.given())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("results:proposal", pk=publication.pk)
    context = {"round": round_, "form": form, "standing": standing, "gates": still_open}
    return _form_page(request, "results/control/propose.html", form, context)


@require_GET
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """One publication in the manager's hands: what it holds, and what may be done with it."""
    _reader(request)
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
    context = {
        "publication": publication,
        "book": book_of(publication),
        "place": BundleAddress.of(publication),
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
    return _form_page(request, "results/control/proposal.html", form or ApproveForm(), context)


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    actor = _manager(request)
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
    actor = _manager(request)
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
    actor = _manager(request)
    get_object_or_404(Publication, pk=pk)
    ask_for_proof(request)
    try:
        verb(actor)
        messages.success(request, done)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("results:proposal", pk=pk)


@require_http_methods(["GET", "POST"])
def stage(request: HttpRequest, name: str) -> HttpResponse:
    """Open, move or close a stage."""
    actor, round_ = _manager(request), _round(request)
    stage_ = calendar.named(round_, name)
    if stage_ is None:
        raise Http404
    form = StageForm(_posted(request), initial={"opens_at": stage_.opens_at, "closes_at": stage_.closes_at})
    if request.method == "POST" and form.is_valid():
        try:
            stage_ = calendar_actions.set_stage(actor=actor, round_id=round_.pk, name=name, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Đã lưu giai đoạn {stage_.title}.")
            for warning in calendar.contradictions(stage_):
                messages.warning(request, warning)
            return _back(round_)
    return _form_page(request, "results/control/stage.html", form, {"round": round_, "label": stage_.title})


@require_http_methods(["GET", "POST"])
def stage_list(request: HttpRequest) -> HttpResponse:
    """The year's stages in their order, and another one put among them."""
    actor, round_ = _manager(request), _round(request)
    form = AddStageForm(_posted(request), round_=round_)
    if request.method == "POST" and form.is_valid():
        try:
            made = calendar_actions.add_stage(actor=actor, round_id=round_.pk, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Đã thêm giai đoạn {made.title}.")
            return _back(round_, "stage-list")
    context = {"round": round_, "stages": queries.stages(round_), "listed": LISTED}
    return _form_page(request, "results/control/stage_list.html", form, context)


@require_http_methods(["GET", "POST"])
def stage_facts(request: HttpRequest, name: str) -> HttpResponse:
    """Call a stage otherwise, or change what it asks of the council."""
    actor, stage_ = _manager(request), _listed_stage(request, name)
    facts = {"title": stage_.title, "two_opinions": stage_.two_opinions, "report_required": stage_.report_required}
    form = StageFactsForm(_posted(request), initial=facts)
    if request.method == "POST" and form.is_valid():
        try:
            saved = calendar_actions.change_stage(actor=actor, stage_id=stage_.pk, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Đã lưu giai đoạn {saved.title}.")
            return _back(stage_.round, "stage-list")
    place = StagePlaceForm(round_=stage_.round)
    context = {"round": stage_.round, "stage": stage_, "place": place}
    return _form_page(request, "results/control/stage_facts.html", form, context)


@require_POST
def stage_move(request: HttpRequest, name: str) -> HttpResponseRedirect:
    """Put a stage elsewhere in the year."""
    actor, stage_ = _manager(request), _listed_stage(request, name)
    try:
        calendar_actions.move_stage(actor=actor, stage_id=stage_.pk, after=request.POST.get("after", ""))
        messages.success(request, f"Đã dời giai đoạn {stage_.title}.")
    except Refused as refused:
        messages.error(request, str(refused))
    return _back(stage_.round, "stage-list")


@require_POST
def stage_remove(request: HttpRequest, name: str) -> HttpResponseRedirect:
    """Take a stage out of the year, while nothing rests on it."""
    actor, stage_ = _manager(request), _listed_stage(request, name)
    try:
        calendar_actions.remove_stage(actor=actor, stage_id=stage_.pk)
        messages.success(request, f"Đã bỏ giai đoạn {stage_.title}.")
    except Refused as refused:
        messages.error(request, str(refused))
    return _back(stage_.round, "stage-list")


def _listed_stage(request: HttpRequest, name: str) -> Stage:
    """A stage that may be changed: an appraisal, a reply or a meeting of the round in view."""
    stage_ = calendar.named(_round(request), name)
    if stage_ is None or stage_.kind not in LISTED:
        raise Http404
    return stage_


@require_http_methods(["GET", "POST"])
def extension(request: HttpRequest) -> HttpResponse:
    """Give one unit more time."""
    actor, round_ = _manager(request), _round(request)
    form = ExtensionForm(_posted(request), initial=request.GET.dict(), round_=round_)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            calendar_actions.grant_extension(
                actor=actor,
                stage_id=given["stage"].pk,
                unit_id=given["unit"].pk,
                closes_at=given["closes_at"],
                reason=given["reason"],
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Đã gia hạn cho {given['unit']}.")
            return _back(round_)
    return _form_page(request, "results/control/extension.html", form, {"round": round_})


def _posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, even when it is nothing: an empty form is refused, not shown anew."""
    return request.POST if request.method == "POST" else None


def _form_page(request: HttpRequest, template: str, form: Form, context: Context) -> HttpResponse:
    """A form, or the form again with what was typed and every error (status 422)."""
    return render(request, template, {"form": form, **context}, status=422 if form.is_bound else 200)
