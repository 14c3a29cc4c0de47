"""A guess of a password is counted before it is looked at; a changed second factor is logged and told."""

from datetime import timedelta

from django.contrib.auth.hashers import get_hasher, identify_hasher
from django.db import transaction

from cchc_index.lib import clock
from units.auditlog.actions import record
from units.auditlog.digests import marked
from units.models import User
from units.queries import account_named

from . import mails, queries
from .models import WrongGuess

CHANGES = {
    "mfa/email/totp_activated": ("second_factor_on", "Đã bật xác thực hai lớp"),
    "mfa/email/totp_deactivated": ("second_factor_off", "Đã tắt xác thực hai lớp"),
    "mfa/email/webauthn_added": ("security_key_added", "Đã thêm khóa bảo mật"),
    "mfa/email/webauthn_removed": ("security_key_removed", "Đã bỏ khóa bảo mật"),
    "mfa/email/recovery_codes_generated": ("recovery_codes", "Đã tạo bộ mã dự phòng mới"),
}
"""What the library says happened → the verb of the log, and the words for the owner."""


@transaction.atomic
def second_factor_changed(*, user: User, what: str, address: str = "") -> None:
    """The owner of an account has changed the second factor."""
    verb, words = CHANGES[what]
    mails.tell_owner(user, words)
    record(actor=user, verb=verb, obj=user, address=address)


KEPT = timedelta(days=1)


def begin_guess(*, name: str, address: str, device: str = "") -> WrongGuess | None:
    """Count a password before it is looked at, so that many at once are no way round; None: one too many, not looked at
    and not counted, so that waiting always ends."""
    at = clock.now()
    WrongGuess.objects.filter(at__lte=at - KEPT).delete()
    guess = WrongGuess.objects.create(name=name.casefold()[:150], address=address, device=device, at=at)
    if not queries.is_over(guess):
        return guess
    guess.delete()
    return None


def end_guess(guess: WrongGuess) -> None:
    """It was no guess: the password was right. What others guessed before stays counted."""
    guess.delete()


def note_limit(guess: WrongGuess) -> None:
    """The guess was wrong and the last one that is looked at: the log says once whose password is being guessed. Names
    that nobody bears are not logged."""
    user = account_named(guess.name)
    if user is not None and queries.is_last(guess):
        record(actor=None, stranger=STRANGER, verb="guesses_limited", obj=user, address=guess.address)


STRANGER = "chưa đăng nhập"


def signed_in(*, user: User, address: str = "") -> None:
    """Somebody came in, through all stages."""
    record(actor=user, verb="sign_in", obj=user, address=address)


@transaction.atomic
def renew_hash(*, user: User, typed: str) -> None:
    """Hash a right password anew when it was hashed as nobody does any more; the log knows the new hash."""
    ours = get_hasher()
    if identify_hasher(user.password).algorithm == ours.algorithm and not ours.must_update(user.password):
        return
    locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if locked.password == user.password:  # else its owner has just set another
        user.set_password(typed)
        user.save(update_fields=["password"])
        locked.password = user.password
        record(actor=user, verb="renew_hash", obj=user, after=marked(locked))
