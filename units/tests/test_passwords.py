"""Passwords that everybody around an account would try first."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from pytest_django import Settings

from units.models import Role, User
from units.people import breached
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    unit = UnitFactory.create(code="STP", name="Sở Tư pháp")
    return person(Role.UNIT_HEAD, unit, full_name="Nguyễn Đình Hòa", username="hoa.nd", email="hoa.nd@hanoi.gov.vn")


@pytest.mark.parametrize(
    "password",
    [
        "Hanoi@2024", "Matkhau123", "Minhhoa-2024", "Hà Nội 2026!!", "SoTuPhap@2026", "NguyenDinhHoa1", "hoa.nd-2026-x",
        "Quantri@12345", "STP@Hanoi2026", "UBND-thanhpho-1",
    ],
)  # fmt: skip
def test_words_of_the_place_the_person_and_the_unit_are_refused(password: str, user: User) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, user)


@pytest.mark.parametrize("password", ["Hanoi-mua-thu-vang", "cay-bang-la-do-9", "Matkhau-con-meo-den"])
def test_other_words_beside_them_are_enough(password: str, user: User) -> None:
    validate_password(password, user)


def test_an_account_that_is_not_made_yet_is_asked_for_its_name_only() -> None:
    validate_password("cay-bang-la-do-9", User(full_name="Lê An", username="an"))
    with pytest.raises(ValidationError, match="dễ đoán"):
        validate_password("Hanoi@2024-", None)


# --- lost elsewhere -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password",
    [
        "Hanoi@2024", "Matkhau123", "Minhhoa-2024", "P@ssw0rd2024!", "Qwerty123456", "1qaz2wsx3edc", "q1w2e3r4t5y6",
        "Liverpool2023!", "Sunshine#2024", "Anhyeuem1990", "TuanAnh@1988", "Nguyen-Van-Minh-79", "Hoàng Thu Hương 95",
        "Thanglong1000", "HaiPhong#0225", "Vietnamvodich1", "Dongda-Hanoi-24", "aaaaaaaaaaaa", "abcabcabcabc",
        "1234567890", "zyxwvutsrq", "M4tkh4u2025", "1029384756", "!!!iloveyou!!!",
    ],
)  # fmt: skip
def test_what_was_lost_elsewhere_and_its_siblings_are_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password)


@pytest.mark.parametrize(
    "password",
    [
        "cay-bang-la-do-9", "ba con sáo sậu trên rào", "xK7!vq2#Lr9w", "mưa rào phố cổ đèn vàng", "Hanoi-mua-thu-vang",
        "correct-horse-battery", "bep gas mat lua 17",
    ],
)  # fmt: skip
def test_what_nobody_tries_first_is_taken(password: str) -> None:
    validate_password(password)


@pytest.mark.parametrize("password", ["Liverpool2023!", "TuanAnh@1988", "Anhyeuem1990", "P@ssw0rd2024!"])
def test_without_the_lists_they_would_pass(password: str, settings: Settings) -> None:
    named = [each for each in settings.AUTH_PASSWORD_VALIDATORS if "Breached" not in each["NAME"]]
    settings.AUTH_PASSWORD_VALIDATORS = named
    validate_password(password)


def test_the_list_is_packed_in_order_and_found_whole() -> None:
    packed = breached.pack(["b", "a", "A ", ""])
    assert packed == b"".join(sorted([breached.digest("a"), breached.digest("b")]))
    marks = breached._digests()
    assert len(marks) % breached.WIDTH == 0
    rows = [marks[at : at + breached.WIDTH] for at in range(0, len(marks), breached.WIDTH)]
    assert rows == sorted(set(rows))
    assert len(rows) > 29_000
