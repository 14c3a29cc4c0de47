"""Evidence files: to whom they are served, and how."""

import pytest
from django.test import Client
from django.urls import reverse

from appraisal.tests.factories import Council, attach, council, document
from appraisal.tests.pages import (
    cell_page,
    content,
    sign_in,
)
from selfassess.models import DocumentOpening, Evidence, SelfScore

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(client: Client) -> Council:
    return council()


def test_evidence_is_served_privately_and_in_the_page(case: Council) -> None:
    paper = document(case.first, case.officer)
    attach(SelfScore.objects.get(assessment__unit=case.first, criterion=case.leaf), paper, page=3)
    client = sign_in(case.member)
    page = client.get(cell_page(case)).text
    assert f"{reverse('appraisal:document', args=[paper.pk])}#page=3" in page
    answer = client.get(reverse("appraisal:document", args=[paper.pk]))
    assert content(answer).startswith(b"%PDF")
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert [(r.document_id, r.saved) for r in DocumentOpening.objects.filter(opened_by=case.member)] == [
        (paper.pk, False)
    ]


def test_a_detached_document_is_no_longer_served(case: Council) -> None:
    paper = document(case.first, case.officer)
    link = attach(SelfScore.objects.get(assessment__unit=case.first, criterion=case.leaf), paper)
    Evidence.objects.filter(pk=link.pk).update(removed_at=link.document.uploaded_at)
    assert sign_in(case.member).get(reverse("appraisal:document", args=[paper.pk])).status_code == 404


def test_a_web_page_sent_as_evidence_is_only_downloaded(case: Council) -> None:
    paper = document(case.first, case.officer)
    paper.content_type = "text/html"
    paper.save()
    answer = sign_in(case.officer).get(reverse("appraisal:document", args=[paper.pk]))
    content(answer)
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
