"""In a meeting the pages of appraisal lead to the council where there is one, and decide where there is none."""

import pytest
from django.urls import reverse

from appraisal.models import AppraisalEntry
from appraisal.tests.council.council_site import at_the_meeting, body, cell_item, passed, session
from appraisal.tests.factories import Council
from appraisal.tests.pages import cell_page, sign_in

pytestmark = pytest.mark.django_db

FORM = 'name="verb" value="adjust"'


@pytest.fixture
def case() -> Council:
    return at_the_meeting()


def test_without_a_council_the_manager_decides_on_the_page(case: Council) -> None:
    page = sign_in(case.manager).get(cell_page(case)).text
    assert FORM in page
    assert "theo biểu quyết" not in page


def test_with_a_council_the_page_offers_no_form_and_leads_to_it(case: Council) -> None:
    sitting = body(case)
    client = sign_in(case.manager)
    page = client.get(cell_page(case)).text
    assert FORM not in page
    assert reverse("council:council", args=[case.round_group.round.year]) in page
    assert "chưa có trong chương trình" in page
    item = cell_item(session(sitting, case), case)
    page = client.get(cell_page(case)).text
    assert reverse("council:item", args=[item.pk]) in page
    assert "chờ biểu quyết" in page
    passed(item, sitting, case)
    page = client.get(cell_page(case)).text
    assert "được thông qua" in page
    assert "data-undo>" not in page, "a vote is not taken back by one person"


def test_lists_and_first_page_say_so_and_offer_nothing(case: Council) -> None:
    client, year = sign_in(case.manager), case.round_group.round.year
    listed = reverse("appraisal:unit", args=[case.round_group.group.code, case.first.code]) + f"?nam={year}"
    first = reverse("appraisal:home") + f"?nam={year}"
    assert "Thẩm định tiêu chí tiếp theo" in client.get(first).text
    body(case)
    for address in (listed, first):
        page = client.get(address).text
        assert "theo biểu quyết của" in page
        assert "Thẩm định tiêu chí tiếp theo" not in page, "nothing waits for one person"


def test_what_the_page_hides_the_server_refuses(case: Council) -> None:
    body(case)
    answer = sign_in(case.manager).post(
        cell_page(case), {"verb": "adjust", "points": "1", "reason": case.reason.pk, "comment": "A", "seen_version": 0}
    )
    assert answer.status_code == 422
    assert "Cách sửa: đưa tiêu chí vào chương trình" in answer.text
    assert not AppraisalEntry.objects.exists()
