"""When a decision of the council is valid: more than half of all members agree. Without Django."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VoteCount:
    """Votes on one item, out of so many members in all; `open` may still vote."""

    in_favour: int
    opposed: int
    abstained: int
    electorate: int
    open: int = 0

    @property
    def is_passed(self) -> bool:
        return 2 * self.in_favour > self.electorate

    @property
    def is_settled(self) -> bool:
        """Whether no further vote can change the end."""
        return self.is_passed or 2 * (self.in_favour + self.open) <= self.electorate

    @property
    def given(self) -> int:
        """How many have said something."""
        return self.in_favour + self.opposed + self.abstained

    @property
    def silent(self) -> int:
        return self.electorate - self.given


def has_quorum(present: int, electorate: int) -> bool:
    """More than half of the members are there."""
    return 2 * present > electorate
