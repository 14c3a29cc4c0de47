"""What is striking in a file of ballots is counted and shown, and overrules nobody."""

from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from cchc_index.lib import clock
from criteria.models import RoundGroup, Stage
from surveys import quality
from surveys.ballots.hours import moment
from surveys.batches import actions as batches
from surveys.coverage.queries import quality_of
from surveys.models import Ballot, ImportBatch, Survey
from surveys.tests.factories import asked_group, csv_file, surveyed_round
from units.models import Role
from units.tests.factories import person

pytestmark = pytest.mark.django_db

CODES = ("1.3", "1.4")
HEADINGS = ["Mã phiếu", "Mã đơn vị", "startdate", "submitdate", *CODES]


@pytest.fixture
def block() -> RoundGroup:
    block = surveyed_round()
    asked_group(block, *CODES, code="dan", straight_line_from=2, duplicates_from=2)
    return block


def timed(unit: str, number: int, *, minute: int, seconds: int, step: int, answers: tuple[int, int]) -> list[list[Any]]:
    """Ballots of a unit, sent `step` seconds one after the other, each answered in `seconds`."""
    rows = []
    for n in range(number):
        sent = 9 * 3600 + minute * 60 + n * step
        hours = [f"2024-10-15 {t // 3600:02}:{t // 60 % 60:02}:{t % 60:02}" for t in (sent - seconds, sent)]
        rows.append([f"{unit}-{minute}-{n}", unit, *hours, *answers])
    return rows


def bring(block: RoundGroup, rows: list[list[Any]], headings: list[str] = HEADINGS) -> ImportBatch:
    made = batches.import_ballots(
        actor=None, round_group_id=block.pk, respondents="dan", source=csv_file([headings, *rows])
    )
    assert made.batch is not None
    return made.batch


def striking(block: RoundGroup) -> dict[str, list[int] | None]:
    return {row.unit.code: row.marks for part in quality_of(block) for row in part.units}


def test_marks_are_counted_by_unit_and_every_ballot_counts(block: RoundGroup) -> None:
    rows = timed("SNV", 6, minute=0, seconds=3, step=5, answers=(1, 1))
    rows += timed("STC", 6, minute=0, seconds=60, step=61, answers=(1, 2))
    batch = bring(block, rows)
    assert striking(block) == {"SNV": [6, 5, 6, 6], "STC": [0, 5, 0, 0]}
    assert batch.counts["valid"] == 12
    assert not Ballot.objects.exclude(invalid_reason="").exists()


def test_without_hours_nobody_is_hasty(block: RoundGroup) -> None:
    rows = [[f"P{n}", "SNV", 1, 2] for n in range(6)]
    batch = bring(block, rows, ["Mã phiếu", "Mã đơn vị", *CODES])
    assert set(batch.counts["marks"]) == {quality.STRAIGHT, quality.SAME}


def test_no_hour_is_kept(block: RoundGroup) -> None:
    batch = bring(block, timed("SNV", 6, minute=17, seconds=3, step=5, answers=(1, 1)))
    kept = [str(value) for row in ImportBatch.objects.values() for value in row.values()]
    kept += [str(value) for row in Ballot.objects.values() for value in row.values()]
    assert not any("2024-10-15" in text or "09:17" in text for text in kept)
    assert batch.counts["marks"][quality.BURST]


def test_exclusions_are_counted_by_reason(block: RoundGroup) -> None:
    block.survey.respondent_groups.get().questionnaire.__class__.objects.update(refuse_straight_line=True)
    bring(block, timed("SNV", 6, minute=0, seconds=60, step=61, answers=(1, 1)))
    (part,) = quality_of(block)
    assert dict(zip(part.reasons, part.excluded, strict=True))["trả lời giống nhau mọi câu"] == 6
    page = Client()
    page.force_login(person(Role.SURVEY_OPERATOR))
    shown = page.get(reverse("surveys:quality", args=[block.pk])).content.decode()
    assert "Cộng phiếu không hợp lệ" in shown
    assert "giống hệt một phiếu khác" in shown


def test_a_file_undone_leaves_no_mark(block: RoundGroup) -> None:
    batch = bring(block, timed("SNV", 6, minute=0, seconds=3, step=5, answers=(1, 1)))
    batches.undo_batch(actor=None, batch_id=batch.pk, reason="nhầm")
    assert quality_of(block) == []


def test_a_sheet_sent_in_two_files_is_seen_in_the_whole_survey(block: RoundGroup) -> None:
    rows = [[f"P{n}", "SNV", *answers] for n, answers in enumerate(((1, 1), (1, 2), (2, 2), (2, 3), (3, 4)))]
    headings = ["Mã phiếu", "Mã đơn vị", *CODES]
    bring(block, rows, headings)
    assert striking(block) == {"SNV": [2, 0, 0, 0]}
    again = bring(block, [[f"Q{n}", *row[1:]] for n, row in enumerate(rows)], headings)
    assert not again.counts["marks"][quality.SAME]  # within the file nothing is alike
    assert striking(block) == {"SNV": [4, 5, 0, 0]}
    assert not Ballot.objects.exclude(invalid_reason="").exists()
    batches.undo_batch(actor=None, batch_id=again.pk, reason="gửi hai lần")
    assert striking(block) == {"SNV": [2, 0, 0, 0]}


def test_few_ballots_are_not_marked_on_a_page(block: RoundGroup) -> None:
    bring(block, timed("SNV", 4, minute=0, seconds=3, step=5, answers=(1, 1)))
    assert striking(block) == {"SNV": None}


def test_marks_wait_while_the_plan_tells_nothing(block: RoundGroup) -> None:
    Survey.objects.filter(round_group=block).update(least_n=5, small_cell=5)
    hours = {"name": "survey", "title": "Điều tra", "position": 1, "opens_at": clock.now()}
    Stage.objects.update_or_create(round=block.round, kind=Stage.Kind.SURVEY, defaults=hours)
    bring(block, timed("SNV", 6, minute=0, seconds=3, step=5, answers=(1, 1)))
    assert striking(block) == {"SNV": None}


@pytest.mark.parametrize("role", Role)
def test_who_reads_it(block: RoundGroup, role: Role) -> None:
    client = Client()
    client.force_login(person(role, block.group.units.get(code="SNV")))
    reads = role in (Role.SURVEY_OPERATOR, Role.INDEX_MANAGER, Role.OBSERVER)
    assert client.get(reverse("surveys:quality", args=[block.pk])).status_code == (200 if reads else 403)


@pytest.mark.parametrize(
    "text",
    ["2024-10-15T21:12:33.000+07:00", "15/10/2024 21:12:33", "10/15/2024 09:12:33 PM", "15/10/2024 9:12:33 CH"],
)
def test_hours_as_the_tools_write_them(text: str) -> None:
    assert moment(text) - moment("2024-10-15 21:12:00") == 33


@pytest.mark.parametrize("text", ["", "15/10/2024", "không rõ", "2024-13-45 10:00:00"])
def test_what_is_no_hour(text: str) -> None:
    assert np.isnan(moment(text))


def test_a_burst_is_of_one_unit_and_one_minute() -> None:
    units, ended = np.array([1] * 5 + [2] * 5), np.array([0, 15, 30, 45, 60, 0, 15, 30, 45, 61], dtype=float)
    assert quality.bursts(units, ended).tolist() == [True] * 5 + [False] * 5
    assert not quality.bursts(units[:4], ended[:4]).any()
