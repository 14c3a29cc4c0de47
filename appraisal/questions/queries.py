"""Reads of questions, for the council's pages and the unit's: what to show, counts, lateness."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, QuerySet

from appraisal.models import Message, Question
from appraisal.rules import answering
from cchc_index.lib import clock
from cchc_index.lib.prepared import Prepared
from criteria.models import Criterion, Round, RoundGroup
from units.models import Unit, User

QuestionState = Question.State


@dataclass(frozen=True, slots=True)
class Thread:
    """A question with its messages."""

    question: Question
    messages: tuple[Message, ...]
    today: date

    @property
    def is_late(self) -> bool:
        return self.question.state == QuestionState.OPEN and self.question.due_on < self.today

    @property
    def status(self) -> tuple[str, str]:
        """The mark and the words of the state."""
        if self.is_late:
            return "low", "quá hạn trả lời"
        marks = {QuestionState.OPEN: "wait", QuestionState.ANSWERED: "ok", QuestionState.CLOSED: "none"}
        return marks[QuestionState(self.question.state)], self.question.get_state_display()

    @property
    def first(self) -> str:
        return self.messages[0].text if self.messages else ""

    @property
    def seen(self) -> int:
        return len(self.messages)


@dataclass(frozen=True, slots=True)
class Count:
    """How many questions stand where."""

    waiting: int
    late: int
    answered: int
    closed: int


PLACE = ("unit", "criterion", "opened_by", "assignee", "round_group__round", "round_group__group")


def threads(questions: QuerySet[Question], named: Sequence[str] = PLACE) -> list[Thread]:
    """With messages and documents, and the rows that are `named`: three queries."""
    messages = Message.objects.order_by("sequence").select_related("author").prefetch_related("documents")
    rows = questions.select_related(*named).prefetch_related(Prefetch("messages", messages))
    today = clock.today()
    return [Thread(row, tuple(row.messages.all()), today) for row in rows]


def thread(question: Question) -> Thread:
    """One question with its messages, read afresh: three queries."""
    return threads(Question.objects.filter(pk=question.pk))[0]


def threads_of_cell(round_group: RoundGroup, unit: Unit, criterion: Criterion) -> list[Thread]:
    """What was asked about one cell, the newest question first; one query, three more where something was."""
    asked = _ASKED.rows(block=round_group.pk, unit=unit.pk, criterion=criterion.pk)
    if not asked:
        return []
    rows = Question.objects.filter(pk__in=[pk for (pk,) in asked])
    return threads(rows.order_by("-pk"), ["unit", "assignee"])


_ASKED = Prepared(
    lambda block, unit, criterion: (
        Question.objects.filter(round_group=block, unit=unit, criterion=criterion).order_by().values_list("pk")
    )
)


def waiting_for(user: User, round_: Round | None) -> list[date]:
    """The due days of the open questions to the person's units, the nearest first. One query."""
    rows = answering.questions_of_units(user).filter(round_group__round=round_, state=Question.State.OPEN)
    return list(rows.values_list("due_on", flat=True))


def count(rows: Iterable[Thread]) -> Count:
    found = list(rows)
    states = [thread.question.state for thread in found]
    return Count(
        waiting=states.count(QuestionState.OPEN),
        late=sum(thread.is_late for thread in found),
        answered=states.count(QuestionState.ANSWERED),
        closed=states.count(QuestionState.CLOSED),
    )
