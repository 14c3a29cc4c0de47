"""A log entry in the words of the statement: what the log itself calls it, or more closely what became of the points.
No database."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cchc_index.lib.numbers import vn

NONE, NA = "chưa chấm", "không áp dụng"
PENDING = "chờ thẩm định"
"""What the council's decision comes to once it is taken back: no points at all, not zero."""
MOVED_PLACE = "Đổi trang, mục của tài liệu kiểm chứng"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The one list of words for the verbs of the log, and that of a self-assessment's states."""

    verbs: Mapping[str, str]
    states: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    what: str
    before: str = ""
    after: str = ""
    reason: str = ""


def value(points: Decimal | None, *, na: bool) -> str:
    """A score as the statement writes it: points, zero, not applicable and not scored are four different texts."""
    if na:
        return NA
    return NONE if points is None else vn(points, _places(points))


def logged(text: str | None) -> str:
    """A value as archives and survey imports log it: exact text, KAD, null."""
    return NA if text == "KAD" else value(None if text is None else Decimal(text), na=False)


def _places(points: Decimal) -> int:
    """Two decimals, or as many more as the number carries."""
    exponent = points.normalize().as_tuple().exponent
    return max(2, -exponent) if isinstance(exponent, int) else 2


def own(verb: str, before: Mapping[str, Any], after: Mapping[str, Any], number: str, vocabulary: Vocabulary) -> Told:
    """A step of the unit's own side."""
    what = vocabulary.verbs.get(verb, verb)
    if verb.startswith("selfassess.score"):
        return _score(before, after)
    if verb == "selfassess.attach":
        return Told(MOVED_PLACE if before else what, _place(number, before), _place(number, after))
    if verb == "selfassess.detach":
        return Told(what, _place(number, before))
    receipt = after.get("receipt") if verb == "selfassess.submit" else ""
    left, reached = (vocabulary.states.get(str(side.get("state") or ""), "") for side in (before, after))
    return Told(what, left, reached, f"Biên nhận {receipt}" if receipt else "")


def _score(before: Mapping[str, Any], after: Mapping[str, Any]) -> Told:
    pair = _points(before), _points(after)
    explained = str(after.get("explanation") or "")
    changed = explained != (before.get("explanation") or "")
    claimed = str(after.get("na_reason") or "") if after.get("na_claimed") else ""
    parts = [f"Giải trình: {explained}" if changed and explained else "", f"Lý do: {claimed}" if claimed else ""]
    reason = ". ".join(part.rstrip(".") for part in parts if part)
    if pair[0] != pair[1]:
        return Told("Tự đánh giá", *pair, reason)
    if (before.get("figures") or {}) != (after.get("figures") or {}):
        return Told("Sửa số liệu khai", *pair, reason)
    return Told("Sửa giải trình" if changed else "Sửa lý do không áp dụng", *pair, reason)


def _points(side: Mapping[str, Any]) -> str:
    text = side.get("points")
    return value(Decimal(text) if text is not None else None, na=bool(side.get("na_claimed")))


def _place(number: str, side: Mapping[str, Any]) -> str:
    if not side:
        return ""
    page, section = side.get("page"), side.get("section")
    parts = [number, f"trang {page}" if page else "", f"mục {section}" if section else ""]
    return ", ".join(part for part in parts if part)
