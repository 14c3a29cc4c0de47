"""Passwords are guessed by name, by address and by both up to a limit; whose name it is still comes in."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from cchc_index.lib import clock
from units.auditlog.models import LogEntry
from units.mail.queries import password_path
from units.models import User
from units.people.queries import accounts_called
from units.signin.devices import COOKIE
from units.signin.models import WrongGuess
from units.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "mat-khau-thu-1"
WRONG = "sai"
LOGIN = "/tai-khoan/dang-nhap/"
CHANGE = "/tai-khoan/mat-khau/"


@pytest.fixture
def user() -> User:
    return UserFactory.create(username="an", email="an@example.vn")


def guess(address: str, name: str = "an", password: str = WRONG, client: Client | None = None) -> Any:
    return (client or Client()).post(LOGIN, {"username": name, "password": password}, REMOTE_ADDR=address)


def far(number: int) -> str:
    return f"203.0.113.{number}"


def looked_at(answers: list[Any]) -> int:
    """How many of the guesses were compared with the password at all."""
    return sum(answer.status_code != 429 for answer in answers)


def test_sixty_guesses_from_sixty_addresses_meet_the_limit_of_the_name(user: User, settings: Settings) -> None:
    answers = [guess(far(number)) for number in range(1, 61)]
    assert looked_at(answers) == settings.GUESSES_BY_NAME == 10
    assert "Tạm dừng đăng nhập" in answers[-1].text
    assert guess(far(200), password=PASSWORD).status_code == 429  # even the right one is not looked at


def test_without_the_limit_all_sixty_are_looked_at(user: User, settings: Settings) -> None:
    settings.GUESSES_BY_NAME = 1000
    assert looked_at([guess(far(number)) for number in range(1, 61)]) == 60


def test_one_address_tries_one_name_fewer_times(user: User, settings: Settings) -> None:
    assert looked_at([guess(far(1)) for _ in range(12)]) == settings.GUESSES_BY_BOTH == 6
    assert guess(far(2), password=PASSWORD).status_code == 302


def test_one_address_tries_many_names_up_to_its_limit(settings: Settings) -> None:
    settings.GUESSES_BY_ADDRESS = 20
    assert looked_at([guess(far(1), name=f"nguoi{number}") for number in range(40)]) == 20


def test_names_that_no_account_bears_are_limited_alike(user: User) -> None:
    of_nobody = [guess(far(number), name="khong-co") for number in range(1, 20)]
    of_somebody = [guess(far(number), name="an") for number in range(1, 20)]
    assert [a.status_code for a in of_nobody] == [a.status_code for a in of_somebody]
    pages = [re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", a[0].text) for a in (of_nobody, of_somebody)]
    assert pages[0] == pages[1].replace('value="an"', 'value="khong-co"')


@pytest.mark.parametrize("written", ["AN", "An ", "an"])
def test_the_name_is_the_same_however_it_is_written(user: User, written: str) -> None:
    for number in range(1, 11):
        guess(far(number), name=written)
    assert guess(far(99), name="an").status_code == 429


# --- the owner ----------------------------------------------------------------------------------------


def known_browser() -> Client:
    client = Client()
    assert guess(far(250), password=PASSWORD, client=client).status_code == 302
    client.post("/tai-khoan/dang-xuat/")
    return client


def attack() -> None:
    for number in range(1, 61):
        guess(far(number))


def test_the_owner_comes_in_on_a_browser_that_did_before(user: User) -> None:
    client = known_browser()
    attack()
    assert guess(far(251), password=PASSWORD, client=client).status_code == 302
    assert guess(far(251), password=PASSWORD).status_code == 429  # the same moment, without the mark


def test_the_mark_opens_nobody_elses_limit(user: User) -> None:
    UserFactory.create(username="binh")
    client = Client()
    assert guess(far(250), name="binh", password=PASSWORD, client=client).status_code == 302
    client.post("/tai-khoan/dang-xuat/")
    attack()
    assert guess(far(250), password=PASSWORD, client=client).status_code == 429


@pytest.mark.parametrize("forged", ["", "x", "eyJtYXJrIjoieCIsIm5hbWVzIjpbXX0:1:2"])
def test_a_forged_mark_is_none(user: User, forged: str) -> None:
    client = Client()
    client.cookies[COOKIE] = forged
    attack()
    assert guess(far(250), password=PASSWORD, client=client).status_code == 429


def test_a_known_browser_guesses_up_to_its_own_limit(user: User, settings: Settings) -> None:
    client = known_browser()
    answers = [guess(far(250), client=client) for _ in range(20)]
    assert looked_at(answers) == settings.GUESSES_BY_DEVICE == 10
    assert guess(far(99), password=PASSWORD).status_code == 302  # and stands in nobody's way


def test_a_link_by_mail_opens_the_door_in_the_middle_of_an_attack(user: User) -> None:
    attack()
    client, new = Client(), "cay-bang-la-do-9"
    assert accounts_called("an") == [user]
    client.post(password_path(user), {"new_password1": new, "new_password2": new})
    assert guess(far(99), password=new, client=client).status_code == 302
    assert guess(far(99), password=new).status_code == 429


def test_waiting_ends_the_limit_and_what_is_refused_prolongs_nothing(user: User, settings: Settings) -> None:
    attack()
    assert WrongGuess.objects.count() == settings.GUESSES_BY_NAME
    with clock.at(clock.now() + timedelta(minutes=settings.GUESS_MINUTES, seconds=1)):
        assert guess(far(99), password=PASSWORD).status_code == 302


def test_what_is_older_than_a_day_is_forgotten(user: User) -> None:
    guess(far(1))
    with clock.at(clock.now() + timedelta(days=1, seconds=1)):
        guess(far(2))
        assert [row.address for row in WrongGuess.objects.all()] == [far(2)]


def test_the_right_password_leaves_no_row(user: User) -> None:
    assert guess(far(1), password=PASSWORD).status_code == 302
    assert not WrongGuess.objects.exists()


# --- within a session ---------------------------------------------------------------------------------


def test_the_old_password_is_not_guessed_for_ever_at_a_change(user: User, settings: Settings) -> None:
    client, new = Client(), "cay-bang-la-do-9"
    client.force_login(user)
    for _ in range(settings.GUESSES_BY_DEVICE):
        page = client.post(CHANGE, {"old_password": "sai", "new_password1": new, "new_password2": new}).text
        assert "Mật khẩu đang dùng chưa đúng" in page
    right = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert "quá nhiều lần" in client.post(CHANGE, right).text
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    settings.GUESSES_BY_DEVICE = 1000
    assert client.post(CHANGE, right).status_code == 302


def test_nor_at_a_proof(user: User, settings: Settings) -> None:
    client = Client()
    client.force_login(user)
    for _ in range(settings.GUESSES_BY_DEVICE):
        client.post(reverse("account_reauthenticate"), {"password": "sai"})
    assert "quá nhiều lần" in client.post(reverse("account_reauthenticate"), {"password": PASSWORD}).text


def test_guesses_within_a_session_do_not_lock_the_door(user: User) -> None:
    client = Client()
    client.force_login(user)
    for _ in range(20):
        client.post(CHANGE, {"old_password": "sai", "new_password1": "x", "new_password2": "y"})
    assert guess(far(99), password=PASSWORD).status_code == 302


# --- in the log ---------------------------------------------------------------------------------------


def test_who_came_in_stands_in_the_log(user: User) -> None:
    guess(far(7), password=PASSWORD)
    entry = LogEntry.objects.get()
    assert (entry.verb, entry.actor, entry.address) == ("sign_in", user, far(7))


def test_the_log_says_once_that_a_password_is_being_guessed(user: User) -> None:
    for _ in range(3):
        guess(far(1))
    assert not LogEntry.objects.exists()
    attack()
    entries = LogEntry.objects.filter(verb="guesses_limited")
    assert {(entry.actor_name, entry.object_label) for entry in entries} == {("chưa đăng nhập", str(user))}
    assert entries.count() == 1


def test_names_that_nobody_bears_fill_no_log() -> None:
    for number in range(1, 30):
        guess(far(number), name="khong-co")
    assert not LogEntry.objects.exists()
