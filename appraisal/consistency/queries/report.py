"""Reads for the consistency report of a block: its decisions, their fingerprint, who has looked at them. Everything is
read anew: what a page shows of it is kept (`kept`)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from appraisal.consistency import comparing, outliers
from appraisal.consistency.comparing import ComparedDecision, Contradiction, MemberGap, ScoreGap
from appraisal.consistency.outliers import CellValue, CouncilStep, Replay
from appraisal.models import Acknowledgement, Action, AppraisalEntry, Justification, Reason
from cchc_index.lib.canonical import digest
from cchc_index.lib.prepared import Prepared
from criteria import queries as criteria_queries
from criteria.models import Criterion, RoundGroup, Stage
from criteria.tree import CellKey
from selfassess.models import SelfAssessment, SelfScore

Own = dict[CellKey, CellValue]
NOT_SCORED = CellValue(None)


@dataclass(frozen=True)
class Findings:
    """What a page shows of a report: the same for every reader and at every hour, without the decisions themselves."""

    round_group_id: int
    fingerprint: str
    decided: int
    members: frozenset[int]
    """Everybody who decided or moved something."""
    contradictions: Sequence[Contradiction]
    by_unit: Mapping[int, ScoreGap]
    by_member: Sequence[MemberGap]
    moves: Sequence[outliers.Move]
    often: Sequence[Sequence[outliers.Move]]
    """The moves of cells that moved more than once within one stage."""
    own: Own
    """Of the cells that moved."""


@dataclass(frozen=True)
class Report:
    """The decisions that stand in a block, every stage and the archive's among them, by criterion and unit."""

    round_group: RoundGroup
    own: Own
    replays: list[Replay]

    @cached_property
    def _compared(self) -> list[tuple[CouncilStep, ComparedDecision]]:
        standing = [one.standing for one in self.replays if one.standing is not None]
        return [(step, _decision(step, self.own)) for step in standing]

    @cached_property
    def decisions(self) -> list[ComparedDecision]:
        return [one for _, one in self._compared]

    @cached_property
    def judged(self) -> list[ComparedDecision]:
        """Without the archive's: those that a member of the council made here."""
        return [one for step, one in self._compared if not step.is_archived]

    @cached_property
    def moves(self) -> list[outliers.Move]:
        """Every move of a point, in the order of time."""
        return sorted((move for one in self.replays for move in one.moves), key=outliers.in_time)

    @property
    def moved_own(self) -> Own:
        """What the units submitted of the cells that moved."""
        moved = {move.step.cell for move in self.moves}
        return {cell: value for cell, value in self.own.items() if cell in moved}

    @property
    def members(self) -> frozenset[int]:
        """Everybody who decided or moved something."""
        found = {one.member for one in self.decisions}
        found |= {member for move in self.moves for member in (move.step.member, move.former)}
        return frozenset(member for member in found if member is not None)

    @cached_property
    def contradictions(self) -> list[Contradiction]:
        return comparing.contradictions(self.decisions)

    @cached_property
    def fingerprint(self) -> str:
        """Changes with every decision and every submitted score that a decision rests on: not with a
        unit's reply, which moves no point, and not with time."""
        return digest([self.round_group.pk, [content(one, self.own) for one in self.replays if one.standing]])

    @property
    def round_group_id(self) -> int:
        return self.round_group.pk

    @property
    def findings(self) -> Findings:
        return Findings(
            round_group_id=self.round_group.pk,
            fingerprint=self.fingerprint,
            decided=len(self.decisions),
            members=self.members,
            contradictions=self.contradictions,
            by_unit=comparing.by_unit(self.decisions),
            by_member=comparing.member_gaps(self.judged),
            moves=self.moves,
            often=outliers.often(self.moves),
            own=self.moved_own,
        )


def _decision(step: CouncilStep, own: Own) -> ComparedDecision:
    claimed = own.get(step.cell, NOT_SCORED)
    adjusted = step.action == Action.ADJUST
    return ComparedDecision(
        step.unit, step.criterion, claimed.points, step.value.points, adjusted, step.reason, step.member
    )


def content(one: Replay, own: Own) -> list[Any]:
    """What the fingerprint takes of a cell where something stands."""
    step = one.standing
    assert step is not None  # only cells where something stands are asked for
    said = [step.unit, step.criterion, step.stage, step.action, *step.value, step.reason, step.member]
    return [*said, len(one.moves), step.at, *own.get(step.cell, NOT_SCORED)]


def report(round_group: RoundGroup) -> Report:
    """Two queries, whatever the number of units, criteria and steps."""
    return Report(round_group, own_scores(round_group), outliers.replays(council_steps(round_group)))


def own_scores(round_group: RoundGroup, units: Collection[int] | None = None) -> Own:
    """What the units, or those alone, submitted; what lies open again is nobody's business yet."""
    if units is not None and len(units) <= FEW:
        found = [row for unit in units for row in _OWN.rows(block=round_group.pk, unit=unit)]
    else:
        found = list(_own(round_group.pk) if units is None else _own(round_group.pk).filter(assessment__unit__in=units))
    return {(unit, criterion): CellValue(points, na) for unit, criterion, points, na in found}


FEW = 3
"""Units that are asked for one by one."""


def _own(block: int) -> QuerySet[SelfScore, Any]:
    rows = SelfScore.objects.filter(assessment__round_group=block, assessment__state=SelfAssessment.State.SUBMITTED)
    return rows.order_by("pk").values_list("assessment__unit_id", "criterion_id", "points", "na_claimed")


_OWN = Prepared(lambda block, unit: _own(block).filter(assessment__unit=unit))


def council_steps(round_group: RoundGroup, units: Collection[int] | None = None) -> list[CouncilStep]:
    """The council's steps on the measured units, or on those alone, by criterion, unit and time."""
    if units is not None and len(units) <= FEW:
        found = [row for unit in units for row in _STEPS.rows(block=round_group.pk, unit=unit)]
    else:
        measured = criteria_queries.units_of(round_group).order_by() if units is None else units
        found = list(_steps(round_group.pk).filter(appraisal__unit__in=measured))
    return [CouncilStep(*row[:4], CellValue(*row[4:6]), *row[6:]) for row in found]  # type: ignore[call-arg]


def _steps(block: int) -> QuerySet[AppraisalEntry, Any]:
    rows = AppraisalEntry.objects.filter(appraisal__round_group=block)
    # By code, not by name: the fingerprint is taken in this order, and a renamed unit changes no decision.
    ordered = rows.exclude(stage_kind=Stage.Kind.REPLY).order_by(
        "appraisal__criterion__position", "appraisal__criterion", "appraisal__unit__code", "appraisal", "sequence"
    )
    return ordered.values_list(
        "appraisal__unit_id",
        "appraisal__criterion_id",
        "stage__name",
        "action",
        "points",
        "not_applicable",
        "reason_id",
        "actor_id",
        "at",
        "pk",
        "undoes_id",
        "stage_kind",
    )


_STEPS = Prepared(lambda block, unit: _steps(block).filter(appraisal__unit=unit))


def contradiction_digest(contradiction: Contradiction) -> str:
    """Of the decisions of one contradiction: when one of them changes, it is another one."""
    return digest(contradiction.content)


def acknowledgement_of(report: Report | Findings, stage: Stage) -> Acknowledgement | None:
    """Who looked at exactly this report before the stage's release."""
    rows = Acknowledgement.objects.filter(
        round_group=report.round_group_id, stage=stage, fingerprint=report.fingerprint
    )
    return rows.select_related("actor").first()


def last_acknowledgement(round_group: RoundGroup, stage: Stage) -> Acknowledgement | None:
    rows = Acknowledgement.objects.filter(round_group=round_group, stage=stage)
    return rows.select_related("actor").order_by("-at", "-pk").first()


def words_by_digest(round_group: RoundGroup) -> dict[str, str]:
    """{contradiction: the last words on it}, whatever the stage in which they were said. One query."""
    rows = Justification.objects.filter(acknowledgement__round_group=round_group)
    return dict(rows.order_by("pk").values_list("digest", "words"))


def unexplained(round_group: RoundGroup) -> Sequence[Contradiction]:
    """The contradictions of what stands now that nobody has justified. None for an archive: its points
    come without reasons."""
    found = report(round_group).contradictions
    said = words_by_digest(round_group) if found else {}
    return [one for one in found if contradiction_digest(one) not in said]


def named(contradictions: Sequence[Contradiction]) -> list[str]:
    """Contradictions in words, for a refusal; two queries."""
    codes = Criterion.objects.in_bulk({one.criterion for one in contradictions})
    reasons = Reason.objects.in_bulk({one.reason for one in contradictions})
    return [f"{codes[one.criterion].code} – {reasons[one.reason]}" for one in contradictions]


def reasons_of(contradictions: Sequence[Contradiction]) -> dict[int, Reason]:
    """The reasons that the contradictions speak of; one query."""
    return Reason.objects.in_bulk({one.reason for one in contradictions})
