"""What a member reads of a unit's evidence beside the decision."""

from datetime import date

import pytest
from django.urls import reverse

from appraisal.tests.factories import Council, council
from appraisal.tests.pages import cell_page, sign_in
from cchc_index.lib.tests.read_pages import words
from selfassess.models import SelfScore
from selfassess.tests.factories import DocumentFactory, EvidenceFactory, tiny_pdf

pytestmark = pytest.mark.django_db
READ = {"text": "read", "number_found": True, "signed": True}
SAID = "Tệp khác ({}) cũng mang số 5/BC-DV1 ngày 01/06/2031: kiểm tra tệp nào đúng văn bản."


@pytest.fixture
def case() -> Council:
    """Two files of one unit under one number and date, each the proof of another criterion."""
    made = council()
    for pages, name, leaf in ((1, "ban-1.pdf", made.leaf), (2, "ban-2.pdf", made.other_leaf)):
        document = DocumentFactory.create(
            unit=made.first,
            number="5/BC-DV1",
            issued_on=date(2031, 6, 1),
            original_name=name,
            reading=READ,
            content=tiny_pdf(pages),
            pages=pages,
        )
        score = SelfScore.objects.get(assessment__unit=made.first, criterion=leaf)
        EvidenceFactory.create(score=score, document=document)
    return made


def test_two_files_under_one_number_and_date_are_questioned_beside_the_decision(case: Council) -> None:
    client = sign_in(case.member)
    first = words(client.get(cell_page(case)).content)
    second = words(client.get(cell_page(case, leaf=case.other_leaf)).content)
    assert SAID.format("ban-2.pdf") in first
    assert SAID.format("ban-1.pdf") in second
    assert "ban-1.pdf" in first.replace(SAID.format("ban-2.pdf"), "")


def test_the_list_of_a_criterion_counts_the_question_as_a_warning(case: Council) -> None:
    page = words(sign_in(case.member).get(reverse("appraisal:criterion", args=["so", case.leaf.code])).content)
    assert "1 cảnh báo" in page
