"""Reads of people by their roles, and of units by their line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import connection

from . import lineage
from .models import UNITS_BY_NAME, Membership, Role, Succession, Unit, User

PeopleByUnit = dict[int, list[User]]


def people_of(unit_ids: Iterable[int], *roles: Role) -> PeopleByUnit:
    """The people who hold one of the roles in each unit, one query; each person once per unit."""
    rows = Membership.objects.in_force().filter(unit__in=list(unit_ids), role__in=roles)
    by_unit: PeopleByUnit = {}
    for row in rows.select_related("user").order_by("unit_id", "user__username", "role"):
        people = by_unit.setdefault(row.unit_id or 0, [])
        if row.user not in people:
            people.append(row.user)
    return by_unit


def holders_of(role: Role) -> list[User]:
    """The people who hold a role that is not bound to a unit."""
    held = Membership.objects.in_force().filter(role=role)
    return list(User.objects.filter(pk__in=held.order_by().values("user")).order_by("username"))


def lines_of(unit_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """Each unit with all that it came from and all that became of it, by its key. One query; none for no units."""
    ids = sorted(set(unit_ids))
    if not ids:
        return {}
    marks = ", ".join(["%s"] * len(ids))
    start = f"SELECT id, id FROM units_unit WHERE id IN ({marks})"  # noqa: S608 – marks only
    lines: dict[int, set[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE {lineage.tables(start)} SELECT * FROM later UNION SELECT * FROM earlier",  # noqa: S608
            [*ids, *ids],
        )
        for root, unit in cursor.fetchall():
            lines.setdefault(root, set()).add(unit)
    return {root: frozenset(units) for root, units in lines.items()}


def heirs_of(unit_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """Each unit with all that became of it, by its key. One query; none for no units."""
    ids = sorted(set(unit_ids))
    if not ids:
        return {}
    start = f"SELECT id, id FROM units_unit WHERE id IN ({', '.join(['%s'] * len(ids))})"  # noqa: S608 – marks only
    heirs: dict[int, set[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(f"WITH RECURSIVE {lineage.tables(start)} SELECT * FROM later", [*ids, *ids])  # noqa: S608
        for root, unit in cursor.fetchall():
            heirs.setdefault(root, set()).add(unit)
    return {root: frozenset(units) for root, units in heirs.items()}


@dataclass(frozen=True, slots=True)
class Origins:
    """Where a unit came from. `line`: the unit and, as long as there is exactly one, its predecessors, newest first.
    `merged`: the several predecessors at which that line ends, by name: their figures are nobody's alone."""

    line: list[Unit]
    merged: list[Unit] = field(default_factory=list)


def origins(unit: Unit) -> Origins:
    """Two queries whatever the length of the line; rows that lead in a circle end it."""
    before: dict[int, set[int]] = {}
    for old, new in Succession.objects.exclude(successor=None).order_by("pk").values_list("predecessor", "successor"):
        before.setdefault(new, set()).add(old)
    keys = [unit.pk]
    while len(olds := before.get(keys[-1], set()) - set(keys)) == 1:
        keys.extend(olds)
    units = _by_key({*keys[1:], *olds})
    return Origins([unit, *(units[pk] for pk in keys[1:])], [row for pk, row in units.items() if pk in olds])


def _by_key(keys: set[int]) -> Mapping[int, Unit]:
    """Units by key, in the order of their names."""
    return {row.pk: row for row in Unit.objects.filter(pk__in=keys).order_by(*UNITS_BY_NAME)} if keys else {}


def account_named(username: str) -> User | None:
    """The open account of this user name."""
    return User.objects.filter(username=username, is_active=True).first()
