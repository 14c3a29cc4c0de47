"""Two typings of one paper ballot, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass

from surveys.ballots import identity

CODE = -1
"""The field of the ballot's code; the others are the questions' positions."""


@dataclass(frozen=True, slots=True)
class TypedRow:
    """What was typed of one ballot: its code, and its answers one byte a question, 0 for blank."""

    code: str
    answers: bytes

    def field(self, at: int) -> str:
        """What stands in a field, as it would be typed; "" for blank."""
        return self.code if at == CODE else str(self.answers[at] or "")


def differing(first: TypedRow, second: TypedRow) -> list[int]:
    """The fields in which two typings differ. Codes that people read as one (P1, p 1) are one; a typing made under
    another number of questions differs in those the other lacks."""
    code = [CODE] if identity.key(first.code) != identity.key(second.code) else []
    longest = max(len(first.answers), len(second.answers))
    one, other = (row.answers.ljust(longest, b"\0") for row in (first, second))
    return code + [at for at in range(longest) if one[at] != other[at]]


def differences(first: Mapping[int, TypedRow], second: Mapping[int, TypedRow]) -> dict[int, list[int]]:
    """Position of every ballot that both typed and in which they differ → its fields."""
    fields = {at: differing(first[at], second[at]) for at in sorted(first.keys() & second.keys())}
    return {at: found for at, found in fields.items() if found}


def decided(
    first: Mapping[int, TypedRow], second: Mapping[int, TypedRow], settled: Mapping[int, TypedRow]
) -> dict[int, TypedRow] | None:
    """Every ballot as it goes in; None while one in which the typings differ is not settled."""
    if any(at not in settled for at in differences(first, second)):
        return None
    return {at: settled.get(at, row) for at, row in sorted(first.items())}
