"""Who may do what, by role. A role counts only while its membership is active and the account too.

Roles are read once per request and kept on the user object (`user._grants`), so that a page asks the database once; a
changed role counts from the next request.
"""

from dataclasses import dataclass, field

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from .models import Membership, Role, Unit, User

AnyUser = User | AnonymousUser


@dataclass(frozen=True)
class Grants:
    """What a person is: roles, and the units they belong to through any role."""

    roles: frozenset[str] = frozenset()
    unit_roles: frozenset[tuple[int, str]] = field(default_factory=frozenset)
    own_units: frozenset[int] = frozenset()


def grants(user: AnyUser) -> Grants:
    """The active roles of `user`; nothing for an anonymous or inactive account."""
    if not isinstance(user, User) or not user.is_active:
        return Grants()
    granted = getattr(user, "_grants", None)
    if granted is None:
        rows = list(Membership.objects.filter(user=user, active=True).order_by("pk").values_list("unit_id", "role"))
        granted = Grants(
            roles=frozenset(role for _, role in rows),
            unit_roles=frozenset((unit, role) for unit, role in rows if unit),
            own_units=frozenset(unit for unit, _ in rows if unit),
        )
        user._grants = granted  # type: ignore[attr-defined]
    return granted


def has_role(user: AnyUser, role: Role) -> bool:
    return role in grants(user).roles


def has_unit_role(user: AnyUser, unit_id: int, *roles: Role) -> bool:
    held = grants(user).unit_roles
    return any((unit_id, role) in held for role in roles)


def is_own_unit(user: AnyUser, unit_id: int) -> bool:
    """Whether the person belongs to the unit through any role: then they never appraise it."""
    return unit_id in grants(user).own_units


def is_index_manager(user: AnyUser) -> bool:
    return has_role(user, Role.INDEX_MANAGER)


def is_survey_operator(user: AnyUser) -> bool:
    return has_role(user, Role.SURVEY_OPERATOR)


def is_council_member(user: AnyUser) -> bool:
    return has_role(user, Role.COUNCIL_MEMBER)


def is_observer(user: AnyUser) -> bool:
    return has_role(user, Role.OBSERVER)


def units_where(user: AnyUser, *roles: Role) -> QuerySet[Unit]:
    """The units in which the person holds one of the roles."""
    ids = [unit for unit, role in grants(user).unit_roles if role in roles]
    return Unit.objects.filter(pk__in=ids)


def may_manage_units(user: AnyUser | None) -> bool:
    """Who changes the list of units: the command line (None) and whoever the administrator lets."""
    return user is None or (user.is_active and user.has_perms(["units.add_unit", "units.change_unit"]))


def may_manage_people(user: AnyUser | None) -> bool:
    """Who gives and takes roles: the command line (None) and whoever the administrator lets."""
    return user is None or (user.is_active and user.has_perm("units.change_membership"))
