"""Codes on paper: shown once, used once, by their owner; the account decides nothing for a while."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from units import rules
from units.auditlog.models import LogEntry
from units.mail.models import Mail
from units.models import Role, User
from units.people.models import SetupCode
from units.people.opening import make_codes, use_code
from units.tests.factories import UserFactory, person

pytestmark = pytest.mark.django_db
LIST = "/dieu-hanh/nguoi-dung/"
DOOR = "/tai-khoan/ma-dat-mat-khau/"
NEW = "cay-bang-la-do-9"


@pytest.fixture
def manager() -> User:
    person(Role.INDEX_MANAGER)
    return person(Role.INDEX_MANAGER, username="quanly")


@pytest.fixture
def user() -> User:
    return UserFactory.create(username="an", email="")


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def printed(manager: User, *users: User) -> tuple[Any, list[str]]:
    page = sign_in(manager).post(LIST, {"verb": "codes", "people": [user.pk for user in users]})
    return page, re.findall(r"<code>([0-9a-z-]{14})</code>", page.text)


def give(name: str, code: str) -> Any:
    return Client().post(DOOR, {"name": name, "code": code})


def test_a_sheet_gives_each_a_code_that_lies_nowhere_else(manager: User, user: User) -> None:
    other = UserFactory.create(username="binh")
    page, codes = printed(manager, user, other)
    assert len(set(codes)) == 2
    assert page["Cache-Control"] == "no-store"
    assert reverse("account_setup_code") in page.text
    kept = [*SetupCode.objects.values_list("digest", flat=True), *map(str, LogEntry.objects.values_list("after"))]
    assert not [code for code in codes if any(code.replace("-", "") in text for text in kept)]
    assert [entry.verb for entry in LogEntry.objects.order_by("number")] == ["make_code", "make_code"]
    assert "In mã đặt mật khẩu" in Mail.objects.get().subject  # the other manager


@pytest.mark.parametrize("typed", [str, str.upper, lambda code: f" {code.replace('-', ' ')} "])
def test_its_owner_sets_a_password_by_it_once(manager: User, user: User, typed: Any) -> None:
    code = printed(manager, user)[1][0]
    client = Client()
    answer = client.post(DOOR, {"name": "an", "code": typed(code)})
    assert answer.status_code == 302
    client.post(answer["Location"], {"new_password1": NEW, "new_password2": NEW})
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert give("an", code).status_code == 422


def test_a_wrong_code_one_of_somebody_else_and_an_old_one_open_nothing(
    manager: User, user: User, settings: Settings
) -> None:
    other = UserFactory.create(username="binh")
    first = printed(manager, user)[1][0]
    of_another = printed(manager, other)[1][0]
    code = printed(manager, user)[1][0]  # printed again: the first is over
    for typed in ("2222-2222-2222", "", first, of_another):
        assert give("an", typed).status_code == 422
    with clock.at(clock.now() + timedelta(days=settings.INVITATION_DAYS, seconds=1)):
        assert give("an", code).status_code == 422
    assert give("an", code).status_code == 302


def test_codes_are_guessed_no_further_than_passwords(manager: User, user: User, settings: Settings) -> None:
    code = printed(manager, user)[1][0]
    for _ in range(settings.GUESSES_BY_BOTH):
        assert give("an", "2222-2222-2222").status_code == 422
    assert give("an", code).status_code == 429


def test_who_came_by_a_code_decides_nothing_for_a_while(manager: User) -> None:
    """Whoever printed it has held it in the hand."""
    head = person(Role.INDEX_MANAGER, username="an")
    assert rules.waits_until(head, Role.INDEX_MANAGER) is None
    code = make_codes(actor=manager, users=[head])[0][1]
    assert use_code(name="an", typed=code) == head
    assert rules.waits_until(User.objects.get(pk=head.pk), Role.INDEX_MANAGER) is not None


def test_a_closed_account_opens_by_no_code(manager: User, user: User) -> None:
    code = make_codes(actor=manager, users=[user])[0][1]
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert use_code(name="an", typed=code) is None
    User.objects.filter(pk=user.pk).update(is_active=True)
    assert use_code(name="an", typed=code) == user


def test_nobody_prints_for_themselves_for_administrators_or_without_the_right(manager: User, user: User) -> None:
    root = UserFactory.create(is_superuser=True)
    for actor, of in ((manager, manager), (manager, root), (UserFactory.create(), user)):
        with pytest.raises(Refused):
            make_codes(actor=actor, users=[of])
    assert not SetupCode.objects.exists()
    assert sign_in(user).post(LIST, {"verb": "codes", "people": [user.pk]}).status_code == 403
    assert make_codes(actor=manager, users=[user])


def test_an_administrator_without_a_role_finds_no_closed_door_in_the_crumbs(manager: User) -> None:
    root = sign_in(UserFactory.create(is_superuser=True))
    control = reverse("results:control")
    assert root.get(control).status_code == 403
    for name in ("list", "add", "upload", "proposals"):
        assert f'href="{control}"' not in root.get(reverse(f"people:{name}")).text
        assert f'href="{control}"' in sign_in(manager).get(reverse(f"people:{name}")).text
