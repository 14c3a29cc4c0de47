"""Which cells a person judges and reads: assignments, less their own unit and those of a declared interest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from appraisal.models import Assignment, Confirmation, Interest, Reason
from criteria import queries as criteria_queries
from criteria.models import Criterion, Round, RoundGroup, Source
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
    """The units a person never judges: their own, and those of their standing interests. Read once per
    request and kept on the user object, as roles are; what declares or withdraws forgets it."""
    kept: frozenset[int] | None = getattr(user, "_closed_units", None)
    if kept is None:
        kept = people.grants(user).own_units
        if has_desk(user):
            declared = Interest.objects.filter(member=user.pk, withdrawn_at=None).order_by()
            kept |= frozenset(declared.values_list("unit_id", flat=True))
        user._closed_units = kept  # type: ignore[union-attr]
    return kept


def forget_closed_units(user: people.AnyUser) -> None:
    user.__dict__.pop("_closed_units", None)


def holdings(user: people.AnyUser, round_group: RoundGroup) -> Holdings:
    """At most two queries."""
    held: dict[int, tuple[int | None, set[int]]] = {}
    mine = _assignments(user).filter(round_group=round_group)
    for pk, branch, unit in mine.values_list("pk", "branch_id", "units"):
        held.setdefault(pk, (branch, set()))[1].update([unit] if unit else [])
    parts = tuple((branch, tuple(sorted(units))) for branch, units in held.values())
    return Holdings(parts, tuple(sorted(closed_units(user))), reads_all(user))


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


def must_confirm(user: people.AnyUser, round_: Round) -> bool:
    """Whether an assigned council member has yet to say that they have no other conflict in this round.
    One query for whoever has."""
    if not people.is_council_member(user):
        return False
    if Confirmation.objects.filter(round=round_, member=user.pk).exists():
        return False
    return Assignment.objects.filter(member=user.pk, round_group__round=round_).exists()


def units_appraisable_by(user: people.AnyUser, round_group: RoundGroup) -> QuerySet[Unit]:
    """The units of the block in which the person is assigned something; never the own unit."""
    return _units_covered(scope_of(user, round_group), round_group)


def units_in(scope: Scope, round_group: RoundGroup) -> QuerySet[Unit]:
    """The units whose appraisal the holder of `scope` may read on the council's side."""
    return criteria_queries.units_of(round_group) if scope.reads_all else _units_covered(scope, round_group)


def _units_covered(scope: Scope, round_group: RoundGroup) -> QuerySet[Unit]:
    parts = [part for part in scope.parts if part.leaves]
    found = criteria_queries.units_of(round_group).exclude(pk__in=scope.own_units)
    if any(part.units is None for part in parts):
        return found
    return found.filter(pk__in=[unit for part in parts for unit in part.units or ()])
