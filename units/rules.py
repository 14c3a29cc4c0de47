"""Who may do what, by role. A role counts only while its membership is active, within its dates, and the account open.

Roles are read once per request and kept on the user object (`user._grants`), so that a page asks the database once; a
changed role counts from the next request.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import QuerySet

from cchc_index.lib import clock

from . import lineage
from .models import DECIDING, Membership, Role, RoleProposal, Unit, User

AnyUser = User | AnonymousUser
MANAGERS = 2
"""Index managers that a system must have had before anything but them is confirmed."""


@dataclass(frozen=True)
class Grants:
    """What a person is: roles, the units they belong to through any role (`home_units`), and these with all that they
    came from and all that became of them (`own_units`): whom the person never appraises."""

    roles: frozenset[str] = frozenset()
    unit_roles: frozenset[tuple[int, str]] = field(default_factory=frozenset)
    own_units: frozenset[int] = frozenset()
    home_units: frozenset[int] = frozenset()


# As `MembershipQuerySet.in_force`; the account has been looked at.
_IN_FORCE = """user_id = %(user)s AND active
AND (valid_from IS NULL OR valid_from <= %(today)s) AND (valid_to IS NULL OR valid_to >= %(today)s)"""
_HELD = f"SELECT user_id, unit_id FROM units_membership WHERE {_IN_FORCE} AND unit_id IS NOT NULL"  # noqa: S608
_GRANTS = f"""SELECT role, unit_id FROM (
WITH RECURSIVE {lineage.tables(_HELD)}
SELECT role, unit_id FROM units_membership WHERE {_IN_FORCE}
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
            cursor.execute(_GRANTS, {"user": user.pk, "today": clock.today().isoformat()})
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


def reads_surveys(user: AnyUser) -> bool:
    """Who reads what a survey gives before it is published: operators, index managers and observers. Units see nothing:
    their people were rated in the ballots."""
    return is_survey_operator(user) or is_index_manager(user) or is_observer(user)


def units_where(user: AnyUser, *roles: Role) -> QuerySet[Unit]:
    """The units in which the person holds one of the roles."""
    ids = [unit for unit, role in grants(user).unit_roles if role in roles]
    return Unit.objects.filter(pk__in=ids)


def may_manage_units(user: AnyUser | None) -> bool:
    """Who changes the list of units: the command line (None), index managers and whoever the administrator lets."""
    if user is None:
        return True
    return user.is_active and (is_index_manager(user) or user.has_perms(["units.add_unit", "units.change_unit"]))


def may_manage_people(user: AnyUser | None) -> bool:
    """Who brings people in, gives and ends roles: the command line (None), index managers and whoever the administrator
    lets. A role that decides is only proposed by them."""
    return user is None or (user.is_active and (is_index_manager(user) or user.has_perm("units.change_membership")))


def is_bringing_up() -> bool:
    """Whether the system never had two index managers: the first two, proposed by the first administrator, confirm each
    other, and nothing else is confirmed before. So do the two that the command line proposes when none is left."""
    managers = Membership.objects.filter(role=Role.INDEX_MANAGER).order_by()
    return managers.values("user").distinct().count() < MANAGERS or is_bringing_back()


def is_bringing_back() -> bool:
    """Whether two managers proposed by the command line, because none was left, still wait for each other."""
    return RoleProposal.objects.filter(brings_back=True, state=RoleProposal.State.OPEN).exists()


def confirmable_roles(user: AnyUser) -> frozenset[str]:
    """The roles that the person confirms, whoever proposed whom: an index manager of some standing all that decide; of
    the first two managers each the other."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    if is_bringing_up():
        candidates = _first_proposals()
        first = is_index_manager(user) or candidates.filter(user=user).exclude(proposed_by=user).exists()
        return frozenset({Role.INDEX_MANAGER}) if first else frozenset()
    if not is_index_manager(user) or waits_until(user, Role.INDEX_MANAGER):
        return frozenset()
    return frozenset(DECIDING)


def _first_proposals() -> QuerySet[RoleProposal]:
    """Of the first managers, or of those that come back when none is left."""
    rows = RoleProposal.objects.filter(role=Role.INDEX_MANAGER, state=RoleProposal.State.OPEN)
    return rows.filter(brings_back=True) if is_bringing_back() else rows


def may_confirm(user: AnyUser, proposal: RoleProposal) -> bool:
    """The second person: never who proposed, never who is to hold the role."""
    is_second = user.pk not in (proposal.user_id, proposal.proposed_by_id)
    if not is_second or proposal.state != RoleProposal.State.OPEN or proposal.role not in confirmable_roles(user):
        return False
    return proposal.brings_back or not is_bringing_back()


def proposals_confirmable_by(user: AnyUser) -> QuerySet[RoleProposal]:
    """`may_confirm` as a queryset, the oldest first."""
    rows = RoleProposal.objects.filter(state=RoleProposal.State.OPEN, role__in=confirmable_roles(user))
    if is_bringing_back():
        rows = rows.filter(brings_back=True)
    return rows.exclude(user=user.pk).exclude(proposed_by=user.pk).order_by("proposed_at", "pk")


def waits_until(user: User, role: Role) -> datetime | None:
    """Until when the person's role does not approve yet: it was confirmed, or somebody else changed how the account is
    opened, less than ROLE_WAIT_HOURS ago. None when it approves. One query."""
    confirmed = Membership.objects.in_force().filter(user=user, role=role).order_by("pk")
    begun = list(confirmed.values_list("confirmed_at", flat=True))
    fresh = [] if None in begun else [min(moment for moment in begun if moment)] if begun else []
    since = [*fresh, *([user.access_changed_at] if user.access_changed_at else [])]
    until = max(since, default=None)
    if until is None:
        return None
    until += timedelta(hours=settings.ROLE_WAIT_HOURS)
    return until if until > clock.now() else None
