"""`set_stage` on the command line: opens, moves and closes one row of the year's calendar."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command

from cchc_index.lib import clock
from cchc_index.lib.commands import CommandRefused
from cchc_index.lib.tests.present import present
from criteria.models import Round, Stage
from criteria.tests.factories import open_stage, small_round, stage_named
from units.auditlog.models import LogEntry

pytestmark = pytest.mark.django_db


Said = Callable[..., str]


@pytest.fixture
def round_() -> Round:
    return small_round().round


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """Run the command on the year; what it says to the operator."""

    def run(name: str, **edges: str) -> str:
        call_command("set_stage", year=2031, stage=name, **edges)
        return capsys.readouterr().err

    return run


@pytest.mark.parametrize("name", ["survey", "self_assessment", "round1", "explanation", "round2", "final"])
def test_every_stage_of_the_year_is_opened_by_its_name(round_: Round, said: Said, name: str) -> None:
    words = said(name, opens="2032-01-05 08:00", closes="2032-01-20 17:00")
    stage = stage_named(round_, name)
    edges = (stage.opens_at, stage.closes_at)
    assert [f"{clock.hanoi(present(at)):%Y-%m-%d %H:%M}" for at in edges] == ["2032-01-05 08:00", "2032-01-20 17:00"]
    assert f"{stage.title} ({name}): mở 08:00 ngày 05/01/2032, đóng 17:00 ngày 20/01/2032." in words
    entry = LogEntry.objects.get()
    assert (entry.verb, entry.actor, entry.before) == ("phase.set", None, None)


@pytest.mark.parametrize(("edge", "other"), [("opens", "closes"), ("closes", "opens")])
def test_setting_one_edge_keeps_the_other(round_: Round, said: Said, edge: str, other: str) -> None:
    before = open_stage(round_, "round1", closes=clock.now() + timedelta(days=900))
    at = clock.now() + timedelta(days=2)
    said("round1", **{edge: f"{clock.hanoi(at):%Y-%m-%d %H:%M}"})
    after = stage_named(round_, "round1")
    assert getattr(after, f"{other}_at") == getattr(before, f"{other}_at")
    assert getattr(after, f"{edge}_at") == at.replace(second=0, microsecond=0)


def test_without_hours_it_says_how_the_stage_stands(round_: Round, said: Said) -> None:
    assert "Thẩm định lần 1 (round1): chưa đặt giờ. Chưa mở." in said("round1")
    open_stage(round_, "round1")
    assert "Đang mở." in said("round1")
    assert "Hội đồng quyết định (final): chưa đặt giờ. Đang mở." in said("final")
    assert not LogEntry.objects.exists()


def test_a_stage_wholly_before_an_earlier_one_is_told(round_: Round, said: Said) -> None:
    open_stage(round_, "self_assessment")
    words = said("round1", opens="2020-01-05 08:00", closes="2020-01-20 17:00")
    assert "Lưu ý: Thẩm định lần 1 đóng trước khi Tự đánh giá mở." in words
    assert "Lưu ý" not in said("survey", opens="2020-01-05 08:00", closes="2020-01-20 17:00")


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "unknown year": ({"year": 1999, "stage": "round1", "opens": "2032-01-05 08:00"}, "Không có kỳ 1999; các kỳ đã có"),
    "unknown stage": ({"stage": "round9", "opens": "2032-01-05 08:00"}, "self_assessment, round1, explanation, round2"),
    "the archive has no hours": ({"stage": "import", "opens": "2032-01-05 08:00"}, "không có giai đoạn “import”"),
    "no instant": ({"stage": "round1", "opens": "05/01/2032"}, "--opens: không đọc được giờ “05/01/2032”"),
    "no such day": ({"stage": "round1", "closes": "2032-02-30 08:00"}, "--closes: không đọc được giờ"),
    "wrong way round": ({"stage": "round1", "opens": "2032-01-05 08:00", "closes": "2032-01-05 08:00"}, "sau giờ mở"),
    "wrong century": ({"stage": "round1", "opens": "0203-01-05 08:00"}, "từ 1945 đến 2199"),
    "last century": ({"stage": "round1", "opens": "1990-01-05 08:00"}, "từ 2000 đến 2100"),
    "name asked for only": ({"stage": "khac"}, "không có giai đoạn “khac”"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_is_refused_with_a_sentence_and_changes_nothing(round_: Round, case: str) -> None:
    given, words = WRONG[case]
    with pytest.raises(CommandRefused, match=words.replace("(", r"\(")):
        call_command("set_stage", **{"year": 2031, **given})
    assert not any(stage.is_set for stage in Stage.objects.all())
    assert not LogEntry.objects.exists()
