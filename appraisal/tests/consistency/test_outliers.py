"""Steps worth a second look: late, by another hand, again and again, after hours, after release."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from appraisal.consistency import outliers
from appraisal.consistency.outliers import CellValue, CouncilStep, Hours, replay
from cchc_index.lib.clock import HANOI

START = datetime(2032, 1, 12, 3, 0, tzinfo=UTC)  # Monday, 10:00 in Hà Nội
ONE, HALF, NOTHING_APPLIES = CellValue(Decimal(1)), CellValue(Decimal("0.5")), CellValue(None, True)


def step(
    action: str, value: CellValue = ONE, *, member: int = 1, unit: int = 1, criterion: int = 1, **more: Any
) -> CouncilStep:
    hours = more.pop("hours", 0)
    fields = {"stage": "round1", "reason": 1, "at": START + timedelta(hours=hours), **more}
    return CouncilStep(unit, criterion, action=action, value=value, member=member, **fields)


def changes(*steps: CouncilStep) -> list[tuple[CellValue | None, CellValue | None]]:
    return [(move.before, move.after) for move in replay(steps).moves]


def test_recognising_moves_nothing_and_adjusting_moves_from_the_own_score() -> None:
    assert changes(step("recognise")) == []
    assert changes(step("adjust")) == [(None, ONE)]


def test_a_later_step_moves_when_it_says_something_else() -> None:
    assert changes(step("recognise"), step("adjust", HALF)) == [(ONE, HALF)]
    assert changes(step("adjust"), step("recognise", ONE)) == [(None, ONE)]
    assert changes(step("adjust"), step("adjust", ONE)) == [(None, ONE)]
    assert changes(step("adjust"), step("recognise", HALF)) == [(None, ONE), (ONE, HALF)]
    assert changes(step("adjust"), step("adjust", NOTHING_APPLIES)) == [(None, ONE), (ONE, NOTHING_APPLIES)]


def test_an_undo_moves_back_to_what_counted_before() -> None:
    first, second = step("adjust", pk=1), step("adjust", HALF, pk=2)
    back, back_to_nothing = (step("undo", CellValue(None), pk=3, undoes_id=pk) for pk in (2, 1))
    assert changes(first, second, back) == [(None, ONE), (ONE, HALF), (HALF, ONE)]
    assert replay([first, second, back]).standing == first
    assert replay([first, back_to_nothing]).standing is None
    assert changes(first, back_to_nothing) == [(None, ONE), (ONE, None)]
    assert changes(step("recognise", pk=1), back_to_nothing) == []
    assert changes(back_to_nothing) == []
    assert replay([]) == outliers.Replay(None, ())


def test_who_decided_before_is_told_of_a_decision_taken_back() -> None:
    back = step("undo", CellValue(None), pk=2, undoes_id=1, member=2)
    assert [move.former for move in replay([step("adjust", pk=1), back]).moves] == [None, 1]


def test_an_archive_sets_what_stands_and_is_no_move() -> None:
    archived = step("adjust", HALF, stage="import", kind="archive", member=9)
    assert changes(archived) == []
    moved = replay([archived, step("adjust")]).moves
    assert [(move.before, move.after, move.former) for move in moved] == [(HALF, ONE, None)]


def test_by_another_hand() -> None:
    own = replay([step("adjust"), step("adjust", HALF)]).moves
    other = replay([step("adjust"), step("adjust", HALF, member=2)]).moves
    assert outliers.by_another(own) == []
    assert [move.former for move in outliers.by_another(other)] == [1]


def test_the_hour_before_an_instant_is_half_open() -> None:
    moves = [replay([step("adjust", hours=h)]).moves[0] for h in (0, 1, 2)]
    found = outliers.hour_before(moves, START + timedelta(hours=2))
    assert [moves[at].step.at for at in found] == [START + timedelta(hours=1)]


def test_often_is_within_one_stage() -> None:
    twice = replay([step("adjust"), step("adjust", HALF)]).moves
    over = replay([step("adjust"), step("adjust", HALF, stage="round2")]).moves
    assert [len(rows) for rows in outliers.often([*twice, *over])] == [3]
    assert outliers.often(over) == []


def test_cells_stand_the_most_moved_first() -> None:
    twice, thrice = (
        [step("adjust", value, criterion=criterion) for value in (ONE, HALF, ONE)[:number]]
        for criterion, number in ((1, 2), (2, 3))
    )
    found = outliers.replays([*twice, *thrice, step("adjust", criterion=3)])
    assert [(one.standing.criterion, len(one.moves)) for one in found if one.standing] == [(1, 2), (2, 3), (3, 1)]
    moves = [move for one in found for move in one.moves]
    assert [[move.step.criterion for move in rows] for rows in outliers.often(moves)] == [[2, 2, 2], [1, 1]]


WORKING = Hours(time(7), time(19), lambda day: day.weekday() < 5, HANOI)


def test_after_hours_is_by_the_clock_of_the_place() -> None:
    moves = [replay([step("adjust", hours=h)]).moves[0] for h in (0, 9, 21, 33)]
    found = outliers.after_hours(moves, WORKING)
    assert [move.step.at - START for move in found] == [timedelta(hours=9), timedelta(hours=33)]


@pytest.mark.parametrize(
    ("local", "inside"),
    [
        (datetime(2032, 1, 12, 7, 0), True),
        (datetime(2032, 1, 12, 6, 59, 59), False),
        (datetime(2032, 1, 12, 18, 59, 59), True),
        (datetime(2032, 1, 12, 19, 0), False),
        (datetime(2032, 1, 16, 10, 0), True),
        (datetime(2032, 1, 17, 10, 0), False),
        (datetime(2032, 1, 18, 10, 0), False),
    ],
)
def test_working_hours_are_half_open_and_know_the_weekend(local: datetime, inside: bool) -> None:
    """12/01/2032 is a Monday."""
    (move,) = replay([step("adjust", at=local.replace(tzinfo=HANOI))]).moves
    assert outliers.after_hours([move], WORKING) == ([] if inside else [move])


def test_after_the_first_release_of_the_stage() -> None:
    moves = [replay([step("adjust", hours=h)]).moves[0] for h in (0, 1, 2)]
    released = {"round1": START + timedelta(hours=1)}
    assert [m.step.at for m in outliers.after_release(moves, released)] == [
        START + timedelta(hours=1),
        START + timedelta(hours=2),
    ]
    assert outliers.after_release(moves, {"round2": START}) == []


def at_unit(unit: int, *members: int) -> list[outliers.Move]:
    return [
        replay([step("adjust", unit=unit, criterion=n, member=member)]).moves[0] for n, member in enumerate(members)
    ]


def test_one_person_at_one_unit_only() -> None:
    found = outliers.concentrations([*at_unit(2, 2, 2, 3, 3), *at_unit(1, 1, 1, 1, 1, 2)])
    assert [(one.unit, one.member, one.made, one.total, one.elsewhere) for one in found] == [(1, 1, 4, 5, Fraction(0))]


def test_a_person_who_judges_everywhere_a_small_unit_and_a_lone_unit_are_nothing_to_see() -> None:
    assert outliers.concentrations([*at_unit(1, 1, 1, 1, 1, 1), *at_unit(2, 1, 1, 1, 1, 1)]) == []
    assert outliers.concentrations([*at_unit(1, 1, 1, 1, 1), *at_unit(2, 2, 2, 2)]) == []
    assert outliers.concentrations(at_unit(1, 1, 1, 1, 1, 1)) == []


def test_nearly_all_is_four_fifths_and_a_third_less_elsewhere_is_not_enough() -> None:
    here = at_unit(1, 1, 1, 1, 1, 2)
    assert [one.elsewhere for one in outliers.concentrations([*here, *at_unit(2, 1, 2)])] == [Fraction(1, 2)]
    assert outliers.concentrations([*here, *at_unit(2, 1, 1, 1, 2, 3)]) == []
    assert outliers.concentrations([*at_unit(1, 1, 1, 1, 2, 3), *at_unit(2, 4)]) == []


def test_the_unit_with_the_most_moves_is_first_and_moves_of_nobody_are_nobodys() -> None:
    moves = [*at_unit(2, *[2] * 5), *at_unit(1, *[1] * 5), *at_unit(3, *[3] * 6)]
    found = outliers.concentrations(moves)
    assert [(one.unit, one.total, one.elsewhere) for one in found] == [
        (unit, total, Fraction(0)) for unit, total in ((3, 6), (1, 5), (2, 5))
    ]
    nobody = [move._replace(step=move.step._replace(member=None)) for move in at_unit(4, *[1] * 5)]
    assert outliers.concentrations([*nobody, *at_unit(5, 2)]) == []
