"""A role that decides, from the proposal to its end. Every verb locks, checks state and actor, and logs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.days import letter_day
from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean
from units import rules
from units.auditlog.actions import Change, record, record_many
from units.digests import membership_facts, proposal_facts
from units.models import DECIDING, UNIT_ROLES, Membership, Role, RoleProposal, Unit, User
from units.seconding import decide, told_reason

from . import mails

State = RoleProposal.State


@dataclass(frozen=True, slots=True)
class RoleWish:
    """A role that decides as somebody wishes it: for whom, where, from and until when."""

    user: User
    role: Role
    unit: Unit | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@transaction.atomic
def propose_roles(
    *, actor: User | None, wishes: Sequence[RoleWish], reason: str, address: str = ""
) -> list[RoleProposal]:
    """Put roles that decide before a second person; those that wait already are left as they are. `actor` None is the
    command line. Returns the new ones. Raises Refused, for oneself too."""
    if not rules.may_manage_people(actor):
        raise Refused("Bạn không có quyền đề nghị giao vai trò.")
    words = clean(reason)
    if not words:
        raise Refused("Nhập lý do giao vai trò.")
    for wish in wishes:
        _check_wish(actor, wish)
    ids = {wish.user.pk for wish in wishes}
    list(User.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
    waiting = RoleProposal.objects.filter(user__in=ids, state=State.OPEN).order_by("pk")
    known = set(waiting.values_list("user", "role", "unit"))
    at = clock.now()
    made = [
        RoleProposal(
            user=wish.user,
            role=wish.role,
            unit=wish.unit,
            valid_from=wish.valid_from,
            valid_to=wish.valid_to,
            reason=words,
            proposed_at=at,
            proposed_by=actor,
        )
        for wish in wishes
        if (wish.user.pk, wish.role, wish.unit.pk if wish.unit else None) not in known
    ]
    RoleProposal.objects.bulk_create(made)
    if made:
        mails.tell_proposed(made, actor)
        changes = [Change(row.user, None, proposal_facts(row)) for row in made]
        record_many(actor=actor, verb="propose_role", changes=changes, reason=words, address=address)
    return made


def _check_wish(actor: User | None, wish: RoleWish) -> None:
    label = Role(wish.role).label
    if wish.role not in DECIDING:
        raise Refused(f"Vai trò {label} không cần người thứ hai: giao trực tiếp.")
    if actor is not None and actor.pk == wish.user.pk:
        raise Refused("Không ai được đề nghị vai trò cho chính mình: nhờ người khác đề nghị.")
    if wish.role in UNIT_ROLES and wish.unit is None:
        raise Refused(f"Vai trò {label} phải gắn với một đơn vị.")
    if wish.valid_from and wish.valid_to and wish.valid_to < wish.valid_from:
        raise Refused("Đến ngày phải sau Từ ngày.")


@transaction.atomic
def confirm_roles(*, actor: User, proposal_ids: Collection[int], address: str = "") -> list[Membership]:
    """The second person lets proposed roles count, all of them or none. Raises Refused for who proposed, for whom it
    is, for a role that is itself too fresh, and for what no longer waits."""
    proposals = _locked(proposal_ids)
    if not proposals:
        raise Refused("Chưa chọn đề nghị nào để xác nhận.")
    allowed = rules.confirmable_roles(actor)
    for row in proposals:
        _refuse_confirming(actor, row, allowed)
    at = clock.now()
    given = []
    for row in proposals:
        given.append(_give(row))
        row.state, row.decided_at, row.decided_by = State.CONFIRMED, at, actor
    RoleProposal.objects.bulk_update(proposals, ["state", "decided_at", "decided_by"])
    mails.tell_confirmed(proposals, actor)
    changes = [
        Change(row.user, None, {**proposal_facts(row), **membership_facts(role)})
        for row, role in zip(proposals, given, strict=True)
    ]
    record_many(actor=actor, verb="confirm_role", changes=changes, address=address)
    return given


def _locked(ids: Collection[int]) -> list[RoleProposal]:
    rows = RoleProposal.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    return list(rows.select_related("user", "unit"))


def _refuse_confirming(actor: User, row: RoleProposal, allowed: Collection[str]) -> None:
    if row.state != State.OPEN:
        raise Refused(f"Đề nghị {row} {row.get_state_display()}, không còn chờ.")
    if actor.pk == row.user_id:
        raise Refused("Không ai được xác nhận vai trò của chính mình.")
    if actor.pk == row.proposed_by_id:
        raise Refused("Người xác nhận phải khác người đề nghị.")
    if row.role in allowed and (row.brings_back or not rules.is_bringing_back()):
        return
    if rules.is_bringing_up():
        raise Refused("Hai người quản lý Chỉ số đầu tiên xác nhận cho nhau trước, rồi mới xác nhận vai trò khác.")
    until = rules.waits_until(actor, Role.INDEX_MANAGER) if rules.is_index_manager(actor) else None
    if until is not None:
        raise Refused(f"Vai trò của bạn còn mới: được xác nhận, phê duyệt từ {clock.in_words(until)}.")
    raise Refused("Chỉ người quản lý Chỉ số được xác nhận vai trò.")


def _give(row: RoleProposal) -> Membership:
    """The role as proposed; one that was held before begins anew."""
    role, _ = Membership.objects.select_for_update(of=("self",)).get_or_create(
        user=row.user, role=row.role, unit=row.unit, defaults={"active": False}
    )
    was = Membership.objects.in_force().filter(pk=role.pk).exists()
    role.active, role.valid_from, role.valid_to = True, row.valid_from, row.valid_to
    if not was:
        role.confirmed_at = clock.now()
    role.save()
    return role


@transaction.atomic
def refuse_role(*, actor: User, proposal_id: int, reason: str, address: str = "") -> RoleProposal:
    """Not confirm a role, or take one's own proposal back, with a reason. Raises Refused."""
    rows = _locked([proposal_id])
    if not rows or rows[0].state != State.OPEN:
        raise Refused("Đề nghị này không còn chờ xác nhận.")
    row = rows[0]
    if not (rules.may_manage_people(actor) or rules.may_confirm(actor, row)):
        raise Refused("Bạn không có quyền xử lý đề nghị này.")
    words = clean(told_reason(reason, "Nhập lý do không xác nhận."))
    decide(row, actor, State.REFUSED, words)
    after = proposal_facts(row)
    record(actor=actor, verb="refuse_role", obj=row.user, after=after, reason=words, address=address)
    return row


@transaction.atomic
def end_role(*, actor: User | None, membership_id: int, on: date, reason: str, address: str = "") -> Membership:
    """Let a role count up to and including the day `on`, with a reason. The last manager stays. Raises Refused."""
    if not rules.may_manage_people(actor):
        raise Refused("Bạn không có quyền kết thúc vai trò.")
    words = clean(reason)
    if not words:
        raise Refused("Nhập lý do kết thúc vai trò.")
    row = Membership.objects.select_for_update(of=("self",)).select_related("user", "unit").get(pk=membership_id)
    before = membership_facts(row)
    if not row.active or (row.valid_to and row.valid_to < on):
        raise Refused("Vai trò này đã kết thúc, hoặc kết thúc trước ngày đó.")
    if row.valid_from and on < row.valid_from:
        raise Refused(f"Vai trò này bắt đầu ngày {row.valid_from:%d/%m/%Y}: chọn ngày kết thúc sau đó.")
    if row.role == Role.INDEX_MANAGER and not _others(row):
        raise Refused("Đây là người quản lý Chỉ số duy nhất: giao vai trò cho người khác trước.")
    row.valid_to = on
    row.save(update_fields=["valid_to"])
    if row.role in DECIDING:
        mails.tell_ended(row, letter_day(on), actor, words)
    after = membership_facts(row)
    record(
        actor=actor,
        verb="end_role",
        obj=row.user,
        before=before,
        after=after,
        unit=row.unit,
        reason=words,
        address=address,
    )
    return row


@transaction.atomic
def bring_back_managers(*, usernames: Sequence[str], reason: str) -> list[RoleProposal]:
    """The command line proposes two managers when none is left; they confirm each other after signing in, and nothing
    else is confirmed before. All who ever were managers are told. Raises Refused while a manager is in force."""
    words = clean(reason)
    if not words:
        raise Refused("Nhập lý do.")
    held = Membership.objects.in_force().filter(role=Role.INDEX_MANAGER)
    standing = held.select_related("user").order_by("pk").first()
    if standing is not None:
        raise Refused(f"Còn người quản lý Chỉ số: {standing.user}. Người này đề nghị thêm ở Điều hành › Người dùng.")
    rows = User.objects.select_for_update(of=("self",)).filter(username__in=usernames, is_active=True).order_by("pk")
    users = list(rows)
    if len(users) != rules.MANAGERS or len(set(usernames)) != rules.MANAGERS:
        raise Refused("Ghi đúng hai tên đăng nhập khác nhau của hai tài khoản đang mở.")
    at = clock.now()
    RoleProposal.objects.filter(brings_back=True, state=State.OPEN).update(brings_back=False)
    for user in users:
        facts = {"proposed_at": at, "proposed_by": None, "reason": words, "brings_back": True}
        RoleProposal.objects.update_or_create(
            user=user, role=Role.INDEX_MANAGER, unit=None, state=State.OPEN, defaults=facts
        )
    made = list(RoleProposal.objects.filter(brings_back=True, state=State.OPEN).select_related("user").order_by("pk"))
    mails.tell_proposed(made, None)
    mails.tell_brought_back(made)
    changes = [Change(row.user, None, proposal_facts(row)) for row in made]
    record_many(actor=None, verb="propose_role", changes=changes, reason=words)
    return made


def _others(row: Membership) -> bool:
    lasting = Membership.objects.in_force().filter(role=row.role, valid_to=None)
    return lasting.exclude(user=row.user_id).exists()


@transaction.atomic
def password_set_for(*, actor: User, user: User) -> None:
    """An administrator has set somebody's password: it opens only the page where its owner sets another, the account
    decides nothing for a while, and its owner and all managers are told."""
    user.one_time_password, user.access_changed_at = True, clock.now()
    user.save(update_fields=["one_time_password", "access_changed_at"])
    mails.tell_access_changed(user, actor, "đặt lại mật khẩu")
