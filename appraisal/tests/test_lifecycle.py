"""The council's year in one table: what each verb of each person changes at each point. Whatever the table
does not allow is refused, and leaves every table and the log as they were."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from appraisal.models import Appraisal, BlindCriterion, Question
from appraisal.opinions import actions as opinions
from appraisal.questions import actions as questions
from appraisal.releases import actions as releases
from appraisal.replies import actions as replies
from appraisal.review.bulk import actions as bulk
from appraisal.review.decisions import actions as decisions
from appraisal.review.undo import actions as undo_actions
from appraisal.tests.factories import Council, acknowledged, council, release_stage
from appraisal.tests.pages import WORDS
from appraisal.tests.personas import PERSONAS, everybody, rows_now
from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from criteria.models import Criterion, Source, Stage
from criteria.tests.factories import open_stage
from units.models import User

pytestmark = pytest.mark.django_db

YEAR = (
    "before",  # no phase has begun
    "round 1",  # open; 1.1 of DV1 has been adjusted
    "round 1 over",  # closed, not yet released
    "explanation",  # round 1 released, the unit may reply
    "explanation over",
    "round 2",  # the unit objected; 1.1 has been adjusted again
    "round 2 over",
    "meeting",  # round 2 released
    "meeting decided",  # 1.1 has been decided there
    "over",  # the council's decisions released
)
ALWAYS = frozenset(YEAR)
ROUNDS = frozenset({"round 1", "round 2"})
MEETING = frozenset({"meeting", "meeting decided"})

DUE = frozenset({"round 1", "round 1 over", "round 2", "round 2 over"}) | MEETING

# verb → who → when it changes something. Nothing else changes anything.
TABLE: dict[str, dict[str, frozenset[str]]] = {
    "recognise": {"member": ROUNDS, "manager": MEETING},
    "adjust": {"member": ROUNDS, "manager": MEETING},
    "recognise many": {"member": ROUNDS},
    "give a blind opinion": {"member": ROUNDS},
    "undo": {"member": ROUNDS, "manager": frozenset({"meeting decided"})},
    "mark blind": {"manager": ALWAYS},
    "ask": {"member": ROUNDS, "manager": MEETING},
    "close a question": {"member": ALWAYS, "manager": ALWAYS},
    "answer a question": {"officer": ALWAYS, "head": ALWAYS},
    "prepare a reply": {"officer": frozenset({"explanation"}), "head": frozenset({"explanation"})},
    "reply": {"head": frozenset({"explanation"})},
    "acknowledge the report": {"manager": DUE},
    "release round 1": {"manager": frozenset({"round 1", "round 1 over"})},
    "release round 2": {"manager": frozenset({"round 2", "round 2 over"})},
    "release the meeting": {"manager": MEETING},
    "withdraw round 1": {"manager": frozenset({"explanation", "explanation over"})},
    "withdraw round 2": {"manager": frozenset({"meeting"})},
    "withdraw the meeting": {"manager": frozenset({"over"})},
}


@dataclass
class Point:
    """DV1 at one point of the year: 1.1 judged as far as it goes, 1.2 untouched, 1.9 for two opinions."""

    name: str
    case: Council
    blind: Criterion
    question: Question
    before: list[int] = field(default_factory=list)


def point(name: str) -> Point:
    """Walks the year up to `name` by the verbs themselves."""
    case = council(stage=None)
    here = Point(name, case, two_opinions(case), question_of(case))
    for step, at in enumerate(YEAR):
        STEPS[step](case)
        if at == name:
            break
    return here


def two_opinions(case: Council) -> Criterion:
    leaf = Criterion.objects.create(
        criteria_set=case.round_group.criteria_set,
        code="1.9",
        name="Hai ý kiến",
        position=50,
        source=Source.SELF,
        max_points=Decimal(1),
        parent=case.leaf.parent,
    )
    case.round_group.assessments.get(unit=case.first).scores.create(criterion=leaf, points=Decimal(1))
    marked = {"marked_by": case.manager, "marked_at": clock.now(), "tolerance": Decimal("0.5")}
    BlindCriterion.objects.create(round_group=case.round_group, criterion=leaf, **marked)
    return leaf


def question_of(case: Council) -> Question:
    """Asked in a first round that was open for a moment."""
    first_round = open_stage(case.round_group.round, "round1")
    asked = questions.ask(actor=case.member, **case.cell(), text="Số văn bản?", due_on=clock.today())
    Stage.objects.filter(pk=first_round.pk).update(opens_at=None, closes_at=None)
    return asked


Step = Callable[[Council], object]
"""What happens on the way to a point of the year."""


def opened(name: str) -> Step:
    return lambda case: open_stage(case.round_group.round, name)


def closed(case: Council) -> None:
    Stage.objects.filter(round=case.round_group.round, opens_at__isnull=False).update(closes_at=clock.now())


def released(stage: str) -> Step:
    return lambda case: release_stage(case.manager, case.round_group, stage)


def adjusted(who: str, points: str) -> Step:
    return lambda case: adjust(case, getattr(case, who), case.leaf, points)


def objected(case: Council) -> None:
    """The unit answers while the request for explanation is open a second time."""
    found = open_stage(case.round_group.round, "explanation")
    appraisal = case.standing()
    replies.reply(actor=case.head, appraisal_id=appraisal.pk, agree=False, comment="Đã gửi.", document_ids=[])
    Stage.objects.filter(pk=found.pk).update(closes_at=clock.now())


def steps(*each: Step) -> Step:
    def run(case: Council) -> None:
        for step in each:
            step(case)

    return run


STEPS = (
    steps(),
    steps(opened("round1"), adjusted("member", "1")),
    closed,
    steps(released("round1"), opened("explanation")),
    closed,
    steps(objected, opened("round2"), adjusted("member", "0.5")),
    closed,
    released("round2"),
    adjusted("manager", "0.75"),
    released("final"),
)


def version(case: Council, leaf: Criterion) -> int:
    found = Appraisal.objects.filter(unit=case.first, criterion=leaf, round_group=case.round_group).first()
    return found.version if found else 0


def adjust(case: Council, actor: User, leaf: Criterion, points: str) -> Appraisal:
    why: dict[str, Any] = {"reason_id": case.reason.pk, "comment": WORDS, "seen_version": version(case, leaf)}
    return decisions.adjust(actor=actor, **case.cell(leaf=leaf), points=Decimal(points), **why)


def release(stage: str) -> Callable[[Point, User], object]:
    """With the report acknowledged by the manager, which is undone with it."""

    def run(at: Point, actor: User) -> object:
        block = at.case.round_group
        with contextlib.suppress(Refused):
            acknowledged(at.case.manager, block, stage)
        at.before = rows_now()
        return releases.release(actor=actor, round_group_id=block.pk, stage=stage)

    return run


def acknowledge(at: Point, actor: User) -> object:
    stages = {"round 2": "round2", "round 2 over": "round2"}
    stage = "final" if at.name in MEETING else stages.get(at.name, "round1")
    return acknowledged(actor, at.case.round_group, stage)


def withdraw(stage: str) -> Callable[[Point, User], object]:
    return lambda at, actor: releases.withdraw_release(
        actor=actor, round_group_id=at.case.round_group.pk, stage=stage, reason="Thông báo nhầm."
    )


def recognise(at: Point, actor: User) -> object:
    leaf = at.case.other_leaf
    seen = version(at.case, leaf)
    return decisions.recognise(actor=actor, **at.case.cell(leaf=leaf), comment="Có căn cứ.", seen_version=seen)


def recognise_many(at: Point, actor: User) -> object:
    case = at.case
    cells = [(case.first.pk, case.other_leaf.pk, version(case, case.other_leaf))]
    return bulk.bulk_recognise(actor=actor, round_group_id=case.round_group.pk, cells=cells)


def opinion(at: Point, actor: User) -> object:
    cell = at.case.cell(leaf=at.blind)
    return opinions.give_opinion(actor=actor, **cell, recognising=True, comment="", seen_version=0)


def undo(at: Point, actor: User) -> object:
    return undo_actions.undo(actor=actor, **at.case.cell(), seen_version=version(at.case, at.case.leaf))


def mark_blind(at: Point, actor: User) -> object:
    case = at.case
    cell = {"round_group_id": case.round_group.pk, "criterion_id": case.other_leaf.pk}
    return opinions.mark_blind(actor=actor, **cell, tolerance=Decimal("0.5"))


def ask(at: Point, actor: User) -> object:
    return questions.ask(actor=actor, **at.case.cell(leaf=at.case.other_leaf), text="Ở đâu?", due_on=clock.today())


def prepare(at: Point, actor: User) -> object:
    pk = Appraisal.objects.filter(criterion=at.case.leaf).values_list("pk", flat=True).first() or 0
    draft: dict[str, Any] = {"answer": "agree", "comment": "", "document_ids": [], "seen_version": 0}
    return replies.save_draft(actor=actor, appraisal_id=pk, **draft)


def reply(at: Point, actor: User) -> object:
    pk = Appraisal.objects.filter(criterion=at.case.leaf).values_list("pk", flat=True).first() or 0
    return replies.reply(actor=actor, appraisal_id=pk, agree=True, comment="", document_ids=[])


def close(at: Point, actor: User) -> object:
    return questions.close_question(actor=actor, question_id=at.question.pk, text="")


def answer(at: Point, actor: User) -> object:
    return questions.answer(actor=actor, question_id=at.question.pk, text="Số 12.", document_ids=[], seen=1)


VERBS: dict[str, Callable[[Point, User], object]] = {
    "recognise": recognise,
    "adjust": lambda at, actor: adjust(at.case, actor, at.case.other_leaf, "0.5"),
    "recognise many": recognise_many,
    "give a blind opinion": opinion,
    "undo": undo,
    "mark blind": mark_blind,
    "ask": ask,
    "close a question": close,
    "answer a question": answer,
    "prepare a reply": prepare,
    "reply": reply,
    "acknowledge the report": acknowledge,
    "release round 1": release("round1"),
    "release round 2": release("round2"),
    "release the meeting": release("final"),
    "withdraw round 1": withdraw("round1"),
    "withdraw round 2": withdraw("round2"),
    "withdraw the meeting": withdraw("final"),
}


def changes(verb: str, at: Point, actor: User, before: list[int]) -> bool:
    """Whether the verb changed anything; undone afterwards. Anything but a refusal is an error."""
    at.before = before
    with transaction.atomic():
        with contextlib.suppress(PermissionDenied, Refused, Appraisal.DoesNotExist):
            VERBS[verb](at, User.objects.get(pk=actor.pk))
        found = rows_now() != at.before
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("name", YEAR)
def test_what_each_verb_of_each_person_changes(name: Any) -> None:
    at = point(name)
    people = {who: user for who, user in everybody(at.case).items() if user}
    before = rows_now()
    wrong = {
        (verb, who): found
        for verb in VERBS
        for who, user in people.items()
        if (found := changes(verb, at, user, before)) != (name in TABLE[verb].get(who, frozenset()))
    }
    assert wrong == {}


def test_the_table_speaks_of_every_verb_and_of_nobody_unknown() -> None:
    assert set(TABLE) == set(VERBS)
    assert {who for by in TABLE.values() for who in by} <= set(PERSONAS)
    assert {name for by in TABLE.values() for when in by.values() for name in when} <= set(YEAR)
