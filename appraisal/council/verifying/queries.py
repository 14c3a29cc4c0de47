"""Reads of verifying agencies: which leaves they verify, and the cells of one leaf."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from appraisal.core.queries.cells import GridCell, read_sheet
from appraisal.models import VerifyingAgency, VerifyingOpinion
from appraisal.rules import reach, stages
from appraisal.rules import seats as seat_rules
from appraisal.rules.verifying import may_verify, verified_by
from cchc_index.lib import numbers
from criteria import queries as criteria_queries
from criteria.models import Criterion, RoundGroup
from selfassess.models import Evidence, SelfScore
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
