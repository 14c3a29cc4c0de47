"""What is contested in a block, as the council's pages know it already."""

from collections.abc import Iterable, Iterator, Sequence
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
    on_agenda = meeting.items.filter(round_group=block).exclude(state=AgendaItem.State.REJECTED).order_by()
    listed = set(on_agenda.values_list("unit_id", "criterion_id"))
    rows = [
        Contest(unit, leaf, origin, cell, (unit.pk, leaf.pk) in listed)
        for unit in units
        for leaf in leaves
        if (cell := sheet.cell(unit, leaf, False)).submitted
        and (origin := _origin(cell, now.stage, (unit.pk, leaf.pk) in differing, (unit.pk, leaf.pk) in outliers))
    ]
    order = list(Origin.values)
    return sorted(rows, key=lambda row: order.index(row.origin))


def before_members(item: AgendaItem) -> Contest | None:
    """What the unit gave itself and what stands on the cell of an item; None of other items. At most three queries:
    where the year stands does not matter to it."""
    if item.round_group is None or item.unit is None or item.criterion is None:
        return None
    block, anywhere = item.round_group, stages.calendar(item.round_group, stages=(), released=())
    sheet = read_sheet(block, [item.unit], [item.criterion], calendar=anywhere)
    cell = sheet.cell(item.unit, item.criterion, False)
    return Contest(item.unit, item.criterion, item.origin, cell, is_listed=True)


def obstacles(meeting: Meeting, items: Iterable[AgendaItem]) -> list[str]:
    """Why cells of the agenda cannot be voted on yet, once for each block; nothing of a meeting that is over."""
    if meeting.state == Meeting.State.CLOSED:
        return []
    open_ = (row for row in items if row.kind == AgendaItem.Kind.CELL and not row.is_concluded)
    blocks = {row.round_group.pk: row.round_group for row in open_ if row.round_group}
    calendars = stages.calendars(blocks.values())
    found = ((block, not_yet(calendars[pk])) for pk, block in blocks.items())
    return [f"{block.group}: {words}" for block, words in found if words]


def not_yet(now: stages.Calendar) -> str:
    """Why the council's meeting decides no cell of a block now; "" when it does."""
    if now.stage is not None and now.stage.kind == Stage.Kind.MEETING:
        return ""
    before = now.following
    if before is not None and before.kind != Stage.Kind.MEETING:
        return (
            f"giai đoạn {before.title} chưa thông báo kết quả cho đơn vị, nên Hội đồng chưa biểu quyết được kết quả "
            "tiêu chí."
        )
    return "giai đoạn họp Hội đồng chưa mở hoặc đã đóng, nên Hội đồng chưa biểu quyết được kết quả tiêu chí."


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
