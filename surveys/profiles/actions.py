"""Keeping a profile."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean
from surveys.models import MappingProfile
from surveys.scores.actions import lock_block
from units.auditlog.actions import record
from units.models import User

from . import digests
from .queries import latest_of

MAX_SENDER = 120


@transaction.atomic
def keep_profile(
    *, actor: User | None, round_group_id: int, sender: str, shape: str, mapping: Mapping[str, Any]
) -> MappingProfile:
    """The profile of `sender` with this mapping for files of this shape: the newest version where it says the same,
    else a new version. Who may is for the caller to ask. Raises Refused without a sender or with too long a name."""
    sender = clean(sender)
    if not sender or len(sender) > MAX_SENDER:
        raise Refused(f"Ghi tên nơi gửi tệp, tối đa {MAX_SENDER} ký tự.")
    block = lock_block(round_group_id)
    last = latest_of(block, sender)
    if last is not None and (last.shape, last.mapping) == (shape, dict(mapping)):
        return last
    profile = MappingProfile.objects.create(
        round_group=block,
        sender=last.sender if last else sender,
        version=last.version + 1 if last else 1,
        shape=shape,
        mapping=dict(mapping),
        created_by=actor,
    )
    record(actor=actor, verb="surveys.keep_profile", obj=profile, after=digests.facts(profile))
    return profile
