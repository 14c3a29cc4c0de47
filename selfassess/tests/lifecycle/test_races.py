"""Ten identical requests at once, two people on one score. Each race is believed only with its control."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from cchc_index.lib.faults import Conflict
from cchc_index.lib.tests.present import present
from criteria.tests.factories import open_stage
from selfassess.lifecycle import actions as lifecycle
from selfassess.models import SelfAssessment, SelfScore, Transition
from selfassess.scores import actions as scores
from selfassess.tests.factories import SelfScoreFactory, small_assessment
from selfassess.tests.races import together
from units.auditlog.models import LogEntry
from units.models import Role
from units.tests.factories import person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def assessment() -> SelfAssessment:
    """A complete draft. Threads need rows that others see; SQLite's memory database is one connection's own."""
    if connection.vendor != "postgresql":
        pytest.skip("the race needs PostgreSQL")
    made = small_assessment()
    open_stage(made.round_group.round, "self_assessment")
    for criterion in made.round_group.criteria_set.criteria.filter(source="self"):
        SelfScoreFactory.create(assessment=made, criterion=criterion, points=1, explanation="Có")
    return made


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: rows are read, but everybody has read before anybody writes."""
    meeting = threading.Barrier(2)

    def unlocked(assessment_id: int) -> SelfAssessment:
        found = SelfAssessment.objects.select_related("unit", "round_group__round", "round_group__group")
        row = found.get(pk=assessment_id)
        meeting.wait(5)
        return row

    for module in (lifecycle, scores):
        monkeypatch.setattr(module, "locked", unlocked)


def submit(assessment: SelfAssessment, number: int) -> list[Any]:
    head = person(Role.UNIT_HEAD, assessment.unit)
    return together(lambda _: lifecycle.submit(actor=head, assessment_id=assessment.pk), number)


def save_two_values(assessment: SelfAssessment) -> list[Any]:
    officer = person(Role.UNIT_OFFICER, assessment.unit)
    criterion = present(assessment.scores.order_by("pk").first()).criterion_id
    typed: dict[str, Any] = {
        "figures": {},
        "explanation": "Có",
        "na_claimed": False,
        "na_reason": "",
        "seen_version": 1,
    }
    given: dict[str, Any] = {"actor": officer, "assessment_id": assessment.pk, "criterion_id": criterion, **typed}
    return together(lambda turn: scores.save_score(points=["0,5", "0,25"][turn], **given), 2)


def test_ten_identical_submissions_are_one(assessment: SelfAssessment) -> None:
    answers = submit(assessment, 10)
    assert {a.receipt_number for a in answers} == {f"TDG-2031-SO-{assessment.unit.code}-0001"}
    assert len({(a.receipt_digest, a.submitted_at) for a in answers}) == 1
    assert (Transition.objects.count(), LogEntry.objects.filter(verb="selfassess.submit").count()) == (1, 1)


def test_ten_presses_of_the_button_get_ten_same_answers(assessment: SelfAssessment) -> None:
    head, clients = person(Role.UNIT_HEAD, assessment.unit), [Client() for _ in range(10)]
    for client in clients:
        client.force_login(head)
    there, receipt = (reverse(f"selfassess:{name}", args=[assessment.pk]) for name in ("submit", "receipt"))
    answers = together(lambda turn: clients[turn].post(there), 10)
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, receipt)}
    assert (Transition.objects.count(), LogEntry.objects.filter(verb="selfassess.submit").count()) == (1, 1)


def test_without_the_lock_two_submissions_are_two(assessment: SelfAssessment, without_locks: None) -> None:
    submit(assessment, 2)
    assert Transition.objects.count() == 2


def test_of_two_people_on_one_score_the_second_is_told(assessment: SelfAssessment) -> None:
    answers = save_two_values(assessment)
    saved = [a for a in answers if isinstance(a, SelfScore)]
    refused = [a for a in answers if isinstance(a, Conflict)]
    assert (len(saved), len(refused)) == (1, 1)
    assert isinstance(refused[0].current, SelfScore)
    assert refused[0].current.points == saved[0].points


def test_without_the_lock_one_value_is_lost(assessment: SelfAssessment, without_locks: None) -> None:
    answers = save_two_values(assessment)
    assert [type(a) for a in answers] == [SelfScore, SelfScore]
