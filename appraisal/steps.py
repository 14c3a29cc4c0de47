"""Which of the council's steps count. No Django here.

Steps are only ever appended. One that is taken back stays where it is, and a later step says that it no
longer counts; what stands is the last one that does.
"""

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

DECISIONS = ("recognise", "adjust")
UNDO = "undo"


class Step(Protocol):
    """What is asked of a step; `stage_id` tells its stage from others, `undoes_id` is
    the key of the step that an undo takes back."""

    @property
    def pk(self) -> Any: ...
    @property
    def stage_id(self) -> Any: ...
    @property
    def action(self) -> str: ...
    @property
    def undoes_id(self) -> Any: ...


S = TypeVar("S", bound=Step)


def take(counting: list[S], step: S) -> bool:
    """Bring the next step of a cell into the decisions that count, the newest last. A unit's reply changes
    nothing. False, and nothing changed, for an undo of anything but the last decision of its own stage."""
    if step.action in DECISIONS:
        counting.append(step)
    elif step.action == UNDO:
        if not counting or (counting[-1].pk, counting[-1].stage_id) != (step.undoes_id, step.stage_id):
            return False
        counting.pop()
    return True


def counting(steps: Iterable[S]) -> list[S]:
    """The decisions of one cell that count, in their order; the last one stands. Empty: no decision."""
    found: list[S] = []
    for step in steps:
        take(found, step)
    return found
