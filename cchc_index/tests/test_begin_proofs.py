"""Rows of before the log kept marks of them: taken on trust, once, proved from then on. Passwords have many ways in,
each with its mark."""

import io

import pytest
from django.contrib.auth.hashers import identify_hasher, make_password
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from appraisal.models import Reason
from cchc_index.tests.test_tampering import faults, sql
from units.auditlog.models import LogEntry
from units.models import Unit, User
from units.tests.factories import UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
RENAMED = "UPDATE units_unit SET name = 'Khác'"


def begin() -> str:
    out = io.StringIO()
    call_command("begin_proofs", stdout=out)
    return out.getvalue()


def test_rows_of_before_are_taken_on_trust_once_and_proved_from_then_on() -> None:
    UnitFactory.create(name="Sở Nội vụ")
    sql(RENAMED)
    assert faults() == []
    assert "Nhận 1 đơn vị có từ trước" in begin()
    told = LogEntry.objects.filter(verb="begin_proofs")
    assert all("không chứng minh được" in entry.reason for entry in told)
    assert faults() == []
    Unit.objects.update(name="Khác nữa")
    assert begin() == "Mọi loại đã có dòng gốc: không có gì thay đổi.\n"
    assert [fault for fault in faults() if "Khác nữa" in fault]


def test_a_row_without_a_line_is_a_fault_only_when_its_kind_has_begun() -> None:
    Reason.objects.create(code="la", text="Tự thêm")
    assert faults() == []
    begin()
    Reason.objects.create(code="la-hai", text="Tự thêm sau")
    (fault,) = faults()
    assert "“Tự thêm sau”" in fault


def test_a_hash_made_anew_at_signing_in_is_in_the_log(client: Client, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
    user = UserFactory.create()
    User.objects.filter(pk=user.pk).update(password=make_password("mat-khau-thu-1", hasher="pbkdf2_sha256"))
    begin()
    client.post("/tai-khoan/dang-nhap/", {"username": user.username, "password": "mat-khau-thu-1"})
    user.refresh_from_db()
    assert identify_hasher(user.password).algorithm == "md5"
    assert LogEntry.objects.filter(verb="renew_hash", object_id=str(user.pk)).exists()
    assert faults() == []


def test_a_password_set_on_the_command_line_is_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    user = UserFactory.create()
    begin()
    monkeypatch.setattr("getpass.getpass", lambda prompt="": "Con mèo đen ngủ trưa 1")
    call_command("changepassword", user.username, stdout=io.StringIO())
    user.refresh_from_db()
    assert user.one_time_password
    assert LogEntry.objects.filter(verb="admin_password", object_id=str(user.pk)).exists()
    assert faults() == []
