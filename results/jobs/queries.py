"""Jobs that wait or run, and the job that makes a publication's file."""

from django.db.models import QuerySet

from results.models import Job, Publication
from units.models import Unit


def live_jobs(kind: Job.Kind) -> QuerySet[Job]:
    """Jobs that wait or run."""
    return Job.objects.filter(kind=kind, state__in=[Job.State.QUEUED, Job.State.RUNNING]).order_by("pk")


def report_job(publication: Publication, unit: Unit | None = None) -> Job | None:
    """The job that makes (or has made) a publication's file: a finished one before others."""
    jobs = list(Job.objects.filter(kind=Job.Kind.REPORT, publication=publication, unit=unit).order_by("-pk"))
    order = (Job.State.DONE, Job.State.RUNNING, Job.State.QUEUED, Job.State.FAILED)
    return min(jobs, key=lambda j: order.index(Job.State(j.state)), default=None)


def is_waiting(job: Job) -> bool:
    """Whether the work is still to come."""
    return job.state in (Job.State.QUEUED, Job.State.RUNNING)
