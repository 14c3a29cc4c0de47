"""A second factor: switched on, asked for, lost, and what the library leaves in this house."""

import base64
import re
import time
from datetime import timedelta
from typing import Any

import lxml.etree
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connection
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from pytest_django import Settings

from cchc_index.lib import clock
from units.auditlog.models import LogEntry
from units.mail.models import Mail
from units.models import Role, User
from units.tests.factories import UnitFactory, UserFactory, person

pytestmark = pytest.mark.django_db
PASSWORD = "mat-khau-thu-1"
LOGIN = "/tai-khoan/dang-nhap/"
PRIVATE = "/tai-khoan/mat-khau/"


@pytest.fixture
def user() -> User:
    return UserFactory.create(username="an")


def code_of(secret: str, steps: int = 0) -> str:
    """What an app shows now, or so many half minutes later."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


def switch_on(client: Client) -> str:
    """The secret that the page shows; switched on with its code."""
    secret = str(client.get(reverse("mfa_activate_totp")).context["form"].secret)
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert answer.status_code == 302
    return secret


def sign_in(name: str, password: str = PASSWORD, **more: str) -> tuple[Client, Any]:
    client = Client()
    return client, client.post(LOGIN, {"username": name, "password": password, **more})


@pytest.fixture
def secret(user: User) -> str:
    return switch_on(sign_in("an")[0])


def test_who_has_none_needs_the_password_alone(user: User) -> None:
    client, answer = sign_in("an")
    assert answer["Location"] == "/"
    assert client.get(PRIVATE).status_code == 200


def test_the_password_alone_opens_nothing(secret: str) -> None:
    client, answer = sign_in("an")
    assert answer["Location"] == reverse("mfa_authenticate")
    assert client.get(PRIVATE).status_code == 302
    assert "Mật khẩu đã đúng" in client.get(reverse("mfa_authenticate")).text


def test_the_code_opens_the_page_that_was_wanted(secret: str) -> None:
    client, _ = sign_in("an", next=PRIVATE)
    answer = client.post(reverse("mfa_authenticate"), {"code": code_of(secret, steps=1)})
    assert answer["Location"] == PRIVATE
    assert client.get(PRIVATE).status_code == 200


def test_a_wrong_code_and_one_that_was_used_open_nothing(secret: str) -> None:
    client, _ = sign_in("an")
    page = client.post(reverse("mfa_authenticate"), {"code": "000000"}).text
    assert "Mã chưa đúng hoặc đã dùng" in page
    code = code_of(secret, steps=1)
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    second, _ = sign_in("an")
    assert "Mã chưa đúng hoặc đã dùng" in second.post(reverse("mfa_authenticate"), {"code": code}).text


def test_codes_are_not_guessed_for_ever(secret: str) -> None:
    client, _ = sign_in("an")
    for _ in range(12):
        page = client.post(reverse("mfa_authenticate"), {"code": "000000"}).text
    assert "quá nhiều lần" in page
    assert "quá nhiều lần" in client.post(reverse("mfa_authenticate"), {"code": code_of(secret, steps=1)}).text


def test_a_recovery_code_stands_in_for_the_phone_once(user: User, secret: str) -> None:
    codes = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()
    client, _ = sign_in("an")
    assert client.post(reverse("mfa_authenticate"), {"code": codes[0]})["Location"] == "/"
    shown = client.get(reverse("mfa_view_recovery_codes")).text
    assert codes[0] not in shown
    assert codes[1] in shown
    again, _ = sign_in("an")
    assert "Mã chưa đúng" in again.post(reverse("mfa_authenticate"), {"code": codes[0]}).text


def test_the_secret_does_not_lie_open_in_the_database(user: User, secret: str) -> None:
    row = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
    assert secret not in str(row.data)
    assert "otpauth" not in str(row.data)


def test_the_pages_speak_vietnamese_and_draw_the_code_themselves(user: User) -> None:
    client, _ = sign_in("an")
    page = client.get(reverse("mfa_activate_totp")).text
    drawn = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', page)
    assert drawn
    assert lxml.etree.fromstring(base64.b64decode(drawn[1])).tag == "{http://www.w3.org/2000/svg}svg"
    assert "https://" not in page
    switch_on(client)
    for name in ("mfa_index", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_deactivate_totp"):
        page = client.get(reverse(name)).text
        for word in ("Authenticator app", "Recovery", "Generate", "Deactivate", "Two-Factor", "Sign In"):
            assert word not in page
    assert client.get(reverse("mfa_download_recovery_codes")).text.startswith("Mã dự phòng của tài khoản an")


def test_it_is_switched_off_by_its_owner(user: User, secret: str) -> None:
    client, _ = sign_in("an")
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret, steps=1)})
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=user).exists()
    assert sign_in("an")[1]["Location"] == "/"


def test_own_sessions_are_listed_and_ended(user: User) -> None:
    here, there = sign_in("an")[0], sign_in("an")[0]
    page = here.get(reverse("usersessions_list")).text
    assert page.count("127.0.0.1") == 2
    assert there.get(PRIVATE).status_code == 200
    here.post(reverse("usersessions_list"))
    assert there.get(PRIVATE).status_code == 302
    assert here.get(PRIVATE).status_code == 200


def test_a_session_stays_in_the_list_after_a_new_password(user: User) -> None:
    client, _ = sign_in("an")
    new = "cay-bang-la-do-9"
    client.post(PRIVATE, {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert "Phiên này" in client.get(reverse("usersessions_list")).text


@pytest.mark.parametrize("name", ["account_signup", "account_email", "socialaccount_connections"])
def test_nobody_signs_up(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


# --- a fresh proof ------------------------------------------------------------------------------------


def test_switching_on_asks_for_a_fresh_proof(user: User, settings: Settings) -> None:
    settings.PROOF_MINUTES = 60
    client = Client()
    client.force_login(user)  # a session whose proof is older than any
    answer = client.get(reverse("mfa_activate_totp"))
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert "Mật khẩu chưa đúng" in client.post(answer["Location"], {"password": "sai"}).text
    answer = client.post(answer["Location"], {"password": PASSWORD})
    assert answer["Location"] == reverse("mfa_activate_totp")
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_who_signed_in_just_now_has_proved_it(user: User, settings: Settings) -> None:
    settings.PROOF_MINUTES = 60
    assert sign_in("an")[0].get(reverse("mfa_activate_totp")).status_code == 200


# --- who needs one ------------------------------------------------------------------------------------


DECIDE = {Role.UNIT_HEAD, Role.COUNCIL_MEMBER, Role.INDEX_MANAGER}


@pytest.mark.parametrize("role", list(Role))
def test_who_decides_does_nothing_before_it_is_on(role: Role, settings: Settings) -> None:
    settings.SECOND_FACTOR_FROM = clock.today()
    person(role, UnitFactory.create(), username="an")
    client, _ = sign_in("an")
    answer = client.get(reverse("account_home"))
    if role not in DECIDE:
        assert answer.status_code == 200
        return
    assert answer["Location"] == reverse("mfa_index")
    assert client.post(reverse("switch-year"), {"year": "2024"}).status_code == 302  # public
    assert "hãy bật để tiếp tục" in client.get(reverse("mfa_index")).text
    switch_on(client)
    assert client.get(reverse("mfa_view_recovery_codes")).status_code == 200
    assert client.get(reverse("account_home")).status_code == 200


@pytest.mark.parametrize("power", ["is_staff", "is_superuser"])
def test_administrators_need_one(power: str, settings: Settings) -> None:
    settings.SECOND_FACTOR_FROM = clock.today()
    UserFactory.create(username="an", **{power: True})
    assert sign_in("an")[0].get("/quan-tri/")["Location"] == reverse("mfa_index")


@pytest.mark.parametrize("after", [None, timedelta(days=1)])
def test_a_later_day_and_none_ask_nobody(after: timedelta | None, settings: Settings) -> None:
    settings.SECOND_FACTOR_FROM = after and clock.today() + after
    person(Role.INDEX_MANAGER, username="an")
    client, _ = sign_in("an")
    assert client.get(reverse("account_home")).status_code == 200
    assert "Vai trò của bạn cần xác thực hai lớp" in client.get(reverse("mfa_index")).text


def test_who_needs_it_does_not_switch_it_off(settings: Settings) -> None:
    settings.SECOND_FACTOR_FROM = clock.today()
    user = person(Role.INDEX_MANAGER, username="an")
    client, _ = sign_in("an")
    switch_on(client)
    assert "không tắt được" in client.post(reverse("mfa_deactivate_totp")).text
    assert Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def test_who_came_in_by_the_code_costs_no_query_more(settings: Settings) -> None:
    settings.SECOND_FACTOR_FROM = clock.today()
    person(Role.INDEX_MANAGER, username="an")
    secret = switch_on(sign_in("an")[0])
    client, _ = sign_in("an")
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret, steps=1)})
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("account_change_password"))
    assert not [query for query in queries if "mfa_authenticator" in query["sql"]]


# --- told and logged ----------------------------------------------------------------------------------


def test_a_change_is_logged_and_its_owner_told(user: User) -> None:
    with TestCase.captureOnCommitCallbacks(execute=True):
        switch_on(sign_in("an")[0])
    assert [entry.verb for entry in LogEntry.objects.all()] == ["sign_in", "second_factor_on"]
    assert "Đã bật xác thực hai lớp" in Mail.objects.get(recipient=user).body


def test_a_lost_phone_is_helped_by_another_and_everybody_told(user: User, secret: str) -> None:
    person(Role.INDEX_MANAGER)
    manager = person(Role.INDEX_MANAGER)
    page = Client()
    page.force_login(manager)
    where = reverse("people:person", args=[user.pk])
    assert page.post(where, {"verb": "factor", "reason": " "}).status_code == 422
    assert page.post(where, {"verb": "factor", "reason": "Mất điện thoại, đã gọi lại"}).status_code == 302
    assert sign_in("an")[1]["Location"] == "/"
    user.refresh_from_db()
    assert user.access_changed_at is not None
    assert LogEntry.objects.filter(verb="drop_second_factor", actor=manager).exists()
    assert Mail.objects.filter(recipient=user, subject__contains="đăng nhập").exists()
    assert page.post(where, {"verb": "factor", "reason": "lần nữa"}).status_code == 422


def test_nobody_helps_themselves(settings: Settings) -> None:
    manager = person(Role.INDEX_MANAGER, username="an")
    client, _ = sign_in("an")
    switch_on(client)
    answer = client.post(reverse("people:person", args=[manager.pk]), {"verb": "factor", "reason": "tự bỏ"})
    assert answer.status_code == 422
    assert Authenticator.objects.filter(user=manager).exists()
