"""The unit's side: what the council adjusted, and the reply."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from appraisal.core.views.place import check_unit_person
from appraisal.models import Action
from appraisal.questions.queries import waiting_for
from appraisal.rules import answering, reading, stages
from appraisal.rules.stages import Calendar
from cchc_index.lib import clock
from cchc_index.lib.faults import Invalid, Refused
from criteria import queries as criteria_queries
from criteria import scoring
from criteria.calendar import queries as criteria_calendar
from criteria.models import Round
from selfassess.documents.actions import OFFERED, add_document, missing_data
from selfassess.documents.forms import Intake, take_in
from selfassess.uploads.actions import let_go
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
    context = {
        "rows": rows,
        "units": units,
        "is_released": any(now.released for now in times.values()),
        "deadlines": [found for unit in units if (found := _deadline(times.get(unit.group_id), unit))],
        **_questions(user, current),
        "unanswered": sum(row.is_unanswered for row in rows),
        "agreed": sum(row.reply is not None and row.reply.action == Action.AGREE for row in rows),
        "disagreed": sum(row.reply is not None and row.reply.action == Action.DISAGREE for row in rows),
    }
    return render(request, "appraisal/replies/replies.html", context)


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
    """One adjusted criterion: what the council says, and the unit's answer."""
    user = check_unit_person(request)
    current = criteria_queries.round_in_view(request)
    row = next((row for row in _own_rows(user, current) if row.appraisal.pk == pk), None)
    if row is None:
        raise Http404
    unit = row.appraisal.unit
    if request.method == "GET":
        return _reply_page(request, user, row, ReplyForm(initial=_given(row), unit=unit))
    if not answering.can_reply(user, row.appraisal):
        # Nothing is taken in for a reply that nobody would read; the action says why.
        return _answer(request, user, row, ReplyForm(request.POST, unit=unit), None)
    form = ReplyForm(request.POST, unit=unit)
    intake = take_in(request.POST, request.FILES.get("upload"), user, unit.pk, f"giai-trinh-{pk}")
    if intake.is_wanted and not intake.is_offered:
        intake.errors = {**missing_data(intake.values, bool(intake.upload)), **intake.errors}
    if not form.is_valid() or intake.errors:
        return _reply_page(request, user, row, form, status=422, intake=intake)
    if intake.is_offered:
        return _reply_page(request, user, row, form, intake=intake)
    return _answer(request, user, row, form, intake)


def _given(row: queries.ReplyRow) -> dict[str, object]:
    """The reply already given, to be corrected."""
    if row.reply is None:
        return {}
    papers = [document.pk for document in row.reply.documents.all()]
    return {"answer": row.reply.action, "comment": row.reply.comment, "documents": papers}


def _answer(
    request: HttpRequest, user: User, row: queries.ReplyRow, form: ReplyForm, intake: Intake | None
) -> HttpResponse:
    """Send the reply, with the document that came along; a document stays with the unit even when the reply is
    refused."""
    try:
        new = _new_document(request, user, row, intake)
        chosen = {document.pk for document in form.cleaned_data["documents"]} if form.is_valid() else set()
        actions.reply(
            actor=user,
            appraisal_id=row.appraisal.pk,
            agree=form.data.get("answer") == Action.AGREE,
            comment=form.data.get("comment", ""),
            document_ids=chosen | new,
        )
    except Invalid as invalid:
        if intake is not None:
            intake.errors |= invalid.errors
        return _reply_page(request, user, row, form, status=422, intake=intake)
    except Refused as refused:
        form.add_error(None, str(refused))
        return _reply_page(request, user, row, form, status=422, intake=intake)
    messages.success(request, f"Đã gửi giải trình tiêu chí {row.appraisal.criterion.code}.")
    return redirect("appraisal:replies")


def _new_document(request: HttpRequest, user: User, row: queries.ReplyRow, intake: Intake | None) -> set[int]:
    """The key of the document that was uploaded with the reply, if any."""
    if intake is None or intake.upload is None:
        return set()
    given = intake.given()
    document = add_document(
        actor=user,
        unit_id=row.appraisal.unit_id,
        address=str(request.META.get("REMOTE_ADDR", "")),
        **{name: given[name] for name in ("upload", *OFFERED)},
    )
    let_go(intake.upload)
    return {document.pk}


def _reply_page(
    request: HttpRequest,
    user: User,
    row: queries.ReplyRow,
    form: ReplyForm,
    status: int = 200,
    intake: Intake | None = None,
) -> HttpResponse:
    criterion = row.appraisal.criterion
    context = {
        "row": row,
        "criterion": criterion,
        "unit": row.appraisal.unit,
        "form": form,
        "rule_lines": scoring.describe(criterion.rule, criterion.max_points),
        "can_reply": answering.can_reply(user, row.appraisal),
        "closes": criteria_calendar.closing(
            stages.calendar(row.appraisal.round_group).reply_to(row.first.stage_id), row.appraisal.unit
        ),
        "intake": intake,
        "errors": intake.errors if intake else {},
        "typed": intake.values if intake else {},
        "max_megabytes": settings.EVIDENCE_MAX_BYTES // (1024 * 1024),
        "chosen": {str(pk) for pk in form["documents"].value() or []},
    }
    return render(request, "appraisal/replies/reply.html", context, status=status)
