"""Asking for a statement as PDF, and making it in the background."""

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import transaction

from cchc_index.lib.faults import Refused
from criteria.models import RoundGroup
from results.jobs import actions as jobs
from results.models import Job
from units.models import Unit, User

from . import queries, rules


@transaction.atomic
def request_statement(*, actor: User, round_group_id: int, unit_id: int) -> Job:
    """Ask for a unit's statement of points as PDF, for the eyes of `actor`. Asking again while one waits
    gives that one. Raises PermissionDenied when the person may see nothing of it."""
    round_group = RoundGroup.objects.select_for_update(of=("self",)).get(pk=round_group_id)
    unit = Unit.objects.get(pk=unit_id)
    if rules.sight_of(actor, round_group, unit) is None:
        raise PermissionDenied
    asked = {"kind": Job.Kind.STATEMENT, "round_group": round_group, "unit": unit, "requested_by": actor}
    same = Job.objects.filter(**asked, state=Job.State.QUEUED).order_by("-pk").first()
    if same is not None:
        return same
    job = Job.objects.create(**asked)
    jobs.send(job)
    return job


def render(job: Job) -> None:
    """Make the PDF of a claimed job, showing what the person who asked may see now. Raises Refused when that is
    nothing any more."""
    from . import paper  # inline: start-up cost

    assert job.round_group is not None  # the kind carries a block, a unit and a person
    assert job.unit is not None
    sight = rules.sight_of(job.requested_by or AnonymousUser(), job.round_group, job.unit)
    if sight is None:
        raise Refused("Người yêu cầu không còn quyền xem lịch sử thay đổi điểm của đơn vị này.")
    with jobs.pulse(job):
        pdf = paper.statement_pdf(queries.statement(job.round_group, job.unit, sight))
    jobs.store(job.pk, pdf)
