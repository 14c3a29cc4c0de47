"""The newest signature of a block beside the table as it stands now."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.db.models import Q, QuerySet

from cchc_index.lib import clock
from cchc_index.lib.numbers import vn_short
from criteria.calendar import queries as calendar
from criteria.models import SURVEY_SOURCES, Criterion, Round, RoundGroup, Stage
from criteria.queries import leaves, units_of
from criteria.tree import CellKey
from surveys import rules
from surveys.models import ImportBatch, SurveyScore, TableSignature
from surveys.scores.ledger import BATCH_VERBS, BLOCK_VERBS
from surveys.scores.queries import scores_by_cell
from units import rules as people
from units.auditlog.models import LogEntry
from units.models import Unit

from .digests import TableLine, differences, lines_of, table_digest
from .rules import receivable_by

_State = TableSignature.State


@dataclass(frozen=True)
class TableStanding:
    """How the table of a block stands between the institute and Sở Nội vụ."""

    block: RoundGroup
    row: TableSignature | None
    """The newest signature."""
    lines: list[TableLine]
    """The table now."""

    @cached_property
    def digest(self) -> str:
        return table_digest(self.lines)

    @property
    def is_signed(self) -> bool:
        """Whether the newest signature is of the table as it stands, and has not been given back."""
        return self.row is not None and self.row.state in (_State.SIGNED, _State.RECEIVED) and not self.has_changed

    @property
    def is_handed_over(self) -> bool:
        return self.is_signed and self.row is not None and self.row.state == _State.RECEIVED

    @property
    def has_changed(self) -> bool:
        """Whether points are others than those that were signed."""
        return self.row is not None and self.row.digest != self.digest

    @property
    def words(self) -> str:
        """How it stands, in a sentence."""
        row = self.row
        if row is None:
            return "Bảng điểm ĐTXHH chưa được ký bàn giao."
        signed = f"{row.signed_by} ký lúc {clock.in_words(row.signed_at)}"
        if row.state == _State.RETURNED:
            return f"Bảng điểm ĐTXHH do {signed} đã bị Sở Nội vụ trả lại, chưa được ký lại."
        if self.has_changed:
            return f"Bảng điểm ĐTXHH đã thay đổi sau khi {signed}: chữ ký là của bảng điểm cũ, cần ký lại."
        if row.state == _State.SIGNED:
            return f"Bảng điểm ĐTXHH do {signed}, chờ Sở Nội vụ tiếp nhận."
        at = clock.in_words(row.decided_at) if row.decided_at else ""
        return f"Bảng điểm ĐTXHH do {signed}, {row.decided_by} tiếp nhận lúc {at}."


def signatures_of(blocks: Iterable[int]) -> QuerySet[TableSignature]:
    """The signatures of some blocks, the newest first, with the people they name; their tables are read on asking."""
    rows = TableSignature.objects.filter(round_group__in=blocks).select_related("signed_by", "decided_by")
    return rows.defer("table").order_by("-signed_at", "-pk")


def standing(block: RoundGroup) -> TableStanding:
    """Two queries."""
    return TableStanding(block, signatures_of([block.pk]).first(), lines_of(scores_by_cell(block)))


def open_tables(round_: Round, blocks: Sequence[RoundGroup]) -> list[TableStanding]:
    """The blocks whose table still is to be signed, or received, as it stands. A year without a survey phase, a block
    that asks nobody and points that all came from an archive need no signature. Four queries."""
    phase = calendar.stage(round_, Stage.Kind.SURVEY)
    if phase is None or not phase.is_set:
        return []
    asked = Criterion.objects.filter(is_leaf=True, source__in=SURVEY_SOURCES)
    sets = set(asked.order_by().values_list("criteria_set", flat=True).distinct())
    tables, methods = _tables(blocks)
    newest: dict[int, TableSignature] = {}
    for row in signatures_of([block.pk for block in blocks]):
        newest.setdefault(row.round_group_id, row)
    archived = {SurveyScore.Method.IMPORT}
    due = [block for block in blocks if block.criteria_set_id in sets and methods[block.pk] != archived]
    found = [TableStanding(block, newest.get(block.pk), tables[block.pk]) for block in due]
    return [one for one in found if not one.is_handed_over]


def _tables(blocks: Sequence[RoundGroup]) -> tuple[dict[int, list[TableLine]], dict[int, set[str]]]:
    """By block its table and where its points came from. One query."""
    rows = SurveyScore.objects.filter(round_group__in=blocks).order_by("pk")
    cells: dict[int, dict[CellKey, tuple[Decimal | None, bool, int | None]]] = defaultdict(dict)
    methods: dict[int, set[str]] = defaultdict(set)
    told = rows.values_list("round_group", "unit", "criterion", "points", "not_applicable", "ballots", "method")
    for block, unit, leaf, points, na, ballots, method in told:
        cells[block][unit, leaf] = points, na, ballots
        methods[block].add(method)
    return defaultdict(list, {block: lines_of(own) for block, own in cells.items()}), methods


def signatures_for(user: people.AnyUser) -> QuerySet[TableSignature]:
    """The signatures the person may look at."""
    rows = TableSignature.objects.select_related("round_group__round", "round_group__group", "signed_by", "decided_by")
    return rows.order_by("-signed_at", "-pk") if rules.may_read(user) else rows.none()


def waiting_tables(user: people.AnyUser, round_: Round | None) -> list[TableSignature]:
    """The tables of a round that the person may receive. Two queries."""
    rows = receivable_by(user).filter(round_group__round=round_).defer("table")
    return list(rows.select_related("round_group__group", "signed_by").order_by("signed_at", "pk"))


@dataclass(frozen=True, slots=True)
class MovedCell:
    """A cell that differs from what was signed, in words."""

    unit: Unit | None
    criterion: Criterion | None
    old: str
    new: str


def moved_cells(block: RoundGroup, row: TableSignature, lines: list[TableLine]) -> list[MovedCell]:
    """What `lines` give otherwise than the table that was signed, unit by unit. At most three queries."""
    units = {unit.pk: unit for unit in units_of(block)}
    asked = {leaf.pk: leaf for leaf in leaves(block.criteria_set_id, SURVEY_SOURCES)}
    by_name, by_place = ({pk: at for at, pk in enumerate(rows)} for rows in (units, asked))
    cells = sorted(
        differences(row.table, lines), key=lambda one: (by_name.get(one.unit, -1), by_place.get(one.criterion, -1))
    )
    return [
        MovedCell(units.get(cell.unit), asked.get(cell.criterion), *map(in_words, (cell.old, cell.new)))
        for cell in cells
    ]


def in_words(line: TableLine | None) -> str:
    """A cell of a table as people read it."""
    if line is None:
        return "không có phiếu"
    _, _, points, na, ballots = line
    if na:
        return "không áp dụng"
    return vn_short(Decimal(points)) + (f" (n = {ballots})" if ballots else "")


def first_change(row: TableSignature) -> LogEntry | None:
    """What first made the points others than those that were signed, as the log has it. Three queries at most."""
    batches = ImportBatch.objects.filter(round_group=row.round_group_id).order_by()
    homes = [str(pk) for pk in batches.values_list("pk", flat=True)]
    own = Q(verb__in=BLOCK_VERBS, object_id=str(row.round_group_id)) | Q(verb__in=BATCH_VERBS, object_id__in=homes)
    before = None
    steps = LogEntry.objects.filter(own).order_by("number")
    for pk, at, scores in steps.values_list("pk", "at", "after__scores").iterator(2000):
        if at > row.signed_at and scores not in (None, before):
            return LogEntry.objects.get(pk=pk)
        before = scores or before
    return None
