"""The unit's side: what the council adjusted, the reply, and evidence files for both sides."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from appraisal import actions, queries, rules
from appraisal.forms import ReplyForm
from appraisal.models import Action, Question, Release, Stage
from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from criteria import queries as criteria_queries
from criteria import scoring
from criteria.models import Phase, Round
from selfassess.documents.views import answer
from units import rules as people
from units.models import Unit, User


def check_unit_person(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or not people.grants(user).roles & set(rules.UNIT_ROLES):
        raise PermissionDenied
    return user


def _own_rows(user: User, current: Round | None) -> list[queries.ReplyRow]:
    units = people.units_where(user, *rules.UNIT_ROLES).order_by("code").values_list("pk", flat=True)
    entries = rules.entries_open_to_units(units).filter(appraisal__round_group__round=current)
    return queries.reply_rows(entries)


@require_GET
def replies(request: HttpRequest) -> HttpResponse:
    """The adjusted criteria of the person's unit, once the stage is released."""
    user = check_unit_person(request)
    current = criteria_queries.round_in_view(request)
    units = list(people.units_where(user, *rules.UNIT_ROLES).order_by("code"))
    rows = _own_rows(user, current)
    groups = {unit.group_id for unit in units}
    released = Release.objects.filter(round_group__round=current, round_group__group__in=groups)
    over = set(released.filter(stage=Stage.ROUND2).values_list("round_group__group", flat=True))
    context = {
        "rows": rows,
        "units": units,
        "released": sorted(set(released.values_list("stage", flat=True)), key=list(Stage.values).index),
        "deadlines": [_deadline(current, unit, unit.group_id in over) for unit in units] if current else [],
        **_asked(user, current),
        "unanswered": sum(row.reply is None and row.later is None and not row.round2_over for row in rows),
        "agreed": sum(row.reply is not None and row.reply.action == Action.AGREE for row in rows),
        "disagreed": sum(row.reply is not None and row.reply.action == Action.DISAGREE for row in rows),
    }
    return render(request, "appraisal/replies/replies.html", context)


def _asked(user: User, current: Round | None) -> dict[str, object]:
    """How many questions of the council wait for the person's units, and the nearest due day."""
    rows = rules.questions_of_units(user).filter(round_group__round=current, state=Question.State.OPEN)
    due = list(rows.values_list("due_on", flat=True))
    late = sum(day < clock.today() for day in due)
    return {"asked": {"waiting": len(due), "late": late}, "next_due": due[0] if due else None}


def _deadline(current: Round, unit: Unit, over: bool) -> dict[str, object]:
    """Until when the unit may reply; `over`: the council has released what it made of the replies."""
    kind = Phase.Kind.EXPLANATION
    return {
        "unit": unit,
        "over": over,
        "open": not over and criteria_queries.is_open_for(current, kind, unit, clock.now()),
        "closes": criteria_queries.closing(current, kind, unit),
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
    form = ReplyForm(request.POST, unit=unit)
    if not form.is_valid():
        return _reply_page(request, user, row, form, status=422)
    return _answer(request, user, row, form)


def _given(row: queries.ReplyRow) -> dict[str, object]:
    """The reply already given, to be corrected."""
    if row.reply is None:
        return {}
    papers = [document.pk for document in row.reply.documents.all()]
    return {"answer": row.reply.action, "comment": row.reply.comment, "documents": papers}


def _answer(request: HttpRequest, user: User, row: queries.ReplyRow, form: ReplyForm) -> HttpResponse:
    data = form.cleaned_data
    try:
        actions.reply(
            actor=user,
            appraisal_id=row.appraisal.pk,
            agree=data["answer"] == Action.AGREE,
            comment=data["comment"],
            document_ids=[document.pk for document in data["documents"]],
        )
    except Refused as refused:
        form.add_error(None, str(refused))
        return _reply_page(request, user, row, form, status=422)
    messages.success(request, f"Đã gửi giải trình tiêu chí {row.appraisal.criterion.code}.")
    return redirect("appraisal:replies")


def _reply_page(
    request: HttpRequest, user: User, row: queries.ReplyRow, form: ReplyForm, status: int = 200
) -> HttpResponse:
    criterion = row.appraisal.criterion
    context = {
        "row": row,
        "criterion": criterion,
        "unit": row.appraisal.unit,
        "form": form,
        "rule_lines": scoring.describe(criterion.rule, criterion.max_points),
        "can_reply": rules.can_reply(user, row.appraisal),
        "closes": criteria_queries.closing(row.appraisal.round_group.round, Phase.Kind.EXPLANATION, row.appraisal.unit),
        "chosen": {str(pk) for pk in form["documents"].value() or []},
    }
    return render(request, "appraisal/replies/reply.html", context, status=status)


@require_GET
def document(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One evidence file: PDF and pictures in the page, everything else as a download."""
    user = request.user
    if not isinstance(user, User) or not (rules.has_desk(user) or people.grants(user).roles & set(rules.UNIT_ROLES)):
        raise PermissionDenied
    found = get_object_or_404(rules.documents_visible_to(user), pk=pk)
    return answer(request, user, found, download="tai-ve" in request.GET)
