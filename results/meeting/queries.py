"""The board of a meeting: what is voted on, and the ranking that follows from what stands, never saved; and what its
minutes say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from appraisal.council.agenda.queries import Contest, before_members
from appraisal.council.meetings import digests
from appraisal.council.meetings import queries as meeting_queries
from appraisal.council.samples import queries as samples
from appraisal.council.silence import queries as silence
from appraisal.council.votes import queries as vote_queries
from appraisal.council.votes.majority import VoteCount
from appraisal.models import AgendaItem, Dissent, Meeting, Seat, Vote
from cchc_index.lib.canonical import digest
from cchc_index.lib.numbers import exact_text
from criteria.models import RoundGroup
from results import bundle, ranking
from results.bundle import Json
from results.computation.queries import group_inputs
from results.gates.listing import Gate, from_json
from results.models import Publication
from results.queries import measured_groups

KEPT_BOARDS = 4
"""How many computed boards a process remembers: one per block that is being shown."""


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One unit on the board."""

    code: str
    name: str
    index: str | None
    rank: int | None
    before: int | None
    missing: int

    @property
    def moved(self) -> int:
        """How many places it has gained since the meeting began to decide; negative when it lost."""
        return 0 if self.rank is None or self.before is None else self.before - self.rank


@dataclass(frozen=True)
class MeetingBoard:
    """What the projector shows. `mark` changes with everything that is shown."""

    meeting: Meeting
    block: RoundGroup | None
    item: AgendaItem | None
    count: VoteCount | None
    lines: Sequence[BoardLine]
    done: int
    total: int
    mark: str

    @cached_property
    def cell(self) -> Contest | None:
        """What the unit gave itself, and what stands; read when it is shown."""
        return before_members(self.item) if self.item is not None else None


def board(meeting: Meeting, code: str = "") -> MeetingBoard:
    """The item that is voted on, or was concluded last, and the ranking of its block (`code`: of another block). The
    ranking is computed again only when an input has changed."""
    items = meeting_queries.agenda(meeting)
    item = _current(items)
    block = _block(meeting, item, code)
    concluded = [row for row in items if row.is_concluded]
    count = _count(meeting, item) if item is not None else None
    lines = _lines(block, concluded) if block is not None else ()
    shown = _shown(item, count) if item is not None and count is not None else []
    versions = [block.pk, block.inputs_version, block.group.units_version] if block is not None else []
    mark = digest([meeting.state, len(items), len(concluded), shown, versions])[:16]
    return MeetingBoard(meeting, block, item, count, lines, len(concluded), len(items), mark)


def _shown(item: AgendaItem, count: VoteCount) -> list[object]:
    """Everything that the projector shows of an item and that no version of the block's inputs tells."""
    proposed = [item.title, item.verb, exact_text(item.points), item.not_applicable, item.comment]
    said = [item.counted, count.in_favour, count.opposed, count.abstained, count.electorate]
    return [item.pk, item.state, proposed, said]


def _current(items: Sequence[AgendaItem]) -> AgendaItem | None:
    voting = [row for row in items if row.state == AgendaItem.State.VOTING]
    ended = sorted((row for row in items if row.concluded_at), key=lambda row: (row.concluded_at, row.pk))
    return next(iter([*voting, *ended[-1:], *items]), None)


def _block(meeting: Meeting, item: AgendaItem | None, code: str) -> RoundGroup | None:
    blocks = measured_groups(meeting.council.round)
    named = [block for block in blocks if block.group.code == code]
    of_item = [block for block in blocks if item is not None and block.pk == item.round_group_id]
    return next(iter([*named, *of_item, *blocks]), None)


def _count(meeting: Meeting, item: AgendaItem) -> VoteCount:
    if item.is_concluded:
        return VoteCount(item.in_favour or 0, item.opposed or 0, item.abstained or 0, item.electorate or 0)
    return vote_queries.room(meeting).count(item, item.votes.all())


def _lines(block: RoundGroup, concluded: Iterable[AgendaItem]) -> Sequence[BoardLine]:
    stood = tuple(
        (item.unit.code, item.criterion.code, exact_text(item.stood_points), item.stood_not_applicable)
        for item in concluded
        if item.state == AgendaItem.State.PASSED and item.unit and item.criterion and item.round_group_id == block.pk
    )
    return _ranked(block.pk, block.inputs_version, block.group.units_version, stood)


Stood = tuple[tuple[str, str, str | None, bool], ...]
"""Unit, leaf, points and "not applicable" of the cells that the meeting has decided, as they stood before."""


@lru_cache(maxsize=KEPT_BOARDS)
def _ranked(block_id: int, inputs_version: int, units_version: int, stood: Stood) -> Sequence[BoardLine]:
    """By the versions of the inputs: a process computes a board once, whoever looks at it."""
    block = RoundGroup.objects.select_related("group", "round", "criteria_set__decision").get(pk=block_id)
    inputs = group_inputs(block)
    before = {row["unit"]: row["rank"] for row in bundle.results_of(_as_it_stood(inputs, stood))} if stood else {}
    return tuple(_board_line(row, before) for row in bundle.results_of(inputs))


def _as_it_stood(inputs: Json, stood: Stood) -> Json:
    """The same inputs with the cells that the meeting decided as they were before."""
    old = {(unit, leaf): (points, not_applicable) for unit, leaf, points, not_applicable in stood}
    cells = []
    for cell in inputs["cells"]:
        points, not_applicable = old.get((cell["unit"], cell["criterion"]), (None, False))
        if (cell["unit"], cell["criterion"]) in old:
            state = ranking.NOT_SCORED if points is None else ranking.SCORED
            cells.append({**cell, "state": ranking.NOT_APPLICABLE if not_applicable else state, "points": points})
        else:
            cells.append(cell)
    return {**inputs, "cells": cells}


def _board_line(row: Mapping[str, object], before: Mapping[str, int | None]) -> BoardLine:
    code = str(row["unit"])
    rank, index, missing = row["rank"], row["index"], row["incomplete"]
    place = rank if isinstance(rank, int) else None
    lacks = len(missing) if isinstance(missing, list) else 0
    shown = index if isinstance(index, str) else None
    return BoardLine(code, str(row["name"]), shown, place, before.get(code, place), lacks)


@dataclass(frozen=True)
class MinutesItem:
    """One item as the minutes tell it."""

    item: AgendaItem
    votes: Sequence[Vote]
    barred: Sequence[Seat]
    silent: Sequence[Seat]
    """Who might vote, and did not."""
    dissents: Sequence[Dissent]
    count: VoteCount


@dataclass(frozen=True, slots=True)
class PassedGates:
    """A publication that was made past open gates, and why."""

    publication: Publication
    gates: Sequence[Gate]


@dataclass(frozen=True)
class Minutes:
    """What the paper of a meeting says. `digest`: over everything that the log took of it."""

    meeting: Meeting
    present: Sequence[Seat]
    partly: Sequence[Seat]
    """Who voted by name and was gone when attendance was noted last."""
    absent: Sequence[Seat]
    items: Sequence[MinutesItem]
    statements: Sequence[str]
    """What silence means, and what the random samples showed."""
    passed: Sequence["PassedGates"]
    """The publications of after this meeting that did not wait for what was open."""
    digest: str
    illustrative: bool

    @property
    def title(self) -> str:
        return f"Biên bản {self.meeting}"

    @property
    def concluded(self) -> Sequence[MinutesItem]:
        return [one for one in self.items if one.item.is_concluded]

    @property
    def left(self) -> Sequence[MinutesItem]:
        """What was not decided."""
        return [one for one in self.items if not one.item.is_concluded]


def minutes(meeting: Meeting) -> Minutes:
    """A constant number of queries."""
    hall = vote_queries.room(meeting)
    rows = list(meeting.attendance.select_related("seat__agency").order_by("seat__pk"))
    items = meeting_queries.agenda(meeting)
    told = [
        MinutesItem(
            item,
            [vote for vote in item.votes.all() if not item.counted],
            [seat for seat in hall.seats if hall.is_barred(seat, item)],
            hall.silent(item, item.votes.all()),
            list(item.dissents.all()),
            _said(hall, item),
        )
        for item in items
    ]
    voted = {vote.seat_id for item in items if item.is_concluded for vote in item.votes.all()}
    facts = [digests.item_facts(item, item.votes.all(), item.dissents.all()) for item in items]
    return Minutes(
        meeting=meeting,
        present=[row.seat for row in rows if row.present],
        partly=[row.seat for row in rows if not row.present and row.seat_id in voted],
        absent=[row.seat for row in rows if not row.present and row.seat_id not in voted],
        items=told,
        statements=[
            *silence.sentences(meeting.council.round_id, names=True),
            *samples.sentences(meeting.council.round_id),
        ],
        passed=_passed_gates(meeting),
        digest=digest([digests.meeting_facts(meeting, rows), facts]),
        illustrative=meeting.council.illustrative or meeting.council.round.illustrative,
    )


def _passed_gates(meeting: Meeting) -> list[PassedGates]:
    """Of the publications between this meeting and the next: each is told in the minutes of the meeting before it. Two
    queries."""
    if meeting.opened_at is None:
        return []
    later = meeting.council.meetings.filter(opened_at__gt=meeting.opened_at).order_by("opened_at")
    until = later.values_list("opened_at", flat=True).first()
    rows = Publication.objects.filter(round=meeting.council.round_id, published_at__gte=meeting.opened_at)
    rows = rows.filter(published_at__lt=until) if until else rows
    found = rows.select_related("proposed_by", "published_by").order_by("published_at", "pk")
    return [PassedGates(row, from_json(row.open_gates)) for row in found if row.open_gates]


def _said(hall: vote_queries.Room, item: AgendaItem) -> VoteCount:
    if item.is_concluded:
        return VoteCount(item.in_favour or 0, item.opposed or 0, item.abstained or 0, item.electorate or 0)
    return hall.count(item, item.votes.all())
