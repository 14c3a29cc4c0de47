"""Asking for a publication's paper, and making it in the background."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from criteria.models import RoundGroup
from results.book import read_bundle, slug
from results.jobs import actions as jobs
from results.jobs.queries import booklet_jobs
from results.models import Job, Publication, PublishedFile
from results.publication import queries
from results.publication.rules import may_see_publication
from results.rules import may_see_preview
from units.auditlog.actions import record
from units.models import Unit, User
from units.rules import AnyUser

from .digests import VERB_KEEP, file_facts

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
    if job.publication is not None:
        _keep_all(job, data, pdf)
    jobs.store(job.pk, pdf)


def _keep_all(job: Job, data: Mapping[str, Any], pdf: bytes) -> None:
    """Put the file into the record of its publication; with the report the tables and the Word document."""
    from . import making  # inline: start-up cost

    publication = job.publication
    assert publication is not None  # a preview has no record
    if job.unit is not None:
        keep(publication=publication, name=sheet_name(publication, job.unit.group.code, job.unit.code), data=pdf)
        return
    for pattern, make in making.MAKERS.items():
        name = pattern.format(publication.round.year)
        keep(publication=publication, name=name, data=pdf if name.endswith(".pdf") else make(data))


def start_missing() -> int:
    """Ask for the files of what is published and has none yet. Called by the sweeper; the number of messages sent."""
    without = Publication.objects.filter(state=Publication.State.PUBLISHED, files=None).defer("bundle")
    asked = Job.objects.filter(kind=Kind.REPORT, unit=None, publication__isnull=False).values("publication")
    waiting = list(without.exclude(pk__in=asked).order_by("pk").values_list("pk", flat=True))
    for pk in waiting:
        request_report(actor=None, publication_id=pk)
    return len(waiting)


def sheet_name(publication: Publication, group: str, code: str) -> str:
    """The name of a unit's sheet in the record."""
    return f"phieu-{publication.round.year}-{slug(group)}-{slug(code)}.pdf"


@transaction.atomic
def keep(*, publication: Publication, name: str, data: bytes) -> PublishedFile:
    """Record a file of a publication: its bytes are stored, its digest logged. What is recorded already stays."""
    Publication.objects.select_for_update(of=("self",)).defer("bundle").get(pk=publication.pk)
    standing = PublishedFile.objects.filter(publication=publication, name=name).first()
    if standing is not None:
        return standing
    row = PublishedFile(publication=publication, name=name, size=len(data), made_at=clock.now())
    row.digest = hashlib.sha256(data).hexdigest()
    row.file.save(name, ContentFile(data), save=False)
    row.save()
    record(actor=None, verb=VERB_KEEP, obj=row, after=file_facts(row), stranger="tiến trình nền")
    return row


@transaction.atomic
def request_booklets(*, actor: AnyUser | None, publication_id: int, ending: str) -> Job:
    """Ask for the booklets of all units, bound ("pdf") or as files ("zip"). Asking twice gives the job that is there.
    Raises PermissionDenied for those who see no previews; Refused for what is not published and another ending."""
    if not may_see_preview(actor):
        raise PermissionDenied
    publication = Publication.objects.select_for_update(of=("self",)).defer("bundle").get(pk=publication_id)
    if publication.state != Publication.State.PUBLISHED or ending not in ("pdf", "zip"):
        raise Refused("Chỉ tạo phiếu của mọi đơn vị cho bản đã công bố, dạng một tập PDF hoặc tệp zip.")
    standing = booklet_jobs(publication).get(ending)
    if standing is not None:
        return standing
    by = actor if isinstance(actor, User) else None
    job = Job.objects.create(kind=Kind.BOOKLETS, publication=publication, paper=ending, requested_by=by)
    jobs.send(job)
    return job


def render_booklets(job: Job) -> None:
    """Make the booklets of all units a claimed job is for."""
    from . import booklets  # inline: start-up cost

    assert job.publication is not None  # booklets are of a publication
    with jobs.pulse(job):
        made = booklets.make(job, read_bundle(queries.printed(job.publication)))
    jobs.store(job.pk, made, f"phieu-ket-qua-{job.publication.round.year}.{job.paper}")
