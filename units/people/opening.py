"""How an account is opened when its owner cannot: codes on paper, a second factor that was lost."""

from collections.abc import Sequence
from datetime import timedelta
from hmac import compare_digest

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean
from units import rules
from units.auditlog.actions import Change, record, record_many
from units.auditlog.digests import marked
from units.models import User
from units.roles.mails import tell_access_changed

from . import codes, mails
from .models import SetupCode


@transaction.atomic
def make_codes(*, actor: User, users: Sequence[User], address: str = "") -> list[tuple[User, str]]:
    """A code on paper for each, in place of an earlier one; the codes are nowhere else. All managers are told for whom.
    Never for oneself and for administrators. Raises Refused."""
    if not rules.may_manage_people(actor):
        raise Refused("Bạn không có quyền in mã đặt mật khẩu.")
    if not users:
        raise Refused("Chưa chọn ai.")
    for user in users:
        if user.pk == actor.pk:
            raise Refused("Không in mã cho chính mình: dùng Đổi mật khẩu.")
        if user.is_staff or user.is_superuser:
            raise Refused(f"{user} là người quản trị: gửi thư mời, không in mã.")
    at = clock.now()
    made = [(user, codes.fresh()) for user in users]
    for user, code in made:
        facts = {
            "digest": codes.digest(code),
            "made_at": at,
            "made_by": actor,
            "ends_at": at + timedelta(days=settings.INVITATION_DAYS),
            "used_at": None,
        }
        SetupCode.objects.update_or_create(user=user, defaults=facts)
    mails.tell_codes(users, actor)
    record_many(actor=actor, verb="make_code", changes=[Change(user) for user in users], address=address)
    return made


@transaction.atomic
def use_code(*, name: str, typed: str, address: str = "") -> User | None:
    """The account that a code opens, once; None when it opens none. From here on the account decides nothing for a
    while: somebody else has held its code in the hand."""
    rows = SetupCode.objects.select_for_update(of=("self",)).select_related("user")
    code = rows.filter(user__username=name.strip(), user__is_active=True, used_at=None, ends_at__gt=clock.now()).first()
    if not compare_digest(code.digest if code else "", codes.digest(typed)) or code is None:
        return None
    code.used_at = clock.now()
    code.save(update_fields=["used_at"])
    user = User.objects.select_for_update(of=("self",)).get(pk=code.user_id)
    user.access_changed_at = clock.now()
    user.save(update_fields=["access_changed_at"])
    record(actor=user, verb="use_code", obj=user, after=marked(user), address=address)
    return user


@transaction.atomic
def drop_second_factor(*, actor: User, user: User, reason: str, address: str = "") -> None:
    """Somebody who lost phone and recovery codes comes in by the password again, to switch it on anew. The account
    decides nothing for a while; its owner and all managers are told. Never for oneself. Raises Refused."""
    if not rules.may_manage_people(actor):
        raise Refused("Bạn không có quyền bỏ xác thực hai lớp của người khác.")
    if actor.pk == user.pk:
        raise Refused("Không bỏ được xác thực hai lớp của chính mình ở đây: nhờ người quản lý Chỉ số khác.")
    words = clean(reason)
    if not words:
        raise Refused("Nhập lý do bỏ xác thực hai lớp.")
    locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    rows = Authenticator.objects.filter(user=locked)
    if not rows.exists():
        raise Refused("Tài khoản này chưa bật xác thực hai lớp.")
    rows.delete()
    locked.access_changed_at = clock.now()
    locked.save(update_fields=["access_changed_at"])
    tell_access_changed(locked, actor, "bỏ xác thực hai lớp")
    record(actor=actor, verb="drop_second_factor", obj=locked, after=marked(locked), reason=words, address=address)
