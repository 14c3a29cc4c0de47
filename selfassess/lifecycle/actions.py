"""Moving an assessment between its states."""

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from criteria.actions import inputs_changed
from criteria.models import RoundGroup
from criteria.queries import units_of
from selfassess import rules
from selfassess.core.digests import instant
from selfassess.core.entry import text
from selfassess.core.queries import locked, task_list
from selfassess.evidence.queries import infected
from selfassess.models import SelfAssessment, Transition
from selfassess.rules import AssessmentState
from units.auditlog.actions import record
from units.models import Unit, User

from . import digests, mails


@transaction.atomic
def open_assessment(*, actor: User, round_group: RoundGroup, unit: Unit, address: str = "") -> SelfAssessment:
    """The unit's assessment in this round, made when it is not there yet."""
    if not rules.is_member(actor, unit.pk):
        raise PermissionDenied
    if not units_of(round_group).filter(pk=unit.pk).exists():
        raise Refused(f"{unit} không thuộc các đơn vị được đánh giá của {round_group}.")
    assessment, created = SelfAssessment.objects.get_or_create(round_group=round_group, unit=unit)
    if created:
        record(actor=actor, verb="selfassess.open", obj=assessment, unit=unit, address=address)
    return assessment


@transaction.atomic
def hand_over(
    *, actor: User, assessment_id: int, known_open: Collection[str] = (), address: str = ""
) -> SelfAssessment:
    """The officer gives the draft to the head of the unit. `known_open`: the codes of criteria that the officer
    says are still open; one that is not among them is refused, and the head reads them all in the step."""
    assessment, at = locked(assessment_id), clock.arrived()
    rules.require(actor, "hand_over", assessment, at)
    lacking = [row.criterion.code for row in task_list(assessment).missing]
    if not set(lacking) <= set(known_open):
        raise Refused(
            f"Còn {len(lacking)} tiêu chí chưa đủ ({', '.join(lacking)}): bổ sung, hoặc đánh dấu vào ô "
            "“Vẫn trình” để thủ trưởng biết rồi trình lại."
        )
    said = f"Còn {len(lacking)} tiêu chí chưa đủ: {', '.join(lacking)}." if lacking else ""
    return _move(assessment, "hand_over", actor, at, reason=said, address=address)


@transaction.atomic
def take_back(*, actor: User, assessment_id: int, address: str = "") -> SelfAssessment:
    """The officer takes back what waits for the head, to go on working on it."""
    assessment, at = locked(assessment_id), clock.arrived()
    rules.require(actor, "take_back", assessment, at)
    return _move(assessment, "take_back", actor, at, address=address)


@transaction.atomic
def send_back(*, actor: User, assessment_id: int, reason: str, address: str = "") -> SelfAssessment:
    """The head returns it to the officer, with a reason."""
    assessment, at, said = locked(assessment_id), clock.arrived(), text(reason)
    rules.require(actor, "send_back", assessment, at, said)
    return _move(assessment, "send_back", actor, at, reason=said, address=address)


def submit(*, actor: User, assessment_id: int, address: str = "") -> SelfAssessment:
    """The head submits; the receipt certifies the content. Asked again, the same receipt is the answer.

    The instant that counts against the deadline is the arrival of the request, not the end of its wait
    for the lock.
    """
    at = clock.arrived()
    with transaction.atomic():
        assessment = locked(assessment_id)
        if not rules.holds_role(actor, "submit", assessment.unit_id):
            raise PermissionDenied
        if assessment.state == AssessmentState.SUBMITTED and assessment.submitted_by_id is not None:
            return assessment
        rules.require(actor, "submit", assessment, at)
        lacking = task_list(assessment).missing
        if lacking:
            raise Refused(f"Còn {len(lacking)} tiêu chí chưa đủ nên chưa nộp được: xem danh sách ở trang kiểm tra.")
        if infected(assessment):
            raise Refused("Có tài liệu chứa mã độc nên chưa nộp được: thay bằng tệp sạch, xem ở trang kiểm tra.")
        return _submit(assessment, actor, at, address)


def _submit(assessment: SelfAssessment, actor: User, at: datetime, address: str) -> SelfAssessment:
    turn = assessment.transitions.filter(verb="submit").count() + 1
    assessment.receipt_number = digests.receipt_number(assessment, turn)
    assessment.receipt_digest = digests.content_digest(assessment)
    assessment.submitted_at, assessment.submitted_by, assessment.imported = at, actor, False
    return _move(assessment, "submit", actor, at, address=address)


@transaction.atomic
def reopen(*, actor: User, assessment_id: int, reason: str, address: str = "") -> SelfAssessment:
    """The index manager opens a submitted assessment again, with a reason. The receipt of the earlier
    submission stays in the log; a new submission gives a new one."""
    assessment, at, said = locked(assessment_id), clock.arrived(), text(reason)
    rules.require(actor, "reopen", assessment, at, said)
    assessment.submitted_at = assessment.submitted_by = None
    assessment.receipt_number = assessment.receipt_digest = ""
    return _move(assessment, "reopen", actor, at, reason=said, address=address)


def _move(
    assessment: SelfAssessment, verb: rules.Verb, actor: User, at: datetime, *, reason: str = "", address: str = ""
) -> SelfAssessment:
    """Write the new state, its transition, the mails it causes, what the ranking has to know, the log entry."""
    before = assessment.state
    assessment.state = rules.STEPS[before, verb].target
    assessment.save()
    step = Transition.objects.create(
        assessment=assessment,
        from_state=before,
        to_state=assessment.state,
        verb=verb,
        actor=actor,
        at=at,
        reason=reason,
    )
    mails.tell(step)
    if AssessmentState.SUBMITTED in (before, assessment.state):
        # Everybody of the block waits at this row, everybody at all at the log: taken last, held shortest.
        inputs_changed(assessment.round_group_id)
    record(
        actor=actor,
        verb=f"selfassess.{verb}",
        obj=assessment,
        before={"state": before},
        after={
            "state": assessment.state,
            "receipt": assessment.receipt_number,
            "digest": assessment.receipt_digest,
            "at": instant(at),
        },
        unit=assessment.unit,
        reason=reason,
        address=address,
        anchor=verb == "submit",
    )
    return assessment
