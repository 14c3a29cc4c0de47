"""How far a piece of background work is, and the file it made."""

import logging

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from cchc_index.lib.fragments import page_or_part
from cchc_index.lib.whole import same_file
from results.book import slug
from results.models import Job
from surveys.scores.queries import tells_nothing_yet

from . import rules
from .queries import is_waiting

log = logging.getLogger(__name__)
DAMAGED = "Tệp đã lưu không còn đúng với mã kiểm tra ghi khi tạo, nên không được phát. Báo người quản trị hệ thống."
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


@login_not_required
@require_GET
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a piece of background work is. The page loads itself anew while the work goes on."""
    job = get_object_or_404(rules.visible_jobs(request.user), pk=pk)
    context = {"job": job, "waiting": is_waiting(job)}
    return page_or_part(request, "results/jobs/job.html", "results/jobs/progress.html", context)


@login_not_required
@require_GET
def job_file(request: HttpRequest, pk: int, ending: str) -> HttpResponseBase:
    """The file a job made, as long as it is the one that was made."""
    job = get_object_or_404(rules.visible_jobs(request.user), pk=pk, state=Job.State.DONE)
    if not job.file or ending != job.ending:
        raise Http404
    if job.kind == Job.Kind.SURVEY and job.round_group is not None and tells_nothing_yet(job.round_group):
        raise PermissionDenied("Kế hoạch bảo vệ các ô ít phiếu: báo cáo có khi giai đoạn điều tra đóng.")
    kind = TYPES.get(ending, "application/octet-stream")
    if not same_file(job.file, job.digest):
        log.error("Tệp của việc %s không còn đúng với mã kiểm tra", job.pk)
        return HttpResponse(DAMAGED, content_type="text/plain; charset=utf-8", status=503)
    return FileResponse(job.file.open("rb"), as_attachment=True, filename=_file_name(job), content_type=kind)


def _file_name(job: Job) -> str:
    if job.kind == Job.Kind.STATEMENT and job.unit is not None:
        return f"sao-ke-diem-{_year(job)}-{slug(job.unit.code)}.pdf"
    if job.kind == Job.Kind.PAPER and job.round is not None:
        return f"{job.paper.partition('.')[0]}-{job.round.year}.{job.ending}"
    if job.kind == Job.Kind.SURVEY and job.round_group is not None:
        return f"bao-cao-dtxhh-{_year(job)}-{slug(job.round_group.group.code)}.{job.ending}"
    if job.kind == Job.Kind.BOOKLETS:
        return f"phieu-ket-qua-{_year(job)}.{job.ending}"
    parts = ["chi-so-cchc", str(_year(job))]
    if job.round_group is not None:
        parts.append("xem-truoc")
    if job.unit is not None:
        parts.append(slug(job.unit.code))
    return f"{'-'.join(parts)}.{job.ending}"


def _year(job: Job) -> int:
    return job.publication.round.year if job.publication else job.round_group.round.year  # type: ignore[union-attr]
