"""Who may see and publish what. Nothing of the ranking leaks before publication."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from appraisal import rules as council
from appraisal.models import AppraisalEntry
from criteria.models import RoundGroup
from units import rules as people
from units.models import Role, Unit
from units.rules import AnyUser

from .models import Job, Publication

PUBLISHED, PROPOSED = Publication.State.PUBLISHED, Publication.State.PROPOSED


def may_see_preview(user: AnyUser | None) -> bool:
    """What stands before publication: index managers and observers. None is the public."""
    return user is not None and (people.is_index_manager(user) or people.is_observer(user))


def may_publish(user: AnyUser) -> bool:
    """Who proposes, approves and withdraws publications."""
    return people.is_index_manager(user)


def may_approve(user: AnyUser, publication: Publication) -> bool:
    """The second person: another index manager than the one who proposed."""
    return may_publish(user) and publication.state == PROPOSED and publication.proposed_by_id != user.pk


def may_withdraw(user: AnyUser, publication: Publication) -> bool:
    return may_publish(user) and publication.state == PROPOSED


def may_see_publication(user: AnyUser | None, publication: Publication) -> bool:
    """Published ones: everybody; others: those who see previews."""
    return publication.state == PUBLISHED or may_see_preview(user)


def visible_publications(user: AnyUser) -> QuerySet[Publication]:
    """`may_see_publication` as a queryset."""
    everything = Publication.objects.select_related("round").order_by("-published_at", "-pk")
    return everything if may_see_preview(user) else everything.filter(state=PUBLISHED)


def may_see_job(user: AnyUser, job: Job) -> bool:
    """Reports of published rankings: everybody; of previews and recomputations: those who see previews;
    a statement: who asked for it, for it shows what that person may see."""
    if job.kind == Job.Kind.STATEMENT:
        return user.pk is not None and job.requested_by_id == user.pk
    if may_see_preview(user):
        return True
    return job.kind == Job.Kind.REPORT and job.publication is not None and job.publication.state == PUBLISHED


def visible_jobs(user: AnyUser) -> QuerySet[Job]:
    """`may_see_job` as a queryset."""
    everything = Job.objects.select_related("round_group", "publication", "unit").order_by("-created_at", "-pk")
    seen = Q(kind=Job.Kind.REPORT, publication__state=PUBLISHED)
    if may_see_preview(user):
        seen = ~Q(kind=Job.Kind.STATEMENT)
    own = Q(kind=Job.Kind.STATEMENT, requested_by=user.pk) if user.pk is not None else Q(pk__in=[])
    return everything.filter(seen | own)


# --- the statement of a unit's points ---------------------------------------------------------------


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
    if people.is_own_unit(user, unit.pk):
        open_ = council.entries_open_to_units([unit.pk]).filter(appraisal__round_group=round_group)
        inside = people.has_unit_role(user, unit.pk, *council.UNIT_ROLES)
        return Sight(open_, everything=False, names=False, unsubmitted=inside)
    scope = council.scope_of(user, round_group)
    leaves = frozenset(leaf for leaf in scope.leaves if scope.covers(unit.pk, leaf))
    if not leaves:
        return None
    seen = council.entries_visible_to(user).filter(
        appraisal__round_group=round_group, appraisal__unit=unit, appraisal__criterion__in=leaves
    )
    return Sight(seen, everything=False, names=True, unsubmitted=False, leaves=leaves)
