"""Ballots as rows of data, before any program's own form. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Variable:
    """A question as a column: its name, what it asks, its answers by value with their share of the maximum."""

    name: str
    label: str
    answers: dict[int, tuple[str, str]]

    @property
    def labels(self) -> dict[int, str]:
        return {value: label for value, (label, _) in self.answers.items()}


@dataclass(frozen=True, slots=True)
class BallotRows:
    """Ballots of which the rule lets every row be told, in no order of arrival. A blank answer, or a question that the
    group was not asked, is None."""

    variables: list[Variable]
    rows: list[tuple[str, str, list[int | None]]]
    """(unit code, respondent group code, answers by variable)"""
    kept_back: int
    """How many pairs of unit and group are not given: one of their cells is not told, or they have too few ballots."""
    fewest: int
    """Ballots that a pair must have to be given."""


def variable_name(code: str) -> str:
    """A criterion's code as every program takes it: 1.3 → tc_1_3."""
    return "tc_" + "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in code)
