"""The verbs that write to units, people and the log."""

from typing import Any

from django.db import models, transaction

from cchc_index.lib import clock

from . import ledger
from .models import LogEntry, LogHead, Unit, User


@transaction.atomic
def record(
    *,
    actor: User | None,
    verb: str,
    obj: models.Model,
    before: Any = None,
    after: Any = None,
    unit: Unit | None = None,
    reason: str = "",
    address: str = "",
) -> LogEntry:
    """Append one entry to the log, chained to the last. Call it last in an action: the chain's head
    stays locked until the transaction ends. `before`/`after` are JSON values, Decimals as exact text.
    `actor` None is the command line.
    """
    head, _ = LogHead.objects.get_or_create(pk=1)
    head = LogHead.objects.select_for_update(of=("self",)).get(pk=1)
    entry = LogEntry(
        number=head.count + 1,
        at=clock.now(),
        actor=actor,
        actor_name=str(actor) if actor else "dòng lệnh",
        verb=verb,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        object_label=str(obj)[:250],
        unit=unit,
        before=before,
        after=after,
        reason=reason,
        address=address,
    )
    entry.digest = ledger.entry_digest(entry, head.digest)
    entry.save(force_insert=True)
    head.count, head.digest = entry.number, entry.digest
    head.seal = ledger.head_seal(head.count, head.digest)
    head.save(update_fields=["count", "digest", "seal"])
    return entry
