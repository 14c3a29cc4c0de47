"""Reads of verifying agencies: which leaves they verify, and the cells of one leaf."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Max, QuerySet

from appraisal.core.queries.cells import GridCell, read_sheet
from appraisal.models import Action, Appraisal, VerifyingAgency, VerifyingOpinion
from appraisal.rules import reach, stages
from appraisal.rules import seats as seat_rules
from appraisal.rules.verifying import may_verify, verified_by
from cchc_index.lib import numbers
from criteria import queries as criteria_queries
from criteria.models import Criterion, Round, RoundGroup
from selfassess.models import Evidence, SelfAssessment, SelfScore
from units import rules as people
from units.models import UNITS_BY_NAME, Unit


@dataclass(frozen=True)
class VerifyLine:
    """One unit at a leaf that is verified."""

    cell: GridCell
    evidence: Sequence[Evidence]
    explanation: str
    opinion: VerifyingOpinion | None
    may_write: bool

    @property
    def claimed(self) -> str:
        claim = self.cell.claim
        return _value(claim.points, claim.na_claimed) if claim else "–"

    @property
    def given(self) -> str:
        return _value(self.opinion.points, self.opinion.not_applicable) if self.opinion else "–"


def _value(points: Decimal | None, not_applicable: bool) -> str:
    if not_applicable:
        return "không áp dụng"
    return "–" if points is None else numbers.vn(points)


def agencies(block: RoundGroup) -> list[VerifyingAgency]:
    rows = VerifyingAgency.objects.filter(round_group=block, active=True).select_related("criterion", "agency")
    return list(rows.order_by("criterion__position"))


def visible(user: people.AnyUser) -> QuerySet[VerifyingAgency]:
    """Managers, observers and council members see all, the people of an agency what it verifies."""
    rows = VerifyingAgency.objects.filter(active=True) if seat_rules.reads_councils(user) else verified_by(user)
    return rows.select_related("round_group__round", "round_group__group", "criterion", "agency").order_by("pk")


@dataclass(frozen=True)
class VerifyWork:
    """A leaf that an agency verifies, and how many units wait there."""

    row: VerifyingAgency
    waiting: int
    given: int


def work(rows: Iterable[VerifyingAgency], closed: Mapping[int, frozenset[int]]) -> list[VerifyWork]:
    """How far each is: units that have submitted, of which neither agency nor council has said anything, less those
    closed (`closed`, by agency). Three queries, whatever the number of leaves and units."""
    found = list(rows)
    blocks = {row.round_group_id for row in found}
    submitted: dict[int, set[int]] = {}
    sheets = SelfAssessment.objects.filter(round_group__in=blocks, state=SelfAssessment.State.SUBMITTED).order_by()
    for block, unit in sheets.values_list("round_group_id", "unit_id"):
        submitted.setdefault(block, set()).add(unit)
    said: dict[int, set[int]] = {}
    opinions = VerifyingOpinion.objects.filter(verifying__in=[row.pk for row in found]).order_by()
    for pk, unit in opinions.values_list("verifying_id", "unit_id"):
        said.setdefault(pk, set()).add(unit)
    judged: dict[tuple[int, int], set[int]] = {}
    leaves = {row.criterion_id for row in found}
    standings = Appraisal.objects.filter(round_group__in=blocks, criterion__in=leaves).exclude(action=Action.UNDO)
    for block, leaf, unit in standings.order_by().values_list("round_group_id", "criterion_id", "unit_id"):
        judged.setdefault((block, leaf), set()).add(unit)
    made = []
    for row in found:
        own = closed.get(row.agency_id, frozenset())
        given = said.get(row.pk, set())
        done = given | judged.get((row.round_group_id, row.criterion_id), set()) | own
        made.append(VerifyWork(row, len(submitted.get(row.round_group_id, set()) - done), len(given)))
    return made


def of_round(user: people.AnyUser, round_: Round) -> list[VerifyWork]:
    """What the person reads of a round, what waits first."""
    rows = list(visible(user).filter(round_group__round=round_))
    closed = frozenset() if reach.reads_all(user) else reach.closed_units(user)
    found = work(rows, {row.agency_id: closed for row in rows})
    return sorted(found, key=lambda one: (not one.waiting, one.row.round_group_id, one.row.criterion.position))


def standing_agencies() -> list[VerifyingAgency]:
    """Those of the blocks whose first appraisal has not been released: what comes later the council decides alone."""
    rows = VerifyingAgency.objects.filter(active=True, round_group__releases=None)
    return list(rows.select_related("round_group__round", "round_group__group", "criterion", "agency").order_by("pk"))


def newest_submissions(blocks: Iterable[int]) -> dict[int, datetime]:
    """{block: when its newest sheet came}; one query."""
    rows = SelfAssessment.objects.filter(round_group__in=set(blocks), submitted_at__isnull=False).order_by()
    return dict(rows.values_list("round_group_id").annotate(Max("submitted_at")))


def lines(user: people.AnyUser, row: VerifyingAgency) -> list[VerifyLine]:
    """Every unit that has submitted, but those closed to a person who does not read all. A constant number of
    queries."""
    block, leaf = row.round_group, row.criterion
    closed = frozenset() if reach.reads_all(user) else reach.closed_units(user)
    units = [unit for unit in criteria_queries.measured(block) if unit.pk not in closed]
    sheet = read_sheet(block, units, [leaf], calendar=stages.calendar(block))
    proofs, words = _evidence(block, leaf), _explanations(block, leaf)
    opinions = {one.unit_id: one for one in row.opinions.select_related("author").order_by("pk")}
    cells = [cell for unit in units if (cell := sheet.cell(unit, leaf, False)).submitted]
    return [
        VerifyLine(
            cell,
            proofs.get(cell.unit.pk, []),
            words.get(cell.unit.pk, ""),
            opinions.get(cell.unit.pk),
            may_verify(user, row, cell.unit.pk) and cell.standing is None,
        )
        for cell in cells
    ]


def _evidence(block: RoundGroup, leaf: Criterion) -> dict[int, list[Evidence]]:
    rows = Evidence.objects.filter(
        score__assessment__round_group=block, score__criterion=leaf, removed_at=None
    ).select_related("document", "score__assessment")
    proofs: dict[int, list[Evidence]] = {}
    for one in rows.order_by("pk"):
        proofs.setdefault(one.score.assessment.unit_id, []).append(one)
    return proofs


def _explanations(block: RoundGroup, leaf: Criterion) -> dict[int, str]:
    rows = SelfScore.objects.filter(assessment__round_group=block, criterion=leaf).order_by("pk")
    return dict(rows.values_list("assessment__unit_id", "explanation"))


def leaves(block: RoundGroup) -> list[Criterion]:
    return [row for row in criteria_queries.tree_of(block) if row.is_leaf and row.is_self]


def agency_choices() -> QuerySet[Unit]:
    return Unit.objects.order_by(*UNITS_BY_NAME, "pk")
