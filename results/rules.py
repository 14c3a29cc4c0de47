"""Who may see and publish what. Nothing of the ranking leaks before publication."""

from django.db.models import Q, QuerySet

from units import rules as people
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
    """Reports of published rankings: everybody; of previews and recomputations: those who see previews."""
    if may_see_preview(user):
        return True
    return job.kind == Job.Kind.REPORT and job.publication is not None and job.publication.state == PUBLISHED


def visible_jobs(user: AnyUser) -> QuerySet[Job]:
    """`may_see_job` as a queryset."""
    everything = Job.objects.select_related("round_group", "publication", "unit").order_by("-created_at", "-pk")
    if may_see_preview(user):
        return everything
    return everything.filter(Q(kind=Job.Kind.REPORT, publication__state=PUBLISHED))
