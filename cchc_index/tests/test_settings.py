"""What stops the start: a key of the log that is missing or borrowed, working hours that are none."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from cchc_index import settings

GOOD = "khoa-niem-nhat-ky-cua-rieng-no-0123456789"


def key(monkeypatch: pytest.MonkeyPatch, given: str | None, *, production: bool) -> str:
    monkeypatch.setattr(settings, "PRODUCTION", production)
    monkeypatch.delenv("LEDGER_KEY", raising=False)
    if given is not None:
        monkeypatch.setenv("LEDGER_KEY", given)
    return settings._ledger_key()


@pytest.mark.parametrize("given", [None, "", "  "])
def test_outside_production_an_empty_key_is_none_given(monkeypatch: pytest.MonkeyPatch, given: str | None) -> None:
    assert key(monkeypatch, given, production=False) == settings.SECRET_KEY


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "Thiếu LEDGER_KEY"),
        ("", "Thiếu LEDGER_KEY"),
        ("x" * 31, "ngắn quá"),
        (settings.SECRET_KEY, "khác SECRET_KEY"),
    ],
)
def test_production_refuses_a_key_that_seals_nothing(
    monkeypatch: pytest.MonkeyPatch, given: str | None, said: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=said):
        key(monkeypatch, given, production=True)


@pytest.mark.parametrize("production", [True, False])
def test_a_key_of_its_own_is_taken(monkeypatch: pytest.MonkeyPatch, production: bool) -> None:
    assert key(monkeypatch, GOOD, production=production) == GOOD


@pytest.mark.parametrize("given", ["7-19", "07:00", "19:00-07:00", "07:00-25:00", "sáng-chiều", "07:00-12:00-19:00"])
def test_working_hours_that_are_none_stop_the_start(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("APPRAISAL_HOURS", given)
    with pytest.raises(ImproperlyConfigured, match="APPRAISAL_HOURS"):
        settings._hours("APPRAISAL_HOURS", "07:00-19:00")


def test_working_hours_are_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPRAISAL_HOURS", "07:30-17:00")
    assert settings._hours("APPRAISAL_HOURS", "07:00-19:00") == (time(7, 30), time(17))
    monkeypatch.setenv("APPRAISAL_HOURS", "")
    assert settings._hours("APPRAISAL_HOURS", "07:00-19:00") == (time(7), time(19))


@pytest.mark.parametrize(
    ("given", "production", "day"),
    [
        ("", False, None),
        ("", True, date.min),
        ("2027-01-15", True, date(2027, 1, 15)),
        ("2027-01-15", False, date(2027, 1, 15)),
    ],
)
def test_a_second_factor_is_asked_for_in_production_unless_a_day_is_set(
    monkeypatch: pytest.MonkeyPatch, given: str, production: bool, day: date | None
) -> None:
    monkeypatch.setattr(settings, "PRODUCTION", production)
    monkeypatch.setenv("SECOND_FACTOR_FROM", given)
    assert settings._second_factor_from() == day


@pytest.mark.parametrize("given", ["sau này", "15/01/2027", "0"])
def test_a_day_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("SECOND_FACTOR_FROM", given)
    with pytest.raises(ImproperlyConfigured, match="SECOND_FACTOR_FROM"):
        settings._second_factor_from()


def test_single_sign_on_needs_all_of_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OIDC_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    assert settings._single_sign_on() == {}
    monkeypatch.setenv("OIDC_URL", "https://dang-nhap.example.vn")
    with pytest.raises(ImproperlyConfigured, match="OIDC_CLIENT_ID"):
        settings._single_sign_on()
    monkeypatch.setenv("OIDC_CLIENT_ID", "cchc")
    monkeypatch.setenv("OIDC_CLIENT_SECRET", "bi-mat")
    assert "openid_connect" in settings._single_sign_on()


def test_processes_that_start_together_agree_on_one_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getpid", iter(range(1000)).__next__)
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(settings._kept_secret, [tmp_path / "secret_key"] * 64))

    assert len(found) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
