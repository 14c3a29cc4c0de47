"""What stops the start: a key of the log that is missing or borrowed, working hours that are none."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from cchc_index.configuration import keys, signing_in
from cchc_index.configuration.hours import hours_of_day
from cchc_index.configuration.logs import logging_of

GOOD = "khoa-niem-nhat-ky-cua-rieng-no-0123456789"


SECRET = "khoa-phien-cua-bai-thu"


def key(given: str, *, production: bool) -> str:
    return keys.ledger_key(given, SECRET, production=production)


@pytest.mark.parametrize("given", ["", "  "])
def test_outside_production_an_empty_key_is_none_given(given: str) -> None:
    assert key(given, production=False) == SECRET


@pytest.mark.parametrize(
    ("given", "said"), [("", "Thiếu LEDGER_KEY"), ("  ", "Thiếu LEDGER_KEY"), ("x" * 31, "ngắn quá")]
)
def test_production_refuses_a_key_that_seals_nothing(given: str, said: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=said):
        key(given, production=True)


def test_production_refuses_one_key_for_two_things() -> None:
    with pytest.raises(ImproperlyConfigured, match="khác SECRET_KEY"):
        keys.ledger_key(GOOD, GOOD, production=True)


def test_production_makes_no_key_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="Thiếu SECRET_KEY"):
        keys.secret_key("", tmp_path / "secret_key", production=True)
    assert not (tmp_path / "secret_key").exists()
    assert keys.secret_key("given", tmp_path / "secret_key", production=False) == "given"
    made = keys.secret_key("", tmp_path / "secret_key", production=False)
    assert keys.secret_key("", tmp_path / "secret_key", production=False) == made != ""


@pytest.mark.parametrize("production", [True, False])
def test_a_key_of_its_own_is_taken(production: bool) -> None:
    assert key(GOOD, production=production) == GOOD


@pytest.mark.parametrize("given", ["7-19", "07:00", "19:00-07:00", "07:00-25:00", "sáng-chiều", "07:00-12:00-19:00"])
def test_working_hours_that_are_none_stop_the_start(given: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="APPRAISAL_HOURS"):
        hours_of_day("APPRAISAL_HOURS", given, "07:00-19:00")


def test_working_hours_are_a_setting() -> None:
    assert hours_of_day("APPRAISAL_HOURS", "07:30-17:00", "07:00-19:00") == (time(7, 30), time(17))
    assert hours_of_day("APPRAISAL_HOURS", "", "07:00-19:00") == (time(7), time(19))


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
    given: str, production: bool, day: date | None
) -> None:
    assert signing_in.second_factor_from(given, production=production) == day


@pytest.mark.parametrize("given", ["sau này", "15/01/2027", "0"])
def test_a_day_that_is_none_stops_the_start(given: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SECOND_FACTOR_FROM"):
        signing_in.second_factor_from(given, production=False)


def test_single_sign_on_needs_all_of_its_settings() -> None:
    assert signing_in.single_sign_on("", client="", secret="", name="") == {}
    with pytest.raises(ImproperlyConfigured, match="OIDC_CLIENT_ID"):
        signing_in.single_sign_on("https://dang-nhap.example.vn", client="", secret="", name="")
    made = signing_in.single_sign_on("https://dang-nhap.example.vn", client="cchc", secret=SECRET, name="")
    assert "openid_connect" in made


def test_a_form_of_the_log_that_is_none_stops_the_start() -> None:
    with pytest.raises(ImproperlyConfigured, match="LOG_FORMAT"):
        logging_of("xml", level="WARNING", access=False, has_operators=False)


def test_processes_that_start_together_agree_on_one_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getpid", iter(range(1000)).__next__)
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(keys.kept_secret, [tmp_path / "secret_key"] * 64))

    assert len(found) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
