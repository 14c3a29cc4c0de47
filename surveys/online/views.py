"""The operator's page of links, and the one page of the survey that asks for no account."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cchc_index.lib.downloads import attached
from cchc_index.lib.faults import Refused
from criteria.models import RoundGroup
from surveys import rules
from surveys.assent.queries import is_over
from surveys.models import RespondentGroup
from surveys.plan.queries import group as group_of
from surveys.plan.queries import groups_of

from . import actions, queries
from .forms import PDF, MakeLinksForm


def _place(request: HttpRequest, pk: int) -> tuple[RespondentGroup, RoundGroup]:
    """A respondent group and its block, of those that the person sees."""
    blocks = rules.blocks_for(request.user)
    group = get_object_or_404(groups_of(blocks), pk=pk)
    return group, get_object_or_404(blocks, pk=group.survey.round_group_id)


@require_GET
@rules.readers_only
def box(request: HttpRequest, pk: int) -> HttpResponse:
    block = get_object_or_404(rules.blocks_for(request.user), pk=pk)
    return _box_page(request, block, MakeLinksForm(block=block))


def _box_page(request: HttpRequest, block: RoundGroup, form: MakeLinksForm) -> HttpResponse:
    context = {
        "round_group": block,
        "lines": queries.box_lines(block),
        "form": form,
        "may_work": rules.may_work(request.user),
        "over": is_over(block),
        "left": queries.box_requests(block),
    }
    return render(request, "surveys/online/box.html", context)


@require_POST
@rules.workers_only
def make(request: HttpRequest, pk: int) -> HttpResponse:
    """The links as a file, this once: afterwards nobody can tell them any more."""
    block = get_object_or_404(rules.blocks_for(request.user), pk=pk)
    form = MakeLinksForm(request.POST, block=block)
    if not form.is_valid():
        return _box_page(request, block, form)
    group = group_of(int(form.cleaned_data["group"]))
    try:
        links = actions.make_links(actor=rules.person(request), group_id=group.pk, numbers=form.numbers)
    except Refused as refused:
        form.add_error(None, str(refused))
        return _box_page(request, block, form)
    from . import exports  # inline: start-up cost

    paper = form.cleaned_data["paper"]
    write = exports.cards_of_links if paper == PDF else exports.sheet_of_links
    response = attached(write(group, links), f"lien-ket-{group.code}.{paper}")
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@rules.workers_only
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    group, block = _place(request, pk)
    try:
        number = actions.withdraw_links(actor=rules.person(request), group_id=group.pk)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"Đã thu hồi {number} liên kết chưa dùng của nhóm “{group.name}”.")
    return redirect("surveys:box", block.pk)


@require_POST
@rules.workers_only
def leave_box(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask that a group's box is never opened; a second person decides on the request's page."""
    group, block = _place(request, pk)
    try:
        row = actions.propose_unused(
            actor=rules.person(request), group_id=group.pk, reason=request.POST.get("reason", "")
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("surveys:box", block.pk)
    messages.success(request, "Đã gửi đề nghị. Đề nghị có hiệu lực khi người quản lý Chỉ số khác xác nhận.")
    return redirect("surveys:request", row.pk)


@require_POST
@rules.workers_only
def open_box(request: HttpRequest, pk: int) -> HttpResponse:
    group, block = _place(request, pk)
    try:
        batch = actions.open_box(actor=rules.person(request), group_id=group.pk)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("surveys:box", block.pk)
    messages.success(request, f"Đã mở hòm phiếu của nhóm “{group.name}”.")
    return redirect("surveys:batch", batch.pk)


@login_not_required
@csrf_exempt  # the link is the only right there is: nothing comes along by itself that a forger could use
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def ballot(request: HttpRequest, token: str) -> HttpResponse:
    """The respondents' page: works without scripts, sets no cookie."""
    response = _ballot_page(request, token)
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _ballot_page(request: HttpRequest, token: str) -> HttpResponse:
    link = queries.link_of(token)
    if link is None:
        return _sentence(request, actions.UNKNOWN, 404)
    form = queries.form_of(link)
    if link.spent:
        return render(request, "surveys/online/sent.html", {"form": form})
    if request.method == "POST":
        return _answered(request, token, form)
    if not queries.is_taken(link):
        return _sentence(request, actions.closed_for_respondents(link), 200)
    return _form_page(request, form, actions.draft_of(link, token))


def _answered(request: HttpRequest, token: str, form: queries.OpenForm) -> HttpResponse:
    answers, wish = form.read(request.POST.dict()), request.POST.get("send")
    try:
        done = actions.take_answers(token=token, answers=answers, send=wish is not None, anyway=wish == "anyway")
    except Refused as refused:
        return _sentence(request, str(refused), 200)
    if done is actions.Answered.SENT:
        return redirect("surveys:ballot", token)
    return _form_page(request, form, answers, done)


def _form_page(
    request: HttpRequest, form: queries.OpenForm, answers: bytes, done: actions.Answered | None = None
) -> HttpResponse:
    answers = answers or bytes(len(form.questions))
    context = {
        "form": form,
        "rows": list(zip(form.questions, answers, strict=False)),
        "blanks": answers.count(0),
        "saved": done is actions.Answered.SAVED,
        "ask_again": done is actions.Answered.ASKED,
    }
    return render(request, "surveys/online/ballot.html", context)


def _sentence(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    return render(request, "surveys/online/sentence.html", {"sentence": sentence}, status=status)
