"""`load_demo` stands on its own, never beside real rounds; its year is walked in test_tampering and in Chromium."""

import io

import pytest
from django.core.management import call_command

from cchc_index.demo import actions
from cchc_index.lib.commands import CommandRefused
from criteria.models import Round
from criteria.tests.factories import RoundFactory
from units.models import Unit, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def no_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    """The frame alone: filling the years takes half a minute."""
    for name in ("_complete_year", "_practice_year"):
        monkeypatch.setattr(actions, name, lambda round_, people: None)


def load_demo(*arguments: str) -> str:
    out = io.StringIO()
    call_command("load_demo", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_an_empty_database_gets_the_official_frame_first(no_scores: None) -> None:
    first, second = load_demo(), load_demo()

    assert "Kỳ 2024: đủ một năm minh họa" in first
    assert second.count("đã nạp từ trước, không thay đổi") == 2
    assert list(Round.objects.order_by("year").values_list("year", "illustrative")) == [(2020, True), (2024, True)]
    assert (Unit.objects.count(), User.objects.count()) == (53, 11)


def test_a_real_round_keeps_it_out(no_scores: None) -> None:
    RoundFactory.create(year=2031)

    with pytest.raises(CommandRefused, match="Đã có kỳ 2031 thật"):
        load_demo()

    assert not User.objects.exists()


def test_a_year_without_criteria_is_a_sentence_and_nothing_is_kept(no_scores: None) -> None:
    with pytest.raises(CommandRefused, match="kỳ 2022 để trình diễn. Các kỳ đã có: 2020, 2024"):
        load_demo("--year", "2022")

    assert not Round.objects.exists()
