"""The beginning and each page of a look through somebody's eyes; every verb looks at the rights again."""

from typing import Any

from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean
from units.auditlog.actions import record
from units.models import User

from . import mails
from .rules import LASTS, may_view_as


@transaction.atomic
def begin(*, actor: User, target: User, reason: str, address: str = "") -> dict[str, Any]:
    """The ticket for the session: whose page, until when. The person is told. Raises Refused."""
    if not may_view_as(actor, target):
        raise Refused("Không xem được như người này: vai trò của họ đọc được điều bạn không được đọc.")
    words = clean(reason)
    if not words:
        raise Refused("Nhập lý do xem.")
    until = clock.now() + LASTS
    mails.tell_viewed(target, actor, words)
    after = {"until": until.isoformat()}
    record(actor=actor, verb="view_as", obj=target, after=after, reason=words, address=address)
    return {"user": target.pk, "until": int(until.timestamp())}


def note_page(*, actor: User, target: User, path: str, address: str = "") -> None:
    """One page was looked at."""
    record(actor=actor, verb="view_page", obj=target, after={"path": path[:500]}, address=address)
