"""Passwords that everybody around an account would try first."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from units.models import Role, User
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
