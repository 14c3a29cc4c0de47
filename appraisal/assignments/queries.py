"""Reads of assignments: who holds which cells of a block, whom nobody holds, and how far everybody is."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from django.db.models import Count, Max, Q

from appraisal.core.queries.cells import read_sheet
from appraisal.models import AppraisalEntry, Assignment, Interest
from appraisal.rules.stages import Calendar
from cchc_index.lib import clock
from cchc_index.lib.text import sort_key
from criteria import queries as criteria_queries
from criteria.models import Criterion, RoundGroup, Source, Stage
from criteria.tree import CellKey
from units.models import Membership, Role, Unit, User
from units.queries import lines_of

from . import sharing


@dataclass(frozen=True)
class Board:
    """A block with its units, its tree, its appraisers, and who holds what."""

    round_group: RoundGroup
    units: list[Unit]
    tree: list[Criterion]
    members: list[User]
    """Who is a council member now, in the order of names."""
    agencies: dict[Unit, list[User]]
    barred: frozenset[sharing.Pair]
    """(member, unit) pairs that never meet: own units, standing interests, what these came from or became."""
    assignments: list[Assignment]

    @cached_property
    def leaves(self) -> list[Criterion]:
        return [row for row in self.tree if row.is_leaf and row.source == Source.SELF]

    @cached_property
    def parents(self) -> dict[int, int | None]:
        return {row.pk: row.parent_id for row in self.tree}

    @cached_property
    def branches(self) -> list[Criterion]:
        """The rows of the tree that hold something to appraise."""
        held = {pk for leaf in self.leaves for pk in sharing.line(leaf.pk, self.parents)}
        return [row for row in self.tree if row.pk in held]

    @cached_property
    def people(self) -> dict[int, User]:
        """The council members, and those who left the council and still have assignments."""
        return {a.member_id: a.member for a in self.assignments} | {m.pk: m for m in self.members}

    @cached_property
    def holders(self) -> dict[CellKey, list[int]]:
        """{(unit, leaf): members}, every cell of the block."""
        found: dict[CellKey, list[int]] = {(u.pk, leaf.pk): [] for leaf in self.leaves for u in self.units}
        for member in self.members:
            for cell in self.cells_of(member.pk):
                found[cell].append(member.pk)
        return found

    def leaves_under(self, branch_id: int | None) -> list[int]:
        return [
            leaf.pk for leaf in self.leaves if branch_id is None or branch_id in sharing.line(leaf.pk, self.parents)
        ]

    def judgeable(self, member_id: int) -> frozenset[int]:
        return frozenset(unit.pk for unit in self.units if (member_id, unit.pk) not in self.barred)

    def cells_of(self, member_id: int) -> set[CellKey]:
        """What the member may judge by their assignments."""
        if member_id not in self._by_member:
            return set()
        able = self.judgeable(member_id)
        found: set[CellKey] = set()
        for assignment in self._by_member[member_id]:
            units = able & {u.pk for u in assignment.units.all()} if assignment.units.all() else able
            found |= {(unit, leaf) for leaf in self.leaves_under(assignment.branch_id) for unit in units}
        return found

    @cached_property
    def _by_member(self) -> dict[int, list[Assignment]]:
        found: dict[int, list[Assignment]] = {}
        for assignment in self.assignments:
            found.setdefault(assignment.member_id, []).append(assignment)
        return found

    def rows_for(self, member_id: int, cells: set[CellKey]) -> list[sharing.SharedBranch]:
        """The fewest assignments that give the member exactly `cells`."""
        leaves = [leaf.pk for leaf in self.leaves]
        return sharing.rows_of(cells, units=self.judgeable(member_id), leaves=leaves, parents=self.parents)

    @property
    def fingerprint(self) -> str:
        """Changes with every assignment and every bar: what a person saw before they press the button."""
        rows = sorted([*row_key(a)] for a in self.assignments)
        bars = sorted(self.barred)
        return hashlib.sha256(json.dumps([rows, bars], default=str).encode()).hexdigest()[:16]

    @property
    def uncovered(self) -> list["AssignmentGap"]:
        return gaps(self, [cell for cell, held in self.holders.items() if not held])


def row_key(assignment: Assignment) -> tuple[int, int, list[int]]:
    """An assignment as values: member, branch (0: whole tree), units."""
    return assignment.member_id, assignment.branch_id or 0, sorted(unit.pk for unit in assignment.units.all())


def row_fingerprint(assignment: Assignment) -> str:
    return hashlib.sha256(json.dumps(row_key(assignment)).encode()).hexdigest()[:16]


def board(round_group: RoundGroup) -> Board:
    """Eight queries whatever the number of members, units and criteria."""
    members, agencies = _members()
    assignments = list(
        Assignment.objects.filter(round_group=round_group)
        .select_related("member", "branch")
        .prefetch_related("units")
        .order_by("member__full_name", "member", "branch__position", "pk")
    )
    return Board(
        round_group=round_group,
        units=list(criteria_queries.units_of(round_group)),
        tree=criteria_queries.tree(round_group.criteria_set_id),
        members=members,
        agencies=agencies,
        barred=barred_pairs({person.pk for person in members} | {a.member_id for a in assignments}),
        assignments=assignments,
    )


def _members() -> tuple[list[User], dict[Unit, list[User]]]:
    rows = Membership.objects.in_force().filter(role=Role.COUNCIL_MEMBER)
    found: dict[int, User] = {}
    agencies: dict[Unit, list[User]] = {}
    for row in rows.select_related("user", "unit").order_by("user__username", "pk"):
        person = found.setdefault(row.user_id, row.user)
        if row.unit:
            agencies.setdefault(row.unit, []).append(person)
    members = sorted(found.values(), key=lambda m: (sort_key(m.full_name), m.username))
    return members, dict(sorted(agencies.items(), key=lambda item: sort_key(item[0].name)))


def barred_pairs(members: Iterable[int]) -> frozenset[sharing.Pair]:
    """(member, unit) pairs that never meet; three queries."""
    members = set(members)
    own = Membership.objects.in_force().filter(user__in=members, unit__isnull=False).order_by("pk")
    declared = Interest.objects.filter(member__in=members, withdrawn_at=None).order_by("pk")
    pairs = [*own.values_list("user_id", "unit_id"), *declared.values_list("member_id", "unit_id")]
    lines = lines_of(unit for _, unit in pairs if unit is not None)
    return frozenset((member, kin) for member, unit in pairs if unit is not None for kin in lines[unit])


@dataclass(frozen=True)
class AssignmentGap:
    """A leaf at some units; `units` empty means every unit of the block."""

    leaf: Criterion
    units: list[Unit]
    count: int


def gaps(board: Board, cells: Iterable[CellKey]) -> list[AssignmentGap]:
    """Cells in words: by leaf, in the order of the tree."""
    held: dict[int, set[int]] = {}
    for unit, leaf in cells:
        held.setdefault(leaf, set()).add(unit)
    return [
        AssignmentGap(
            leaf, [] if len(found) == len(board.units) else [u for u in board.units if u.pk in found], len(found)
        )
        for leaf in board.leaves
        if (found := held.get(leaf.pk, set()))
    ]


class Work(NamedTuple):
    """Counts of cells: done and waiting, the rest belongs to units that have not submitted."""

    total: int = 0
    done: int = 0
    waiting: int = 0
    adjusted: int = 0

    @property
    def idle(self) -> int:
        return self.total - self.done - self.waiting


class CellProgress(NamedTuple):
    done: bool
    waiting: bool
    adjusted: bool


def states(board: Board, now: Calendar) -> dict[CellKey, CellProgress]:
    """How far each cell of the block is: the queries of one sheet."""
    sheet = read_sheet(board.round_group, board.units, board.leaves, calendar=now)
    found = {}
    for unit in board.units:
        for leaf in board.leaves:
            cell = sheet.cell(unit, leaf, False)
            pending = cell.is_pending
            found[unit.pk, leaf.pk] = CellProgress(cell.standing is not None and not pending, pending, cell.differs)
    return found


def work(cells: Iterable[CellKey], of: Mapping[CellKey, CellProgress]) -> Work:
    counts: Counter[str] = Counter()
    total = 0
    for cell in cells:
        done, waiting, adjusted = of[cell]
        total += 1
        counts.update(done=done, waiting=waiting, adjusted=adjusted)
    return Work(total, counts["done"], counts["waiting"], counts["adjusted"])


@dataclass(frozen=True)
class MemberLine:
    member: User
    work: Work
    last_entry: datetime | None

    @property
    def never_in(self) -> bool:
        return self.member.last_login is None

    @property
    def risk(self) -> tuple[bool, int, int]:
        """Sorts the worst first: work and never signed in, then the most waiting, then the most to come."""
        return (not (self.never_in and self.work.total), -self.work.waiting, -self.work.idle)


@dataclass(frozen=True)
class PlaceLine:
    """A unit or a criterion."""

    place: Unit | Criterion
    work: Work
    last_entry: datetime | None
    members: list[User] = field(default_factory=list)
    uncovered: int = 0

    @property
    def risk(self) -> tuple[int, int, int]:
        return (-self.uncovered, -self.work.waiting, -self.work.idle)


@dataclass(frozen=True)
class Progress:
    whole: Work
    members: list[MemberLine]
    criteria: list[PlaceLine]
    units: list[PlaceLine]


def progress(board: Board, now: Calendar) -> Progress:
    """By member, criterion and unit, the worst first. A constant number of queries."""
    of = states(board, now)
    at_member, at_leaf, at_unit = (_last(board, name) for name in ("actor", "appraisal__criterion", "appraisal__unit"))
    members = [MemberLine(m, work(board.cells_of(m.pk), of), at_member.get(m.pk)) for m in board.members]
    names = {member.pk: member for member in board.members}
    criteria = [
        _place_line(board, leaf, [(u.pk, leaf.pk) for u in board.units], of, names, at_leaf) for leaf in board.leaves
    ]
    units = [
        _place_line(board, unit, [(unit.pk, leaf.pk) for leaf in board.leaves], of, names, at_unit)
        for unit in board.units
    ]
    return Progress(
        whole=work(of, of),
        members=sorted(members, key=lambda line: line.risk),
        criteria=sorted(criteria, key=lambda line: line.risk),
        units=sorted(units, key=lambda line: line.risk),
    )


def _place_line(
    board: Board,
    place: Unit | Criterion,
    cells: Sequence[CellKey],
    of: Mapping[CellKey, CellProgress],
    names: Mapping[int, User],
    last: Mapping[int, datetime],
) -> PlaceLine:
    held = Counter(member for cell in cells for member in board.holders[cell])
    uncovered = sum(not board.holders[cell] for cell in cells)
    return PlaceLine(place, work(cells, of), last.get(place.pk), [names[pk] for pk, _ in held.most_common()], uncovered)


def _last(board: Board, by: str) -> dict[int, datetime]:
    """{member, unit or criterion: the newest step of the council}, one query."""
    rows = AppraisalEntry.objects.filter(appraisal__round_group=board.round_group).exclude(
        stage_kind__in=[Stage.Kind.REPLY, Stage.Kind.ARCHIVE]
    )
    found = rows.order_by().values(by).annotate(last=Max("at")).values_list(by, "last")
    return {pk: at for pk, at in found if pk is not None}


def open_work(user: User) -> Iterator[str]:
    """Assignments of the person in years whose appraisals are not over, for who takes over. One query."""
    ahead = Q(round_group__round__stages__closes_at__gt=clock.now()) | Q(round_group__round__stages__closes_at=None)
    rows = Assignment.objects.filter(ahead, member=user, round_group__round__stages__kind=Stage.Kind.APPRAISAL)
    block = ("round_group__round__year", "round_group__group__name")
    counted = rows.order_by(*block).values(*block).annotate(held=Count("pk", distinct=True))
    for year, group, held in counted.values_list(*block, "held"):
        yield f"Phân công thẩm định năm {year}, khối {group}: {held}; chuyển ở trang Phân công thẩm định."
