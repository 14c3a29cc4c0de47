"""One text for one value: canonical JSON and its digest, so that same inputs give same bytes."""

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal

from .numbers import exact_text


def _default(value: object) -> object:
    if isinstance(value, Decimal):
        return exact_text(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical_json(value: object) -> str:
    """Sorted keys, no spaces, UTF-8 text kept; Decimals as exact strings; floats are an error."""
    _refuse_floats(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_default)


_PLAIN = frozenset((str, int, bool, type(None), Decimal, datetime, date))
"""Types that hold nothing: most of what is digested, and passed over without a further look."""


def _refuse_floats(value: object) -> None:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, float):
            raise TypeError("float in canonical data: use Decimal")
        items = one.values() if isinstance(one, dict) else one if isinstance(one, list | tuple) else ()
        waiting += [item for item in items if type(item) not in _PLAIN]


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON, in hex."""
    return text_digest(canonical_json(value))


def text_digest(text: str) -> str:
    """`digest` of what has been written as canonical JSON."""
    return hashlib.sha256(text.encode()).hexdigest()
