"""The verbs of handing the survey's points over. The lock on the block is the one that imports and recomputations
take: what is signed or received is the table as it stands, not as it was a moment ago."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.faults import Conflict, Refused
from cchc_index.lib.text import clean_lines
from criteria.models import RoundGroup
from surveys.models import TableSignature
from surveys.scores.actions import lock_block
from surveys.scores.queries import tells_nothing_yet
from units.auditlog.actions import record
from units.mail.actions import post
from units.models import Role, User
from units.queries import holders_of

from . import mails
from .digests import VERB_RECEIVE, VERB_REPLACE, VERB_RETURN, VERB_SIGN, signature_facts
from .queries import standing
from .rules import DECIDABLE, may_give_back, may_receive, may_sign

_State = TableSignature.State
CHANGED = "Bảng điểm vừa thay đổi so với bảng trên trang này: tải lại trang, xem lại rồi thực hiện lại."
NOT_SECOND = "Người tiếp nhận phải là người quản lý Chỉ số khác người ký, giữ vai trò đủ lâu theo quy định."


@transaction.atomic
def sign_table(*, actor: User, round_group_id: int, seen: str) -> TableSignature:
    """The survey operator signs the table of a block for the institute; a signature of an older table that still waits
    is replaced. `seen`: the digest of the table that the person looked at.

    Raises PermissionDenied for anybody but a survey operator; Conflict when the table is another by now; Refused for a
    table without a point, while the plan keeps the points to itself, and for what is signed already."""
    if not may_sign(actor):
        raise PermissionDenied
    block = lock_block(round_group_id)
    now = standing(block)
    if not now.lines:
        raise Refused("Khối chưa có điểm ĐTXHH: nhập phiếu, số liệu trước khi ký bảng điểm.")
    if tells_nothing_yet(block):
        raise Refused("Kế hoạch bảo vệ các ô ít phiếu: ký bảng điểm sau khi giai đoạn điều tra đóng và mở hòm phiếu.")
    if now.digest != seen:
        raise Conflict(CHANGED)
    if now.is_signed:
        raise Refused("Bảng điểm này đã được ký.")
    _replace_waiting(actor, block)
    row = TableSignature.objects.create(
        round_group=block, table=now.lines, digest=now.digest, signed_at=clock.now(), signed_by=actor
    )
    record(actor=actor, verb=VERB_SIGN, obj=row, after=signature_facts(row))
    post(mails.signed(row), [person for person in holders_of(Role.INDEX_MANAGER) if person.pk != actor.pk])
    return row


def _replace_waiting(actor: User, block: RoundGroup) -> None:
    for row in TableSignature.objects.select_for_update(of=("self",)).filter(round_group=block, state=_State.SIGNED):
        _decide(row, actor, _State.REPLACED, "")
        record(actor=actor, verb=VERB_REPLACE, obj=row, after=signature_facts(row))


@transaction.atomic
def receive_table(*, actor: User, signature_id: int) -> TableSignature:
    """Another person receives a signed table for Sở Nội vụ. Raises Refused for the signer, for whoever is no index
    manager of some standing, for what no longer waits, and when points have changed since it was signed."""
    row, block = _locked(signature_id)
    if row.state != _State.SIGNED:
        raise Refused(f"Bảng điểm này không còn chờ tiếp nhận: {row.get_state_display()}.")
    if not may_receive(actor, row):
        raise Refused(NOT_SECOND)
    if standing(block).digest != row.digest:
        raise Refused("Điểm ĐTXHH đã thay đổi sau khi ký: đề nghị phụ trách điều tra ký lại bảng điểm.")
    _decide(row, actor, _State.RECEIVED, "")
    record(actor=actor, verb=VERB_RECEIVE, obj=row, after=signature_facts(row))
    post(mails.received(row), [row.signed_by])
    return row


@transaction.atomic
def give_table_back(*, actor: User, signature_id: int, reason: str) -> TableSignature:
    """Another person gives a signed table back, received or not, with a reason. Raises Refused without one, for the
    signer, for whoever is no index manager of some standing, and for what was given back or replaced already."""
    words = clean_lines(reason)
    if not words:
        raise Refused("Nhập lý do trả lại bảng điểm.")
    row, _ = _locked(signature_id)
    if row.state not in DECIDABLE:
        raise Refused(f"Không trả lại được bảng điểm này: {row.get_state_display()}.")
    if not may_give_back(actor, row):
        raise Refused(NOT_SECOND)
    _decide(row, actor, _State.RETURNED, words)
    record(actor=actor, verb=VERB_RETURN, obj=row, after=signature_facts(row), reason=words)
    post(mails.returned(row), [row.signed_by])
    return row


def _locked(signature_id: int) -> tuple[TableSignature, RoundGroup]:
    """A signature under the lock of its block."""
    block = lock_block(TableSignature.objects.values_list("round_group", flat=True).get(pk=signature_id))
    rows = TableSignature.objects.select_for_update(of=("self",)).select_related(
        "signed_by", "round_group__round", "round_group__group"
    )
    return rows.get(pk=signature_id), block


def _decide(row: TableSignature, actor: User, state: TableSignature.State, words: str) -> None:
    row.state, row.decided_at, row.decided_by, row.reason = state, clock.now(), actor, words
    row.save(update_fields=["state", "decided_at", "decided_by", "reason"])
