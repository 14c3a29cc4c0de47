"""Reads of rounds and trees with a constant number of queries."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.prepared import Prepared, columns, instances
from cchc_index.lib.text import fold
from units.models import UNITS_BY_NAME, Unit, UnitGroup

from .models import Correction, Criterion, Round, RoundGroup, Source, Stage


def rounds() -> QuerySet[Round]:
    return Round.objects.order_by("-year")


def round_in_view(request: HttpRequest) -> Round | None:
    """The round the person looks at: `?nam=` in the address, else the one kept in the session, else where
    the work is (people with an account) or the newest one (the public). Reading writes nothing: the
    switch view keeps the choice."""
    cached = getattr(request, "_round_in_view", False)
    if cached is not False:
        return cached  # type: ignore[return-value]
    year = request.GET.get("nam") or request.session.get("year")
    everything = list(Round.objects.prefetch_related("stages").order_by("-year"))
    chosen = next((r for r in everything if str(r.year) == str(year)), None)
    chosen = chosen or _default(everything, at_work=request.user.is_authenticated)
    request._round_in_view = chosen  # type: ignore[attr-defined]
    request._all_rounds = everything  # type: ignore[attr-defined]
    return chosen


def require_round_in_view(request: HttpRequest) -> Round:
    """`round_in_view` for a page that is about one. Raises Http404 where there is none."""
    round_ = round_in_view(request)
    if round_ is None:
        raise Http404
    return round_


def show_year(request: HttpRequest, year: int) -> Round | None:
    """For a page whose address names its year: the frame shows that round, whatever was chosen before."""
    round_in_view(request)
    shown = next((r for r in request._all_rounds if r.year == year), None)  # type: ignore[attr-defined]
    request._round_in_view = shown  # type: ignore[attr-defined]
    return shown


def round_of_address(request: HttpRequest, year: int) -> Round:
    """The round that the address of a page names; the frame then shows it. Raises Http404 where there is none."""
    round_ = show_year(request, year)
    if round_ is None:
        raise Http404
    return round_


def year_to_carry(request: HttpRequest) -> str:
    """What a link of the public needs so that the page behind it shows the same year: nothing where it does anyway.
    For people with an account the session keeps the year."""
    current = round_in_view(request)
    if request.user.is_authenticated or current is None:
        return ""
    unasked = _default(request._all_rounds, at_work=False)  # type: ignore[attr-defined]
    return "" if current == unasked else f"?nam={current.year}"


def _default(everything: list[Round], *, at_work: bool) -> Round | None:
    open_now = [r for r in everything if stage_now(r)] if at_work else []
    begun = [r for r in everything if any(stage.is_set for stage in r.stages.all())]
    return next(iter([*open_now, *begun, *everything]), None)


def stage_now(current: Round | None, kinds: Collection[Stage.Kind] = ()) -> Stage | None:
    """The stage of the year whose hours run now, in the order of the year, first among `kinds` (those a person
    works in). The survey runs beside the others: only who asks for it sees it."""
    if current is None:
        return None
    at = clock.now()
    stages = sorted(current.stages.all(), key=lambda stage: (stage.position, stage.pk))
    open_now = [stage for stage in stages if stage.is_set and stage.is_open(at)]
    own = (stage for stage in open_now if stage.kind in kinds)
    return next(own, None) or next((stage for stage in open_now if stage.kind != Stage.Kind.SURVEY), None)


def tree(criteria_set_id: int) -> list[Criterion]:
    """Every row of a set in printed order, one query."""
    return list(Criterion.objects.filter(criteria_set_id=criteria_set_id).order_by("position"))


class MeasuringRow(NamedTuple):
    """A row of a set as the index reads it."""

    pk: int
    code: str
    printed_code: str
    name: str
    parent_id: int | None
    is_leaf: bool
    source: str
    kind: str
    max_points: Decimal
    provenance: str

    @property
    def is_self(self) -> bool:
        return self.source == Source.SELF


def measuring_rows(criteria_set_id: int) -> list[MeasuringRow]:
    """`tree` without what the index does not ask, for who reads it again and again; one query."""
    return [MeasuringRow(*row) for row in _MEASURING.rows(chosen=criteria_set_id)]


_MEASURING = Prepared(
    lambda chosen: Criterion.objects.filter(criteria_set=chosen).order_by("position").values_list(*MeasuringRow._fields)
)


def printed_tree(criteria_set_id: int) -> list[Criterion]:
    """`tree` with the criteria of the earlier set, one query."""
    rows = Criterion.objects.filter(criteria_set_id=criteria_set_id).select_related("previous")
    return list(rows.order_by("position"))


def what_became(earlier_set_id: int, later_set_id: int) -> dict[int, int]:
    """The criterion of the later set for each of the earlier one: itself where a set measures both years, else the one
    that names it, else the one of the same code and content. Two queries."""
    rows = tree(later_set_id)
    if earlier_set_id == later_set_id:
        return {row.pk: row.pk for row in rows}
    named = {row.previous_id: row.pk for row in rows if row.previous_id}
    alike = {(row.code, fold(row.name)): row.pk for row in rows}
    pairs = ((row.pk, named.get(row.pk) or alike.get((row.code, fold(row.name)))) for row in tree(earlier_set_id))
    return {old: new for old, new in pairs if new is not None}


def earlier_block(block: RoundGroup) -> RoundGroup | None:
    """The block of the most recent earlier year that another set measured."""
    earlier = RoundGroup.objects.filter(group=block.group_id, round__year__lt=block.round.year)
    other = earlier.exclude(criteria_set=block.criteria_set_id)
    return other.select_related("round", "group").order_by("-round__year").first()


def unlinked(block: RoundGroup) -> QuerySet[Criterion]:
    """The block's leaves that no criterion of an earlier year is known for."""
    return leaves(block.criteria_set_id).filter(previous=None)


def is_last_years_set(block: RoundGroup) -> bool:
    """Whether the set measured the block's most recent earlier year too: then each criterion is its own last year."""
    earlier = RoundGroup.objects.filter(group=block.group_id, round__year__lt=block.round.year).order_by("-round__year")
    newest = earlier.values_list("criteria_set_id", flat=True).first()
    return newest == block.criteria_set_id


def tree_of(round_group: RoundGroup) -> list[Criterion]:
    """`tree` of a block. Nothing changes a frozen set, so its rows are read once by each process; they are shared
    by its threads and written by none."""
    if round_group.frozen_at is None:
        return tree(round_group.criteria_set_id)
    return list(frozen_rows(round_group.criteria_set_id, round_group.frozen_at))


@lru_cache(maxsize=64)
def frozen_rows(criteria_set_id: int, frozen_at: datetime) -> tuple[Criterion, ...]:
    """The rows of a set that was frozen at that instant: a set of another database has another one."""
    return tuple(tree(criteria_set_id))


def corrected_rules(round_group: RoundGroup) -> Mapping[int, datetime]:
    """When the rule or the maximum of a criterion of the block's set was corrected last, by criterion. A correction
    freezes the set anew: under one instant there is nothing new to read."""
    return rules_corrected(round_group.criteria_set_id, round_group.frozen_at) if round_group.frozen_at else {}


@lru_cache(maxsize=64)
def rules_corrected(criteria_set_id: int, _frozen_at: datetime) -> Mapping[int, datetime]:
    """Of a set that was frozen at that instant."""
    rows = Correction.objects.filter(criterion__criteria_set=criteria_set_id, state=Correction.State.CONFIRMED)
    found: dict[int, datetime] = {}
    keys: dict[str, int] = {}
    for row in rows.order_by("decided_at", "pk"):
        assert row.decided_at is not None  # the database refuses a confirmed one without
        if "rule" in row.after:
            found[row.criterion_id] = row.decided_at
        if row.maxima:
            keys = keys or {one.code: one.pk for one in tree(criteria_set_id)}
            found |= {keys[code]: row.decided_at for code in row.maxima if code in keys}
    return found


def open_corrections(criteria_set_id: int) -> QuerySet[Correction]:
    """The corrections of a set that wait for a second person, the oldest first."""
    rows = Correction.objects.filter(criterion__criteria_set=criteria_set_id, state=Correction.State.OPEN)
    return rows.select_related("criterion", "proposed_by").order_by("proposed_at", "pk")


def leaves(criteria_set_id: int, sources: Iterable[str] | None = None) -> QuerySet[Criterion]:
    rows = Criterion.objects.filter(criteria_set_id=criteria_set_id, is_leaf=True).order_by("position")
    return rows if sources is None else rows.filter(source__in=list(sources))


def units_of(round_group: RoundGroup) -> QuerySet[Unit]:
    """The units measured: those of the block that exist at the end of the assessed period."""
    period = round_group.round
    return round_group.group.units.valid_between(period.assessed_from, period.assessed_to).order_by(*UNITS_BY_NAME)


def units_of_round(round_: Round) -> QuerySet[Unit]:
    """`units_of` every block of the round, by name, with their blocks."""
    blocks = Unit.objects.filter(group__round_groups__round=round_).select_related("group")
    return blocks.valid_between(round_.assessed_from, round_.assessed_to).order_by(*UNITS_BY_NAME)


def measured(round_group: RoundGroup) -> list[Unit]:
    """The rows of `units_of`, for pages that are opened thousands of times; one query."""
    group = round_group.group
    found: list[Unit] = []
    for row in _MEASURED.rows(group=group.pk, at=round_group.round.assessed_to):
        found += instances(row, Unit)
        found[-1].group = group
    return found


_MEASURED = Prepared(
    lambda group, at: (
        Unit.objects.filter(group=group).valid_between(at, at).order_by(*UNITS_BY_NAME).values_list(*columns(Unit))
    )
)


def round_groups(round_: Round) -> QuerySet[RoundGroup]:
    return RoundGroup.objects.filter(round=round_).select_related("group", "round", "criteria_set__decision")


def blocks_of(round_: Round) -> list[RoundGroup]:
    """The blocks of a round that has been read, in their order, for pages that need no decision; one query."""
    found = []
    for row in _BLOCKS.rows(round_=round_.pk):
        block, group = instances(row, RoundGroup, UnitGroup)
        block.round, block.group = round_, group
        found.append(block)
    return found


_BLOCKS = Prepared(
    lambda round_: (
        RoundGroup.objects.filter(round=round_)
        .order_by("group__position", "pk")
        .values_list(*columns(RoundGroup), *columns(UnitGroup, "group__"))
    )
)


def group_named(code: str) -> UnitGroup | None:
    return UnitGroup.objects.filter(code=code).first()


def block_of(year: int, group: UnitGroup) -> RoundGroup | None:
    """The block of a year, whatever its set, or None where nothing measures it yet."""
    rows = RoundGroup.objects.select_related("round", "group", "criteria_set__decision")
    return rows.filter(round__year=year, group=group).first()


def round_group(year: int, group: str) -> RoundGroup:
    """The block of a year as the command line names it. Raises Refused with the known ones."""
    blocks = RoundGroup.objects.select_related("round", "group", "criteria_set__decision")
    known = list(blocks.order_by("round__year", "group__position", "pk"))
    hit = next((rg for rg in known if rg.round.year == year and rg.group.code == group), None)
    if hit is None:
        names = ", ".join(f"{rg.round.year}/{rg.group.code}" for rg in known)
        there = f"Các khối đã có: {names}" if names else "Hệ thống chưa có khối nào"
        raise Refused(
            f"Không có khối “{group}” trong kỳ {year}. {there}. "
            "Nạp bộ tiêu chí trước (load_official hoặc import_criteria)."
        )
    return hit
