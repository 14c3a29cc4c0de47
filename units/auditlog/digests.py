"""The log's chain: every entry carries a keyed digest over itself and the entry before it.

Keyed (LEDGER_KEY), so that the owner of the database alone cannot rewrite the tail; the head row is
sealed with the same key, so that a cut tail is found.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.conf import settings
from django.db.models import Model, QuerySet

from cchc_index.lib.canonical import canonical_json

from .models import LogEntry

Facts = dict[str, Any]
"""What an entry of the log says stood before or after a verb."""
ROW_MARKS = "row_marks"
"""Under this name `after` holds, by kind and key, the mark of each row that a verb wrote; None: taken away."""
VERB_BEGIN = "begin_proofs"
VERB_STORE = "mark_store"


@dataclass(frozen=True, slots=True)
class RowKind:
    """A kind of row of which the log keeps a mark with every verb that writes it; `check_ledger` compares."""

    model: type[Model]
    mark: Callable[[Any], str | None]
    """What bears meaning in the row, as text or as its digest; None while it bears none."""
    rows: Callable[[], "QuerySet[Any]"]
    what: str = "nội dung"
    """What the mark covers, in words of a sentence."""
    went_along: Callable[[str], bool] = lambda mark: False
    """Whether a row of this mark went with one that it hung on, which the log names instead."""
    part: str = ""
    """Where a model has several marks: what this one is called in the log."""

    @property
    def label(self) -> str:
        return f"{self.model._meta.label_lower}{self.part and f':{self.part}'}"


_KINDS: dict[str, RowKind] = {}


def register_rows(kind: RowKind) -> None:
    """From the rooms to the right, where their apps start."""
    _KINDS[kind.label] = kind


def row_kinds() -> Mapping[str, RowKind]:
    return _KINDS


def marked(*rows: Model, gone: bool = False) -> Facts:
    """The marks of these rows as they stand, to be put into `after` by the verb that wrote them (`gone`: took them
    away). Empty for kinds without marks."""
    marks: dict[str, dict[str, str | None]] = {}
    for row in rows:
        for label, kind in _KINDS.items():
            if kind.model._meta.label_lower == row._meta.label_lower:
                marks.setdefault(label, {})[str(row.pk)] = None if gone else kind.mark(row)
    return {ROW_MARKS: marks} if marks else {}


def _keyed(text: str) -> str:
    return hmac.new(settings.LEDGER_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def keyed_digest(value: object) -> str:
    """A digest of plain data that few values may have: without LEDGER_KEY nobody can try which of them it is of."""
    return _keyed(canonical_json(value))


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
