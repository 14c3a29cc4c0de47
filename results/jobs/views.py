"""How far a piece of background work is, and the file it made."""

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from results.book import slug
from results.models import Job

from . import rules
from .queries import is_waiting


@login_not_required
@require_GET
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a piece of background work is. The page loads itself anew while the work goes on."""
    found = get_object_or_404(rules.visible_jobs(request.user), pk=pk)
    waiting = is_waiting(found)
    template = "results/jobs/progress.html" if getattr(request, "htmx", False) else "results/jobs/job.html"
    response = render(request, template, {"job": found, "waiting": waiting})
    patch_vary_headers(response, ["HX-Request"])  # one address, two answers
    return response


@login_not_required
@require_GET
def job_file(request: HttpRequest, pk: int) -> FileResponse:
    found = get_object_or_404(rules.visible_jobs(request.user), pk=pk, state=Job.State.DONE)
    if not found.file:
        raise Http404
    return FileResponse(
        found.file.open("rb"), as_attachment=True, filename=_file_name(found), content_type="application/pdf"
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
