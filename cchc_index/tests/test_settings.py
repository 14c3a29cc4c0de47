"""What stops the start: a key of the log that is missing or borrowed, working hours that are none."""

from datetime import time

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
