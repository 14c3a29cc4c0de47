"""Two people, one document: one new version; the unit's room is counted under its lock."""

from datetime import date
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from pytest_django import Settings

from cchc_index.lib.faults import Refused
from selfassess.documents import actions as documents
from selfassess.models import Document, SelfAssessment
from selfassess.tests.factories import DocumentFactory, small_assessment, tiny_pdf
from selfassess.tests.races import together
from units.models import Role, User
from units.tests.factories import person

pytestmark = pytest.mark.django_db(transaction=True)
DATA: dict[str, Any] = {"issued_on": date(2020, 2, 5), "issuer": "Sở Nội vụ", "abstract": "Báo cáo sửa"}


@pytest.fixture
def assessment() -> SelfAssessment:
    if connection.vendor != "postgresql":
        pytest.skip("the race needs PostgreSQL")
    return small_assessment()


@pytest.fixture
def officer(assessment: SelfAssessment) -> User:
    return person(Role.UNIT_OFFICER, assessment.unit)


def upload(turn: int) -> "ContentFile[bytes]":
    return ContentFile(tiny_pdf(turn + 2), name="moi.pdf")


def test_five_new_versions_at_once_are_one(assessment: SelfAssessment, officer: User) -> None:
    old = DocumentFactory.create(unit=assessment.unit)

    def replace(turn: int) -> Document:
        number = f"{turn}/BC"
        return documents.replace_document(actor=officer, document_id=old.pk, upload=upload(turn), number=number, **DATA)

    got = together(replace, 5)
    assert sum(isinstance(each, Document) for each in got) == 1
    assert all("bản mới hơn" in str(each) for each in got if isinstance(each, Refused))
    assert Document.objects.filter(replaces=old).count() == 1


def test_last_place_in_the_units_room_is_given_once(
    assessment: SelfAssessment, officer: User, settings: Settings
) -> None:
    settings.EVIDENCE_MAX_DOCUMENTS = 1

    def add(turn: int) -> Document:
        unit = assessment.unit_id
        return documents.add_document(actor=officer, unit_id=unit, upload=upload(turn), number=f"{turn}/BC", **DATA)

    got = together(add, 5)
    assert [isinstance(each, Refused) for each in got].count(True) == 4
    assert Document.objects.count() == 1
