"""A set copied from last year is confirmed, and its criteria are set beside those of last year: by a manager alone."""

import pytest
from django.test import Client
from django.urls import reverse

from criteria.models import Criterion, Decision, RoundGroup
from criteria.tests.factories import CriteriaSetFactory, CriterionFactory, RoundFactory, small_round
from units.auditlog.models import LogEntry
from units.models import Role
from units.tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def block() -> RoundGroup:
    return small_round()


def control(client: Client) -> str:
    return client.get(reverse("results:control")).content.decode()


def test_a_set_copied_from_last_year_is_confirmed_by_a_manager_only(client: Client, block: RoundGroup) -> None:
    RoundGroup.objects.update(proposed_from=2030)
    address = reverse("annex:confirm-set", args=[block.pk])
    client.force_login(person(Role.OBSERVER))
    page = control(client)
    assert "là đề xuất chép từ kỳ 2030" in " ".join(page.split())
    assert address not in page
    assert client.post(address).status_code == 403

    client.force_login(person(Role.INDEX_MANAGER))
    assert address in control(client)
    assert client.get(address).status_code == 405
    assert "Đã xác nhận bộ tiêu chí" in client.post(address, follow=True).content.decode()
    block.refresh_from_db()
    assert block.proposed_from is None
    assert "đề xuất chép" not in control(client)
    assert "đã được xác nhận từ trước" in client.post(address, follow=True).content.decode()


def test_criteria_of_two_years_are_linked_by_a_manager_only(client: Client, block: RoundGroup) -> None:
    small = CriteriaSetFactory.create(decision=Decision.objects.create(number="MỚI"), group=block.group)
    year = RoundFactory.create(year=block.round.year + 1)
    later = RoundGroup.objects.create(round=year, group=block.group, criteria_set=small)
    new = CriterionFactory.create(criteria_set=small, code="3.1", name="Tiêu chí 1.1")
    old = Criterion.objects.get(criteria_set=block.criteria_set, code="1.1")
    address, chosen = reverse("annex:matches", args=[later.pk]), {"link": [f"{new.pk}-{old.pk}"]}
    for role in (Role.COUNCIL_MEMBER, Role.SURVEY_OPERATOR, Role.OBSERVER):
        client.force_login(person(role))
        assert client.get(address).status_code == 403
        assert client.post(address, chosen).status_code == 403

    client.force_login(person(Role.INDEX_MANAGER))
    shown = client.get(address).content.decode()
    assert "Giống từ 90%" in shown
    assert f'data-label="Năm {block.round.year}"' in shown, "on a phone each cell stands after its name"
    foreign = client.post(address, {"link": [f"{old.pk}-{new.pk}"]}, follow=True)
    assert "không thuộc bộ tiêu chí" in foreign.content.decode()
    assert "Chưa chọn tiêu chí nào" in client.post(address, follow=True).content.decode()
    new.refresh_from_db()
    assert new.previous is None

    done = client.post(address, chosen, follow=True).content.decode()
    assert "Đã đối chiếu 1 tiêu chí" in done
    assert "Không có tiêu chí nào cần đối chiếu" in done
    new.refresh_from_db()
    assert new.previous == old
    assert LogEntry.objects.filter(verb="criteria.link").count() == 1
