"""The unit's side: what the council adjusted, and the reply."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appraisal.core.views.place import check_unit_person
from appraisal.core.views.uploads import keep_document, take_in_document, upload_fields
from appraisal.models import Action, Appraisal, ReplyDraft
from appraisal.questions.queries import waiting_for
from appraisal.rules import answering, reading, stages
from appraisal.rules.stages import Calendar
from cchc_index.lib import clock
from cchc_index.lib.clients import address_of
from cchc_index.lib.faults import Conflict, Invalid, Refused
from cchc_index.lib.numbers import whole_number
from cchc_index.lib.text import clean_lines
from criteria import queries as criteria_queries
from criteria import scoring
from criteria.calendar import queries as criteria_calendar
from criteria.models import Round
from selfassess.core.views import seen_version
from selfassess.documents.forms import Intake
from selfassess.evidence.queries import evidence_of
from selfassess.models import Document
from selfassess.scores.conflict import ComparedValue, figure_words
from units import rules as people
from units.models import UNITS_BY_NAME, Unit, User

from . import actions, queries
from .forms import ReplyForm


def _own_rows(user: User, current: Round | None) -> list[queries.ReplyRow]:
    units = people.units_where(user, *answering.UNIT_ROLES).order_by(*UNITS_BY_NAME).values_list("pk", flat=True)
    entries = reading.entries_open_to_units(units).filter(appraisal__round_group__round=current)
    return queries.reply_rows(entries)


@require_GET
def replies(request: HttpRequest) -> HttpResponse:
    """The adjusted criteria of the person's unit, once the stage is released."""
    user = check_unit_person(request)
    current = criteria_queries.round_in_view(request)
    units = list(people.units_where(user, *answering.UNIT_ROLES).order_by(*UNITS_BY_NAME))
    rows = _own_rows(user, current)
    times = queries.calendars_of(current, units)
    sendable = [row for row in rows if row.prepared and row.draft and row.draft.is_whole]
    context = {
        "rows": rows,
        "units": units,
        "is_released": any(now.released for now in times.values()),
        "deadlines": [found for unit in units if (found := _deadline(times.get(unit.group_id), unit))],
        **_questions(user, current),
        "unanswered": sum(row.is_unanswered for row in rows),
        "agreed": sum(row.reply is not None and row.reply.action == Action.AGREE for row in rows),
        "disagreed": sum(row.reply is not None and row.reply.action == Action.DISAGREE for row in rows),
        "prepared": sum(bool(row.prepared) for row in rows),
        "sendings": _sendings(user, sendable, rows),
        "receipts": queries.receipts_of(units, current),
    }
    return render(request, "appraisal/replies/replies.html", context)


@dataclass(slots=True)
class Sending:
    """What stands prepared for one unit: how many criteria, and the codes of those that stay without an answer."""

    unit: Unit
    block: int
    may_send: bool
    left: list[str]
    count: int = 0


def _sendings(user: User, ready: list[queries.ReplyRow], rows: list[queries.ReplyRow]) -> list[Sending]:
    """Per unit what its head may send now."""
    sendings: dict[int, Sending] = {}
    for row in ready:
        cell = row.appraisal
        if cell.unit_id not in sendings:
            may_send = answering.may_send(user, cell.unit_id)
            sendings[cell.unit_id] = Sending(cell.unit, cell.round_group_id, may_send, [])
        sendings[cell.unit_id].count += 1
    for row in rows:
        if row.is_unanswered and row not in ready and row.appraisal.unit_id in sendings:
            sendings[row.appraisal.unit_id].left.append(row.appraisal.criterion.code)
    return list(sendings.values())


@require_POST
def send(request: HttpRequest, block: int, unit: int) -> HttpResponse:
    """The head sends all that is prepared."""
    user = check_unit_person(request)
    own = people.units_where(user, *answering.UNIT_ROLES)
    if not own.filter(pk=unit).exists():
        raise PermissionDenied
    get_object_or_404(queries.blocks_of(own), pk=block)
    try:
        receipt = actions.send(actor=user, round_group_id=block, unit_id=unit, address=address_of(request))
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("appraisal:replies")
    return redirect("appraisal:reply-receipt", receipt.pk)


@require_GET
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt of one sending, to be printed."""
    user = check_unit_person(request)
    found = get_object_or_404(queries.receipts_visible_to(user), pk=pk)
    answers = found.entries.select_related("appraisal__criterion").prefetch_related("documents")
    context = {"receipt": found, "answers": answers.order_by("appraisal__criterion__position")}
    return render(request, "appraisal/replies/receipt.html", context)


def _questions(user: User, current: Round | None) -> dict[str, object]:
    """How many questions of the council wait for the person's units, and the nearest due day."""
    due = waiting_for(user, current)
    late = sum(day < clock.today() for day in due)
    return {"asked": {"waiting": len(due), "late": late}, "next_due": due[0] if due else None}


def _deadline(now: Calendar | None, unit: Unit) -> dict[str, object] | None:
    """Until when the unit may reply; `over`: the council has released what it made of the replies. None in a year
    that asks for none."""
    reply = now.reply_now if now else None
    if now is None or reply is None:
        return None
    over = now.is_over(now.answers(reply.pk))
    return {
        "unit": unit,
        "over": over,
        "by": now.sequels[now.answers(reply.pk)].waits_for,
        "open": not over and criteria_calendar.is_open_for(reply, unit, now.at),
        "closes": criteria_calendar.closing(reply, unit),
    }


@require_http_methods(["GET", "POST"])
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """One adjusted criterion: what the council says, and the unit's answer, kept until the head sends it."""
    user, row = _row(request, pk)
    unit = row.appraisal.unit
    if request.method == "GET":
        return _reply_page(request, user, row, ReplyForm(initial=_given(row), unit=unit))
    form = ReplyForm(request.POST, unit=unit, whole="send" in request.POST)
    if not answering.can_reply(user, row.appraisal):
        # Nothing is taken in for a reply that nobody would read; the action says why.
        return _keep(request, user, row, form, None)
    intake = take_in_document(request, user, unit.pk, f"giai-trinh-{pk}")
    if not form.is_valid() or intake.errors:
        return _reply_page(request, user, row, form, status=422, intake=intake)
    if intake.is_offered:
        return _reply_page(request, user, row, form, intake=intake)
    return _keep(request, user, row, form, intake)


@never_cache
@require_http_methods(["GET", "POST"])
def autosave(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: who is signed in and which version stands. POST: keep what is typed; as on a criterion's page."""
    user, row = _row(request, pk)
    version = row.draft.version if row.draft else 0
    if request.method == "GET":
        return JsonResponse({"user": str(user.pk), "version": version, "csrf": get_token(request)})
    if request.POST.get("who", "") not in ("", str(user.pk)):
        said = f"Trình duyệt này đang đăng nhập tài khoản khác ({user}): đăng nhập lại tài khoản đã gõ để lưu."
        return JsonResponse({"state": "other", "said": said}, status=409)
    try:
        draft = _save(request, user, row, _numbers(request))
    except Invalid as invalid:
        said = "Chưa lưu: sửa ô báo lỗi"
        return JsonResponse({"state": "saved", "said": said, "version": version, "errors": invalid.errors})
    except Conflict as conflict:
        html = render_to_string("selfassess/scores/_conflict.html", _conflict(request, row, conflict), request)
        return JsonResponse({"state": "conflict", "html": html}, status=409)
    except Refused as refused:
        return JsonResponse({"state": "refused", "said": str(refused)}, status=409)
    said = f"Đã lưu {clock.hanoi(draft.updated_at):%H:%M:%S}, chưa gửi" if draft.pk else "Chưa có gì để lưu"
    return JsonResponse({"state": "saved", "said": said, "version": draft.version, "errors": {}})


def _row(request: HttpRequest, pk: int) -> tuple[User, queries.ReplyRow]:
    user = check_unit_person(request)
    current = criteria_queries.round_in_view(request)
    row = next((row for row in _own_rows(user, current) if row.appraisal.pk == pk), None)
    if row is None:
        raise Http404
    return user, row


def _numbers(request: HttpRequest) -> set[int]:
    chosen = (whole_number(raw) for raw in request.POST.getlist("documents"))
    return {number for number in chosen if number is not None}


def _save(request: HttpRequest, user: User, row: queries.ReplyRow, documents: set[int]) -> ReplyDraft:
    return actions.save_draft(
        actor=user,
        appraisal_id=row.appraisal.pk,
        answer=request.POST.get("answer", ""),
        comment=request.POST.get("comment", ""),
        document_ids=documents,
        seen_version=seen_version(request),
        address=address_of(request),
    )


def _given(row: queries.ReplyRow) -> dict[str, object]:
    """What was prepared last; before that the reply already given, to be corrected."""
    if row.draft is not None:
        papers = [document.pk for document in row.draft.documents.all()]
        return {"answer": row.draft.answer, "comment": row.draft.comment, "documents": papers}
    if row.reply is None:
        return {}
    papers = [document.pk for document in row.reply.documents.all()]
    return {"answer": row.reply.action, "comment": row.reply.comment, "documents": papers}


def _keep(
    request: HttpRequest, user: User, row: queries.ReplyRow, form: ReplyForm, intake: Intake | None
) -> HttpResponse:
    """Keep the answer, with the document that came along; the head's other button sends it. A document stays with
    the unit even when the answer is refused."""
    current = None
    chosen = {document.pk for document in form.cleaned_data["documents"]} if form.is_valid() else set()
    try:
        chosen |= keep_document(request, user, row.appraisal.unit_id, intake)
        _save(request, user, row, chosen)
    except Invalid as invalid:
        if intake is not None:
            intake.errors |= {name: said for name, said in invalid.errors.items() if name not in form.fields}
        for name, said in invalid.errors.items():
            if name in form.fields:
                form.add_error(name, said)
        return _reply_page(request, user, row, form, status=422, intake=intake, chosen=chosen)
    except Refused as refused:
        current = refused.current if isinstance(refused, Conflict) else None
        form.add_error(None, str(refused))
        conflict = refused if isinstance(current, ReplyDraft) else None
        return _reply_page(request, user, row, form, status=422, intake=intake, conflict=conflict, chosen=chosen)
    if form.whole:
        return _send_one(request, user, row)
    messages.success(request, f"Đã lưu giải trình tiêu chí {row.appraisal.criterion.code}, chưa gửi Hội đồng.")
    return redirect("appraisal:replies")


def _send_one(request: HttpRequest, user: User, row: queries.ReplyRow) -> HttpResponse:
    """Send what was kept just now; refused, the page comes again with what is kept, as the version that it is."""
    cell = row.appraisal
    where = {"round_group_id": cell.round_group_id, "unit_id": cell.unit_id, "appraisal_id": cell.pk}
    try:
        if not answering.may_send(user, cell.unit_id):
            raise Refused("Thủ trưởng đơn vị gửi giải trình; phần vừa soạn đã được lưu.")
        receipt = actions.send(actor=user, **where, address=address_of(request))
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(_there(cell))
    return redirect("appraisal:reply-receipt", receipt.pk)


def _there(cell: Appraisal) -> str:
    return f"{reverse('appraisal:reply', args=[cell.pk])}?nam={cell.round_group.round.year}"


def _conflict(request: HttpRequest, row: queries.ReplyRow, conflict: Refused) -> dict[str, object]:
    """What was typed beside what somebody else saved meanwhile."""
    draft = getattr(conflict, "current", None)
    assert isinstance(draft, ReplyDraft)
    answers = dict(ReplyDraft.Answer.choices)
    mine, papers = request.POST, draft.documents.all()
    typed = queries.documents_named(row.appraisal.unit_id, _numbers(request))
    lines = [
        ComparedValue("Ý kiến", answers.get(mine.get("answer", ""), "–"), answers.get(draft.answer, "–")),
        ComparedValue("Giải trình", clean_lines(mine.get("comment", "")) or "–", draft.comment or "–"),
        ComparedValue("Tài liệu", _named(typed), _named(papers)),
    ]
    return {"current": draft, "lines": lines, "there": _there(row.appraisal)}


def _named(papers: Iterable[Document]) -> str:
    return "; ".join(sorted(paper.number for paper in papers)) or "–"


def _reply_page(
    request: HttpRequest,
    user: User,
    row: queries.ReplyRow,
    form: ReplyForm,
    status: int = 200,
    intake: Intake | None = None,
    conflict: Refused | None = None,
    chosen: set[int] | None = None,
) -> HttpResponse:
    criterion, cell = row.appraisal.criterion, row.appraisal
    context = {
        "row": row,
        "criterion": criterion,
        "unit": cell.unit,
        "form": form,
        "rule_lines": scoring.describe(criterion.rule, criterion.max_points),
        "can_reply": answering.can_reply(user, cell),
        "may_send": answering.may_send(user, cell.unit_id),
        "closes": criteria_calendar.closing(stages.calendar(cell.round_group).reply_to(row.first.stage_id), cell.unit),
        **_own_side(cell),
        **(_conflict(request, row, conflict) if conflict else {"current": None}),
        "version": _version(request, row, conflict),
        "autosave": f"{reverse('appraisal:reply-autosave', args=[cell.pk])}?nam={cell.round_group.round.year}",
        "now": int(clock.now().timestamp() * 1000),
        **upload_fields(intake),
        "chosen": {str(pk) for pk in chosen or form["documents"].value() or []},
    }
    return render(request, "appraisal/replies/reply.html", context, status=status)


def _version(request: HttpRequest, row: queries.ReplyRow, conflict: Refused | None) -> object:
    """What the next save may replace: after a conflict the other's, after a fault what the page had, else the last."""
    if conflict is not None:
        return getattr(getattr(conflict, "current", None), "version", 0)
    if request.method == "POST":
        return request.POST.get("version", "")
    return row.draft.version if row.draft else 0


def _own_side(cell: Appraisal) -> dict[str, object]:
    """What the unit itself declared, wrote and proved."""
    score = queries.own_score(cell)
    return {
        "score": score,
        "figures": figure_words(cell.criterion, score.figures) if score else [],
        "ratio": scoring.ratio_words(cell.criterion.rule, score.figures) if score else "",
        "evidence": list(evidence_of(score)) if score else [],
    }
