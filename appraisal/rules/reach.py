"""Which cells a person judges and reads: assignments, less their own unit and those of a declared interest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q, QuerySet

from appraisal.models import Assignment, Interest, Reason
from cchc_index.lib.prepared import PreparedSql
from criteria import queries as criteria_queries
from criteria.models import Criterion, Round, RoundGroup, Source
from units import lineage
from units import queries as unit_queries
from units import rules as people
from units.models import Unit, User


@dataclass(frozen=True)
class Part:
    """One assignment: leaves by units; `units` None is every unit of the block."""

    leaves: frozenset[int]
    units: frozenset[int] | None

    def has(self, unit_id: int, criterion_id: int) -> bool:
        return criterion_id in self.leaves and (self.units is None or unit_id in self.units)


@dataclass(frozen=True)
class Scope:
    """What one person may judge and read in one block."""

    parts: tuple[Part, ...]
    own_units: frozenset[int]  # and those of a declared interest: `closed_units`
    reads_all: bool
    leaves: frozenset[int]

    def covers(self, unit_id: int, criterion_id: int) -> bool:
        """Assigned to the person, and never at a closed unit."""
        return unit_id not in self.own_units and any(part.has(unit_id, criterion_id) for part in self.parts)

    @property
    def assigned(self) -> frozenset[int]:
        """The leaves of which the person judges a unit or more."""
        return frozenset[int]().union(*(part.leaves for part in self.parts))

    def shows(self, unit_id: int, criterion_id: int) -> bool:
        """Managers and observers read every appraised cell; a member those that are assigned."""
        return (self.reads_all and criterion_id in self.leaves) or self.covers(unit_id, criterion_id)


@dataclass(frozen=True)
class Holdings:
    """What a person's scope in a block follows from, before the tree is read. As plain tuples: it also says
    whose page a kept page is."""

    parts: tuple[tuple[int | None, tuple[int, ...]], ...]  # branch (None: the whole tree), units (none: every one)
    closed: tuple[int, ...]
    reads_all: bool

    def within(self, tree: Iterable[Criterion]) -> Scope:
        """The scope over the rows of the block's set."""
        rows = list(tree)
        parents = {row.pk: row.parent_id for row in rows}
        leaves = frozenset(row.pk for row in rows if row.is_leaf and row.source == Source.SELF)
        parts = tuple(Part(_under(branch, leaves, parents), frozenset(units) or None) for branch, units in self.parts)
        return Scope(parts, frozenset(self.closed), self.reads_all, leaves)


def reads_all(user: people.AnyUser) -> bool:
    return people.is_index_manager(user) or people.is_observer(user)


def has_desk(user: people.AnyUser) -> bool:
    """Whether the person has any place on the council's side."""
    return people.is_council_member(user) or reads_all(user)


def can_assign(user: people.AnyUser) -> bool:
    """Who assigns, reads progress by person, and keeps the library of reasons."""
    return people.is_index_manager(user)


def assignments_manageable_by(user: people.AnyUser) -> QuerySet[Assignment]:
    return Assignment.objects.order_by("pk") if can_assign(user) else Assignment.objects.none()


def reasons_manageable_by(user: people.AnyUser) -> QuerySet[Reason]:
    return Reason.objects.order_by("code") if can_assign(user) else Reason.objects.none()


def closed_units(user: people.AnyUser) -> frozenset[int]:
    """The units a person never judges: their own, those of their standing interests, and whatever these came from or
    became. Read once per request and kept on the user object, as roles are; what declares or withdraws forgets it."""
    kept: frozenset[int] | None = getattr(user, "_closed_units", None)
    if kept is None:
        kept = people.grants(user).own_units
        if has_desk(user):
            declared = Interest.objects.filter(member=user.pk, withdrawn_at=None).order_by()
            lines = unit_queries.lines_of(declared.values_list("unit_id", flat=True))
            kept |= frozenset[int]().union(*lines.values())
        user._closed_units = kept  # type: ignore[union-attr]
    return kept


def forget_closed_units(user: people.AnyUser) -> None:
    user.__dict__.pop("_closed_units", None)


def holdings(user: people.AnyUser, round_group: RoundGroup) -> Holdings:
    """At most two queries."""
    held = Desk()
    mine = _assignments(user).filter(round_group=round_group)
    for pk, branch, unit in mine.values_list("pk", "branch_id", "units"):
        held.assign(round_group.pk, pk, branch or 0, unit or 0)
    return _holdings(user, held, round_group)


def _holdings(user: people.AnyUser, held: "Desk", round_group: RoundGroup) -> Holdings:
    found = held.assigned.get(round_group.pk, {})
    parts = tuple((branch, tuple(sorted(units))) for _, (branch, units) in sorted(found.items()))
    return Holdings(parts, tuple(sorted(closed_units(user))), reads_all(user))


@dataclass
class Desk:
    """What a page of the council asks about a person and a round before anything else, by block."""

    confirmed: bool = False
    assigned: dict[int, dict[int, tuple[int | None, set[int]]]] = field(default_factory=dict)
    released: dict[int, set[int]] = field(default_factory=dict)
    blind: dict[int, dict[int, Decimal]] = field(default_factory=dict)

    def assign(self, block: int, pk: int, branch: int, unit: int) -> None:
        """One row of an assignment; 0 for no branch and for no unit."""
        row = self.assigned.setdefault(block, {}).setdefault(pk, (branch or None, set()))
        row[1].update([unit] if unit else [])

    def holdings(self, user: people.AnyUser, round_group: RoundGroup) -> Holdings:
        """As the function of this name reads them. No query."""
        return _holdings(user, self, round_group)


_DECLARED = "SELECT member_id, unit_id FROM appraisal_interest WHERE member_id = %(user)s AND withdrawn_at IS NULL"
_DESK = PreparedSql(f"""
WITH RECURSIVE {lineage.tables(_DECLARED)}
SELECT 0, 0, 0, 0, 0, '' FROM appraisal_confirmation WHERE member_id = %(user)s AND round_id = %(round)s
UNION ALL
SELECT 1, 0, unit, 0, 0, '' FROM later
UNION ALL
SELECT 1, 0, unit, 0, 0, '' FROM earlier
UNION ALL
SELECT 2, held.round_group_id, held.id, COALESCE(held.branch_id, 0), COALESCE(units.unit_id, 0), ''
FROM appraisal_assignment held JOIN criteria_roundgroup block ON block.id = held.round_group_id
LEFT JOIN appraisal_assignment_units units ON units.assignment_id = held.id
WHERE held.member_id = %(user)s AND block.round_id = %(round)s
UNION ALL
SELECT 3, shown.round_group_id, shown.stage_id, 0, 0, ''
FROM appraisal_release shown JOIN criteria_roundgroup block ON block.id = shown.round_group_id
WHERE block.round_id = %(round)s
UNION ALL
SELECT 4, blind.round_group_id, blind.criterion_id, 0, 0, CAST(blind.tolerance AS TEXT)
FROM appraisal_blindcriterion blind JOIN criteria_roundgroup block ON block.id = blind.round_group_id
WHERE block.round_id = %(round)s
""")  # noqa: S608 – the program's own words


def desk(user: people.AnyUser, round_: Round) -> Desk:
    """Everything of `Desk` in one query: five small ones take the time of the rest of a page. Closed units are
    kept on the user, as `closed_units` does."""
    found, interests = Desk(), set[int]()
    for kind, block, one, branch, unit, words in _DESK.rows(user=user.pk or 0, round=round_.pk):
        if kind == 0:
            found.confirmed = True
        elif kind == 1:
            interests.add(one)
        elif kind == 2:
            found.assign(block, one, branch, unit)
        elif kind == 3:
            found.released.setdefault(block, set()).add(one)
        else:
            found.blind.setdefault(block, {})[one] = Decimal(words)
    if not people.is_council_member(user):
        found.assigned.clear()
    if has_desk(user) and getattr(user, "_closed_units", None) is None:
        user._closed_units = people.grants(user).own_units | interests  # type: ignore[union-attr]
    return found


def scope_of(user: people.AnyUser, round_group: RoundGroup) -> Scope:
    """What `user` may judge and read in the block: at most three queries."""
    found = Criterion.objects.filter(criteria_set_id=round_group.criteria_set_id).order_by()
    return holdings(user, round_group).within(found.only("parent_id", "is_leaf", "source"))


def _assignments(user: people.AnyUser) -> QuerySet[Assignment]:
    """The assignments that count: of a person who is a council member now."""
    if not people.is_council_member(user) or not isinstance(user, User):
        return Assignment.objects.none()
    return Assignment.objects.filter(member=user).prefetch_related("units").order_by("pk")


def _under(branch: int | None, leaves: frozenset[int], parents: Mapping[int, int | None]) -> frozenset[int]:
    """The leaves under a branch; the whole tree for None."""
    return leaves if branch is None else frozenset(leaf for leaf in leaves if branch in _line(leaf, parents))


def _line(pk: int, parents: Mapping[int, int | None]) -> Iterable[int]:
    current: int | None = pk
    while current is not None:
        yield current
        current = parents.get(current)


def assigned_cells(user: people.AnyUser, cell: str, criterion: str | None = None) -> Q:
    """The cells assigned to the person as a condition; `cell` leads to round_group and unit, `criterion`
    (when elsewhere) to the criterion. Never a closed unit; nothing when nothing is assigned."""
    criterion = cell if criterion is None else criterion
    found = Q(pk__in=[])
    assignments = list(_assignments(user).select_related("round_group"))
    trees = _parents(a.round_group.criteria_set_id for a in assignments)
    closed = closed_units(user)
    for assignment in assignments:
        leaves, parents = trees[assignment.round_group.criteria_set_id]
        part = Q(**{f"{cell}round_group": assignment.round_group_id})
        part &= Q(**{f"{criterion}criterion__in": _under(assignment.branch_id, leaves, parents)})
        if units := [unit.pk for unit in assignment.units.all()]:
            part &= Q(**{f"{cell}unit__in": units})
        found |= part & ~Q(**{f"{cell}unit__in": closed})
    return found


def _parents(set_ids: Iterable[int]) -> dict[int, tuple[frozenset[int], dict[int, int | None]]]:
    """Leaves and parent links of several sets, one query."""
    rows = Criterion.objects.filter(criteria_set__in=set(set_ids)).order_by("pk")
    leaves: dict[int, set[int]] = {}
    parents: dict[int, dict[int, int | None]] = {}
    for pk, parent, set_id, source in rows.values_list("pk", "parent_id", "criteria_set_id", "source"):
        parents.setdefault(set_id, {})[pk] = parent
        leaves.setdefault(set_id, set()).update([pk] if source == Source.SELF else [])
    return {set_id: (frozenset(leaves[set_id]), found) for set_id, found in parents.items()}


def must_confirm(user: people.AnyUser, held: Desk) -> bool:
    """Whether an assigned council member has yet to say that they have no other conflict in this round."""
    return people.is_council_member(user) and not held.confirmed and bool(held.assigned)


def units_appraisable_by(user: people.AnyUser, round_group: RoundGroup) -> QuerySet[Unit]:
    """The units of the block in which the person is assigned something; never the own unit."""
    return _units_covered(scope_of(user, round_group), round_group)


def reads_unit(scope: Scope, unit_id: int) -> bool:
    """Whether the holder of `scope` may read the appraisal of a unit of the block on the council's side."""
    if scope.reads_all:
        return True
    held = (part for part in scope.parts if part.leaves)
    return unit_id not in scope.own_units and any(part.units is None or unit_id in part.units for part in held)


def _units_covered(scope: Scope, round_group: RoundGroup) -> QuerySet[Unit]:
    parts = [part for part in scope.parts if part.leaves]
    found = criteria_queries.units_of(round_group).exclude(pk__in=scope.own_units)
    if any(part.units is None for part in parts):
        return found
    return found.filter(pk__in=[unit for part in parts for unit in part.units or ()])
