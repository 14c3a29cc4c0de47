"""Pages of a file: upload → check → commit → undo."""

import json

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cchc_index.lib.downloads import attached
from cchc_index.lib.faults import ImportRefused, Refused
from surveys import quality, rules, validity
from surveys.assent.queries import Door, closed_words, door, requests_of
from surveys.ballots import mapping
from surveys.models import ImportBatch
from surveys.plan import queries as plan
from surveys.queries import blocks_in_view
from surveys.scores.queries import rule_of, score_table, tells_nothing_yet

from . import actions, exports, jobs
from .forms import FIGURES, NEW, BatchUndoForm, BatchUploadForm
from .keeping import OPEN

SHOWN_FAULTS = 200


@require_http_methods(["GET", "POST"])
@rules.workers_only
def upload(request: HttpRequest) -> HttpResponse:
    blocks = blocks_in_view(request)
    if request.method == "GET":
        form = BatchUploadForm(blocks=blocks, initial={"target": request.GET.get("la", "")})
        return render(request, "surveys/batches/upload.html", {"form": form, "blocks": blocks, "faults": []})
    form = BatchUploadForm(request.POST, request.FILES, blocks=blocks)
    faults: list[object] = []
    if form.is_valid():
        try:
            batch = _check(request, form)
        except ImportRefused as refused:
            faults = list(refused.faults[:SHOWN_FAULTS])
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            unread = batch.state == ImportBatch.State.UNREAD
            return redirect("surveys:explain" if unread else "surveys:batch", batch.pk)
    return render(request, "surveys/batches/upload.html", {"form": form, "blocks": blocks, "faults": faults})


def _check(request: HttpRequest, form: BatchUploadForm) -> ImportBatch:
    """The dry run that the form asks for."""
    kind, _, pk = form.cleaned_data["target"].rpartition("-")
    file, take_hidden, given = (form.cleaned_data[name] for name in ("file", "take_hidden", "mapping"))
    actor = rules.person(request)
    if kind == FIGURES:
        return actions.check_figures(
            actor=actor, round_group_id=int(pk), source=file, name=file.name, take_hidden=take_hidden
        )
    if kind == NEW:
        block, respondents = int(pk), form.cleaned_data["new_group"]
    else:
        group = plan.group(int(pk))
        block, respondents = group.survey.round_group_id, group.code
    batch = actions.check_ballots(
        actor=actor,
        round_group_id=block,
        respondents=respondents,
        source=file,
        name=file.name,
        take_hidden=take_hidden,
        mapping=mapping.parse(given.read(mapping.MAX_BYTES + 1))[1] if given else {},
        ask=True,
        good_only=form.cleaned_data["good_rows"],
    )
    if batch.state == ImportBatch.State.COMMITTED:
        messages.warning(request, "Tệp này đã nhập rồi cho nhóm đối tượng này; không thay đổi gì.")
    return batch


@require_GET
@rules.readers_only
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(rules.batches_for(request.user), pk=pk)
    return _batch_page(request, batch, BatchUndoForm())


def _digest(batch: ImportBatch, *, sees: bool) -> str:
    """The digest of the file. Of a short table of ballots it tells who tries them all what they say, so only whoever
    holds the file gets it, until it is in."""
    holds = sees and batch.kind == ImportBatch.Kind.BALLOTS and batch.state in (*OPEN, *jobs.WAITING)
    return batch.file_digest if holds or batch.kind == ImportBatch.Kind.FIGURES else ""


def _invalid(batch: ImportBatch, *, sees: bool) -> list[tuple[str, int]]:
    """How many ballots do not count, in words; to who sees the file's ballots also why. Readers see that by unit:
    beside it the numbers of a file would tell the reasons of its units with few ballots."""
    by_reason = batch.counts.get("invalid", {})
    if sees:
        return [(f"không hợp lệ: {validity.LABELS[reason]}", number) for reason, number in by_reason.items()]
    return [("không hợp lệ", sum(by_reason.values()))] if by_reason else []


def _marks(batch: ImportBatch) -> list[tuple[str, int]] | None:
    """What is striking in a file, in words; None where nobody looked, or the file holds few ballots."""
    marks = batch.counts.get("marks")
    if not marks or batch.counts.get("rows", 0) < rule_of(batch.round_group)[0]:
        return None
    sums = [(label, sum(marks.get(mark, {}).values())) for mark, label in quality.LABELS.items()]
    return [(label, number) for label, number in sums if number]


def _batch_page(request: HttpRequest, batch: ImportBatch, form: BatchUndoForm) -> HttpResponse:
    committed = batch.state == ImportBatch.State.COMMITTED
    how = door(batch.round_group)
    sees = rules.may_see_ballots(request.user, batch)
    context = {
        "batch": batch,
        "by_two": how is Door.TWO,
        "closed": closed_words(batch.round_group) if how is Door.CLOSED else "",
        "requests": requests_of(batch),
        "counts": batch.counts,
        "mapping": json.dumps(batch.mapping, ensure_ascii=False) if batch.mapping and sees else "",
        "invalid": _invalid(batch, sees=sees),
        "digest": _digest(batch, sees=sees),
        "marks": _marks(batch) if sees else None,
        "faults": batch.faults[:SHOWN_FAULTS] if sees else [],
        "shown_faults": SHOWN_FAULTS,
        "preview": _preview(batch) if sees else [],
        "committed": committed,
        "table": score_table(batch.round_group) if committed and not tells_nothing_yet(batch.round_group) else None,
        "may_work": rules.may_work(request.user),
        "sees_ballots": sees,
        "waiting": batch.state in jobs.WAITING,
        "percent": 100 * batch.written // max(batch.counts.get("rows", 0), 1),
        "may_explain": sees and batch.kind == ImportBatch.Kind.BALLOTS and batch.state in OPEN,
        "form": form,
    }
    return render(request, "surveys/batches/batch.html", context)


def _preview(batch: ImportBatch) -> list[list[object]]:
    """The first rows as the check read them; gone once committed."""
    rows = batch.counts.get("preview", [])
    if batch.kind == ImportBatch.Kind.FIGURES:
        return [
            [
                "–" if cell is None else str(cell).replace(".", ",") if i in (2, 3) else cell
                for i, cell in enumerate(row)
            ]
            for row in rows
        ]
    return [
        [code, unit, *[answer or "–" for answer in answers], validity.LABELS.get(reason, "hợp lệ")]
        for code, unit, reason, answers in rows
    ]


@require_POST
@rules.workers_only
def commit(request: HttpRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(rules.batches_for(request.user), pk=pk)
    try:
        done = jobs.request_commit(actor=rules.person(request), batch_id=batch.pk)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        if done.state == ImportBatch.State.COMMITTED:
            messages.success(
                request, f"Đã nhập tệp “{done.file_name}”: điểm thay đổi ở {done.counts['changed']} lượt tiêu chí."
            )
        elif done.state == ImportBatch.State.REFUSED:
            messages.error(request, "Tệp có lỗi mới so với lần kiểm tra; chưa nhập gì. Xem các lỗi bên dưới.")
    return redirect("surveys:batch", pk)


@require_POST
@rules.workers_only
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(rules.batches_for(request.user), pk=pk)
    try:
        jobs.cancel_commit(actor=rules.person(request), batch_id=batch.pk)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("surveys:batch", pk)


@require_POST
@rules.workers_only
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(rules.batches_for(request.user), pk=pk)
    form = BatchUndoForm(request.POST)
    if not form.is_valid():
        return _batch_page(request, batch, form)
    try:
        actions.undo_batch(actor=rules.person(request), batch_id=pk, reason=form.cleaned_data["reason"])
    except Refused as refused:
        form.add_error(None, str(refused))
        return _batch_page(request, batch, form)
    messages.success(request, f"Đã hủy lần nhập “{batch.file_name}”; điểm đã tính lại.")
    return redirect("surveys:batch", pk)


@require_POST
@rules.workers_only
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(rules.batches_for(request.user), pk=pk)
    try:
        actions.discard_batch(actor=rules.person(request), batch_id=pk)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("surveys:batch", pk)
    messages.success(request, f"Đã bỏ tệp “{batch.file_name}”.")
    return redirect("surveys:home")


def _with_ballots(request: HttpRequest, batches: QuerySet[ImportBatch], pk: int) -> ImportBatch:
    """One of the batches, for whoever sees its ballots; others get 403."""
    batch = get_object_or_404(batches, pk=pk)
    if not rules.may_see_ballots(request.user, batch):
        raise PermissionDenied
    return batch


@require_GET
@rules.workers_only
def rest(request: HttpRequest, pk: int) -> HttpResponse:
    """The ballots that were not taken in, with the reasons: mended, the sheet is uploaded as the file was."""
    batch = _with_ballots(request, rules.batches_for(request.user).exclude(rest=""), pk)
    with batch.rest.open("rb") as stream:
        return attached(stream.read(), f"phieu-tra-lai-{pk}.xlsx")


@require_GET
@rules.workers_only
def failed(request: HttpRequest, pk: int) -> HttpResponse:
    batch = _with_ballots(request, rules.batches_for(request.user).filter(state=ImportBatch.State.REFUSED), pk)
    try:
        data = exports.failed_rows(batch)
    except (ImportRefused, FileNotFoundError):
        messages.error(request, "Tệp đã tải lên không đọc lại được: tải tệp lên lại.")
        return redirect("surveys:batch", pk)
    return attached(data, f"dong-loi-{pk}.xlsx")
