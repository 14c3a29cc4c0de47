"""Which of the council's steps count: the last that was not taken back stands."""

from typing import Any, NamedTuple

import pytest

from appraisal import steps


class Taken(NamedTuple):
    """A step as `steps` asks for it."""

    pk: int
    action: str
    stage_id: Any = "round1"
    undoes_id: int | None = None


def undo(pk: int, of: int, stage: str = "round1") -> Taken:
    return Taken(pk, "undo", stage, of)


FIRST, SECOND = Taken(1, "recognise"), Taken(2, "adjust")


@pytest.mark.parametrize(
    ("taken", "count"),
    [
        ([], []),
        ([FIRST], [FIRST]),
        ([FIRST, SECOND], [FIRST, SECOND]),
        ([FIRST, undo(3, of=1)], []),
        ([FIRST, SECOND, undo(3, of=2)], [FIRST]),
        ([FIRST, SECOND, undo(3, of=2), undo(4, of=1)], []),
        ([FIRST, undo(3, of=1), Taken(4, "adjust")], [Taken(4, "adjust")]),
        ([FIRST, Taken(3, "agree"), Taken(4, "disagree")], [FIRST]),
    ],
)
def test_what_counts_is_every_decision_that_was_not_taken_back(taken: list[Taken], count: list[Taken]) -> None:
    assert steps.counting(taken) == count


@pytest.mark.parametrize(
    ("standing", "refused"),
    [
        ([], undo(3, of=1)),
        ([FIRST, SECOND], undo(3, of=1)),
        ([FIRST], undo(3, of=2)),
        ([FIRST], undo(3, of=1, stage="round2")),
    ],
)
def test_an_undo_of_anything_but_the_last_decision_of_its_own_stage_is_refused(
    standing: list[Taken], refused: Taken
) -> None:
    count = list(standing)
    assert steps.take(count, refused) is False
    assert count == standing


@pytest.mark.parametrize("step", [SECOND, Taken(3, "agree"), Taken(3, "disagree"), undo(3, of=1)])
def test_every_other_step_is_taken(step: Taken) -> None:
    assert steps.take([FIRST], step) is True
