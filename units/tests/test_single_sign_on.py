"""The city's identity provider opens accounts that are there, by an address that it has verified, and makes none."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from units.models import User
from units.signin.adapter import SingleSignOnAdapter
from units.tests.factories import UserFactory
from units.tests.test_second_factor import sign_in, switch_on

pytestmark = pytest.mark.django_db
SERVER = "https://dang-nhap.example.vn"
BUTTON = "Đăng nhập một lần"


class Answer:
    status_code, headers = 200, {"content-type": "application/json"}

    def __init__(self, said: dict[str, Any]) -> None:
        self.said = said

    def json(self) -> dict[str, Any]:
        return self.said

    def raise_for_status(self) -> None:
        pass


class IdentityProvider:
    """Answers as one would; nothing leaves the machine."""

    def __init__(self, person: dict[str, Any]) -> None:
        self.person = person

    def __enter__(self) -> "IdentityProvider":
        return self

    def __exit__(self, *args: object) -> None:
        pass

    def get(self, url: str, **kwargs: Any) -> Answer:
        if url.endswith("openid-configuration"):
            places = {name: f"{SERVER}/{name}" for name in ("token", "userinfo")}
            return Answer(
                {
                    "authorization_endpoint": f"{SERVER}/authorize",
                    "token_endpoint": places["token"],
                    "userinfo_endpoint": places["userinfo"],
                }
            )
        assert url == f"{SERVER}/userinfo"
        return Answer(self.person)

    def request(self, method: str, url: str, **kwargs: Any) -> Answer:
        assert url == f"{SERVER}/token"
        return Answer({"access_token": "token", "token_type": "bearer"})


@pytest.fixture
def provider(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> IdentityProvider:
    app = {
        "provider_id": "sso",
        "name": BUTTON,
        "client_id": "cchc",
        "secret": "bi-mat",
        "settings": {"server_url": SERVER, "oauth_pkce_enabled": True},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    server = IdentityProvider({"sub": "1", "email": "an@hanoi.gov.vn", "email_verified": True})
    monkeypatch.setattr(SingleSignOnAdapter, "get_requests_session", lambda _: server)
    return server


@pytest.fixture
def user() -> User:
    return UserFactory.create(username="an", email="an@hanoi.gov.vn")


def come_back(client: Client, code: str = "code") -> Any:
    """By the button, to the provider, and back with its answer."""
    leaves = client.post(reverse("openid_connect_login", args=["sso"]))
    asked = parse_qs(urlsplit(leaves["Location"]).query)
    assert leaves["Location"].startswith(f"{SERVER}/authorize")
    assert "code_challenge" in asked
    return client.get(
        reverse("openid_connect_callback", args=["sso"]), {"state": asked["state"][0], "code": code}, follow=True
    )


def test_without_settings_there_is_no_button_and_no_address(client: Client) -> None:
    assert BUTTON not in client.get(reverse("account_login")).text
    assert client.post(reverse("openid_connect_login", args=["sso"])).status_code == 404


def test_a_verified_address_opens_its_account(client: Client, provider: IdentityProvider, user: User) -> None:
    assert BUTTON in client.get(reverse("account_login")).text
    come_back(client)
    assert client.get(reverse("account_home")).context["user"] == user


@pytest.mark.parametrize(
    "person",
    [
        {"email": "an@hanoi.gov.vn", "email_verified": False},
        {"email": "an@hanoi.gov.vn"},
        {"email": "la@hanoi.gov.vn", "email_verified": True},
        {},
    ],
)
def test_no_other_answer_opens_or_makes_one(
    client: Client, provider: IdentityProvider, user: User, person: dict[str, Any]
) -> None:
    provider.person = {"sub": "2", **person}
    assert "Chưa có tài khoản" in come_back(client).text
    assert client.get(reverse("account_home")).status_code == 302
    assert User.objects.count() == 1
    assert not SocialAccount.objects.exists()


def test_a_closed_account_stays_closed(client: Client, provider: IdentityProvider, user: User) -> None:
    User.objects.update(is_active=False)
    come_back(client)
    assert client.get(reverse("account_home")).status_code == 302


def test_the_second_factor_is_asked_for_here_too(client: Client, provider: IdentityProvider, user: User) -> None:
    switch_on(sign_in("an")[0])
    page = come_back(client)
    assert page.request["PATH_INFO"] == reverse("mfa_authenticate")
    assert client.get(reverse("account_home")).status_code == 302
    Authenticator.objects.all().delete()
    come_back(client)
    assert client.get(reverse("account_home")).status_code == 200
