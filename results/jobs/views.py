"""How far a piece of background work is, and the file it made."""

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from cchc_index.lib.fragments import page_or_part
from results.book import slug
from results.models import Job

from . import rules
from .queries import is_waiting


@login_not_required
@require_GET
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a piece of background work is. The page loads itself anew while the work goes on."""
    job = get_object_or_404(rules.visible_jobs(request.user), pk=pk)
    context = {"job": job, "waiting": is_waiting(job)}
    return page_or_part(request, "results/jobs/job.html", "results/jobs/progress.html", context)


@login_not_required
@require_GET
def job_file(request: HttpRequest, pk: int) -> FileResponse:
    job = get_object_or_404(rules.visible_jobs(request.user), pk=pk, state=Job.State.DONE)
    if not job.file:
        raise Http404
    return FileResponse(
        job.file.open("rb"), as_attachment=True, filename=_file_name(job), content_type="application/pdf"
    )


def _file_name(job: Job) -> str:
    if job.kind == Job.Kind.STATEMENT and job.unit is not None:
        return f"sao-ke-diem-{_year(job)}-{slug(job.unit.code)}.pdf"
    parts = ["chi-so-cchc", str(_year(job))]
    if job.round_group is not None:
        parts.append("xem-truoc")
    if job.unit is not None:
        parts.append(slug(job.unit.code))
    return "-".join(parts) + ".pdf"


def _year(job: Job) -> int:
    return job.publication.round.year if job.publication else job.round_group.round.year  # type: ignore[union-attr]
