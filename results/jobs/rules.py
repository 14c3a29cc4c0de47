"""Who may follow a job and take its file."""

from django.db.models import Q, QuerySet

from results.models import Job, Publication
from results.rules import may_see_preview
from surveys.rules import may_read
from units.rules import AnyUser

PUBLISHED = Publication.State.PUBLISHED
OF_PUBLICATIONS = (Job.Kind.REPORT, Job.Kind.BOOKLETS)
"""What is made for everybody once it is published."""


def may_see_job(user: AnyUser, job: Job) -> bool:
    """Reports and booklets of published rankings: everybody; of previews and recomputations: those who see previews;
    a statement: who asked for it, for it shows what that person may see; a survey's report: who reads the survey."""
    if job.kind == Job.Kind.STATEMENT:
        return user.pk is not None and job.requested_by_id == user.pk
    if job.kind == Job.Kind.SURVEY:
        return may_read(user)
    if may_see_preview(user):
        return True
    return job.kind in OF_PUBLICATIONS and job.publication is not None and job.publication.state == PUBLISHED


def visible_jobs(user: AnyUser) -> QuerySet[Job]:
    """`may_see_job` as a queryset."""
    everything = Job.objects.select_related("round_group", "publication", "unit", "round").order_by(
        "-created_at", "-pk"
    )
    seen = Q(kind__in=OF_PUBLICATIONS, publication__state=PUBLISHED)
    if may_see_preview(user):
        seen = ~Q(kind__in=(Job.Kind.STATEMENT, Job.Kind.SURVEY))
    if may_read(user):
        seen |= Q(kind=Job.Kind.SURVEY)
    own = Q(kind=Job.Kind.STATEMENT, requested_by=user.pk) if user.pk is not None else Q(pk__in=[])
    return everything.filter(seen | own)
