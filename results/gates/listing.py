"""A gate: something that should be closed before a publication, in words. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

STAGE = "stage"
REPLY = "reply"
QUESTION = "question"
DISAGREEMENT = "disagreement"
REPORT = "report"
HANDOVER = "handover"
SURVEY = "survey"
RANKING = "ranking"
PHASE = "phase"

GateKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Gate:
    """What is open (`what`, a clause), in which block or stage (`where`), how many, and the page that closes it."""

    kind: str
    what: str
    where: str
    count: int = 1
    link: str = ""
    subject: str = ""
    """What it is about among those of its kind and place: a stage's name."""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what

    @property
    def is_managers(self) -> bool:
        """Whether the page behind its address refuses who only reads along."""
        return self.kind in (STAGE, REPLY, PHASE)

    @property
    def key(self) -> GateKey:
        """The same gate later, whatever its count has become."""
        return self.kind, self.where, self.subject

    def as_json(self) -> dict[str, Any]:
        """As it is kept with a publication: without the address, which may move."""
        return {
            "kind": self.kind,
            "what": self.what,
            "where": self.where,
            "count": self.count,
            "subject": self.subject,
        }


def from_json(raw: Iterable[Mapping[str, Any]]) -> list[Gate]:
    """What was kept with a publication."""
    return [Gate(one["kind"], one["what"], one["where"], one["count"], subject=one["subject"]) for one in raw]


def fresh(now: Iterable[Gate], before: Iterable[Gate]) -> list[Gate]:
    """The gates that were not open before."""
    known = {gate.key for gate in before}
    return [gate for gate in now if gate.key not in known]


def in_words(gates: Iterable[Gate]) -> str:
    """One sentence's worth: clauses with semicolons between."""
    return "; ".join(map(str, gates))
