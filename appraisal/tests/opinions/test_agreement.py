"""Two opinions given blind: when they agree, which one stands, when a third is waited for."""

from decimal import Decimal

import pytest

from appraisal.opinions.agreement import Judgement, agree, is_split, standing_seat

QUARTER = Decimal("0.25")
NOTHING = Judgement(None, True)


def points(value: str) -> Judgement:
    return Judgement(Decimal(value), False)


@pytest.mark.parametrize(
    ("one", "two", "agreed"),
    [
        (points("1"), points("1"), True),
        (points("1"), points("1.25"), True),
        (points("1.25"), points("1"), True),
        (points("1"), points("1.2501"), False),
        (points("1.2501"), points("1"), False),
        (NOTHING, NOTHING, True),
        (NOTHING, points("0"), False),
        (points("0"), NOTHING, False),
    ],
)
def test_two_agree_up_to_the_tolerance_and_its_edge(one: Judgement, two: Judgement, agreed: bool) -> None:
    assert agree(one, two, QUARTER) is agreed
    assert is_split([one, two], QUARTER) is not agreed
    assert standing_seat([one, two], QUARTER) == (0 if agreed else None)


@pytest.mark.parametrize("said", [[], [points("1")], [NOTHING]])
def test_before_the_second_opinion_nothing_stands_and_nobody_is_waited_for(said: list[Judgement]) -> None:
    assert standing_seat(said, QUARTER) is None
    assert is_split(said, QUARTER) is False


@pytest.mark.parametrize(("second", "seat"), [("1.25", 0), ("2", 2)])
def test_the_third_stands_only_between_two_that_differ(second: str, seat: int) -> None:
    said = [points("1"), points(second), points("1.5")]
    assert standing_seat(said, QUARTER) == seat
    assert is_split(said, QUARTER) is False
