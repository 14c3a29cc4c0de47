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

from .queries import SurveyMaterial, made_report, rows_mark, survey_material

ENDINGS = ("pdf", "docx", "xlsx", "zip")
SILENT = "Kế hoạch bảo vệ các ô ít phiếu: báo cáo có khi giai đoạn điều tra đóng và mọi hòm phiếu đã mở."


@transaction.atomic
def request_survey_report(*, actor: User, round_group_id: int, ending: str) -> Job:
    """Ask for a block's report (pdf, docx, xlsx) or its data, a row a ballot (zip). Asking again gives the job that is
    there, as long as what it tells stays the same. Raises PermissionDenied for those who do not read the survey,
    Refused for another ending and while the plan keeps the points to itself."""
    if not rules.may_read(actor):
        raise PermissionDenied
    if ending not in ENDINGS:
        raise Refused("Chọn dạng báo cáo trong danh sách.")
    rows = RoundGroup.objects.select_for_update(of=("self",)).select_related("round", "group")
    block = rows.get(pk=round_group_id)
    if tells_nothing_yet(block):
        raise Refused(SILENT)
    mark = _mark(block, ending, survey_material(block))
    standing = made_report(block, ending, mark)
    if standing is not None:
        return standing
    job = Job.objects.create(kind=Job.Kind.SURVEY, round_group=block, paper=ending, mark=mark, requested_by=actor)
    jobs.send(job)
    return job


def _mark(block: RoundGroup, ending: str, told: SurveyMaterial) -> str:
    return rows_mark(block, told) if ending == "zip" else told.mark


def render(job: Job) -> None:
    """Make the file a claimed job is for, of what stands now. Raises Refused where the plan keeps it to itself by
    now."""
    assert job.round_group is not None  # a report is of a block
    block, ending = job.round_group, job.paper
    if tells_nothing_yet(block):
        raise Refused(SILENT)
    with jobs.pulse(job):
        told = survey_material(block)
        data = _made(told, ending)
    Job.objects.filter(pk=job.pk).update(mark=_mark(block, ending, told))
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
