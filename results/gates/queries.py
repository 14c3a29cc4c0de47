"""The gates of a round, read with a constant number of queries.

A block whose points all came from files has none of the council's gates: nothing was appraised here, and the
publication says that it is an archive. A stage counts when the round lists it; a round that does without the meeting
removes it from its stages.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, Protocol, TypeVar

from django.db.models import Count, Exists, Max, OuterRef, QuerySet
from django.urls import reverse

from appraisal.core.queries.stood import Standings, StoodMark, StoodRound, UnitOfBlock, kept_stood, stood
from appraisal.models import Acknowledgement, Action, AppraisalEntry, Question
from appraisal.rules.stages import Calendar, calendars_of, stage_to_review
from cchc_index.lib import clock
from cchc_index.lib.prepared import AskedLater, Prepared, columns, instances
from criteria.course import DECIDING
from criteria.models import Extension, Round, RoundGroup, Stage
from criteria.queries import blocks_of
from results.approval.queries import KIND, approvals
from selfassess.models import SelfAssessment
from surveys.handover.queries import open_tables
from units.models import UNITS_BY_NAME, Unit

from . import listing
from .listing import Gate

StageKind = Stage.Kind
Read = TypeVar("Read")
Said_co = TypeVar("Said_co", covariant=True)


@dataclass(frozen=True)
class RoundFacts:
    """What the gates of a round follow from, read once."""

    round_: Round
    blocks: Sequence[RoundGroup]
    times: dict[int, Calendar]
    stood: StoodRound
    mark: Hashable = None
    """Changes with whatever moves a point of its blocks; None: nothing is kept between two looks."""

    def read(self, reader: Callable[..., Read], *given: Hashable) -> Read:
        """What a reader of the blocks' decisions says, kept while nothing of them moves."""
        found: Read = _kept(self.mark, reader, *given) if self.mark is not None else reader(*given)
        return found

    def read_by_unit(self, reader: "UnitReader[Read]", *given: Hashable) -> Mapping[UnitOfBlock, Read]:
        """What a reader says of the units' standings. Kept by unit: of few that have moved since, these alone are read
        again. At most one query, of few units one for each."""
        if self.mark is None:
            return reader(None, *given)
        return _kept_by_unit(reader, self.round_.pk, given, self.stood.marks)

    def stood_in(self, block: RoundGroup) -> dict[int, StoodMark]:
        """The marks of a block's units."""
        return self.stood.of_block(block.pk)

    @property
    def standings(self) -> Sequence[Standings]:
        return self.stood.lines

    @cached_property
    def now(self) -> datetime:
        return clock.now()

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        return next(iter(self.times.values())).stages if self.times else ()

    @cached_property
    def measured(self) -> list[tuple[RoundGroup, Unit]]:
        """The measured units of every block, by name."""
        by_group = {block.group_id: block for block in self.blocks}
        rows = _MEASURED.rows(round_=self.round_.pk, at=self.round_.assessed_to)
        units = (instances(row, Unit)[0] for row in rows)
        return [(by_group[unit.group_id], unit) for unit in units]

    @cached_property
    def all_extensions(self) -> list[Extension]:
        """Those that have run out too, the first to close before the others."""
        return [instances(row, Extension)[0] for row in _EXTENSIONS.rows(round_=self.round_.pk)]

    @property
    def extensions(self) -> list[Extension]:
        """Those that still run."""
        return [one for one in self.all_extensions if one.closes_at > self.now]

    @cached_property
    def questions(self) -> dict[tuple[int, int, str], int]:
        """{(block, unit, state): how many}, of those that are not closed."""
        return {(block, unit, state): count for block, unit, state, count in _QUESTIONS.rows(round_=self.round_.pk)}

    @cached_property
    def _deciding(self) -> frozenset[int]:
        return frozenset(stage.pk for stage in self.stages if stage.kind in DECIDING)

    @cached_property
    def worked(self) -> list[RoundGroup]:
        """The blocks in which the council has decided anything here, or told anybody."""
        decided = {one.block for one in self.standings if one.stage in self._deciding}
        return [b for b in self.blocks if b.pk in decided or self.times[b.pk].released & self._deciding]

    @cached_property
    def archives(self) -> list[RoundGroup]:
        """The blocks whose points of the council all came from files."""
        filled = {one.block for one in self.standings}
        return [block for block in self.blocks if block.pk in filled and block not in self.worked]

    def is_open(self, stage: Stage) -> bool:
        """Whether its hours run, for all or for a unit with more time."""
        if not stage.is_set or not stage.has_begun(self.now):
            return False
        return stage.is_open(self.now) or any(one.stage_id == stage.pk for one in self.extensions)

    def address(self, name: str, *args: str) -> str:
        return f"{reverse(name, args=args)}?nam={self.round_.year}"


@lru_cache(maxsize=32)
def _kept(_mark: Hashable, reader: Callable[..., Any], *given: Hashable) -> Any:
    return reader(*given)


class UnitReader(Protocol[Said_co]):
    """Takes keys of units, None for all, and what else it asks for; one query, of few units one for each."""

    def __call__(self, units: Sequence[int] | None, *given: Any) -> Mapping[UnitOfBlock, Said_co]: ...


FEW = 3
"""Units that are read again alone; of more all are read."""
KEPT_READINGS = 16
_readings: dict[Hashable, tuple[Mapping[UnitOfBlock, StoodMark], Mapping[UnitOfBlock, Any]]] = {}
"""What readers said of a round's units, with the marks under which they said it."""


def _kept_by_unit(
    reader: "UnitReader[Read]", round_: int, given: tuple[Hashable, ...], marks: Mapping[UnitOfBlock, StoodMark]
) -> Mapping[UnitOfBlock, Read]:
    """The marks were read first: whatever a step has moved meanwhile is read again at the next look."""
    key = reader, round_, given
    before, said = _readings.get(key, ({}, {}))
    moved = [unit for unit, mark in marks.items() if before.get(unit) != mark]
    if not moved and before.keys() == marks.keys() and key in _readings:
        return said
    if len(moved) <= FEW and before.keys() <= marks.keys() and key in _readings:
        again = reader([unit for _, unit in moved], *given)
        said = {**{unit: one for unit, one in said.items() if unit not in moved}, **again}
    else:
        said = reader(None, *given)
    while len(_readings) >= KEPT_READINGS:
        _readings.pop(next(iter(_readings)), None)
    _readings[key] = marks, said
    return said


def rows_of_units(read: Prepared, units: Sequence[int] | None) -> list[tuple[Any, ...]]:
    """What a read with or without a key `unit` says of these units, one query for each; of all by one."""
    return read.rows() if units is None else [row for unit in units for row in read.rows(unit=unit)]


def forget() -> None:
    """Keep nothing: the next look reads everything."""
    _kept.cache_clear()
    _readings.clear()


def facts(round_: Round, *, for_page: bool = False) -> RoundFacts:
    """Four queries. `for_page`: what it shows may be counted as it was when nothing had moved since; where a few units
    have, these alone are read again, by up to five queries more. A verb counts anew."""
    blocks = sorted(blocks_of(round_), key=lambda block: (block.group.position, block.group.code))
    mark = tuple((block.pk, block.inputs_mark) for block in blocks) if for_page else None
    given = RoundFacts(round_, blocks, calendars_of(round_.pk, blocks), StoodRound({}), mark)
    return replace(given, stood=given.read(kept_stood if for_page else stood, round_.pk))


_MEASURED = Prepared(
    lambda round_, at: (
        Unit.objects.filter(group__round_groups__round=round_)
        .valid_between(at, at)
        .order_by(*UNITS_BY_NAME)
        .values_list(*columns(Unit))
    )
)
_EXTENSIONS = Prepared(
    lambda round_: (
        Extension.objects.filter(stage__round=round_).order_by("closes_at", "pk").values_list(*columns(Extension))
    )
)
_QUESTIONS = Prepared(
    lambda round_: (
        Question.objects.filter(round_group__round=round_)
        .exclude(state=Question.State.CLOSED)
        .order_by()
        .values("round_group_id", "unit_id", "state")
        .annotate(count=Count("pk"))
        .values_list("round_group_id", "unit_id", "state", "count")
    )
)
_LOOKED = Prepared(
    lambda round_: (
        Acknowledgement.objects.filter(round_group__round=round_)
        .order_by()
        .values("round_group_id", "stage_id")
        .annotate(last=Max("at"))
        .values_list("round_group_id", "stage_id", "last")
    )
)


def open_gates(round_: Round) -> list[Gate]:
    """Everything that is open of the round before its publication."""
    return gates_of(facts(round_))


def gates_of(given: RoundFacts) -> list[Gate]:
    """The gates that follow from facts that have been read; at most six queries more."""
    return [gate for source in _SOURCES for gate in source(given)]


def archived_blocks(given: RoundFacts) -> list[str]:
    """The codes of the blocks that a publication calls archives."""
    return [block.group.code for block in given.archives]


def _unreleased(given: RoundFacts) -> Iterator[Gate]:
    """A stage in which the council decides, and whose result no unit has been shown. What a later release overtook is
    over."""
    for block in given.worked:
        times = given.times[block.pk]
        for stage in times.deciding:
            if stage.pk in times.released or times.is_over(stage.pk):
                continue
            what = f"chưa thông báo kết quả giai đoạn {stage.title} cho đơn vị"
            link = given.address("appraisal:release", block.group.code, stage.name)
            yield Gate(listing.STAGE, what, str(block.group), 1, link, stage.name)


def _replies(given: RoundFacts) -> Iterator[Gate]:
    """A window in which units may still answer what they were told."""
    for block in given.worked:
        times = given.times[block.pk]
        for stage in times.stages:
            answered = times.answers(stage.pk) if stage.kind == StageKind.REPLY else 0
            if answered in times.released and not times.is_over(answered) and given.is_open(stage):
                later = [one for one in given.extensions if one.stage_id == stage.pk]
                edges = [stage.closes_at, *(one.closes_at for one in later)]
                until = max((edge for edge in edges if edge), default=None)
                what = f"giai đoạn {stage.title} còn nhận giải trình"
                what += f" đến {clock.in_words(until)}" if until else ""
                link = given.address("calendar:stage", stage.name)
                yield Gate(listing.REPLY, what, str(block.group), max(len(later), 1), link, stage.name)


def _questions(given: RoundFacts) -> Iterator[Gate]:
    counts: Counter[tuple[int, str]] = Counter()
    for (block_id, _, state), count in given.questions.items():
        counts[block_id, state] += count
    for block in given.blocks:
        asked, answered = (counts[block.pk, state] for state in (Question.State.OPEN, Question.State.ANSWERED))
        parts = [f"{asked} câu hỏi chờ đơn vị trả lời"] if asked else []
        parts += [f"{answered} câu hỏi đã được trả lời, chưa đóng"] if answered else []
        if parts:
            link = given.address("appraisal:questions")
            yield Gate(listing.QUESTION, ", ".join(parts), str(block.group), asked + answered, link)


def _disagreements(given: RoundFacts) -> Iterator[Gate]:
    """Cells whose unit does not agree, and which no later stage has settled or left as they were."""
    pending = {block.pk: _pending_replies(given.times[block.pk]) for block in given.worked}
    counts: Counter[int] = Counter()
    replies = tuple(sorted(set().union(*pending.values())))
    for (block_id, _), said in given.read_by_unit(_last_disagreements, replies, tuple(pending)).items():
        for standing, reply, count in said:
            if reply in pending[block_id] and given.times[block_id].answers(reply) == standing:
                counts[block_id] += count
    for block in given.worked:
        if counts[block.pk]:
            what = f"{counts[block.pk]} ý kiến không đồng ý của đơn vị chưa được xem xét"
            link = given.address("appraisal:grid-now", block.group.code)
            yield Gate(listing.DISAGREEMENT, what, str(block.group), counts[block.pk], link)


def _last_disagreements(
    units: Sequence[int] | None, stages: Sequence[int], blocks: Sequence[int]
) -> dict[UnitOfBlock, list[tuple[int, int, int]]]:
    """(stage of what stands, reply, how many cells) by unit: whose last answer does not agree; one query, of few units
    one for each."""
    said: dict[UnitOfBlock, list[tuple[int, int, int]]] = {}
    if not stages or not blocks:
        return said
    for row in rows_of_units(_disagreeing(tuple(stages), tuple(blocks)), units):
        said.setdefault(row[:2], []).append(row[2:])
    return said


@lru_cache(maxsize=16)
def _disagreeing(stages: tuple[int, ...], blocks: tuple[int, ...]) -> Prepared:
    """Of a round's stages and blocks, which are asked again after each step."""

    def build(**unit: AskedLater) -> QuerySet[AppraisalEntry, Any]:
        replies = AppraisalEntry.objects.filter(stage__in=stages)
        later = replies.filter(appraisal=OuterRef("appraisal"), sequence__gt=OuterRef("sequence"))
        among_units = {f"appraisal__{name}": key for name, key in unit.items()}
        last = replies.filter(appraisal__round_group__in=blocks, action=Action.DISAGREE, **among_units)
        place = ("appraisal__round_group_id", "appraisal__unit_id", "appraisal__stage_id", "stage_id")
        return last.exclude(Exists(later)).order_by().values_list(*place).annotate(Count("pk"))

    return Prepared(build)


def _pending_replies(times: Calendar) -> set[int]:
    """The replies of a block that no later release has overtaken."""
    replies = [stage.pk for stage in times.stages if stage.kind == StageKind.REPLY]
    return {pk for pk in replies if not times.is_over(times.answers(pk))}


def _reports(given: RoundFacts) -> Iterator[Gate]:
    """The report on like cases was not looked at since the last decision or the last submitted score."""
    seen = {(block, stage): at for block, stage, at in _LOOKED.rows(round_=given.round_.pk)} if given.worked else {}
    asked = {block.pk: stage_to_review(given.times[block.pk]) for block in given.worked}
    looks = {block: seen[block, stage.pk] for block, stage in asked.items() if stage and (block, stage.pk) in seen}
    moved = _moved_since(looks)
    for block in given.worked:
        stage = asked[block.pk]
        if stage is None or (block.pk in looks and block.pk not in moved):
            continue
        how = "chưa được xác nhận lại sau lần thay đổi cuối" if block.pk in looks else "chưa được xác nhận"
        link = given.address("appraisal:consistency", block.group.code)
        yield Gate(listing.REPORT, f"báo cáo rà soát tính thống nhất {how}", str(block.group), 1, link, stage.name)


def _moved_since(looks: Mapping[int, datetime]) -> set[int]:
    """The blocks in which a decision was taken or a score submitted after somebody looked."""
    if not looks:
        return set()
    first = min(looks.values())
    steps = AppraisalEntry.objects.filter(appraisal__round_group__in=looks, at__gt=first)
    decided = steps.exclude(stage_kind=StageKind.REPLY).order_by().values_list("appraisal__round_group_id")
    sheets = SelfAssessment.objects.filter(round_group__in=looks, submitted_at__gt=first)
    submitted = sheets.order_by().values_list("round_group_id")
    rows = [*decided.annotate(Max("at")), *submitted.annotate(Max("submitted_at"))]
    return {block for block, last in rows if last > looks[block]}


def _tables(given: RoundFacts) -> Iterator[Gate]:
    """The survey's points of a block that the council works on: not signed by the institute, not received by Sở Nội vụ,
    or others since."""
    for one in open_tables(given.round_, given.worked) if given.worked else []:
        what = one.words[:1].lower() + one.words[1:].rstrip(".")
        link = reverse("surveys:handover", args=[one.block.pk])
        yield Gate(listing.HANDOVER, what, str(one.block.group), 1, link)


def _approvals(given: RoundFacts) -> Iterator[Gate]:
    """What a council, where the round has one, has not approved as it stands. One query without a council."""
    for one in approvals(given.round_):
        if not one.is_valid:
            what = one.words[:1].lower() + one.words[1:].rstrip(".")
            link = reverse("council:council", args=[given.round_.year])
            kind = listing.SURVEY if one.kind == KIND.SURVEY else listing.RANKING
            yield Gate(kind, what, str(one.block.group), 1, link)


def _phases(given: RoundFacts) -> Iterator[Gate]:
    """Hours that still run or have not begun: of everything but the publication itself, and but what the gates above
    say of a block."""
    for stage in given.stages:
        if stage.kind in (StageKind.PUBLICATION, StageKind.ARCHIVE) or not stage.is_set or _is_settled(given, stage):
            continue
        if not stage.has_begun(given.now):
            what = f"giai đoạn {stage.title} chưa mở"
        elif given.is_open(stage):
            what = f"giai đoạn {stage.title} chưa đóng"
        else:
            continue
        link = given.address("calendar:stage", stage.name)
        yield Gate(listing.PHASE, what, f"Kỳ {given.round_.year}", 1, link, stage.name)


def _is_settled(given: RoundFacts, stage: Stage) -> bool:
    """Whether another gate speaks of the stage where it is still open: what is told closes it, not its hours."""
    if stage.kind in DECIDING:
        return bool(given.worked)
    if stage.kind != StageKind.REPLY or not given.worked:
        return False
    rounds = [given.times[block.pk] for block in given.worked]
    return all(times.answers(stage.pk) in times.released or times.is_over(times.answers(stage.pk)) for times in rounds)


GateSource = Callable[[RoundFacts], Iterable[Gate]]
_SOURCES: tuple[GateSource, ...] = (
    _unreleased,
    _replies,
    _disagreements,
    _questions,
    _reports,
    _tables,
    _approvals,
    _phases,
)
"""Who names gates, in the order in which they are closed. A new gate is one more function here."""
