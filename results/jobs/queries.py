"""Jobs that wait or run, the job that makes a publication's file, and the hearts of the processes that work."""

from datetime import datetime

from django.db.models import Count, Min, QuerySet

from results.models import Heart, Job, Publication
from units.models import Unit


def live_jobs(kind: Job.Kind) -> QuerySet[Job]:
    """Jobs that wait or run."""
    return Job.objects.filter(kind=kind, state__in=[Job.State.QUEUED, Job.State.RUNNING]).order_by("pk")


def report_job(publication: Publication, unit: Unit | None = None) -> Job | None:
    """The job that makes (or has made) a publication's file: a finished one before others."""
    jobs = list(Job.objects.filter(kind=Job.Kind.REPORT, publication=publication, unit=unit).order_by("-pk"))
    order = (Job.State.DONE, Job.State.RUNNING, Job.State.QUEUED, Job.State.FAILED)
    return min(jobs, key=lambda j: order.index(Job.State(j.state)), default=None)


def booklet_jobs(publication: Publication) -> dict[str, Job]:
    """ "pdf" and "zip" → the job that makes or has made the booklets of all units so."""
    jobs = Job.objects.filter(kind=Job.Kind.BOOKLETS, publication=publication).exclude(state=Job.State.FAILED)
    return {job.paper: job for job in jobs.order_by("pk")}


def booklet_lines(publication: Publication) -> list[tuple[str, str, Job | None]]:
    """How all booklets of what is published come, in words, with the job that makes or has made them so."""
    jobs = booklet_jobs(publication) if publication.state == Publication.State.PUBLISHED else {}
    return [(end, words, jobs.get(end)) for end, words in (("pdf", "một tập PDF"), ("zip", "tệp zip"))]


def is_waiting(job: Job) -> bool:
    """Whether the work is still to come."""
    return job.state in (Job.State.QUEUED, Job.State.RUNNING)


def heart(name: str) -> datetime | None:
    """When a process of this name last said that it lives, on whatever machine; None: never."""
    return Heart.objects.filter(name=name).values_list("beat_at", flat=True).order_by("-beat_at").first()


def waiting_since() -> datetime | None:
    """When the oldest job was asked for that nobody has taken yet."""
    first: datetime | None = Job.objects.filter(state=Job.State.QUEUED).aggregate(first=Min("created_at"))["first"]
    return first


def jobs_by_state() -> dict[str, int]:
    """How many jobs there are in each state; 0 is said too."""
    counts = dict(Job.objects.order_by().values_list("state").annotate(count=Count("pk")))
    return {state: counts.get(state, 0) for state in Job.State.values}
