"""What became of units, in words. Pure: steps in, sentences out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class SuccessionStep:
    """A unit that became another on a day, `kind` in words; `successor` and its code are "" where nothing followed."""

    on: date
    kind: str
    predecessor: str
    successor: str
    successor_code: str

    @property
    def words(self) -> str:
        return f"{self.predecessor} → {self.successor} ({self.kind})" if self.successor else self._ended

    @property
    def _ended(self) -> str:
        return f"{self.predecessor}: {self.kind}"

    @property
    def drawn(self) -> tuple[str, str]:
        return self.predecessor, self.successor or self.kind


def origins(steps: Sequence[SuccessionStep]) -> dict[str, str]:
    """By code: what each unit came from, with the day of its last change."""
    told: dict[str, str] = {}
    for code in {step.successor_code for step in steps if step.successor_code}:
        own = [step for step in steps if step.successor_code == code]
        last = max(step.on for step in own)
        came = [step for step in own if step.on == last]
        names = ", ".join(step.predecessor for step in came)
        told[code] = f"{came[0].kind} từ {names} ngày {last:%d/%m/%Y}"
    return told
