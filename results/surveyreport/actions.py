"""Asking for the report or its data, and making it in the background."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from cchc_index.lib.faults import Refused
from criteria.models import RoundGroup
from results.jobs import actions as jobs
from results.models import Job
from surveys import rules
from surveys.scores.queries import tells_nothing_yet
from units.models import User

from .queries import SurveyMaterial, made_before, rows_mark, survey_material, waiting_report

ENDINGS = ("pdf", "docx", "xlsx", "zip")
SILENT = "Kế hoạch bảo vệ các ô ít phiếu: báo cáo có khi giai đoạn điều tra đóng và mọi hòm phiếu đã mở."


@transaction.atomic
def request_survey_report(*, actor: User, round_group_id: int, ending: str) -> Job:
    """Ask for a block's report (pdf, docx, xlsx) or its data, a row a ballot (zip); the job reads what it tells. Asking
    again gives the job that still waits. Raises PermissionDenied for those who do not read the survey,
    Refused for another ending and while the plan keeps the points to itself."""
    if not rules.may_read(actor):
        raise PermissionDenied
    if ending not in ENDINGS:
        raise Refused("Chọn dạng báo cáo trong danh sách.")
    rows = RoundGroup.objects.select_for_update(of=("self",)).select_related("round", "group")
    block = rows.get(pk=round_group_id)
    if tells_nothing_yet(block):
        raise Refused(SILENT)
    waiting = waiting_report(block, ending)
    if waiting is not None:
        return waiting
    job = Job.objects.create(kind=Job.Kind.SURVEY, round_group=block, paper=ending, requested_by=actor)
    jobs.send(job)
    return job


def render(job: Job) -> None:
    """Make the file a claimed job is for, of what stands now; what was made of the same before is given again. Raises
    Refused where the plan keeps it to itself by now."""
    assert job.round_group is not None  # a report is of a block
    block, ending = job.round_group, job.paper
    if tells_nothing_yet(block):
        raise Refused(SILENT)
    with jobs.pulse(job):
        told = survey_material(block)
        mark = rows_mark(block, told) if ending == "zip" else told.mark
        data = made_before(block, ending, mark) or _made(told, ending)
    if tells_nothing_yet(block):  # opened again while it was read
        raise Refused(SILENT)
    Job.objects.filter(pk=job.pk).update(mark=mark)
    jobs.store(job.pk, data, f"bao-cao-dtxhh-{block.round.year}-{block.group.code}.{ending}")


def _made(told: SurveyMaterial, ending: str) -> bytes:
    if ending == "zip":
        from surveys.analysis.exports import rows_zip  # inline: start-up cost

        return rows_zip(told.block)
    if ending == "xlsx":
        from . import spreadsheets  # inline: start-up cost

        return spreadsheets.report_xlsx(told.findings)
    if ending == "docx":
        from . import word  # inline: start-up cost

        return word.report_docx(told)
    from . import paper  # inline: start-up cost

    return paper.report_pdf(told)
