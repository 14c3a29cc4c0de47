"""A document under a score: attached, moved, taken off."""

from typing import Any

import pytest

from cchc_index.lib.faults import Invalid
from selfassess.evidence import actions as evidence
from selfassess.models import Document, Evidence, SelfAssessment
from selfassess.tests.factories import DocumentFactory, leaf
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(assessment: SelfAssessment) -> User:
    return person(Role.UNIT_OFFICER, assessment.unit)


@pytest.fixture
def head(assessment: SelfAssessment) -> User:
    return person(Role.UNIT_HEAD, assessment.unit)


def attach(actor: User, assessment: SelfAssessment, document: Document, **place: Any) -> Evidence:
    criterion = leaf(assessment)
    return evidence.attach(
        actor=actor, assessment_id=assessment.pk, criterion_id=criterion.pk, document_id=document.pk, **place
    )


def test_a_document_supports_a_score_at_a_page_that_it_has(assessment: SelfAssessment, officer: User) -> None:
    document = DocumentFactory.create(unit=assessment.unit, pages=3)
    evidence = attach(officer, assessment, document, page=3, section="II")
    assert (evidence.page, evidence.section, evidence.score.is_scored) == (3, "II", False)
    with pytest.raises(Invalid) as refused:
        attach(officer, assessment, document, page=4)
    assert "3 trang" in refused.value.errors["page"]


def test_attaching_again_moves_the_page_and_the_same_again_changes_nothing(
    assessment: SelfAssessment, officer: User
) -> None:
    document = DocumentFactory.create(unit=assessment.unit, pages=3)
    first = attach(officer, assessment, document, page=1)
    assert attach(officer, assessment, document, page=2).pk == first.pk
    attach(officer, assessment, document, page=2)
    assert LogEntry.objects.filter(verb="selfassess.attach").count() == 2


def test_another_units_document_cannot_be_attached(assessment: SelfAssessment, officer: User) -> None:
    with pytest.raises(Invalid):
        attach(officer, assessment, DocumentFactory.create())


def test_detached_evidence_stays_with_its_time_and_can_be_attached_again(
    assessment: SelfAssessment, officer: User
) -> None:
    document = DocumentFactory.create(unit=assessment.unit)
    link = attach(officer, assessment, document)
    for _ in range(2):
        evidence.detach(actor=officer, assessment_id=assessment.pk, evidence_id=link.pk)
    link.refresh_from_db()
    assert link.removed_at is not None
    assert LogEntry.objects.filter(verb="selfassess.detach").count() == 1
    assert attach(officer, assessment, document).pk != link.pk
