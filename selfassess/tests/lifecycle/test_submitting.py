"""Submitting, its receipt, and opening again."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.tests.present import present
from criteria.models import Extension
from criteria.tests.factories import open_stage
from selfassess import ledger as selfassess_ledger
from selfassess.lifecycle import actions as lifecycle
from selfassess.lifecycle.digests import content_digest
from selfassess.models import SelfAssessment, SelfScore, Transition
from selfassess.tests.factories import EvidenceFactory, SelfScoreFactory, leaf
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(assessment: SelfAssessment) -> User:
    return person(Role.UNIT_OFFICER, assessment.unit)


@pytest.fixture
def head(assessment: SelfAssessment) -> User:
    return person(Role.UNIT_HEAD, assessment.unit)


def complete(assessment: SelfAssessment) -> None:
    for code in ("1.1", "1.2"):
        SelfScoreFactory.create(
            assessment=assessment, criterion=leaf(assessment, code), points=1, explanation="Có sổ theo dõi"
        )


def submit(actor: User, assessment: SelfAssessment) -> SelfAssessment:
    return lifecycle.submit(actor=actor, assessment_id=assessment.pk)


def test_head_submits_and_gets_a_receipt(assessment: SelfAssessment, head: User) -> None:
    complete(assessment)
    before = assessment.round_group.inputs_version
    done = submit(head, assessment)
    assessment.round_group.refresh_from_db()
    assert done.receipt_number == f"TDG-2031-SO-{assessment.unit.code}-0001"
    assert len(done.receipt_digest) == 64
    assert (done.state, done.submitted_by) == ("submitted", head)
    assert assessment.round_group.inputs_version == before + 1


def test_submitting_twice_is_one_submission_one_entry_and_the_same_receipt(
    assessment: SelfAssessment, head: User
) -> None:
    complete(assessment)
    first, second = submit(head, assessment), submit(head, assessment)
    assert (first.receipt_number, first.submitted_at) == (second.receipt_number, second.submitted_at)
    assert LogEntry.objects.filter(verb="selfassess.submit").count() == 1
    assert Transition.objects.filter(verb="submit").count() == 1


def test_officer_cannot_submit(assessment: SelfAssessment, officer: User) -> None:
    complete(assessment)
    with pytest.raises(PermissionDenied):
        submit(officer, assessment)


def test_open_criteria_are_handed_over_only_by_name(assessment: SelfAssessment, officer: User) -> None:
    SelfScoreFactory.create(assessment=assessment, criterion=leaf(assessment, "1.1"), points=1, explanation="Có")
    SelfScoreFactory.create(assessment=assessment, criterion=leaf(assessment, "1.2"), points=1)  # nothing proves it
    for known in ([], ["1.1"]):
        with pytest.raises(Refused, match=r"Còn 1 tiêu chí chưa đủ \(1\.2\)"):
            lifecycle.hand_over(actor=officer, assessment_id=assessment.pk, known_open=known)
    lifecycle.hand_over(actor=officer, assessment_id=assessment.pk, known_open=["1.2"])
    assert Transition.objects.get().reason == "Còn 1 tiêu chí chưa đủ: 1.2."


def test_complete_assessment_is_handed_over_without_a_word(assessment: SelfAssessment, officer: User) -> None:
    complete(assessment)
    lifecycle.hand_over(actor=officer, assessment_id=assessment.pk)
    assert Transition.objects.get().reason == ""


def test_officer_takes_back_what_the_head_has_not_touched(
    assessment: SelfAssessment, officer: User, head: User
) -> None:
    complete(assessment)
    for _ in range(2):
        lifecycle.hand_over(actor=officer, assessment_id=assessment.pk)
        assert lifecycle.take_back(actor=officer, assessment_id=assessment.pk).state == "draft"
    lifecycle.hand_over(actor=officer, assessment_id=assessment.pk)
    submit(head, assessment)
    with pytest.raises(Refused, match="đã nộp"):
        lifecycle.take_back(actor=officer, assessment_id=assessment.pk)
    assert not [said for said in selfassess_ledger.check() if "các bước" in said]


@pytest.mark.parametrize("late", [timedelta(0), timedelta(microseconds=1)])
def test_closing_instant_refuses_itself_and_takes_the_microsecond_before(
    assessment: SelfAssessment, head: User, monkeypatch: pytest.MonkeyPatch, late: Any
) -> None:
    complete(assessment)
    closes = clock.now()
    open_stage(assessment.round_group.round, "self_assessment", closes=closes)
    monkeypatch.setattr(clock, "now", lambda: closes + late)
    with pytest.raises(Refused, match="gia hạn"):
        submit(head, assessment)
    monkeypatch.setattr(clock, "now", lambda: closes - timedelta(microseconds=1))
    assert submit(head, assessment).state == "submitted"


def test_an_extension_counts_for_its_unit_alone(assessment: SelfAssessment, head: User) -> None:
    complete(assessment)
    now = clock.now()
    stage = open_stage(assessment.round_group.round, "self_assessment", closes=now)
    later = {"stage": stage, "closes_at": now + timedelta(hours=1), "reason": "mất điện", "granted_by": head}
    Extension.objects.create(unit=UnitFactory.create(group=assessment.unit.group), **later)
    with pytest.raises(Refused):
        submit(head, assessment)
    Extension.objects.create(unit=assessment.unit, **later)
    assert submit(head, assessment).state == "submitted"


def test_incomplete_assessment_is_not_submitted(assessment: SelfAssessment, head: User) -> None:
    SelfScoreFactory.create(
        assessment=assessment, criterion=leaf(assessment, "1.1"), points=0
    )  # neither evidence nor words
    SelfScoreFactory.create(
        assessment=assessment, criterion=leaf(assessment, "1.2"), na_claimed=True, na_reason="Không có"
    )
    with pytest.raises(Refused, match="1 tiêu chí"):
        submit(head, assessment)
    EvidenceFactory.create(score=assessment.scores.get(criterion__code="1.1"))
    assert submit(head, assessment).state == "submitted"


def test_removed_evidence_does_not_count(assessment: SelfAssessment, head: User) -> None:
    complete(assessment)
    score = present(assessment.scores.first())
    score.explanation = ""
    score.save()
    EvidenceFactory.create(score=score, removed_at=clock.now())
    with pytest.raises(Refused):
        submit(head, assessment)


def test_receipt_digest_speaks_for_every_score_word_and_file(assessment: SelfAssessment, head: User) -> None:
    complete(assessment)
    evidence = EvidenceFactory.create(score=assessment.scores.first())
    digests = set()
    for change in ({}, {"page": 1}, {"section": "II"}):
        for name, value in change.items():
            setattr(evidence, name, value)
        evidence.save()
        digests.add(content_digest(assessment))
    SelfScore.objects.filter(pk=evidence.score_id).update(explanation="Khác")
    digests.add(content_digest(assessment))
    assert len(digests) == 4


def test_reopened_assessment_is_submitted_anew_with_a_new_receipt(assessment: SelfAssessment, head: User) -> None:
    complete(assessment)
    first = submit(head, assessment).receipt_number
    manager = person(Role.INDEX_MANAGER)
    with pytest.raises(Refused, match="lý do"):
        lifecycle.reopen(actor=manager, assessment_id=assessment.pk, reason="  ")
    lifecycle.reopen(actor=manager, assessment_id=assessment.pk, reason="Sai số liệu 1.1")
    second = submit(head, assessment).receipt_number
    assert (first[-4:], second[-4:]) == ("0001", "0002")
    assert list(Transition.objects.values_list("verb", flat=True)) == ["submit", "reopen", "submit"]


def test_unit_opens_its_assessment_once(assessment: SelfAssessment, officer: User) -> None:
    given: dict[str, Any] = {"round_group": assessment.round_group, "unit": assessment.unit}
    assert lifecycle.open_assessment(actor=officer, **given) == assessment
    with pytest.raises(PermissionDenied):
        lifecycle.open_assessment(actor=person(Role.INDEX_MANAGER), **given)
