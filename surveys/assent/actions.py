"""The door of a survey and the two people who open it once the year is published."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean_lines
from criteria.models import RoundGroup
from surveys.models import ImportBatch, SurveyRequest
from surveys.rules import may_work
from units.auditlog.actions import record
from units.models import User
from units.seconding import decide, may_second, one_open, told_reason

from .digests import VERB_CONFIRM, VERB_PROPOSE, VERB_REFUSE, request_facts
from .queries import Door, closed_words, door
from .rules import may_confirm_request

_State = SurveyRequest.State


@dataclass(frozen=True, slots=True)
class Signed:
    """Who proposes, who agrees, and why."""

    proposer: User
    second: User
    reason: str


def refuse_closed(block: RoundGroup) -> None:
    """Raises Refused while the survey's phase is set and not open; a published year may be looked at."""
    if door(block) is Door.CLOSED:
        raise Refused(closed_words(block))


def admit(block: RoundGroup, signed: Signed | None) -> Signed | None:
    """Let a file in, or a batch out, of a block that the caller has locked: a publication takes the same lock. Gives
    the two people where their signatures were needed, else None.

    Raises Refused while the phase is closed; in a published year without two people, without a reason, for two who are
    one, and where the second is no index manager of some standing."""
    standing = door(block)
    if standing is Door.OPEN:
        return None
    if standing is Door.CLOSED:
        raise Refused(closed_words(block))
    if signed is None:
        raise Refused(
            f"Chỉ số năm {block.round.year} đã công bố: phiếu, số liệu chỉ nhập hoặc hủy khi hai người cùng làm và ghi "
            "lý do. Trên trang của lần nhập, một người đề nghị và người quản lý Chỉ số khác xác nhận; ở dòng lệnh ghi "
            "--proposed-by, --approved-by và --reason."
        )
    if not clean_lines(signed.reason):
        raise Refused("Ghi lý do thay đổi dữ liệu của năm đã công bố (ở dòng lệnh: --reason).")
    if signed.proposer.pk == signed.second.pk:
        raise Refused("Người xác nhận phải khác người đề nghị.")
    if not may_work(signed.proposer):
        raise Refused(f"{signed.proposer} ({signed.proposer.username}) không giữ vai trò nhập phiếu điều tra.")
    if not may_second(signed.second, signed.proposer.pk):
        raise Refused(
            f"{signed.second} ({signed.second.username}) không phải người quản lý Chỉ số giữ vai trò đủ lâu theo "
            "quy định."
        )
    return signed


def note_signed(block: RoundGroup, batch: ImportBatch, kind: SurveyRequest.Kind, signed: Signed) -> SurveyRequest:
    """Keep what two people did at once, as the command line lets them."""
    row = SurveyRequest.objects.create(
        round_group=block,
        kind=kind,
        batch=batch,
        reason=clean_lines(signed.reason),
        state=_State.CONFIRMED,
        proposed_at=clock.now(),
        proposed_by=signed.proposer,
        decided_at=clock.now(),
        decided_by=signed.second,
    )
    record(actor=None, verb=VERB_CONFIRM, obj=row, after=request_facts(row), reason=row.reason)
    return row


@transaction.atomic
def propose_request(*, actor: User, batch_id: int, kind: SurveyRequest.Kind, reason: str) -> SurveyRequest:
    """Put a batch of a published year, or its undoing, before a second person. Raises PermissionDenied for whoever may
    not work here; Refused without a reason, for a batch in another state, for a year that is not published, and where
    a request of the batch waits already."""
    if not may_work(actor):
        raise PermissionDenied
    words = told_reason(reason, "Ghi lý do đề nghị: vì sao thay đổi dữ liệu của năm đã công bố.")
    batch = ImportBatch.objects.select_for_update(of=("self",)).select_related("round_group__round").get(pk=batch_id)
    expected = {
        SurveyRequest.Kind.COMMIT: ImportBatch.State.CHECKED,
        SurveyRequest.Kind.UNDO: ImportBatch.State.COMMITTED,
    }
    if batch.state != expected[kind]:
        raise Refused(f"Lần nhập này {batch.get_state_display()}: không đề nghị được việc này.")
    if door(batch.round_group) is not Door.TWO:
        raise Refused("Năm này chưa công bố: nhập hoặc hủy trực tiếp, không cần đề nghị.")
    row = _new_request(actor, batch, kind, words)
    record(actor=actor, verb=VERB_PROPOSE, obj=row, after=request_facts(row), reason=words)
    return row


def _new_request(actor: User, batch: ImportBatch, kind: SurveyRequest.Kind, reason: str) -> SurveyRequest:
    with one_open("Lần nhập này đã có đề nghị chờ người thứ hai."):
        return SurveyRequest.objects.create(
            round_group=batch.round_group,
            kind=kind,
            batch=batch,
            reason=reason,
            proposed_at=clock.now(),
            proposed_by=actor,
        )


@transaction.atomic
def confirm_request(*, actor: User, request_id: int, work: Callable[[SurveyRequest, Signed], object]) -> SurveyRequest:
    """The second person lets a request count: `work` does what it asks for, in the same transaction. Raises Refused for
    who proposed it, for whoever is no index manager of some standing, for what no longer waits, and as `work` does."""
    row = _locked_request(request_id)
    if not may_confirm_request(actor, row):
        raise Refused(
            "Người xác nhận phải là người quản lý Chỉ số khác người đề nghị, giữ vai trò đủ lâu theo quy định."
        )
    work(row, Signed(row.proposed_by, actor, row.reason))
    decide(row, actor, _State.CONFIRMED)
    record(actor=actor, verb=VERB_CONFIRM, obj=row, after=request_facts(row), reason=row.reason)
    return row


@transaction.atomic
def refuse_request(*, actor: User, request_id: int, reason: str) -> SurveyRequest:
    """Not confirm a request, or take one's own back, with a reason. Raises PermissionDenied for whoever may not work
    here, Refused without a reason and for what no longer waits."""
    if not may_work(actor):
        raise PermissionDenied
    words = told_reason(reason, "Nhập lý do không xác nhận.")
    row = _locked_request(request_id)
    decide(row, actor, _State.REFUSED, words)
    record(actor=actor, verb=VERB_REFUSE, obj=row, after=request_facts(row), reason=words)
    return row


def _locked_request(request_id: int) -> SurveyRequest:
    rows = SurveyRequest.objects.select_for_update(of=("self",)).select_related("proposed_by", "batch")
    row = rows.filter(pk=request_id, state=_State.OPEN).first()
    if row is None:
        raise Refused("Đề nghị này không còn chờ xác nhận.")
    return row
