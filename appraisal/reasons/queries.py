"""How the library of reasons is used: how often, by whom, on which criteria, for how many points."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from appraisal.consistency.comparing import deduction
from appraisal.models import Action, AppraisalEntry, Opinion, Reason
from cchc_index.lib.numbers import quantize
from criteria.models import Round
from selfassess.models import SelfScore
from units.models import User, by_name


def offered() -> QuerySet[Reason]:
    """The reasons that a member may give now."""
    return Reason.objects.filter(active=True).order_by("code")


class Use(NamedTuple):
    """One adjustment that gives the reason."""

    entry: AppraisalEntry
    deduction: Decimal | None
    """The unit's own points minus the council's; None where either is no points."""


@dataclass(frozen=True)
class Usage:
    """Some uses, counted."""

    count: int = 0
    members: list[tuple[User, int]] = field(default_factory=list)
    criteria: int = 0
    units: int = 0
    average: Decimal | None = None
    """The mean deduction over the uses that have one."""
    measured: int = 0


@dataclass(frozen=True)
class CriterionUse:
    """One reason on one criterion."""

    uses: list[Use]
    usage: Usage

    @property
    def first(self) -> AppraisalEntry:
        return self.uses[0].entry

    @property
    def deductions_differ(self) -> bool:
        """The same reason on the same criterion took different points."""
        return len({use.deduction for use in self.uses if use.deduction is not None}) > 1


def uses(round_: Round, reason: Reason | None = None) -> list[Use]:
    """The adjustments of a round that give a reason (all reasons: None), by criterion and unit. One query.
    An adjustment that was taken back is no use of its reason."""
    own = SelfScore.objects.filter(
        assessment__round_group=OuterRef("appraisal__round_group"),
        assessment__unit=OuterRef("appraisal__unit"),
        criterion=OuterRef("appraisal__criterion"),
    ).order_by()
    rows = AppraisalEntry.objects.filter(
        appraisal__round_group__round=round_, action=Action.ADJUST, reason__isnull=False, undone_by=None
    )
    rows = rows if reason is None else rows.filter(reason=reason)
    rows = rows.select_related(
        "stage", "actor", "appraisal__unit", "appraisal__criterion", "appraisal__round_group__group"
    ).annotate(own_points=Subquery(own.values("points")[:1]))
    ordered = rows.order_by(
        "appraisal__round_group__group__position",
        "appraisal__criterion__position",
        *by_name("appraisal__unit"),
        "appraisal",
        "sequence",
    )
    return [Use(row, deduction(row.own_points, row.points)) for row in ordered]


def usage(uses: Iterable[Use]) -> Usage:
    rows = list(uses)
    measured = [use.deduction for use in rows if use.deduction is not None]
    members: Counter[User] = Counter(use.entry.actor for use in rows if use.entry.actor)
    return Usage(
        count=len(rows),
        members=sorted(members.items(), key=lambda item: (-item[1], item[0].username)),
        criteria=len({use.entry.appraisal.criterion_id for use in rows}),
        units=len({use.entry.appraisal.unit_id for use in rows}),
        average=quantize(sum(measured, Decimal(0)) / len(measured)) if measured else None,
        measured=len(measured),
    )


def by_reason(round_: Round | None) -> Mapping[int, Usage]:
    """{reason: its use in the round}."""
    grouped: dict[int, list[Use]] = {}
    for use in uses(round_) if round_ else ():
        grouped.setdefault(use.entry.reason_id or 0, []).append(use)
    return {pk: usage(rows) for pk, rows in grouped.items()}


def by_criterion(round_: Round | None, reason: Reason) -> list[CriterionUse]:
    """The criteria on which the reason was given, in the order of the tree."""
    grouped: dict[tuple[int, int], list[Use]] = {}
    for use in uses(round_, reason) if round_ else ():
        appraisal = use.entry.appraisal
        grouped.setdefault((appraisal.round_group_id, appraisal.criterion_id), []).append(use)
    return [CriterionUse(rows, usage(rows)) for rows in grouped.values()]


def ever_used() -> set[int]:
    """The reasons somebody has used in any year: they are never deleted."""
    entries = AppraisalEntry.objects.filter(reason=OuterRef("pk")).order_by()
    opinions = Opinion.objects.filter(reason=OuterRef("pk")).order_by()
    rows = Reason.objects.filter(Q(Exists(entries)) | Q(Exists(opinions)))
    return set(rows.order_by("pk").values_list("pk", flat=True))
