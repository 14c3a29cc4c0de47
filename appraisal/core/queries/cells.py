"""The cells of a block as the council sees them: what units claim, what stands, what waits."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from django.db.models import Case, Exists, FilteredRelation, OuterRef, Q, QuerySet, Value, When

from appraisal.models import Action, Appraisal, AppraisalEntry
from appraisal.rules.stages import NO_SEQUEL, Calendar, Sequel
from cchc_index.lib.prepared import Prepared, columns, instances
from cchc_index.lib.streams import Parts, parts_of, points_or_absence
from criteria.models import Criterion, RoundGroup, Stage
from criteria.queries import corrected_rules
from criteria.tree import CellKey
from selfassess.evidence.queries import NO_PAPERS, Papers, evidence_changes, papers_of_cells
from selfassess.evidence.remarks import KINDS, WARNING_KINDS
from selfassess.models import Document, Evidence, SelfAssessment, SelfScore
from units.models import Unit

from . import changes as queries_changes
from .changes import EntryStep

WARNED = {f"cb-{kind}": f"Cảnh báo: {KINDS[kind]}" for kind in WARNING_KINDS}
"""A filter for each kind of warning on evidence, the serious first."""
FILTERS = {
    "cho": "Chờ thẩm định",
    "lech": "Lệch điểm tự đánh giá",
    "khong-tai-lieu": "Không có tài liệu",
    "canh-bao": "Có cảnh báo",
    **WARNED,
    "cho-giai-trinh": "Đơn vị chưa giải trình",
    "da-doi": "Thay đổi từ lần trước",
    "quy-tac": "Quy tắc, điểm tối đa đã sửa sau khi thẩm định",
}
BY_CHANGES = ("da-doi", "quy-tac")
"""Filters that ask what changed since the council looked."""
RARE = frozenset((*WARNED, "quy-tac"))
"""Filters that are offered only where some cell passes them."""


def standings_in_parts(round_group: RoundGroup) -> Parts:
    """(unit, criterion, ten-thousandths of a point or `streams.NOT_APPLICABLE`) of a block, never all of them held; one
    query. A cell without a standing, or whose decisions were all taken back, is absent: not scored,
    never a zero."""
    return parts_of(_POINTS, round_group.pk)


_POINTS = Prepared(
    lambda block: (
        Appraisal.objects.filter(round_group=block)
        .exclude(action=Action.UNDO)
        .order_by()
        .values_list("unit_id", "criterion_id", points_or_absence("points", "not_applicable"))
    )
)


class Standing(NamedTuple):
    """What was recorded on a cell; "undo": every decision was taken back."""

    pk: int
    stage: int
    action: str
    points: Decimal | None
    not_applicable: bool
    version: int


class Claim(NamedTuple):
    """What the unit submitted for one leaf."""

    points: Decimal | None
    na_claimed: bool
    evidence: int
    changed_at: datetime | None = None

    @property
    def is_scored(self) -> bool:
        return self.na_claimed or self.points is not None


@dataclass(frozen=True, slots=True)
class GridCell:
    """One leaf of one unit as the council sees it."""

    unit: Unit
    criterion: Criterion
    submitted: bool
    claim: Claim | None
    record: Standing | None
    reply: str
    may_decide: bool
    reply_stage: int = 0
    sequel: Sequel = NO_SEQUEL
    papers: Papers = NO_PAPERS
    blind: bool = False
    changes: tuple[str, ...] = ()

    @property
    def standing(self) -> Standing | None:
        """The council's decision; None where there is none, or none any more."""
        return self.record if self.record is not None and self.record.action != Action.UNDO else None

    @property
    def key(self) -> str:
        """What a bulk form sends: unit, criterion and the version the person saw."""
        return f"{self.unit.pk}:{self.criterion.pk}:{self.version}"

    @property
    def version(self) -> int:
        return self.record.version if self.record else 0

    @property
    def is_scored(self) -> bool:
        return self.claim is not None and self.claim.is_scored

    @property
    def is_disputed(self) -> bool:
        """Adjusted, and the unit does not agree: the next appraisal settles it, or by silence keeps it."""
        objected = self.standing is not None and self.is_answered and self.reply == Action.DISAGREE
        return objected and not self.sequel.is_over

    @property
    def is_answered(self) -> bool:
        """The unit's last answer is to what stands, not to what stood before it."""
        return self.sequel.reply != 0 and self.reply_stage == self.sequel.reply

    @property
    def is_stale(self) -> bool:
        """Recognised, then reopened and submitted with another score: what was recognised is gone."""
        standing, claim = self.standing, self.claim
        if standing is None or standing.action != Action.RECOGNISE or not self.submitted:
            return False
        return claim is None or (claim.points, claim.na_claimed) != (standing.points, standing.not_applicable)

    @property
    def is_pending(self) -> bool:
        return self.submitted and (self.standing is None or self.is_disputed or self.is_stale)

    @property
    def awaits_reply(self) -> bool:
        standing = self.standing
        adjusted = standing is not None and standing.action == Action.ADJUST
        return adjusted and self.sequel.is_asked and not self.is_answered

    @property
    def difference(self) -> Decimal | None:
        """Council minus unit, where both are points."""
        if self.standing is None or self.standing.points is None or self.claim is None or self.claim.points is None:
            return None
        return self.standing.points - self.claim.points

    @property
    def differs(self) -> bool:
        return self.standing is not None and self.standing.action == Action.ADJUST

    @property
    def can_be_recognised(self) -> bool:
        """Among many. An objection is read and settled one by one; two opinions are no single one's to give."""
        return not self.blind and self.may_decide and self.is_pending and self.is_scored and not self.is_disputed

    @property
    def can_be_kept(self) -> bool:
        """The adjustment the unit does not agree with may be let stand by a decision of its own."""
        return not self.blind and self.may_decide and self.is_disputed

    @property
    def status(self) -> tuple[str, str]:
        """The mark and the words of the state."""
        if not self.submitted:
            return "none", "đơn vị chưa nộp"
        if self.standing is None:
            return ("wait", "chờ thẩm định") if self.is_scored else ("none", "đơn vị chưa chấm")
        if self.is_disputed:
            return "wait", f"không đồng ý, chờ {self.sequel.waits_for}"
        if self.is_stale:
            return "wait", "đơn vị đã sửa điểm, chờ lại"
        mark, words = self._decision(self.standing)
        agreed = self.is_answered and self.reply == Action.AGREE
        return mark, f"{words}, đơn vị đồng ý" if agreed else words

    def _decision(self, standing: Standing) -> tuple[str, str]:
        if standing.not_applicable:
            return "na", "không áp dụng"
        if standing.action == Action.RECOGNISE:
            return "ok", "công nhận"
        if self.difference is None:
            return "low", "đã có điểm thẩm định"
        return ("low", "điều chỉnh giảm") if self.difference < 0 else ("ok", "điều chỉnh tăng")

    def passes(self) -> dict[str, bool]:
        """Which filters of `FILTERS` the cell passes."""
        return {
            "cho": self.is_pending,
            "lech": self.differs,
            "khong-tai-lieu": self.submitted and (self.claim is None or not self.claim.evidence),
            "canh-bao": self.papers.warned > 0,
            **{f"cb-{kind}": kind in self.papers.kinds for kind in WARNING_KINDS},
            "cho-giai-trinh": self.awaits_reply,
            "da-doi": bool(self.changes),
            "quy-tac": queries_changes.RULE_CORRECTED in self.changes,
        }

    def matches(self, filtered_by: str) -> bool:
        """Whether the cell passes a filter; an unknown filter passes everything."""
        return self.passes().get(filtered_by, True)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything a grid reads, by cell: at most five queries whatever the number of units and criteria."""

    submitted: frozenset[int]
    claims: dict[CellKey, Claim]
    standings: dict[CellKey, Standing]
    replies: dict[int, tuple[int, str]]
    calendar: Calendar
    papers: dict[CellKey, Papers]
    changed: dict[CellKey, tuple[str, ...]]

    def cell(self, unit: Unit, criterion: Criterion, may_decide: bool, *, blind: bool = False) -> GridCell:
        at = (unit.pk, criterion.pk)
        record = self.standings.get(at)
        reply_stage, reply = self.replies.get(record.pk, NO_REPLY) if record else NO_REPLY
        return GridCell(
            unit=unit,
            criterion=criterion,
            submitted=unit.pk in self.submitted,
            claim=self.claims.get(at),
            record=record,
            reply=reply,
            may_decide=may_decide and unit.pk in self.submitted,
            reply_stage=reply_stage,
            sequel=self.calendar.sequels.get(record.stage, NO_SEQUEL) if record else NO_SEQUEL,
            papers=self.papers.get(at, NO_PAPERS),
            blind=blind,
            changes=self.changed.get(at, ()),
        )


def read_sheet(
    round_group: RoundGroup,
    units: Sequence[Unit],
    leaves: Sequence[Criterion],
    *,
    calendar: Calendar,
    evidence: bool = False,
    changes: bool = False,
) -> Sheet:
    """The grid of `units` × `leaves`. What a unit has not submitted stays unseen. The `calendar`
    tells whether an adjustment waits for an answer, an objection for the next appraisal. `evidence`: count each
    cell's pieces and those that carry a warning, which a page that shows neither need not pay for; `changes`: what is
    new since the council last looked, likewise."""
    line = _line(units, leaves)
    papers = papers_of_cells(round_group.round, block=round_group.pk, **line) if evidence else {}
    submitted, claims = _claims(round_group, line, papers, changes=changes)
    if not changes:
        standings, replies = _standings(round_group, line)
        return Sheet(submitted, claims, standings, replies, calendar, papers, {})
    standings, history = _histories(round_group, line)
    changed = _changed(round_group, line, claims, history, calendar)
    return Sheet(submitted, claims, standings, _replies(standings, history), calendar, papers, changed)


def _changed(
    round_group: RoundGroup,
    line: dict[str, int],
    claims: Mapping[CellKey, Claim],
    history: Mapping[CellKey, list[EntryStep]],
    calendar: Calendar,
) -> dict[CellKey, tuple[str, ...]]:
    scored = {cell: claim.changed_at for cell, claim in claims.items() if claim.changed_at is not None}
    whose = {name: pk for name, pk in line.items() if name == "unit"}
    papers = evidence_changes(block=round_group.pk, **whose)
    corrected = corrected_rules(round_group)
    return queries_changes.by_cell(history, scored, papers, corrected=corrected, now=calendar)


def _line(units: Sequence[Unit], leaves: Sequence[Criterion]) -> dict[str, int]:
    """The key of one unit or of one criterion. Several are read with the whole block: what is read beside
    them costs less than naming each, and nobody looks at it."""
    named = {"unit": units, "criterion": leaves}
    return {name: rows[0].pk for name, rows in named.items() if len(rows) == 1}


def _claims(
    round_group: RoundGroup, line: dict[str, int], papers: Mapping[CellKey, Papers], *, changes: bool
) -> tuple[frozenset[int], dict[CellKey, Claim]]:
    """The units that have submitted, and what they claim; one query."""
    rows = (_CHANGED_CLAIMS if changes else _CLAIMS).rows(block=round_group.pk, **line)
    claims = {}
    for unit, leaf, points, na_claimed, *changed_at in rows:
        if leaf:
            pieces = papers[unit, leaf].pieces if (unit, leaf) in papers else 0
            claims[unit, leaf] = Claim(points, na_claimed, pieces, *changed_at)
    return frozenset(row[0] for row in rows), claims


_CLAIM = ("unit_id", "claim__criterion_id", "claim__points", "claim__na_claimed")


def _claims_of(
    fields: Sequence[str], block: int, unit: int | None = None, criterion: int | None = None
) -> QuerySet[SelfAssessment, Any]:
    of_leaf = Q(scores__isnull=False) if criterion is None else Q(scores__criterion=criterion)
    whose = {} if unit is None else {"unit": unit}
    submitted = SelfAssessment.objects.filter(round_group=block, state=SelfAssessment.State.SUBMITTED, **whose)
    return submitted.annotate(claim=FilteredRelation("scores", condition=of_leaf)).order_by().values_list(*fields)


_CLAIMS = Prepared(partial(_claims_of, _CLAIM))
_CHANGED_CLAIMS = Prepared(partial(_claims_of, (*_CLAIM, "claim__updated_at")))
_STANDING = ("unit_id", "criterion_id", "pk", "stage_id", "action", "points", "not_applicable", "version")


def _standings(
    round_group: RoundGroup, line: dict[str, int]
) -> tuple[dict[CellKey, Standing], dict[int, tuple[int, str]]]:
    """What stands, and of each the stage and the words of the unit's last answer; one query."""
    standings: dict[CellKey, Standing] = {}
    last: dict[int, tuple[int, int, str]] = {}
    for row in _STANDINGS.rows(block=round_group.pk, **line):
        standings[row[0], row[1]] = Standing(*row[2:8])
        if row[8] is not None:
            last[row[2]] = max(row[8:], last.get(row[2], row[8:]))
    return standings, {pk: (stage, action) for pk, (_, stage, action) in last.items()}


def _histories(
    round_group: RoundGroup, line: dict[str, int]
) -> tuple[dict[CellKey, Standing], dict[CellKey, list[EntryStep]]]:
    """What stands, with every step in their order; one query."""
    standings: dict[CellKey, Standing] = {}
    history: dict[CellKey, list[EntryStep]] = {}
    for row in _HISTORIES.rows(block=round_group.pk, **line):
        cell = row[0], row[1]
        if cell not in standings:
            standings[cell] = Standing(*row[2:8])
        if row[8] is not None:
            history.setdefault(cell, []).append(EntryStep(*row[8:]))
    for found in history.values():
        found.sort(key=lambda step: step.sequence)
    return standings, history


def _steps_of(
    steps: Q, fields: Sequence[str], block: int, unit: int | None = None, criterion: int | None = None
) -> QuerySet[Appraisal, Any]:
    """Papers are asked for with replies alone: no other step brings any."""
    cells = {name: pk for name, pk in (("unit", unit), ("criterion", criterion)) if pk is not None}
    papers = AppraisalEntry.documents.through.objects.filter(appraisalentry=OuterRef("step__pk")).order_by()
    replied = When(step__stage_kind=Stage.Kind.REPLY, then=Exists(papers))
    rows = Appraisal.objects.filter(round_group=block, **cells).annotate(
        step=FilteredRelation("entries", condition=steps), has_papers=Case(replied, default=Value(False))
    )
    return rows.order_by().values_list(*_STANDING, *fields)


_LAST_REPLY = ("step__sequence", "step__stage_id", "step__action")
_STEP = [name if name == "has_papers" else f"step__{name}" for name in EntryStep._fields]
_STANDINGS = Prepared(partial(_steps_of, Q(entries__stage_kind=Stage.Kind.REPLY), _LAST_REPLY))
_HISTORIES = Prepared(partial(_steps_of, Q(), _STEP))
NO_REPLY = (0, "")


def _replies(
    standings: Mapping[CellKey, Standing], history: Mapping[CellKey, list[EntryStep]]
) -> dict[int, tuple[int, str]]:
    """{appraisal: the stage and the words of the unit's last answer}."""
    return {
        standings[cell].pk: (step.stage_id, step.action)
        for cell, steps in history.items()
        for step in steps
        if step.stage_kind == Stage.Kind.REPLY
    }


@dataclass(frozen=True, slots=True)
class CellCounts:
    """Counts over some cells."""

    total: int = 0
    decided: int = 0
    pending: int = 0
    recognised: int = 0
    adjusted: int = 0
    agreed: int = 0
    disputed: int = 0
    awaiting: int = 0


def tally(cells: Iterable[GridCell]) -> CellCounts:
    """Counts for progress and for the confirmation before a release."""
    counts: Counter[str] = Counter()
    for row in cells:
        standing = row.standing
        counts["total"] += 1
        counts["pending"] += row.is_pending
        counts["agreed"] += row.reply == Action.AGREE
        if standing is None:
            continue
        counts["decided"] += 1
        counts["recognised"] += standing.action == Action.RECOGNISE
        counts["adjusted"] += row.differs
        counts["disputed"] += row.is_disputed
        counts["awaiting"] += row.awaits_reply
    return CellCounts(**counts)


def claim_of(round_group: RoundGroup, unit: Unit, criterion: Criterion) -> tuple[SelfScore | None, list[Evidence]]:
    """The submitted score of one cell with its evidence; one query, two where there is no evidence."""
    evidence = []
    for row in _PROVEN.rows(block=round_group.pk, unit=unit.pk, criterion=criterion.pk):
        piece, document, score = instances(row, Evidence, Document, SelfScore)
        piece.document, piece.score = document, score
        evidence.append(piece)
    if evidence:
        return evidence[0].score, evidence
    cell = {"round_group": round_group, "unit": unit, "state": SelfAssessment.State.SUBMITTED}
    scores = SelfScore.objects.filter(
        criterion=criterion, **{f"assessment__{name}": value for name, value in cell.items()}
    )
    return scores.order_by("pk").first(), []


_PROVEN = Prepared(
    lambda block, unit, criterion: (
        Evidence.objects.filter(
            removed_at=None,
            score__criterion=criterion,
            score__assessment__round_group=block,
            score__assessment__unit=unit,
            score__assessment__state=SelfAssessment.State.SUBMITTED,
        )
        .order_by("pk")
        .values_list(*columns(Evidence), *columns(Document, "document__"), *columns(SelfScore, "score__"))
    )
)


def timeline(entries: QuerySet[AppraisalEntry]) -> list[AppraisalEntry]:
    """Steps with everything a timeline shows: two queries."""
    return list(entries.select_related("stage", "actor", "reason", "undone_by").prefetch_related("documents"))


def steps_of(standing: Standing) -> list[AppraisalEntry]:
    """Every step of one cell, for whoever was found to see the cell: they may read all of it."""
    return timeline(AppraisalEntry.objects.filter(appraisal=standing.pk))
