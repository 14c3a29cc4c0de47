"""What becomes of a second factor: logged, and its owner told."""

from django.db import transaction

from units.auditlog.actions import record
from units.models import User

from . import mails

CHANGES = {
    "mfa/email/totp_activated": ("second_factor_on", "Đã bật xác thực hai lớp"),
    "mfa/email/totp_deactivated": ("second_factor_off", "Đã tắt xác thực hai lớp"),
    "mfa/email/recovery_codes_generated": ("recovery_codes", "Đã tạo bộ mã dự phòng mới"),
}
"""What the library says happened → the verb of the log, and the words for the owner."""


@transaction.atomic
def second_factor_changed(*, user: User, what: str, address: str = "") -> None:
    """The owner of an account has changed the second factor."""
    verb, words = CHANGES[what]
    mails.tell_owner(user, words)
    record(actor=user, verb=verb, obj=user, address=address)
