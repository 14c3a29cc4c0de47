"""Asking for a publication's paper, and making it in the background."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from cchc_index.lib.faults import Refused
from criteria.models import RoundGroup
from results.jobs import actions as jobs
from results.models import Job, Publication
from results.publication import queries
from results.publication.rules import may_see_publication
from results.rules import may_see_preview
from units.models import Unit, User
from units.rules import AnyUser

State, Kind = Job.State, Job.Kind


@transaction.atomic
def request_report(
    *,
    actor: AnyUser | None,
    round_group_id: int | None = None,
    publication_id: int | None = None,
    unit_id: int | None = None,
) -> Job:
    """Ask for a PDF: the ranking report, or with `unit_id` that unit's sheet, of a publication or of what
    stands now in a block. Asking twice gives the job that is there: a publication's file is made once,
    a preview's while the job still waits. Raises PermissionDenied and Refused."""
    if (round_group_id is None) == (publication_id is None):
        raise Refused("Chọn một bản công bố hoặc một khối đang tính để tạo báo cáo.")
    publication = round_group = None
    if publication_id is not None:
        publication = Publication.objects.select_for_update(of=("self",)).get(pk=publication_id)
        allowed = may_see_publication(actor, publication)
    elif round_group_id is not None:
        round_group = RoundGroup.objects.select_for_update(of=("self",)).get(pk=round_group_id)
        allowed = may_see_preview(actor)
    if not allowed:
        raise PermissionDenied
    unit = _unit_of_report(publication, round_group, unit_id)
    return _same_report(publication, round_group, unit) or _new_report(actor, publication, round_group, unit)


def _unit_of_report(
    publication: Publication | None, round_group: RoundGroup | None, unit_id: int | None
) -> Unit | None:
    if unit_id is None:
        return None
    groups = (
        [round_group.group_id] if round_group else list(publication.round.groups.values_list("group_id", flat=True))  # type: ignore[union-attr]
    )
    unit = Unit.objects.filter(pk=unit_id, group__in=groups).first()
    if unit is None:
        raise Refused("Đơn vị này không thuộc khối được xếp hạng.")
    return unit


def _same_report(publication: Publication | None, round_group: RoundGroup | None, unit: Unit | None) -> Job | None:
    states = [State.QUEUED, State.RUNNING, State.DONE] if publication else [State.QUEUED]
    same = Job.objects.filter(
        kind=Kind.REPORT, publication=publication, round_group=round_group, unit=unit, state__in=states
    )
    return same.order_by("-pk").first()


def _new_report(
    actor: AnyUser | None, publication: Publication | None, round_group: RoundGroup | None, unit: Unit | None
) -> Job:
    job = Job.objects.create(
        kind=Kind.REPORT,
        publication=publication,
        round_group=round_group,
        unit=unit,
        requested_by=actor if isinstance(actor, User) else None,
    )
    jobs.send(job)
    return job


def render(job: Job) -> None:
    """Make the report or sheet a claimed job is for; the file is stored before the job is done."""
    from . import paper  # inline: start-up cost

    if job.publication is not None:
        data = queries.printed(job.publication)
    else:
        assert job.round_group is not None  # a report without a publication is of a block
        data = queries.preview_bundle(job.round_group.round, job.round_group)
    unit = job.unit
    with jobs.pulse(job):
        if unit is None:
            pdf = paper.ranking_pdf(data, progress=lambda percent: jobs.beat(job, percent * 95 // 100))
        else:
            pdf = paper.unit_pdf(data, unit.group.code, unit.code)
    jobs.store(job.pk, pdf)
