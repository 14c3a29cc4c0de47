"""Security keys without a browser: who reaches their pages, what is refused, what is logged."""

import json
from datetime import date
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from units.auditlog.models import LogEntry
from units.mail.models import Mail
from units.models import Role, User
from units.tests.factories import UnitFactory, UserFactory, person
from units.tests.test_second_factor import PASSWORD, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return UserFactory.create(username="an")


def key_of(user: User, name: str = "Khóa thử") -> Authenticator:
    """A row as the library keeps it; nothing reads what the key itself said."""
    data = {"name": name, "credential": {}}
    return Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)


def addresses(key: Authenticator) -> list[str]:
    names = ("mfa_list_webauthn", "mfa_add_webauthn", "mfa_reauthenticate_webauthn")
    one = ("mfa_edit_webauthn", "mfa_remove_webauthn")
    return [*map(reverse, names), *(reverse(name, args=[key.pk]) for name in one)]


def test_where_no_keys_are_offered_their_pages_are_not_there(user: User, settings: Settings) -> None:
    key, client = key_of(user), Client()
    client.force_login(user)
    settings.SECURITY_KEYS = False
    for address in addresses(key):
        assert client.get(address).status_code == 404


def test_another_persons_key_is_not_there(user: User) -> None:
    client, _ = sign_in("an")
    key = key_of(UserFactory.create())
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        assert client.get(reverse(name, args=[key.pk])).status_code == 404
        assert client.post(reverse(name, args=[key.pk]), {"name": "Tôi"}).status_code == 404
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_the_page_carries_a_challenge_and_no_script_of_its_own(user: User) -> None:
    client, _ = sign_in("an")
    answer = client.get(reverse("mfa_add_webauthn"))
    options = json.loads(answer.context["options"])
    assert options["publicKey"]["rp"] == {"id": "testserver", "name": "Chỉ số CCHC Hà Nội"}
    assert options["publicKey"]["user"]["name"] == user.email
    assert "<script>" not in answer.text


@pytest.mark.parametrize("credential", ["", "{", "{}", '{"id": "x"}', "[]"])
def test_what_no_key_said_is_refused(user: User, credential: str) -> None:
    client, _ = sign_in("an")
    client.get(reverse("mfa_add_webauthn"))
    answer = client.post(reverse("mfa_add_webauthn"), {"name": "A", "credential": credential})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not Authenticator.objects.exists()


def test_a_key_is_renamed_and_removed_with_a_word_to_its_owner(user: User) -> None:
    client, _ = sign_in("an")
    key = key_of(user)
    assert client.post(reverse("mfa_edit_webauthn", args=[key.pk]), {"name": "Khóa ở nhà"}).status_code == 302
    assert "Khóa ở nhà" in client.get(reverse("mfa_list_webauthn")).text
    assert client.post(reverse("mfa_remove_webauthn", args=[key.pk])).status_code == 302
    assert not Authenticator.objects.exists()
    assert LogEntry.objects.filter(verb="security_key_removed", actor=user).count() == 1
    assert "Đã bỏ khóa bảo mật" in Mail.objects.get().body


def test_who_needs_a_second_factor_keeps_the_last_one(settings: Settings) -> None:
    head = person(Role.UNIT_HEAD, UnitFactory.create(code="SNV"))
    head.set_password(PASSWORD)
    head.save()
    client, _ = sign_in(head.username)
    key = key_of(head)
    settings.SECOND_FACTOR_FROM = date.min
    answer: Any = client.post(reverse("mfa_remove_webauthn", args=[key.pk]))
    assert answer.status_code == 409
    assert "không tắt được" in answer.text
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_after_the_password_a_key_is_asked_for(user: User) -> None:
    key = key_of(user)
    client, answer = sign_in("an")
    assert answer["Location"] == reverse("mfa_authenticate")
    assert client.get(reverse("home")).wsgi_request.user.is_anonymous
    key.delete()
    TOTP.activate(user, generate_totp_secret())
    client, answer = sign_in("an")
    answer = client.post(answer["Location"], {"credential": "{}"})
    assert answer.status_code == 200
    assert "Chưa đăng nhập được" in answer.text
    assert client.get(reverse("home")).wsgi_request.user.is_anonymous
