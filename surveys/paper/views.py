"""Pages of paper ballots: the bundles, a ballot to type, the two typings side by side."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cchc_index.lib.faults import ImportRefused, Refused
from criteria.models import RoundGroup
from surveys import rules
from surveys.models import PaperBundle
from surveys.plan.queries import groups_of
from units.models import User

from . import actions, queries
from .forms import BundleForm, EntryForm, chosen_values
from .rules import Typing, bundles_for, settled_by, typed_by, typing_of


@require_http_methods(["GET", "POST"])
@rules.readers_only
def bundles(request: HttpRequest, pk: int) -> HttpResponse:
    """Every bundle of a block and how far it is; a new one is given to two people."""
    block = get_object_or_404(rules.blocks_for(request.user), pk=pk)
    may_work = rules.may_work(request.user)
    if request.method == "POST" and not may_work:
        raise PermissionDenied
    form = BundleForm(request.POST or None, block=block) if may_work else None
    if form is not None and form.is_valid():
        data = form.cleaned_data
        ids = {f"{name}_id": int(data[name]) for name in ("group", "unit", "first", "second")}
        try:
            bundle = actions.give_bundle(
                actor=rules.person(request), ballots=data["ballots"], coded=data["coded"], **ids
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Đã giao tập phiếu số {bundle.pk}: ghi số này lên bìa tập.")
            return redirect("surveys:paper", pk)
    lines = queries.paper_lines(block, request.user)
    context = {"round_group": block, "lines": lines, "form": form, "may_work": may_work}
    return render(request, "surveys/paper/bundles.html", context)


@require_GET
@never_cache
@rules.readers_only
def bundle(request: HttpRequest, pk: int) -> HttpResponse:
    """One bundle: what is left to type for who types it, what differs for who compares."""
    row = get_object_or_404(bundles_for(request.user), pk=pk)
    line = queries.bundle_line(row, request.user)
    own = queries.typings_of([row])[row.pk]
    mine = {Typing.FIRST: own.first, Typing.SECOND: own.second}.get(line.mine) if line.mine else None
    context = {
        "round_group": _block(row),
        "line": line,
        "bundle": row,
        "missing": queries.untyped(row, mine) if mine is not None else [],
        "typed": sorted(mine) if mine is not None else [],
        "differing": [(at, at in own.settled, len(fields)) for at, fields in own.differences.items()]
        if line.may_settle and line.is_sent_twice
        else [],
        "typists": queries.typists() if line.may_settle and not line.is_sent_twice else [],
        "may_work": rules.may_work(request.user),
    }
    return render(request, "surveys/paper/bundle.html", context)


def _block(bundle: PaperBundle) -> RoundGroup:
    return bundle.respondent_group.survey.round_group


@require_http_methods(["GET", "POST"])
@never_cache
@rules.workers_only
def typed(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """One ballot of one's own typing; saved, the next that is missing follows."""
    row = get_object_or_404(typed_by(request.user), pk=pk)
    if not 1 <= position <= row.ballots:
        raise Http404
    questions = queries.questions_of(row.respondent_group)
    mine = queries.typed_of([row.pk]).get((row.pk, int(typing_of(request.user, row) or 0)), {})
    posted = request.POST if request.method == "POST" else None
    form = EntryForm(posted, bundle=row, questions=questions, row=mine.get(position))
    if form.is_bound and form.is_valid():
        code = form.cleaned_data.get("code", "")
        try:
            actions.type_ballot(
                actor=rules.person(request), bundle_id=pk, position=position, code=code, answers=form.answers
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            missing = [at for at in queries.untyped(row, mine) if at != position]
            after = [at for at in missing if at > position] or missing
            return redirect("surveys:paper-ballot", pk, after[0]) if after else redirect("surveys:bundle", pk)
    context = {
        "round_group": _block(row),
        "bundle": row,
        "position": position,
        "done": len(mine),
        "form": form,
        "questions": questions,
        "shared": queries.shared_options(questions),
    }
    return render(request, "surveys/paper/ballot.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@never_cache
@rules.workers_only
def compare(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """The fields in which two typings of a ballot differ, for the third person; decided, the next follows."""
    row = get_object_or_404(settled_by(request.user), pk=pk, first_sent=True, second_sent=True, batch=None)
    own = queries.typings_of([row])[row.pk]
    if position not in own.differences:
        raise Http404
    fields = queries.compared_fields(queries.questions_of(row.respondent_group), own, position)
    refusal = ""
    if request.method == "POST":
        try:
            chosen = chosen_values(request.POST, fields)
            actions.settle_ballot(actor=rules.person(request), bundle_id=pk, position=position, chosen=chosen)
        except Refused as refused:
            refusal = str(refused)
        else:
            after = [at for at in own.waiting if at != position]
            return redirect("surveys:paper-compare", pk, after[0]) if after else redirect("surveys:bundle", pk)
    context = {
        "round_group": _block(row),
        "bundle": row,
        "position": position,
        "fields": [(one, request.POST.get(one.name, ""), request.POST.get(f"{one.name}-other", "")) for one in fields],
        "has_picture": queries.picture_of(row, position) is not None,
        "refusal": refusal,
    }
    return render(request, "surveys/paper/compare.html", context, status=422 if refusal else 200)


@require_GET
@never_cache
@rules.workers_only
def picture(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    row = get_object_or_404(settled_by(request.user), pk=pk)
    data = queries.picture_of(row, position)
    if data is None:
        raise Http404
    return HttpResponse(data, content_type="image/jpeg", headers={"X-Content-Type-Options": "nosniff"})


@require_POST
@rules.workers_only
def add_picture(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    row = get_object_or_404(settled_by(request.user), pk=pk)
    file = request.FILES.get("picture")
    data = file.read() if file else b""
    return _step(
        request,
        lambda: actions.add_picture(actor=rules.person(request), bundle_id=row.pk, position=position, data=data),
        "Đã thêm ảnh phiếu.",
        redirect("surveys:paper-compare", pk, position),
    )


@require_POST
@rules.workers_only
def send(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(typed_by(request.user), pk=pk)
    return _step(
        request,
        lambda: actions.send_typing(actor=rules.person(request), bundle_id=row.pk),
        "Đã gửi lượt nhập.",
        redirect("surveys:bundle", pk),
    )


@require_POST
@rules.workers_only
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(typed_by(request.user), pk=pk)
    return _step(
        request,
        lambda: actions.take_typing_back(actor=rules.person(request), bundle_id=row.pk),
        "Đã lấy lại lượt nhập để sửa.",
        redirect("surveys:bundle", pk),
    )


@require_POST
@rules.workers_only
def return_typing(request: HttpRequest, pk: int, typing: int) -> HttpResponse:
    row = get_object_or_404(settled_by(request.user), pk=pk)
    return _step(
        request,
        lambda: actions.return_typing(actor=rules.person(request), bundle_id=row.pk, typing=_side(typing)),
        "Đã trả lại lượt nhập.",
        redirect("surveys:bundle", pk),
    )


@require_POST
@rules.workers_only
def hand(request: HttpRequest, pk: int, typing: int) -> HttpResponse:
    row = get_object_or_404(bundles_for(request.user), pk=pk)
    heir = get_object_or_404(User, pk=named if (named := request.POST.get("heir", "")).isdecimal() else 0)
    return _step(
        request,
        lambda: actions.hand_typing(
            actor=rules.person(request), bundle_id=row.pk, typing=_side(typing), user_id=heir.pk
        ),
        f"Đã giao lại lượt nhập cho {heir}.",
        redirect("surveys:bundle", pk),
    )


def _side(typing: int) -> Typing:
    if typing not in (Typing.FIRST, Typing.SECOND):
        raise Http404
    return Typing(typing)


@require_POST
@rules.workers_only
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(bundles_for(request.user), pk=pk)
    return _step(
        request,
        lambda: actions.drop_bundle(actor=rules.person(request), bundle_id=pk),
        f"Đã bỏ tập phiếu số {pk} và các phiếu đã nhập của tập.",
        redirect("surveys:paper", _block(row).pk),
    )


@require_POST
@rules.workers_only
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """A group's settled bundles as a batch, which is checked and shown before anything counts."""
    group = get_object_or_404(groups_of(rules.blocks_for(request.user)), pk=pk)
    try:
        batch = actions.join_bundles(actor=rules.person(request), group_id=group.pk)
    except (Refused, ImportRefused) as refused:
        messages.error(request, str(refused))
        return redirect("surveys:paper", group.survey.round_group_id)
    return redirect("surveys:batch", batch.pk)


def _step(request: HttpRequest, step: Callable[[], object], done: str, answer: HttpResponse) -> HttpResponse:
    try:
        step()
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return answer
