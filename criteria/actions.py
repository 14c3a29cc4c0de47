"""The verbs that write to decisions, sets, rounds and phases."""

from django.db import transaction
from django.db.models import F

from cchc_index.lib import clock
from cchc_index.lib.dispatch import send_after_commit

from .models import RoundGroup


@transaction.atomic
def inputs_changed(round_group_id: int) -> None:
    """Say that something the ranking of this block depends on has changed. The version counts in the
    same transaction as the change; the recomputation is asked for by name once that is in."""
    RoundGroup.objects.filter(pk=round_group_id).update(inputs_version=F("inputs_version") + 1)
    send_after_commit("results.recompute", round_group_id)


@transaction.atomic
def freeze(round_group_id: int) -> None:
    """Lock the criteria set of a block: called with the first score. Idempotent."""
    RoundGroup.objects.filter(pk=round_group_id, frozen_at=None).update(frozen_at=clock.now())
