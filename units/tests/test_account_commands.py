"""Accounts made on the command line: what is missing or wrong is named with its option, in Vietnamese, exit 2."""

from typing import Any

import pytest
from django.core.management import call_command

from cchc_index.lib.commands import CommandRefused
from units.models import User
from units.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
GIVEN = {"username": "goc", "full_name": "Quản Trị", "email": "goc@example.vn"}


def refusal(command: str, *args: str, **options: Any) -> list[str]:
    with pytest.raises(CommandRefused) as refused:
        call_command(command, *args, **options)
    return refused.value.lines


def test_an_administrator_needs_every_option(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def made(**changed: str | None) -> list[str]:
        return refusal("createsuperuser", interactive=False, **(GIVEN | changed))

    UserFactory.create(username="da-co")
    assert made(full_name=None, email=None) == ["Thiếu tham số: --full_name, --email; với --noinput phải ghi đủ."]
    assert made(email="sai") == ["--email: Nhập địa chỉ email."]
    assert "--username: " in made(username="da-co")[0]
    assert not User.objects.filter(is_superuser=True).exists()
    for name, secret in (("goc", "mua-phun-thang-ba-9184"), ("yeu", "Hanoi@2024")):
        monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", secret)
        call_command("createsuperuser", interactive=False, **(GIVEN | {"username": name}))
        assert User.objects.get(username=name).check_password(secret)
        assert ("Mật khẩu này dễ đoán" in capsys.readouterr().err) is (name == "yeu")


def test_who_asks_without_a_terminal_is_told_what_to_add(capsys: pytest.CaptureFixture[str]) -> None:
    assert "thêm --noinput cùng --username --full_name --email" in refusal("createsuperuser")[0]
    assert refusal("changepassword", "khong-co") == ["Không có tài khoản “khong-co”; kiểm tra lại tên đăng nhập."]
    with pytest.raises(CommandRefused):
        call_command("changepassword", "--la", "goc")
    assert "Không có tham số: --la." in capsys.readouterr().err


def test_a_password_typed_twice_follows_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    user = UserFactory.create(username="goc")
    typed = iter(["Hanoi@2024", "Hanoi@2024", "mua-phun-thang-ba-9184", "khac", *["mua-phun-thang-ba-9184"] * 2])
    monkeypatch.setattr("getpass.getpass", lambda prompt="": next(typed))
    call_command("changepassword", "goc")
    user.refresh_from_db()
    assert user.one_time_password
    assert user.check_password("mua-phun-thang-ba-9184")
    monkeypatch.setattr("getpass.getpass", lambda prompt="": "Hanoi@2024")
    assert "Đã gõ 3 lần" in refusal("changepassword", "goc")[0]
