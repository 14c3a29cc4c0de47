"""The log's chain: every entry carries a keyed digest over itself and the entry before it.

Keyed (LEDGER_KEY), so that the owner of the database alone cannot rewrite the tail; the head row is
sealed with the same key, so that a cut tail is found. `check` is the proof that `check_ledger` prints.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from datetime import UTC

from django.conf import settings

from cchc_index.lib.canonical import canonical_json

from .models import LogEntry, LogHead


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


def check(entries: Iterable[LogEntry], head: LogHead | None) -> Iterator[str]:
    """Vietnamese sentences for every break in the chain; none when it is whole."""
    previous, expected = "", 1
    for entry in entries:
        if entry.number != expected:
            yield f"Nhật ký thiếu mục {expected} (gặp mục {entry.number})."
            expected = entry.number
        if not hmac.compare_digest(entry.digest, entry_digest(entry, previous)):
            place = f"Nhật ký mục {entry.number} ({entry.verb})"
            yield f"{place} không khớp dấu niêm: nội dung đã bị sửa hoặc mục trước bị thay."
        previous, expected = entry.digest, entry.number + 1
    count = expected - 1
    if head is None:
        if count:
            yield "Nhật ký mất dòng đầu sổ."
    elif (head.count, head.digest) != (count, previous):
        yield f"Nhật ký có {count} mục nhưng đầu sổ ghi {head.count}: cuối sổ bị cắt hoặc bị thay."
    elif not hmac.compare_digest(head.seal, head_seal(head.count, head.digest)):
        yield "Dấu của đầu sổ không khớp."
