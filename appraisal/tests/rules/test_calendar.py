"""The course of a year: which stage takes decisions, what follows what, and what each is called in a sentence."""

from datetime import UTC, datetime, timedelta

import pytest

from appraisal.rules.stages import NO_SEQUEL, Calendar, Sequel
from criteria.models import Stage

AT = datetime(2031, 5, 1, tzinfo=UTC)
KINDS = {
    "self": "self_assessment",
    "round1": "appraisal",
    "reply1": "reply",
    "survey": "survey",
    "round2": "appraisal",
    "reply2": "reply",
    "final": "meeting",
    "publication": "publication",
    "archive": "archive",
}
SELF, ROUND1, REPLY1, SURVEY, ROUND2, REPLY2, FINAL, PUBLICATION, ARCHIVE = range(1, 10)


def year(*released: int, without: tuple[str, ...] = (), opened: tuple[str, ...] = ()) -> Calendar:
    """The stages above, each of which began yesterday and ended an hour ago, but for those that are `opened`."""
    stages = tuple(
        Stage(
            pk=pk,
            name=name,
            kind=kind,
            title=f"Tên {name}",
            opens_at=AT - timedelta(days=1),
            closes_at=AT + timedelta(hours=1 if name in opened else -1),
        )
        for pk, (name, kind) in enumerate(KINDS.items(), start=1)
        if name not in without
    )
    return Calendar(stages, frozenset(released), AT)


def keys(stages: list[Stage]) -> list[int]:
    return [stage.pk for stage in stages]


def test_the_council_decides_in_appraisals_and_meetings_and_shows_the_archive_too() -> None:
    assert keys(year().deciding) == [ROUND1, ROUND2, FINAL]
    assert keys(year().releasable) == [ROUND1, ROUND2, FINAL, ARCHIVE]
    found = year().named("round2")
    assert found is not None
    assert found.pk == ROUND2
    assert year().named("round3") is None


def test_the_stage_after_the_last_release_takes_decisions_while_it_is_open() -> None:
    always = ("round1", "round2", "final")
    taking = {released: year(*released, opened=always).stage for released in ((), (ROUND1,), (ROUND1, ROUND2))}
    assert [stage.pk if stage else 0 for stage in taking.values()] == [ROUND1, ROUND2, FINAL]
    assert year(ROUND1, ROUND2, FINAL, opened=always).stage is None
    assert year(ROUND2, opened=always).stage == year().named("final")
    assert year(ROUND1, opened=("round1", "final")).stage is None


def test_the_next_stage_may_be_released_once_it_has_begun() -> None:
    now = year(ROUND1)
    assert [stage.pk for stage in now.stages if now.may_be_released(stage)] == [ROUND2]
    round2 = now.stages[4]
    round2.opens_at = AT + timedelta(hours=1)
    assert not now.may_be_released(round2)


def test_units_answer_right_after_an_appraisal_whatever_runs_beside() -> None:
    replies = {stage.pk: year().reply_to(stage.pk) for stage in year().stages}
    assert {pk: reply.pk for pk, reply in replies.items() if reply} == {ROUND1: REPLY1, ROUND2: REPLY2}
    assert year(without=("reply1",)).reply_to(ROUND1) is None
    assert {pk: year().answers(pk) for pk in (REPLY1, REPLY2, SELF, 0)} == {
        REPLY1: ROUND1,
        REPLY2: ROUND2,
        SELF: 0,
        0: 0,
    }


@pytest.mark.parametrize(
    ("released", "over"),
    [((), []), ((ROUND1,), []), ((ROUND2,), [ROUND1]), ((FINAL,), [ROUND1, ROUND2]), ((ARCHIVE,), [])],
)
def test_a_stage_is_over_once_a_later_one_was_released(released: tuple[int, ...], over: list[int]) -> None:
    now = year(*released)
    assert [pk for pk in range(12) if now.is_over(pk)] == over


def test_what_decides_on_what_an_earlier_stage_decided_is_later() -> None:
    assert [pk for pk in range(12) if year().is_later(pk)] == [ROUND2, FINAL]
    assert [pk for pk in range(12) if year().is_archive(pk)] == [ARCHIVE]


def test_the_reply_in_question_is_the_last_that_is_asked_else_the_first() -> None:
    asked = [year(*released).reply_now for released in ((), (ROUND1,), (ROUND1, ROUND2), (ROUND2,))]
    assert [stage.pk if stage else 0 for stage in asked] == [REPLY1, REPLY1, REPLY2, REPLY2]
    assert year(without=("reply1", "reply2")).reply_now is None


def test_stages_are_numbered_in_a_sentence_unless_there_is_only_one() -> None:
    assert [year().short(pk) for pk in (ROUND1, ROUND2, FINAL, 0)] == ["lần 1", "lần 2", "Hội đồng", "Hội đồng"]
    assert year(without=("round2",)).short(ROUND1) == "thẩm định"
    assert [year().next_appraisal(pk) for pk in (ROUND1, ROUND2, FINAL, 0)] == ["lần 2", "", "", ""]


def test_what_may_come_of_the_decisions_of_each_stage() -> None:
    assert year(ROUND1).sequels == {
        ROUND1: Sequel("lần 1", REPLY1, is_asked=True, is_over=False, waits_for="lần 2", keeps=""),
        ROUND2: Sequel("lần 2", REPLY2, is_asked=False, is_over=False, waits_for="Hội đồng", keeps="lần 1"),
        FINAL: Sequel("Hội đồng", 0, is_asked=False, is_over=False, waits_for="Hội đồng", keeps="lần 2"),
        ARCHIVE: NO_SEQUEL,
    }
    over = year(ROUND1, ROUND2).sequels[ROUND1]
    assert (over.is_asked, over.is_over) == (False, True)
    silent = year(ROUND1, without=("reply1", "reply2")).sequels
    assert [(silent[pk].reply, silent[pk].is_asked, silent[pk].keeps) for pk in (ROUND1, FINAL)] == [(0, False, "")] * 2


def test_the_course_a_page_shows_changes_with_titles_opinions_and_releases() -> None:
    before = year().signature
    assert before == year().signature != year(ROUND1).signature
    changed = year()
    changed.stages[1].title = "Thẩm định đợt 1"
    assert changed.signature != before
    other = year()
    other.stages[1].two_opinions = True
    assert other.signature != before
