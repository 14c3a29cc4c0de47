"""The log's chain: every entry carries a keyed digest over itself and the entry before it.

Keyed (LEDGER_KEY), so that the owner of the database alone cannot rewrite the tail; the head row is
sealed with the same key, so that a cut tail is found.
"""

import hashlib
import hmac
from datetime import UTC
from typing import Any

from django.conf import settings

from cchc_index.lib.canonical import canonical_json

from .models import LogEntry

Facts = dict[str, Any]
"""What an entry of the log says stood before or after a verb."""


def _keyed(text: str) -> str:
    return hmac.new(settings.LEDGER_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def entry_digest(entry: LogEntry, previous: str) -> str:
    """The digest of `entry` chained to the `previous` one; covers who, what, when, from where and why."""
    return _keyed(
        previous
        + canonical_json(
            [
                entry.number,
                f"{entry.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}",
                entry.actor_id,
                entry.actor_name,
                entry.verb,
                entry.object_type,
                entry.object_id,
                entry.object_label,
                entry.unit_id,
                entry.before,
                entry.after,
                entry.reason,
                entry.address,
            ]
        )
    )


def head_seal(count: int, digest: str) -> str:
    """The seal of the chain's end."""
    return _keyed(f"head:{count}:{digest}")
