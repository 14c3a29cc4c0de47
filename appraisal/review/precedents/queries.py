"""How the same criterion was decided at the block's other units: what was taken, for which reason.

A precedent is the decision that stands, so one that was taken back or overturned in round 2 is none. The
deduction is that of the consistency report: `consistency.deduction`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import QuerySet

from appraisal.consistency.comparing import deduction
from appraisal.models import Action
from appraisal.rules.reading import decided_elsewhere
from cchc_index.lib import numbers
from cchc_index.lib.prepared import Prepared
from criteria.models import Criterion, RoundGroup
from selfassess.models import SelfAssessment, SelfScore
from units.models import Unit

NAMED = 3
"""Units named in a warning; the rest are counted."""


class PrecedentReason(NamedTuple):
    """A reason as it is shown here."""

    pk: int
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Precedent:
    """One adjustment that stands elsewhere. `taken`: the unit's own points minus the council's, None where
    either is no points."""

    unit: str
    reason: PrecedentReason | None
    points: Decimal | None
    not_applicable: bool
    taken: Decimal | None
    comment: str
    stage: str
    at: datetime

    @property
    def in_words(self) -> str:
        if self.not_applicable:
            return "không áp dụng"
        return taken_in_words(self.taken) if self.taken is not None else f"cho {numbers.vn(self.points)} điểm"


def taken_in_words(taken: Decimal) -> str:
    if taken == 0:
        return "giữ nguyên điểm"
    return f"trừ {numbers.vn(taken)}" if taken > 0 else f"cộng {numbers.vn(-taken)}"


@dataclass(frozen=True, slots=True)
class Alike:
    """The precedents of one reason that say the same, the newest first."""

    rows: tuple[Precedent, ...]

    @property
    def first(self) -> Precedent:
        return self.rows[0]

    @property
    def taken(self) -> str:
        """The exact deduction for the page's script; "" where there is none."""
        return numbers.exact_text(self.first.taken) or ""

    @property
    def units(self) -> str:
        return ", ".join(row.unit for row in self.rows)

    @property
    def where(self) -> str:
        """The first unit by name, the others by number."""
        others = len(self.rows) - 1
        return f"{self.first.unit} và {others} đơn vị khác" if others else self.first.unit


@dataclass(frozen=True, slots=True)
class ByReason:
    """Everything that one reason did on the criterion; None: an archive that names no reason."""

    reason: PrecedentReason | None
    alike: tuple[Alike, ...]

    @property
    def differ(self) -> bool:
        """The same reason took different points."""
        return len({one.taken for one in self.alike if one.taken}) > 1


@dataclass(frozen=True, slots=True)
class Precedents:
    """What a criterion came to elsewhere. The reason used last comes first."""

    recognised: int
    rows: tuple[Precedent, ...]

    @property
    def adjusted(self) -> int:
        return len(self.rows)

    @property
    def usable(self) -> bool:
        """One of them can fill the form: it has a reason."""
        return any(row.reason for row in self.rows)

    @property
    def by_reason(self) -> list[ByReason]:
        reasons: dict[int | None, list[Precedent]] = {}
        for row in self.rows:
            reasons.setdefault(row.reason.pk if row.reason else None, []).append(row)
        return [ByReason(found[0].reason, _alike(found)) for found in reasons.values()]


def _alike(rows: Iterable[Precedent]) -> tuple[Alike, ...]:
    grouped: dict[str, list[Precedent]] = {}
    for row in rows:
        grouped.setdefault(row.in_words, []).append(row)
    return tuple(Alike(tuple(found)) for found in grouped.values())


def read(round_group: RoundGroup, unit: Unit, criterion: Criterion, *, closed: Collection[int]) -> Precedents:
    """What was decided on a criterion at the other units of the block but the `closed` ones (`rules.reading` says of
    both: who may read precedents, and which of them): one query whatever their number, another where points were
    taken. Of a unit that has its score open again nothing is measured."""
    cell = {"block": round_group.pk, "criterion": criterion.pk}
    found = (_Read(*row) for row in _ELSEWHERE.rows(**cell, unit=unit.pk))
    standing = {row.appraisal: row for row in found if row.unit not in closed}
    newest = sorted(standing.values(), key=lambda row: (row.at, row.pk), reverse=True)
    adjusted = [row for row in newest if row.action == Action.ADJUST]
    own = dict(_OWN.rows(**cell)) if adjusted else {}
    return Precedents(len(newest) - len(adjusted), tuple(_precedent(row, own.get(row.unit)) for row in adjusted))


def _own_points(block: int, criterion: int) -> "QuerySet[SelfScore, tuple[int, Decimal | None]]":
    scores = SelfScore.objects.filter(
        criterion=criterion, assessment__round_group=block, assessment__state=SelfAssessment.State.SUBMITTED
    )
    return scores.order_by().values_list("assessment__unit_id", "points")


_OWN = Prepared(_own_points)
_READ = (
    *("appraisal", "pk", "at", "action", "points", "not_applicable", "comment"),
    *("appraisal__unit_id", "appraisal__unit__name", "stage__title", "reason", "reason__text"),
)


class _Read(NamedTuple):
    """No rows whole: there is one for each unit of the block, and most are only counted."""

    appraisal: int
    pk: int
    at: datetime
    action: str
    points: Decimal | None
    not_applicable: bool
    comment: str
    unit: int
    name: str
    stage: str
    reason: int | None
    words: str | None


_ELSEWHERE = Prepared(
    lambda block, criterion, unit: (
        decided_elsewhere(block, criterion, unit).order_by("appraisal", "sequence").values_list(*_READ)
    )
)


def _precedent(row: _Read, own: Decimal | None) -> Precedent:
    return Precedent(
        unit=row.name,
        reason=None if row.reason is None else PrecedentReason(row.reason, row.words or ""),
        points=row.points,
        not_applicable=row.not_applicable,
        taken=deduction(own, row.points),
        comment=row.comment,
        stage=row.stage,
        at=row.at,
    )


def differing(precedents: Precedents, reason_id: int | None, taken: Decimal | None) -> list[Precedent]:
    """The precedents for the same reason that took other points. What is no number is compared with nothing."""
    if reason_id is None or taken is None:
        return []
    alike = [row for row in precedents.rows if row.reason is not None and row.reason.pk == reason_id]
    return [row for row in alike if row.taken is not None and row.taken != taken]


def warning(rows: Sequence[Precedent]) -> str:
    """ "Cùng lý do này ở Sở X đã trừ 0,50." The newest are named."""
    said = "; ".join(f"ở {row.unit} đã {row.in_words}" for row in rows[:NAMED])
    more = f"; và {len(rows) - NAMED} đơn vị khác" if len(rows) > NAMED else ""
    return f"Cùng lý do này {said}{more}."
