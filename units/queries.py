"""Reads of people by their roles."""

from collections.abc import Iterable

from .models import Membership, Role, User

PeopleByUnit = dict[int, list[User]]


def people_of(unit_ids: Iterable[int], *roles: Role) -> PeopleByUnit:
    """The people who hold one of the roles in each unit, one query; each person once per unit."""
    rows = Membership.objects.filter(unit__in=list(unit_ids), role__in=roles, active=True, user__is_active=True)
    by_unit: PeopleByUnit = {}
    for row in rows.select_related("user").order_by("unit_id", "user__username", "role"):
        people = by_unit.setdefault(row.unit_id or 0, [])
        if row.user not in people:
            people.append(row.user)
    return by_unit


def holders_of(role: Role) -> list[User]:
    """The people who hold a role that is not bound to a unit."""
    held = Membership.objects.filter(role=role, active=True)
    return list(User.objects.filter(is_active=True, pk__in=held.order_by().values("user")).order_by("username"))
