"""The self-assessed part of the tree with the unit's scores: sums, states and what is missing. No query."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from criteria import scoring
from criteria.models import Criterion
from selfassess.models import SelfAssessment, SelfScore

ZERO = Decimal(0)


@dataclass(slots=True)
class TaskRow:
    """A row of the tree with the unit's score; a group row has neither score nor state."""

    criterion: Criterion
    score: SelfScore | None = None
    evidence: int = 0

    @property
    def state(self) -> str:
        """`none`, `na`, `wait` (scored, but neither evidence nor explanation) or `ok`."""
        if self.score is None or not self.score.is_scored:
            return "none"
        if self.score.na_claimed:
            return "na"
        return "ok" if self._is_backed else "wait"

    @property
    def _is_backed(self) -> bool:
        """A bonus or deduction of zero says that there is nothing to prove."""
        assert self.score is not None
        nothing = self.criterion.kind != Criterion.Kind.NORMAL and self.score.points == 0
        return bool(self.evidence or self.score.explanation or nothing)

    @property
    def words(self) -> str:
        return _WORDS[self.state]

    @property
    def mark(self) -> str:
        """The state's class in the style sheet."""
        return f"st-{self.state}"

    @property
    def declared_words(self) -> str:
        """All that the unit declared and wrote: figures by name, then its words."""
        if self.score is None:
            return ""
        words = f"Lý do: {self.score.na_reason}" if self.score.na_claimed else self.score.explanation
        return "\n".join(filter(None, (self._declared, words)))

    @property
    def _declared(self) -> str:
        assert self.score is not None
        given = self.score.figures
        if not given:
            return ""
        asked = scoring.fields(self.criterion.rule)
        return "; ".join(f"{each.label}: {_shown(each, given[each.key])}" for each in asked if given.get(each.key))

    @property
    def lacking(self) -> str:
        """What is missing before submission, as a sentence; "" when nothing is."""
        return _LACKING.get(self.state, "")


def _shown(asked: scoring.Field, value: str) -> str:
    """A declared figure as people write it."""
    if asked.kind == "choice":
        return dict(asked.choices).get(value, "")
    return f"{value.replace('.', ',')} {asked.unit}".strip()


_WORDS = {
    "none": "chưa chấm",
    "na": "đề nghị không áp dụng",
    "wait": "thiếu tài liệu hoặc giải trình",
    "ok": "đã đủ",
}
_LACKING = {
    "none": "chưa chấm điểm và chưa đề nghị không áp dụng",
    "wait": "chưa có tài liệu kiểm chứng, cũng chưa giải trình",
}


@dataclass(slots=True)
class TaskArea:
    """A lĩnh vực with the rows that lead to self-assessed leaves."""

    criterion: Criterion
    rows: list[TaskRow] = field(default_factory=list)

    @property
    def leaves(self) -> list[TaskRow]:
        return [row for row in self.rows if row.criterion.is_leaf]

    @property
    def done(self) -> int:
        return sum(1 for row in self.leaves if not row.lacking)

    @property
    def points(self) -> Decimal:
        return sum((row.score.points or ZERO for row in self.leaves if row.score), ZERO)

    @property
    def max_points(self) -> Decimal:
        return sum((row.criterion.max_points for row in self.leaves), ZERO)


@dataclass(slots=True)
class TaskList:
    """An assessment's areas in printed order, with its totals."""

    assessment: SelfAssessment
    areas: list[TaskArea]

    @property
    def leaves(self) -> list[TaskRow]:
        return [row for area in self.areas for row in area.leaves]

    @property
    def normal(self) -> list[TaskRow]:
        return [row for row in self.leaves if row.criterion.kind == Criterion.Kind.NORMAL]

    @property
    def done(self) -> int:
        return sum(1 for row in self.leaves if not row.lacking)

    @property
    def scored(self) -> int:
        return sum(1 for row in self.leaves if row.state != "none")

    @property
    def total(self) -> Decimal:
        """Running total of the ordinary criteria; bonus and deduction stand beside."""
        return _points(self.normal)

    @property
    def max_points(self) -> Decimal:
        return sum((row.criterion.max_points for row in self.normal), ZERO)

    @property
    def gap(self) -> Decimal:
        """What is still open or lost: maximum less total less the maximum of N/A claims."""
        claimed = (row.criterion.max_points for row in self.normal if row.state == "na")
        return self.max_points - self.total - sum(claimed, ZERO)

    @property
    def bonus(self) -> Decimal:
        return _points(row for row in self.leaves if row.criterion.kind == Criterion.Kind.BONUS)

    @property
    def penalty(self) -> Decimal:
        return _points(row for row in self.leaves if row.criterion.kind == Criterion.Kind.PENALTY)

    @property
    def has_extras(self) -> bool:
        return len(self.normal) != len(self.leaves)

    @property
    def first_undone(self) -> TaskRow | None:
        """The next to score: the first without a score, else the first without evidence."""
        unscored = (row for row in self.leaves if row.state == "none")
        return next(unscored, None) or next((row for row in self.leaves if row.lacking), None)

    def row(self, criterion_id: int) -> TaskRow:
        """The leaf's own row."""
        return next(row for row in self.leaves if row.criterion.pk == criterion_id)

    def undone_after(self, criterion_id: int) -> TaskRow | None:
        """The next leaf that lacks something: those behind this one first, then those before it."""
        leaves = self.leaves
        at = next(n for n, row in enumerate(leaves) if row.criterion.pk == criterion_id)
        return next((row for row in [*leaves[at + 1 :], *leaves[:at]] if row.lacking), None)

    @property
    def missing(self) -> list[TaskRow]:
        return [row for row in self.leaves if row.lacking]


def _points(rows: Iterable[TaskRow]) -> Decimal:
    return sum((row.score.points or ZERO for row in rows if row.score), ZERO)
