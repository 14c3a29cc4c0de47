"""Questions per criterion: the council asks and closes, the unit answers under Giải trình."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appraisal.core.views.place import check_desk, check_unit_person, place
from appraisal.core.views.uploads import keep_document, take_in_document, upload_fields
from appraisal.models import Question
from appraisal.rules import answering
from appraisal.rules.deciding import has_pen
from cchc_index.lib import clock
from cchc_index.lib.faults import Conflict, Invalid, Refused
from criteria import queries as criteria_queries
from selfassess.documents.forms import Intake
from units import rules as people
from units.models import UNITS_BY_NAME, User

from . import actions, queries
from .forms import AnswerForm, AskForm, AssigneeForm

FILTERS = {"cho": "Chờ đơn vị", "tra-loi": "Đã trả lời", "dong": "Đã đóng"}
STATES = {"cho": Question.State.OPEN, "tra-loi": Question.State.ANSWERED, "dong": Question.State.CLOSED}


@require_GET
def questions(request: HttpRequest) -> HttpResponse:
    """The council's list: what was asked in the cells the person may see."""
    user = check_desk(request)
    current = criteria_queries.round_in_view(request)
    rows = queries.threads(answering.questions_visible_to(user).filter(round_group__round=current))
    wanted = request.GET.get("loc", "")
    state = STATES.get(wanted)
    context = {
        "threads": [row for row in rows if state is None or row.question.state == state],
        "counts": queries.count(rows),
        "filters": FILTERS,
        "wanted": wanted,
    }
    return render(request, "appraisal/questions/questions.html", context)


@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, pk: int) -> HttpResponse:
    """One question on the council's side: read, ask further, close."""
    user = check_desk(request)
    found = get_object_or_404(answering.questions_visible_to(user).select_related("round_group"), pk=pk)
    may = answering.may_pursue(user, found)
    if request.method == "GET":
        return _council_page(request, found, may, AskForm(initial={"due_on": max(found.due_on, clock.today())}))
    if not may:
        raise PermissionDenied
    if request.POST.get("verb") == "close":
        actions.close_question(actor=user, question_id=pk, text=request.POST.get("text", ""))
        messages.success(request, "Đã đóng câu hỏi.")
        return redirect("appraisal:question", pk)
    form = AskForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        actions.ask_again(actor=user, question_id=pk, text=data["text"], due_on=data["due_on"])
        messages.success(request, "Đã gửi câu hỏi cho đơn vị.")
        return redirect("appraisal:question", pk)
    return _council_page(request, found, may, form, status=422)


def _council_page(
    request: HttpRequest, question: Question, may: bool, form: AskForm, status: int = 200
) -> HttpResponse:
    thread = queries.thread(question)
    context = {"thread": thread, "question": thread.question, "may": may, "form": form, "today": clock.today()}
    return render(request, "appraisal/questions/question.html", context, status=status)


@require_POST
def ask(request: HttpRequest, group: str, unit: str, code: str) -> HttpResponse:
    """Open a question on a cell; afterwards back to the cell."""
    here = place(request, group)
    if not has_pen(here.user):
        raise PermissionDenied
    found, leaf = here.unit(unit), here.leaf(code)
    back = here.address("cell", found.code, leaf.code)
    form = AskForm(request.POST)
    context = {"here": here, "unit": found, "criterion": leaf, "form": form, "back": back}
    if not form.is_valid():
        return render(request, "appraisal/questions/ask.html", context, status=422)
    cell = {"round_group_id": here.round_group.pk, "unit_id": found.pk, "criterion_id": leaf.pk}
    try:
        actions.ask(actor=here.user, **cell, text=form.cleaned_data["text"], due_on=form.cleaned_data["due_on"])
    except Refused as refused:
        form.add_error(None, str(refused))
        return render(request, "appraisal/questions/ask.html", context, status=422)
    messages.success(request, f"Đã gửi câu hỏi về tiêu chí {leaf.code} cho {found}.")
    return redirect(f"{back}#cau-hoi")


@require_GET
def received_list(request: HttpRequest) -> HttpResponse:
    """Câu hỏi của Hội đồng: what the person's unit is asked, the nearest due day first."""
    user = check_unit_person(request)
    current = criteria_queries.round_in_view(request)
    rows = queries.threads(answering.questions_of_units(user).filter(round_group__round=current))
    units = list(people.units_where(user, *answering.UNIT_ROLES).order_by(*UNITS_BY_NAME))
    context = {"threads": rows, "counts": queries.count(rows), "units": units}
    return render(request, "appraisal/questions/received_list.html", context)


@require_http_methods(["GET", "POST"])
def received(request: HttpRequest, pk: int) -> HttpResponse:
    """One question as the unit reads it; the answer, and who gives it. Nothing of points is here."""
    user = check_unit_person(request)
    found = get_object_or_404(answering.questions_of_units(user).select_related("unit"), pk=pk)
    if request.method == "GET":
        return _unit_page(request, found, AnswerForm(unit=found.unit))
    return _assign(request, user, found) if request.POST.get("verb") == "assign" else _answer(request, user, found)


def _assign(request: HttpRequest, user: User, question: Question) -> HttpResponse:
    form = AssigneeForm(request.POST, unit=question.unit)
    if not form.is_valid():
        return _unit_page(request, question, AnswerForm(unit=question.unit), form, status=422)
    chosen = form.cleaned_data["assignee"]
    try:
        actions.assign_question(actor=user, question_id=question.pk, assignee_id=chosen.pk if chosen else None)
    except Refused as refused:
        form.add_error(None, str(refused))
        return _unit_page(request, question, AnswerForm(unit=question.unit), form, status=422)
    messages.success(request, f"Đã giao {chosen} trả lời." if chosen else "Câu hỏi chưa giao cho ai.")
    return redirect("appraisal:asked", question.pk)


def _answer(request: HttpRequest, user: User, question: Question) -> HttpResponse:
    form = AnswerForm(request.POST, unit=question.unit)
    intake = None
    if question.state != Question.State.CLOSED:  # nothing is taken in for an answer that nobody would read
        intake = take_in_document(request, user, question.unit_id, f"cau-hoi-{question.pk}")
    if not form.is_valid() or (intake and intake.errors):
        return _unit_page(request, question, form, status=422, intake=intake)
    if intake and intake.is_offered:
        return _unit_page(request, question, form, intake=intake)
    papers = {document.pk for document in form.cleaned_data["documents"]}
    try:
        papers |= keep_document(request, user, question.unit_id, intake)
        _send_answer(user, question, form, papers)
    except Invalid as invalid:  # the document's data; the answer was refused by its form
        assert intake is not None
        intake.errors |= invalid.errors
        return _unit_page(request, question, form, status=422, intake=intake)
    except Refused as refused:
        form.add_error(None, str(refused))
        status = 409 if isinstance(refused, Conflict) else 422
        return _unit_page(request, question, form, status=status, intake=intake, chosen=papers)
    messages.success(request, "Đã gửi câu trả lời cho Hội đồng thẩm định.")
    return redirect("appraisal:asked", question.pk)


def _send_answer(user: User, question: Question, form: AnswerForm, papers: set[int]) -> None:
    data = form.cleaned_data
    actions.answer(actor=user, question_id=question.pk, text=data["text"], document_ids=papers, seen=data["seen"])


def _unit_page(
    request: HttpRequest,
    question: Question,
    form: AnswerForm,
    assigning: AssigneeForm | None = None,
    status: int = 200,
    intake: Intake | None = None,
    chosen: set[int] | None = None,
) -> HttpResponse:
    """The question; after a fault with what was typed, the file that came, and the documents `chosen`."""
    thread = queries.thread(question)
    context = {
        "thread": thread,
        "question": thread.question,
        "form": form,
        "assigning": assigning or AssigneeForm(initial={"assignee": question.assignee_id}, unit=question.unit),
        "chosen": {str(pk) for pk in chosen or form["documents"].value() or []},
        **upload_fields(intake),
    }
    return render(request, "appraisal/questions/received.html", context, status=status)
