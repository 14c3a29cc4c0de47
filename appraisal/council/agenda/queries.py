"""What is contested in a block, as the council's pages know it already."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from appraisal.consistency.queries import kept, oversight
from appraisal.consistency.queries.report import Findings
from appraisal.core.queries.cells import GridCell, read_sheet
from appraisal.council.samples import queries as samples
from appraisal.models import AgendaItem, Meeting, Reason
from appraisal.rules import stages
from cchc_index.lib import numbers
from criteria import queries as criteria_queries
from criteria.models import Criterion, RoundGroup, Stage
from criteria.tree import CellKey
from units.models import Unit

Origin = AgendaItem.Origin


@dataclass(frozen=True)
class Contest:
    """A cell that the council may have to decide, and why."""

    unit: Unit
    criterion: Criterion
    origin: str
    cell: GridCell
    is_listed: bool

    @property
    def key(self) -> str:
        return f"{self.unit.pk}:{self.criterion.pk}:{self.origin}"

    @property
    def claimed(self) -> str:
        """What the unit gave itself."""
        claim = self.cell.claim
        return _value(claim.points, claim.na_claimed) if claim else "–"

    @property
    def stands(self) -> str:
        """What the council has given it so far."""
        standing = self.cell.standing
        return _value(standing.points, standing.not_applicable) if standing else "–"

    @property
    def why(self) -> str:
        return Origin(self.origin).label


def _value(points: Decimal | None, not_applicable: bool) -> str:
    if not_applicable:
        return "không áp dụng"
    return "–" if points is None else numbers.vn(points)


def contested(meeting: Meeting, block: RoundGroup) -> list[Contest]:
    """Objections, replies that are still open, cells without a result, contradictions and moves worth a second look,
    by origin, unit and criterion. A constant number of queries."""
    units = criteria_queries.measured(block)
    tree = criteria_queries.tree_of(block)
    leaves = [row for row in tree if row.is_leaf and row.is_self]
    now = stages.calendar(block)
    sheet = read_sheet(block, units, leaves, calendar=now)
    outliers = _outliers(block, units, tree, now)
    differing = samples.differing_cells(block)
    listed = set(meeting.items.filter(round_group=block).order_by().values_list("unit_id", "criterion_id"))
    rows = [
        Contest(unit, leaf, origin, cell, (unit.pk, leaf.pk) in listed)
        for unit in units
        for leaf in leaves
        if (cell := sheet.cell(unit, leaf, False)).submitted
        and (origin := _origin(cell, now.stage, (unit.pk, leaf.pk) in differing, (unit.pk, leaf.pk) in outliers))
    ]
    order = list(Origin.values)
    return sorted(rows, key=lambda row: order.index(row.origin))


def _is_of(cell: GridCell, stage: Stage | None) -> bool:
    """Whether the council's meeting, which is open now, has decided the cell."""
    if stage is None or stage.kind != Stage.Kind.MEETING:
        return False
    return cell.standing is not None and cell.standing.stage == stage.pk


def _origin(cell: GridCell, stage: Stage | None, differs: bool, stands_out: bool) -> str:
    """Why the cell is contested; what a sample or the report found is settled once the stage has decided the cell."""
    if cell.is_disputed:
        return Origin.DISPUTED
    if cell.awaits_reply:
        return Origin.UNANSWERED
    if cell.is_pending:
        return Origin.PENDING
    if _is_of(cell, stage):
        return ""
    return Origin.SAMPLE if differs else Origin.OUTLIER if stands_out else ""


def _outliers(
    block: RoundGroup, units: Sequence[Unit], tree: Sequence[Criterion], now: stages.Calendar
) -> set[CellKey]:
    found = kept.findings(block)
    known = oversight.names(found, units, tree)
    looked = oversight.oversight(found, known, now.by_name)
    moved = {move.step.cell for section in looked.sections for move in section.moves}
    return moved | set(_contradicting(found))


def _contradicting(report: Findings) -> Iterator[CellKey]:
    for one in report.contradictions:
        for group in one.groups:
            for decision in group.decisions:
                yield decision.unit, decision.criterion


def reasons() -> list[Reason]:
    return list(Reason.objects.filter(active=True).order_by("code"))
