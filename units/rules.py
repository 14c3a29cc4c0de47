"""Who may do what, by role. A role counts only while its membership is active and the account too.

Roles are read once per request and kept on the user object (`user._grants`), so that a page asks the database once; a
changed role counts from the next request.
"""

from dataclasses import dataclass, field

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import QuerySet

from . import lineage
from .models import Role, Unit, User

AnyUser = User | AnonymousUser


@dataclass(frozen=True)
class Grants:
    """What a person is: roles, the units they belong to through any role (`home_units`), and these with all that they
    came from and all that became of them (`own_units`): whom the person never appraises."""

    roles: frozenset[str] = frozenset()
    unit_roles: frozenset[tuple[int, str]] = field(default_factory=frozenset)
    own_units: frozenset[int] = frozenset()
    home_units: frozenset[int] = frozenset()


_HELD = "SELECT user_id, unit_id FROM units_membership WHERE user_id = %(user)s AND active AND unit_id IS NOT NULL"
_GRANTS = f"""SELECT role, unit_id FROM (
WITH RECURSIVE {lineage.tables(_HELD)}
SELECT role, unit_id FROM units_membership WHERE user_id = %(user)s AND active
UNION ALL SELECT '', unit FROM later
UNION ALL SELECT '', unit FROM earlier
) AS held"""  # noqa: S608 – the program's own words


def grants(user: AnyUser) -> Grants:
    """The active roles of `user`; nothing for an anonymous or inactive account."""
    if not isinstance(user, User) or not user.is_active:
        return Grants()
    granted = getattr(user, "_grants", None)
    if granted is None:
        with connection.cursor() as cursor:
            cursor.execute(_GRANTS, {"user": user.pk})
            rows: list[tuple[str, int | None]] = cursor.fetchall()
        granted = Grants(
            roles=frozenset(role for role, _ in rows if role),
            unit_roles=frozenset((unit, role) for role, unit in rows if role and unit),
            own_units=frozenset(unit for _, unit in rows if unit),
            home_units=frozenset(unit for role, unit in rows if role and unit),
        )
        user._grants = granted  # type: ignore[attr-defined]
    return granted


def has_role(user: AnyUser, role: Role) -> bool:
    return role in grants(user).roles


def has_unit_role(user: AnyUser, unit_id: int, *roles: Role) -> bool:
    held = grants(user).unit_roles
    return any((unit_id, role) in held for role in roles)


def is_own_unit(user: AnyUser, unit_id: int) -> bool:
    """Whether the person belongs, through any role, to the unit, to one it came from or to one that came of it, over
    any number of reorganisations: then they never appraise it. `own_units` is the set of the same meaning."""
    return unit_id in grants(user).own_units


def own_units(user: AnyUser) -> QuerySet[Unit]:
    """The units for which `is_own_unit` holds."""
    return Unit.objects.filter(pk__in=grants(user).own_units)


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
