"""Who may do what to a self-assessment, decided in one table: state × verb → state, roles, reason."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from criteria.calendar import queries as calendar
from criteria.models import Stage
from units import rules as people
from units.models import Role, Unit
from units.seconding import may_second

from .models import Document, SelfAssessment, SourceSystem

Verb = Literal["edit", "hand_over", "take_back", "send_back", "submit", "reopen"]
AssessmentState = SelfAssessment.State
UNIT_ROLES = (Role.UNIT_OFFICER, Role.UNIT_HEAD)


@dataclass(frozen=True, slots=True)
class LifecycleStep:
    """One row of the table. `while_open`: only while the unit's self-assessment stage is open."""

    target: str
    roles: tuple[Role, ...]
    reason: bool = False
    while_open: bool = True


OFFICER, HEAD, MANAGER = (Role.UNIT_OFFICER,), (Role.UNIT_HEAD,), (Role.INDEX_MANAGER,)
# What is not in the table is forbidden. Submitting twice is answered with the receipt of the first time.
STEPS: dict[tuple[str, Verb], LifecycleStep] = {
    (AssessmentState.DRAFT, "edit"): LifecycleStep(AssessmentState.DRAFT, UNIT_ROLES),
    (AssessmentState.DRAFT, "hand_over"): LifecycleStep(AssessmentState.AWAITING_HEAD, OFFICER),
    (AssessmentState.DRAFT, "submit"): LifecycleStep(AssessmentState.SUBMITTED, HEAD),
    # Whatever the head did with it has left this state: what stands here the head has not touched.
    (AssessmentState.AWAITING_HEAD, "take_back"): LifecycleStep(AssessmentState.DRAFT, OFFICER),
    (AssessmentState.AWAITING_HEAD, "submit"): LifecycleStep(AssessmentState.SUBMITTED, HEAD),
    (AssessmentState.AWAITING_HEAD, "send_back"): LifecycleStep(AssessmentState.DRAFT, HEAD, reason=True),
    (AssessmentState.SUBMITTED, "reopen"): LifecycleStep(AssessmentState.DRAFT, MANAGER, reason=True, while_open=False),
}
ROLES: dict[Verb, tuple[Role, ...]] = {verb: step.roles for (_, verb), step in STEPS.items()}
WORDS: dict[Verb, str] = {
    "edit": "sửa điểm và tài liệu",
    "hand_over": "trình thủ trưởng",
    "take_back": "thu hồi để sửa",
    "send_back": "trả lại cho công chức",
    "submit": "nộp",
    "reopen": "mở lại",
}


def holds_role(user: people.AnyUser, verb: Verb, unit_id: int) -> bool:
    """Whether the person's role allows the verb at all, whatever the state."""
    roles = ROLES[verb]
    if Role.INDEX_MANAGER in roles:
        return people.is_index_manager(user)
    return people.has_unit_role(user, unit_id, *roles)


def is_open(assessment: SelfAssessment, at: datetime) -> bool:
    """Whether the unit's self-assessment stage is open at `at` (extensions counted)."""
    return calendar.is_open_for(
        calendar.stage(assessment.round_group.round, Stage.Kind.SELF_ASSESSMENT), assessment.unit, at
    )


def refusal(verb: Verb, assessment: SelfAssessment, at: datetime) -> str:
    """Why the state or the time forbids the verb, as a sentence; "" when nothing does."""
    step = STEPS.get((assessment.state, verb))
    if step is None:
        return f"Bản tự đánh giá đang ở trạng thái “{assessment.get_state_display()}” nên không thể {WORDS[verb]}."
    if step.while_open and not is_open(assessment, at):
        return (
            f"Thời gian tự đánh giá của {assessment.unit} không mở nên không thể {WORDS[verb]}. "
            "Nếu cần thêm thời gian, đề nghị Sở Nội vụ gia hạn."
        )
    return ""


def require(
    user: people.AnyUser, verb: Verb, assessment: SelfAssessment, at: datetime, reason: str = ""
) -> LifecycleStep:
    """The step to take. PermissionDenied for a wrong role, Refused for a wrong state, time or missing reason."""
    if not holds_role(user, verb, assessment.unit_id):
        raise PermissionDenied
    said = refusal(verb, assessment, at)
    if said:
        raise Refused(said)
    step = STEPS[assessment.state, verb]
    if step.reason and not reason:
        raise Refused(f"Chưa ghi lý do: ghi vì sao {WORDS[verb]} để đơn vị biết phải sửa gì.")
    return step


def can(user: people.AnyUser, verb: Verb, assessment: SelfAssessment, at: datetime | None = None) -> bool:
    return holds_role(user, verb, assessment.unit_id) and not refusal(verb, assessment, at or clock.arrived())


def allowed(user: people.AnyUser, assessment: SelfAssessment, at: datetime) -> dict[Verb, bool]:
    """`can` for every verb that the person's role allows at all, with one look at the clock's side of it."""
    opened = is_open(assessment, at)
    steps = {verb: STEPS.get((assessment.state, verb)) for verb in ROLES if holds_role(user, verb, assessment.unit_id)}
    return {verb: step is not None and (opened or not step.while_open) for verb, step in steps.items()}


def can_edit(user: people.AnyUser, assessment: SelfAssessment, at: datetime | None = None) -> bool:
    return can(user, "edit", assessment, at)


def sees_all(user: people.AnyUser) -> bool:
    return people.is_index_manager(user) or people.is_observer(user)


def units_visible_to(user: people.AnyUser) -> QuerySet[Unit]:
    """Units whose self-assessment and documents the person may read here; a council member reads
    through the appraisal pages."""
    if sees_all(user):
        return Unit.objects.all()
    return people.units_where(user, *UNIT_ROLES)


def visible_to(user: people.AnyUser) -> QuerySet[SelfAssessment]:
    found = SelfAssessment.objects.select_related("unit__group", "round_group__round", "round_group__group")
    return found.filter(unit__in=units_visible_to(user))


def documents_visible_to(user: people.AnyUser) -> QuerySet[Document]:
    found = Document.objects.select_related("unit", "uploaded_by")
    return found.filter(unit__in=units_visible_to(user))


def is_member(user: people.AnyUser, unit_id: int) -> bool:
    """Officer or head of the unit: may open the assessment and add to the unit's documents."""
    return people.has_unit_role(user, unit_id, *UNIT_ROLES)


def withheld(document: Document, *, own: bool) -> str:
    """Why nobody gets the file now; "" when it is given. While the daemon looks, only its own unit does."""
    if document.scan_state == Document.Scan.INFECTED:
        return "Tệp có mã độc nên đã bị chặn với mọi người; đơn vị phải thay bằng tệp sạch."
    if document.scan_state == Document.Scan.SCANNING and not own:
        return "Tệp đang quét mã độc, thường xong sau ít phút: tải lại trang này để mở."
    return ""


def may_run_exchange(user: people.AnyUser) -> bool:
    """Who proposes that another system is connected, and sees which are."""
    return people.is_index_manager(user)


def may_open_exchange(user: people.AnyUser, system: SourceSystem) -> bool:
    """Who confirms a proposal: another manager than the one who made it, of some standing."""
    return may_second(user, system.proposed_by_id)


def may_close_exchange(user: people.AnyUser) -> bool:
    """Taking a door away needs one person alone."""
    return people.is_index_manager(user)
