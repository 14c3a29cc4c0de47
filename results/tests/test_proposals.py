"""Two index managers publish in Điều hành: one proposes, another approves; either may take the proposal back."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from cchc_index.lib.tests.present import present
from criteria.models import RoundGroup
from criteria.tests.factories import small_round
from results.models import Publication
from results.tests.published import publish
from units.models import Role, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def block() -> RoundGroup:
    round_group = small_round()
    UnitFactory.create_batch(2, group=round_group.group)
    return round_group


@pytest.fixture
def manager(client: Client) -> User:
    user = person(Role.INDEX_MANAGER)
    client.force_login(user)
    return user


def test_proposal_with_missing_scores_is_refused_by_name(client: Client, manager: User, block: RoundGroup) -> None:
    answer = client.post(reverse("results:propose"), {"number": "9/QĐ-UBND", "dated": "2032-03-01"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert present(block.group.units.first()).name in page
    assert 'value="9/QĐ-UBND"' in page
    assert not Publication.objects.exists()


def test_an_empty_proposal_says_what_to_type(client: Client, manager: User, block: RoundGroup) -> None:
    page = client.post(reverse("results:propose"), {}).content.decode()
    assert "Nhập số quyết định công bố." in page
    assert 'href="#id_number"' in page


def test_two_people_publish(client: Client, manager: User, block: RoundGroup) -> None:
    publication = publish(state="proposed", proposed_by=manager)
    assert "cần một người quản lý Chỉ số khác" in client.get(reverse("results:proposal", args=[publication.pk])).text
    assert client.post(reverse("results:approve", args=[publication.pk])).status_code == 403
    publication.refresh_from_db()
    assert publication.state == Publication.State.PROPOSED
    client.force_login(person(Role.INDEX_MANAGER))
    assert "Duyệt và công bố" in client.get(reverse("results:proposal", args=[publication.pk])).text


def test_publishing_with_an_old_proof_waits_for_the_password(
    client: Client, manager: User, block: RoundGroup, settings: Settings
) -> None:
    settings.PROOF_MINUTES = 60
    typed = {"number": "9/QĐ-UBND", "dated": "2032-03-01"}
    asked = client.post(reverse("results:propose"), typed)["Location"]
    assert asked.startswith(reverse("account_reauthenticate"))
    page = client.post(asked, {"password": "mat-khau-thu-1"})
    assert page.status_code == 422  # scores are missing; what was typed stands in the form again
    assert 'value="9/QĐ-UBND"' in page.text
    publication = publish(state="proposed", proposed_by=manager)
    second = Client()
    second.force_login(person(Role.INDEX_MANAGER))
    answer = second.post(reverse("results:approve", args=[publication.pk]))
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    publication.refresh_from_db()
    assert publication.state == Publication.State.PROPOSED


def test_a_proposal_can_be_withdrawn(client: Client, manager: User, block: RoundGroup) -> None:
    publication = publish(state="proposed", proposed_by=manager)
    client.post(reverse("results:withdraw", args=[publication.pk]), {"reason": "gõ nhầm số"})
    publication.refresh_from_db()
    assert publication.state == Publication.State.WITHDRAWN
