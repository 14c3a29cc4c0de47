"""Reads for the consistency report of a block: its decisions, their fingerprint, who has looked at them.

To read and compare thousands of decisions takes twenty times as long as an empty page, and between two looks nothing
has moved. So what a page shows of them is kept by each process until an input of the block changes: each change gives
the block a mark that never comes back (`RoundGroup.inputs_mark`). The verbs read anew, under the block's lock.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from appraisal.consistency import comparing, outliers
from appraisal.consistency.comparing import ComparedDecision, Contradiction, MemberGap, ScoreGap
from appraisal.consistency.outliers import CellValue, CouncilStep, Replay
from appraisal.models import Acknowledgement, Action, AppraisalEntry, Justification, Reason
from cchc_index.lib.canonical import digest
from criteria import queries as criteria_queries
from criteria.models import Criterion, RoundGroup, Stage
from criteria.tree import CellKey
from selfassess.models import SelfAssessment, SelfScore

Own = dict[CellKey, CellValue]
NOT_SCORED = CellValue(None)
KEPT_BLOCKS = 8
"""How many blocks' findings stay in memory: those that are being looked at."""


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
        found = [move for one in self.replays for move in one.moves]
        return sorted(found, key=lambda move: (move.step.at, move.step.criterion, move.step.unit))

    @cached_property
    def contradictions(self) -> list[Contradiction]:
        return comparing.contradictions(self.decisions)

    @cached_property
    def fingerprint(self) -> str:
        """Changes with every decision and every submitted score that a decision rests on: not with a
        unit's reply, which moves no point, and not with time."""
        return digest([self.round_group.pk, [_content(one, self.own) for one in self.replays if one.standing]])

    @property
    def round_group_id(self) -> int:
        return self.round_group.pk

    @property
    def findings(self) -> Findings:
        moved = {move.step.cell for move in self.moves}
        members = {one.member for one in self.decisions}
        members |= {member for move in self.moves for member in (move.step.member, move.former)}
        return Findings(
            round_group_id=self.round_group.pk,
            fingerprint=self.fingerprint,
            decided=len(self.decisions),
            members=frozenset(member for member in members if member is not None),
            contradictions=self.contradictions,
            by_unit=comparing.by_unit(self.decisions),
            by_member=comparing.member_gaps(self.judged),
            moves=self.moves,
            own={cell: value for cell, value in self.own.items() if cell in moved},
        )


def _decision(step: CouncilStep, own: Own) -> ComparedDecision:
    claimed = own.get(step.cell, NOT_SCORED)
    adjusted = step.action == Action.ADJUST
    return ComparedDecision(
        step.unit, step.criterion, claimed.points, step.value.points, adjusted, step.reason, step.member
    )


def _content(one: Replay, own: Own) -> list[Any]:
    step = one.standing
    assert step is not None  # only cells where something stands are asked for
    said = [step.unit, step.criterion, step.stage, step.action, *step.value, step.reason, step.member]
    return [*said, len(one.moves), step.at, *own.get(step.cell, NOT_SCORED)]


def report(round_group: RoundGroup) -> Report:
    """Two queries, whatever the number of units, criteria and steps."""
    return Report(round_group, _own(round_group), outliers.replays(_steps(round_group)))


def findings(round_group: RoundGroup) -> Findings:
    """Those of `report`, kept until the block changes: no query then, else three."""
    round_ = round_group.round
    measured = (round_group.group.units_version, round_.assessed_from, round_.assessed_to)
    return _findings(round_group.pk, (round_group.inputs_mark, round_group.criteria_set_id, measured))


@lru_cache(maxsize=KEPT_BLOCKS)
def _findings(round_group_id: int, _mark: Hashable) -> Findings:
    return report(RoundGroup.objects.select_related("round", "group").get(pk=round_group_id)).findings


def _own(round_group: RoundGroup) -> Own:
    """What the units submitted; what lies open again is nobody's business yet."""
    rows = SelfScore.objects.filter(
        assessment__round_group=round_group, assessment__state=SelfAssessment.State.SUBMITTED
    ).order_by("pk")
    found = rows.values_list("assessment__unit_id", "criterion_id", "points", "na_claimed")
    return {(unit, criterion): CellValue(points, na) for unit, criterion, points, na in found}


def _steps(round_group: RoundGroup) -> list[CouncilStep]:
    rows = AppraisalEntry.objects.filter(
        appraisal__round_group=round_group, appraisal__unit__in=criteria_queries.units_of(round_group).order_by()
    ).exclude(stage_kind=Stage.Kind.REPLY)
    # By code, not by name: the fingerprint is taken in this order, and a renamed unit changes no decision.
    ordered = rows.order_by("appraisal__criterion__position", "appraisal__unit__code", "appraisal", "sequence")
    found = ordered.values_list(
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
    return [CouncilStep(*row[:4], CellValue(*row[4:6]), *row[6:]) for row in found]  # type: ignore[arg-type]


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
