"""How much of a unit's statement a person sees."""

from dataclasses import dataclass

from django.db.models import QuerySet

from appraisal.models import AppraisalEntry
from appraisal.rules import answering, reach, reading
from criteria.models import RoundGroup
from results.rules import may_see_preview
from units import rules as people
from units.models import Role, Unit
from units.rules import AnyUser


@dataclass(frozen=True)
class Sight:
    """How much of a unit's statement a person sees.

    `everything`: drafts, unreleased stages and unpublished survey points. `names`: the council's members by
    name; the unit reads "Hội đồng thẩm định". `leaves`: the criteria shown, None for all. `unsubmitted`:
    what the unit has not handed in is its own business, and that of those who see everything.
    """

    entries: QuerySet[AppraisalEntry]
    everything: bool
    names: bool
    unsubmitted: bool
    leaves: frozenset[int] | None = None


def has_statements(user: AnyUser) -> bool:
    """Whether statements are any of the person's business: units, council, managers, observers."""
    roles = (Role.UNIT_OFFICER, Role.UNIT_HEAD, Role.COUNCIL_MEMBER, Role.INDEX_MANAGER, Role.OBSERVER)
    return any(people.has_role(user, role) for role in roles)


def sight_of(user: AnyUser, round_group: RoundGroup, unit: Unit) -> Sight | None:
    """What the person sees of the unit's statement; None for nothing. Managers and observers see all; the
    unit's own people, and a council member who comes from it, what has been released to the unit; another
    council member the criteria assigned to them."""
    entries = AppraisalEntry.objects.filter(appraisal__round_group=round_group, appraisal__unit=unit)
    if may_see_preview(user):
        return Sight(entries, everything=True, names=True, unsubmitted=True)
    if unit.pk in people.grants(user).home_units:
        open_ = reading.entries_open_to_units([unit.pk]).filter(appraisal__round_group=round_group)
        inside = people.has_unit_role(user, unit.pk, *answering.UNIT_ROLES)
        return Sight(open_, everything=False, names=False, unsubmitted=inside)
    scope = reach.scope_of(user, round_group)
    leaves = frozenset(leaf for leaf in scope.leaves if scope.covers(unit.pk, leaf))
    if not leaves:
        return None
    seen = reading.entries_visible_to(user).filter(appraisal__round_group=round_group, appraisal__unit=unit)
    return Sight(seen, everything=False, names=True, unsubmitted=False, leaves=leaves)
