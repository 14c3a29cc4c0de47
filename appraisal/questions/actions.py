"""Questions of the council to a unit about one leaf: ask, answer, hand to somebody, close."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction

from appraisal.core.actions.documents import unit_documents
from appraisal.core.actions.locks import lock_cell, locked_block
from appraisal.models import Message, Question
from appraisal.rules import answering
from cchc_index.lib import clock
from cchc_index.lib.faults import Conflict, Refused
from selfassess.models import Document
from units import rules as people
from units.auditlog.actions import record
from units.models import User

from . import digests, mails, states

LONGEST = 5000


@transaction.atomic
def ask(
    *, actor: User, round_group_id: int, unit_id: int, criterion_id: int, text: str, due_on: date | None
) -> Question:
    """Open a question on a cell that `actor` may decide now; the unit is told by mail. `due_on` is the last
    day of Hà Nội on which an answer is in time. The same question that is still open is not asked twice.
    Raises PermissionDenied, Refused."""
    locked = lock_cell(actor, round_group_id, unit_id, criterion_id)
    words, due = _checked_words(text, "Nhập câu hỏi."), _checked_due(due_on)
    cell = {"round_group": locked.round_group, "unit_id": unit_id, "criterion": locked.criterion}
    for same in Question.objects.filter(**cell, opened_by=actor, due_on=due, state=states.OPEN).order_by("pk"):
        if [m.text for m in same.messages.all()] == [words]:
            return same
    question = Question.objects.create(**cell, opened_by=actor, opened_at=clock.now(), due_on=due)
    _append(question, actor, states.ASK, words)
    mails.tell_question(question, 1)
    return question


@transaction.atomic
def ask_again(*, actor: User, question_id: int, text: str, due_on: date | None) -> Question:
    """Ask further on the same question (a closed one opens again), with a new due day. Raises
    PermissionDenied, Refused."""
    question = _locked(question_id)
    _check_council(actor, question)
    words, due = _checked_words(text, "Nhập câu hỏi."), _checked_due(due_on)
    if _is_repeated(question, actor, states.ASK, words):
        return question
    _move(question, states.ASK)
    question.due_on = due
    question.save(update_fields=["state", "due_on"])
    message = _append(question, actor, states.ASK, words)
    mails.tell_question(question, message.sequence)
    return question


@transaction.atomic
def answer(
    *, actor: User, question_id: int, text: str, document_ids: Iterable[int], seen: int | None = None
) -> Question:
    """The unit's answer with documents of its own. A late one is taken, and is seen to be late. `seen`: the
    last message the person read; Conflict when there is a newer one. Raises PermissionDenied, Refused."""
    question = _locked(question_id)
    _check_unit(actor, question)
    words = _checked_words(text, "Nhập câu trả lời.")
    documents = unit_documents(question.unit_id, document_ids)
    if _is_repeated(question, actor, states.ANSWER, words, documents):
        return question
    last = question.messages.count()
    if seen is not None and seen != last:
        raise Conflict("Có nội dung mới sau khi bạn mở trang; câu trả lời bạn nhập còn nguyên bên dưới, chưa gửi.")
    _move(question, states.ANSWER)
    question.save(update_fields=["state"])
    message = _append(question, actor, states.ANSWER, words, documents)
    mails.tell_answer(question, message.sequence)
    return question


@transaction.atomic
def assign_question(*, actor: User, question_id: int, assignee_id: int | None) -> Question:
    """Say who of the unit answers; None for nobody in particular. Raises PermissionDenied, Refused."""
    question = _locked(question_id)
    _check_unit(actor, question)
    chosen = answering.people_answering(question.unit_id).filter(pk=assignee_id).first() if assignee_id else None
    if assignee_id and chosen is None:
        raise Refused("Chọn người trả lời trong số công chức phụ trách và thủ trưởng của đơn vị.")
    if question.assignee_id == (chosen.pk if chosen else None):
        return question
    _move(question, states.ASSIGN)
    before = {"assignee": str(question.assignee or "")}
    question.assignee = chosen
    question.save(update_fields=["assignee"])
    record(
        actor=actor,
        verb="appraisal.assign_question",
        obj=question,
        before=before,
        after={"assignee": str(chosen or "")},
        unit=question.unit,
    )
    mails.tell_assignee(question)
    return question


@transaction.atomic
def close_question(*, actor: User, question_id: int, text: str = "") -> Question:
    """Nothing more is asked. Closing twice is closing once. Raises PermissionDenied, Refused."""
    question = _locked(question_id)
    _check_council(actor, question)
    if question.state == states.CLOSED:
        return question
    _move(question, states.CLOSE)
    question.save(update_fields=["state"])
    _append(question, actor, states.CLOSE, text.strip()[:LONGEST])
    return question


def _locked(question_id: int) -> Question:
    """The block first, as every writer does; then the question."""
    block = Question.objects.values_list("round_group_id", flat=True).get(pk=question_id)
    locked_block(block)
    rows = Question.objects.select_related("round_group__round", "unit", "criterion", "opened_by", "assignee")
    return rows.select_for_update(of=("self",)).get(pk=question_id)


def _check_council(actor: User, question: Question) -> None:
    if not answering.may_pursue(actor, question):
        raise PermissionDenied("Câu hỏi này không thuộc phần được phân công, hoặc thuộc đơn vị mình.")


def _check_unit(actor: User, question: Question) -> None:
    if not people.has_unit_role(actor, question.unit_id, *answering.UNIT_ROLES):
        raise PermissionDenied


def _move(question: Question, verb: str) -> None:
    then = states.after(verb, question.state)
    if then is None:
        raise Refused(f"Câu hỏi {question.get_state_display()}: việc này không còn làm được.")
    question.state = then


def _checked_words(text: str, sentence: str) -> str:
    words = text.strip()
    if not words:
        raise Refused(sentence)
    if len(words) > LONGEST:
        raise Refused(f"Nội dung dài quá {LONGEST} chữ cái; rút gọn hoặc gửi kèm tài liệu.")
    return words


def _checked_due(due_on: date | None) -> date:
    if due_on is None or due_on < clock.today():
        raise Refused("Chọn hạn trả lời từ hôm nay trở đi.")
    return due_on


def _is_repeated(question: Question, actor: User, step: str, text: str, documents: Iterable[Document] = ()) -> bool:
    """Whether the last message already says so: the same form sent twice."""
    last = question.messages.order_by("-sequence").prefetch_related("documents").first()
    if last is None or (last.step, last.author_id, last.text) != (step, actor.pk, text):
        return False
    return {d.pk for d in last.documents.all()} == {d.pk for d in documents}


def _append(question: Question, actor: User, step: str, text: str, documents: Iterable[Document] = ()) -> Message:
    papers = list(documents)
    message = Message(
        question=question,
        sequence=question.messages.count() + 1,
        step=step,
        author=actor,
        text=text,
        at=clock.now(),
    )
    message.log = record(
        actor=actor,
        verb=digests.VERB_QUESTION,
        obj=question,
        after={
            "criterion": question.criterion.code,
            "step": step,
            "state": question.state,
            "due": question.due_on.isoformat(),
            "digest": digests.message_digest(message, [f"{d.pk}:{d.digest}" for d in papers]),
        },
        unit=question.unit,
    )
    message.save(force_insert=True)
    message.documents.set(papers)
    return message
