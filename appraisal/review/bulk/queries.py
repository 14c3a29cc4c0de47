"""Reads of what one person decided many at once: what each of them took, and what is left to take back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from appraisal import steps
from appraisal.core import digests as core_digests
from appraisal.models import Action, AppraisalEntry
from appraisal.rules import deciding, reach
from criteria.models import RoundGroup, Stage
from units.auditlog.models import LogEntry
from units.models import User, by_name

DEEDS = {core_digests.VERB_BULK: "công nhận", core_digests.VERB_BULK_KEEP: "giữ nguyên kết quả"}
"""What a batch did, in words."""


@dataclass(frozen=True, slots=True)
class BulkLine:
    """One batch in the list; `left` is how many cells can still be taken back."""

    pk: int
    deed: str
    at: datetime
    count: int
    units: int
    points: Decimal
    undone: int
    left: int


def lines(user: User, round_group: RoundGroup, stage: Stage | None, scope: reach.Scope) -> list[BulkLine]:
    """The person's batches of the stage that is open, the newest first, as far as the cells are
    theirs to see. A constant number of queries."""
    rows = AppraisalEntry.objects.filter(
        log__verb__in=core_digests.BATCH_VERBS, actor=user, stage=stage, appraisal__round_group=round_group
    )
    found: dict[int, list[AppraisalEntry]] = {}
    for step in rows.select_related("appraisal", "log", "undone_by").order_by("-log__number", "pk"):
        if scope.covers(step.appraisal.unit_id, step.appraisal.criterion_id):
            found.setdefault(step.log_id, []).append(step)
    left = _undoable(user, round_group, found)
    return [_line(group, left) for group in found.values()]


def _undoable(user: User, round_group: RoundGroup, logs: Iterable[int]) -> frozenset[int]:
    rows = deciding.steps_undoable_by(user, round_group).filter(log__in=list(logs))
    return frozenset(rows.order_by().values_list("pk", flat=True))


def _line(group: list[AppraisalEntry], left: frozenset[int]) -> BulkLine:
    return BulkLine(
        pk=group[0].log_id,
        deed=DEEDS[group[0].log.verb],
        at=group[0].at,
        count=len(group),
        units=len({step.appraisal.unit_id for step in group}),
        points=_sum(group),
        undone=sum(hasattr(step, "undone_by") for step in group),
        left=sum(step.pk in left for step in group),
    )


def _sum(entries: Iterable[AppraisalEntry | None]) -> Decimal:
    return sum((step.points for step in entries if step is not None and step.points is not None), Decimal(0))


def newest(user: User, round_group: RoundGroup) -> int | None:
    """The person's last batch in the block."""
    rows = LogEntry.objects.filter(
        verb__in=core_digests.BATCH_VERBS,
        actor=user,
        object_type=round_group._meta.label_lower,
        object_id=str(round_group.pk),
    )
    return rows.order_by("-number").values_list("pk", flat=True).first()


@dataclass(frozen=True, slots=True)
class BulkStep:
    """One cell of a batch: the decision, what stood before it, and the last step written after it."""

    step: AppraisalEntry
    version: int
    before: AppraisalEntry | None
    since: AppraisalEntry | None
    undoable: bool

    @property
    def key(self) -> str:
        """What the form sends: unit, criterion and the version the person saw."""
        return f"{self.step.appraisal.unit_id}:{self.step.appraisal.criterion_id}:{self.version}"

    @property
    def is_undone(self) -> bool:
        return hasattr(self.step, "undone_by")


@dataclass(frozen=True)
class Batch:
    """One batch, cell by cell."""

    log: LogEntry
    rows: list[BulkStep]

    @property
    def deed(self) -> str:
        return DEEDS[self.log.verb]

    @property
    def undoable(self) -> list[BulkStep]:
        return [row for row in self.rows if row.undoable]

    @property
    def left_out(self) -> list[BulkStep]:
        """What stays as it is: taken back already, or decided since."""
        return [row for row in self.rows if not row.undoable]

    @property
    def units(self) -> int:
        return len({row.step.appraisal.unit_id for row in self.undoable})

    @property
    def points(self) -> Decimal:
        """What stands now in the cells that would be taken back."""
        return _sum(row.step for row in self.undoable)

    @property
    def points_after(self) -> Decimal:
        """What would stand: the decisions before; a cell without one has no points."""
        return _sum(row.before for row in self.undoable)

    @property
    def pending_after(self) -> int:
        return sum(row.before is None for row in self.undoable)


def batch(user: User, round_group: RoundGroup, scope: reach.Scope, log_id: int) -> Batch | None:
    """The person's own batch as far as the cells are theirs to see; None for any other. A constant number of
    queries."""
    log = LogEntry.objects.filter(pk=log_id, verb__in=core_digests.BATCH_VERBS, actor=user).first()
    if log is None:
        return None
    cells = AppraisalEntry.objects.filter(log=log, appraisal__round_group=round_group).order_by().values("appraisal")
    history = AppraisalEntry.objects.filter(appraisal__in=cells).select_related(
        "stage", "appraisal__unit", "appraisal__criterion", "actor", "undone_by"
    )
    found: dict[int, list[AppraisalEntry]] = {}
    for step in history.order_by(
        *by_name("appraisal__unit"), "appraisal__criterion__position", "appraisal", "sequence"
    ):
        if scope.covers(step.appraisal.unit_id, step.appraisal.criterion_id):
            found.setdefault(step.appraisal_id, []).append(step)
    left = _undoable(user, round_group, [log.pk])
    rows = [_row(log, group, left) for group in found.values()]
    return Batch(log, rows) if rows else None


def _row(log: LogEntry, history: list[AppraisalEntry], left: frozenset[int]) -> BulkStep:
    step = next(step for step in history if step.log_id == log.pk)
    before = steps.counting(s for s in history if s.sequence < step.sequence)
    since = [s for s in history if s.sequence > step.sequence and s.action != Action.UNDO]
    return BulkStep(
        step=step,
        version=history[-1].sequence,
        before=before[-1] if before else None,
        since=since[-1] if since else None,
        undoable=step.pk in left,
    )
