"""Conflicts of interest: declare, withdraw, and confirm once a round that there is no other."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from appraisal.models import Confirmation, Interest
from appraisal.rules import reach
from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from criteria.models import Round
from units import rules as people
from units.auditlog.actions import record
from units.auditlog.digests import marked
from units.models import Unit, User

from . import digests


@transaction.atomic
def declare_interest(*, actor: User, member: User, unit: Unit, reason: str) -> Interest:
    """Close `unit` to `member` as their own unit is, from now on. By the member, or recorded by an index
    manager. Declared already: that one stays. Raises PermissionDenied, Refused."""
    _check_may(actor, member)
    words = reason.strip()
    if not words:
        raise Refused("Nhập lý do có xung đột lợi ích (người thân, công tác cũ, hợp đồng…).")
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=member.pk)
    found = Interest.objects.filter(member=member, unit=unit, withdrawn_at=None).first()
    if found is not None:
        return found
    interest = Interest(member=member, unit=unit, reason=words, declared_at=clock.now(), declared_by=actor)
    after = {"member": str(member), "digest": digests.interest_digest(interest)}
    interest.log = record(actor=actor, verb=digests.VERB_DECLARE, obj=member, after=after, unit=unit, reason=words)
    interest.save(force_insert=True)
    _forget(actor, member)
    return interest


@transaction.atomic
def withdraw_interest(*, actor: User, interest_id: int, reason: str) -> Interest:
    """Take a declared interest back; the row stays with who, when and why. A member withdraws what they
    declared themselves; what an index manager recorded, an index manager. Raises PermissionDenied, Refused."""
    interest = Interest.objects.select_for_update(of=("self",)).select_related("member", "unit").get(pk=interest_id)
    _check_may(actor, interest.member)
    if interest.declared_by_id != interest.member_id and not people.is_index_manager(actor):
        raise PermissionDenied("Chỉ người quản lý Chỉ số được rút khai báo do người quản lý Chỉ số ghi.")
    words = reason.strip()
    if not words:
        raise Refused("Nhập lý do rút khai báo.")
    if interest.withdrawn_at is not None:
        return interest
    interest.withdrawn_at, interest.withdrawn_by, interest.withdrawal_reason = clock.now(), actor, words
    after = {"member": str(interest.member), "digest": digests.withdrawal_digest(interest)}
    interest.withdrawal_log = record(
        actor=actor, verb=digests.VERB_WITHDRAW, obj=interest.member, after=after, unit=interest.unit, reason=words
    )
    interest.save()
    _forget(actor, interest.member)
    return interest


@transaction.atomic
def confirm_no_interest(*, actor: User, round_: Round) -> Confirmation:
    """The member's word that nothing else is to be declared in this round. Once. Raises PermissionDenied."""
    if not people.is_council_member(actor):
        raise PermissionDenied
    found, created = Confirmation.objects.get_or_create(round=round_, member=actor, defaults={"at": clock.now()})
    if created:
        declared = sorted(Interest.objects.filter(member=actor, withdrawn_at=None).values_list("unit__code", flat=True))
        after = {"round": round_.year, "declared": declared, **marked(found)}
        record(actor=actor, verb="appraisal.confirm_no_interest", obj=actor, after=after)
    return found


def _check_may(actor: User, member: User) -> None:
    if not (people.is_index_manager(actor) or (actor.pk == member.pk and people.is_council_member(actor))):
        raise PermissionDenied
    if not reach.has_desk(member):
        raise Refused(f"{member} không phải thành viên Hội đồng thẩm định.")


def _forget(*users: User) -> None:
    for user in users:
        reach.forget_closed_units(user)
