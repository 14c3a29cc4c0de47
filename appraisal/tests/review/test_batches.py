"""One's own bulk recognitions: the list, the preview of taking one back, and the deed."""

import re
from collections.abc import Iterable
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisal.interests import actions as interests
from appraisal.models import Action, AppraisalEntry
from appraisal.review.bulk import actions as bulk
from appraisal.review.bulk import queries as bulk_queries
from appraisal.review.decisions import actions as decisions
from appraisal.review.undo import actions as undo
from appraisal.tests.factories import Council, assign, council, fresh, release_stage, submitted
from appraisal.tests.pages import WORDS, adjust_form, cell_page, sign_in
from appraisal.tests.standings import standings_by_cell
from cchc_index.lib.tests.present import present
from criteria.tests.factories import open_stage
from units.models import Role, Unit, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


def keys(case: Council, version: int = 0) -> list[str]:
    cells = [(u, leaf) for u in (case.first, case.second) for leaf in (case.leaf, case.other_leaf)]
    return [f"{u.pk}:{leaf.pk}:{version}" for u, leaf in cells]


def recognised(case: Council, units: Iterable[Unit] | None = None) -> int:
    """Both leaves of the units as one batch."""
    chosen = [(u.pk, leaf.pk, 0) for u in units or (case.first, case.second) for leaf in (case.leaf, case.other_leaf)]
    bulk.bulk_recognise(actor=case.member, round_group_id=case.round_group.pk, cells=chosen)
    return present(bulk_queries.newest(case.member, case.round_group))


def list_page() -> str:
    return reverse("appraisal:batches", args=["so"])


def batch_page(pk: int) -> str:
    return reverse("appraisal:batch", args=["so", pk])


def hidden(text: str) -> list[str]:
    return re.findall(r'name="cells" value="([^"]+)"', text)


def test_the_message_after_a_batch_leads_to_what_takes_it_back(case: Council) -> None:
    client = sign_in(case.member)
    form = {"cells": keys(case), "confirm": "1", "kind": "khong-tai-lieu", "next": reverse("appraisal:home")}
    page = client.post(reverse("appraisal:bulk", args=["so"]), form, follow=True)
    assert "Đã công nhận 4 tiêu chí." in page.text
    pk = present(bulk_queries.newest(case.member, case.round_group))
    assert f'href="{batch_page(pk)}?nam={case.round_group.round.year}"' in page.text
    assert list_page() in page.text
    listed = client.get(list_page()).text
    assert batch_page(pk) in listed
    cells = re.findall(r'<td class="num">([^<]*)</td>', listed)
    assert cells == ["4", "2", "3,00", "0", "4"]


def test_the_preview_says_count_units_and_points_and_the_press_takes_back(case: Council) -> None:
    client = sign_in(case.member)
    address = batch_page(recognised(case))
    preview = client.get(address).text
    assert "Hoàn tác việc công nhận 4 tiêu chí của 2 đơn vị" in preview
    assert "3,00 → –" in preview
    assert "<b>4</b><span>trở về chờ thẩm định" in preview
    assert hidden(preview) == keys(case, 1)
    page = client.post(address, {"cells": hidden(preview)}, follow=True)
    assert "Đã hoàn tác việc công nhận 4 tiêu chí." in page.text
    assert standings_by_cell(case.round_group) == {}
    again = client.post(address, {"cells": hidden(preview)}, follow=True)
    assert "Đã hoàn tác việc công nhận 4 tiêu chí." in again.text
    assert AppraisalEntry.objects.count() == 8
    assert "Không còn tiêu chí nào" in client.get(address).text
    assert client.post(address, {}).status_code == 409


def test_cells_decided_since_are_named_and_left_as_they_are(case: Council) -> None:
    other = person(Role.COUNCIL_MEMBER)
    assign(other, case.round_group)
    address = batch_page(recognised(case))
    sign_in(other).post(cell_page(case), adjust_form(reason=case.reason.pk, seen_version="1"))
    undone = case.cell(case.second)
    undo.undo(actor=case.member, **undone, seen_version=1)
    client = sign_in(case.member)
    preview = client.get(address).text
    assert "Hoàn tác việc công nhận 2 tiêu chí của 2 đơn vị" in preview
    assert f"{other} đã ghi điều chỉnh, 1,00 điểm" in preview
    assert f"1.1 – {case.second.name}: đã hoàn tác lúc" in preview
    client.post(address, {"cells": hidden(preview)})
    assert set(standings_by_cell(case.round_group)) == {(case.first.pk, case.leaf.pk)}
    assert case.standing().points == Decimal(1)


def test_who_decided_between_preview_and_press_is_named_and_nothing_is_written(case: Council) -> None:
    other = person(Role.COUNCIL_MEMBER)
    assign(other, case.round_group)
    address = batch_page(recognised(case))
    client = sign_in(case.member)
    seen = hidden(client.get(address).text)
    sign_in(other).post(cell_page(case), adjust_form(reason=case.reason.pk, seen_version="1"))
    answer = client.post(address, {"cells": seen})
    assert answer.status_code == 409
    assert "chưa hoàn tác gì" in answer.text
    assert str(other) in answer.text
    assert len(hidden(answer.text)) == 3
    assert not AppraisalEntry.objects.filter(action=Action.UNDO).exists()


def test_a_recognition_over_an_earlier_result_brings_that_back(case: Council) -> None:
    decisions.adjust(
        actor=case.member, **case.cell(), points=Decimal(1), reason_id=case.reason.pk, comment=WORDS, seen_version=0
    )
    release_stage(case.manager, case.round_group, "round1")
    open_stage(case.round_group.round, "round2")
    chosen = [(case.first.pk, case.leaf.pk, 1), (case.first.pk, case.other_leaf.pk, 0)]
    bulk.bulk_recognise(actor=case.member, round_group_id=case.round_group.pk, cells=chosen)
    client = sign_in(case.member)
    address = batch_page(present(bulk_queries.newest(case.member, case.round_group)))
    preview = client.get(address).text
    assert "1,50 → 1,00" in preview
    assert "1,00 điểm (Thẩm định lần 1)" in preview
    assert "<b>1</b><span>trở về chờ thẩm định" in preview
    client.post(address, {"cells": hidden(preview)})
    assert (case.standing().stage.name, case.standing().points) == ("round1", Decimal(1))


def test_a_released_stage_lists_nothing_and_takes_nothing_back(case: Council) -> None:
    pk = recognised(case)
    release_stage(case.manager, case.round_group, "round1")
    client = sign_in(case.member)
    assert "không hoàn tác được" in client.get(list_page()).text
    assert batch_page(pk) not in client.get(list_page()).text
    assert hidden(client.get(batch_page(pk)).text) == []
    assert client.post(batch_page(pk), {"cells": keys(case, 1)}).status_code == 409
    assert list_page() not in client.get(reverse("appraisal:home")).text


def test_the_batch_of_another_is_not_there(case: Council) -> None:
    pk = recognised(case)
    other = person(Role.COUNCIL_MEMBER)
    assign(other, case.round_group)
    for someone in (other, case.manager, person(Role.OBSERVER)):
        client = sign_in(someone)
        assert client.get(batch_page(pk)).status_code == 404
        assert client.post(batch_page(pk), {"cells": keys(case, 1)}).status_code == 404
        assert batch_page(pk) not in client.get(list_page()).text
    assert sign_in(case.officer).post(batch_page(pk), {"cells": keys(case, 1)}).status_code == 403
    assert not AppraisalEntry.objects.filter(action=Action.UNDO).exists()


def test_a_unit_with_a_declared_interest_leaves_the_list_and_the_batch(case: Council) -> None:
    pk = recognised(case)
    interests.declare_interest(actor=case.member, member=case.member, unit=case.first, reason="Có người thân ở đó.")
    client = sign_in(fresh(case.member))
    for page in (client.get(list_page()).text, client.get(batch_page(pk)).text):
        assert case.first.name not in page
    assert len(hidden(client.get(batch_page(pk)).text)) == 2
    assert client.post(batch_page(pk), {"cells": keys(case, 1)}).status_code == 404
    assert not AppraisalEntry.objects.filter(action=Action.UNDO).exists()


def test_nonsense_is_turned_away(case: Council) -> None:
    client = sign_in(case.member)
    pk = recognised(case)
    for nonsense in ("x", "1:2", "9999:1:0"):
        assert client.post(batch_page(pk), {"cells": [nonsense]}).status_code == 404
    assert client.get(batch_page(0)).status_code == 404


def asked(user: User, address: str) -> int:
    client = sign_in(fresh(user))
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_the_pages_ask_as_many_questions_of_three_batches_as_of_one(case: Council) -> None:
    pages = (list_page(), batch_page(recognised(case, [case.first])))
    few = [asked(case.member, page) for page in pages]
    more = [UnitFactory.create(group=case.round_group.group) for _ in range(3)]
    for unit in more:
        submitted(case.round_group, unit, {"1.1": "2", "1.2": "1"})
    recognised(case, [case.second, *more[:1]])
    last = recognised(case, more[1:])
    assert [asked(case.member, page) for page in (list_page(), batch_page(last))] == few
    assert max(few) <= 25
