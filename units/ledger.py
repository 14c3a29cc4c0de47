"""The log's chain: every entry carries a keyed digest over itself and the entry before it.

Keyed (LEDGER_KEY), so that the owner of the database alone cannot rewrite the tail; the head row is
sealed with the same key, so that a cut tail is found. A tail cut together with an older head row needs
marks from outside (units/anchors.py). `check` is the proof that `check_ledger` prints; `check_people` is
the one that roles and powers are those the log gave.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import Any

from django.conf import settings

from cchc_index.lib.canonical import canonical_json

from .anchors import Anchor
from .models import LogEntry, LogHead, Membership, User


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


def check(entries: Iterable[LogEntry], head: LogHead | None, anchors: Iterable[Anchor] = ()) -> Iterator[str]:
    """Vietnamese sentences for every break in the chain; none when it is whole. `anchors`: heads the chain
    is known to have had, from outside the database."""
    previous, expected = "", 1
    known: dict[int, list[Anchor]] = {}
    for anchor in anchors:
        known.setdefault(anchor.count, []).append(anchor)
    for entry in entries:
        if entry.number != expected:
            yield f"Nhật ký thiếu mục {expected} (gặp mục {entry.number})."
            expected = entry.number
        if not hmac.compare_digest(entry.digest, entry_digest(entry, previous)):
            place = f"Nhật ký mục {entry.number} ({entry.verb})"
            yield f"{place} không khớp dấu niêm: nội dung đã bị sửa hoặc mục trước bị thay."
        yield from _anchor_faults(entry, known.pop(entry.number, ()))
        previous, expected = entry.digest, entry.number + 1
    count = expected - 1
    yield from _head_faults(head, count, previous)
    for missing in sorted(known):
        place = known[missing][0].place
        yield f"Nhật ký chỉ có {count} mục nhưng {place} ghi đã có {missing} mục: cuối sổ bị cắt hoặc thay bằng bản cũ."


def _anchor_faults(entry: LogEntry, anchors: Iterable[Anchor]) -> Iterator[str]:
    for anchor in anchors:
        if not entry.digest.startswith(anchor.digest):
            yield f"Nhật ký mục {entry.number} khác dấu niêm mà {anchor.place} ghi: sổ đã bị viết lại."


def _head_faults(head: LogHead | None, count: int, last: str) -> Iterator[str]:
    if head is None:
        if count:
            yield "Nhật ký mất dòng đầu sổ."
        elif _something_happened():
            yield "Nhật ký trống và không có dòng đầu sổ trong khi đã có người dùng hoặc điểm: cả sổ đã bị xóa."
    elif (head.count, head.digest) != (count, last):
        yield f"Nhật ký có {count} mục nhưng đầu sổ ghi {head.count}: cuối sổ bị cắt hoặc bị thay."
    elif not hmac.compare_digest(head.seal, head_seal(head.count, head.digest)):
        yield "Dấu của đầu sổ không khớp."


def _something_happened() -> bool:
    return User.objects.exists() or Membership.objects.exists()


# --- people -----------------------------------------------------------------------------------------

POWERS = {"is_active": "hiệu lực", "is_staff": "quyền vào trang quản trị", "is_superuser": "quyền quản trị cao nhất"}
PEOPLE_VERBS = ("grant_role", "revoke_role", "admin_add", "admin_change", "admin_import", "create_account")
Facts = dict[str, Any]


def check_people() -> Iterator[str]:
    """Vietnamese sentences for every role and every administrator's power that the log did not give; none
    when all agree. Five queries."""
    roles, powers, permissions = _replay()
    yield from _check_roles(roles)
    yield from _check_powers(powers)
    yield from _check_permissions(permissions)


def _replay() -> tuple[dict[int, Facts], dict[int, Facts], dict[int, Facts]]:
    """What the log says now: by membership, by user, and the permissions given to a user by hand."""
    roles: dict[int, Facts] = {}
    powers: dict[int, Facts] = {}
    permissions: dict[int, Facts] = {}
    for entry in LogEntry.objects.filter(verb__in=PEOPLE_VERBS).order_by("number").iterator(2000):
        after = entry.after if isinstance(entry.after, dict) else {}
        if entry.verb in ("grant_role", "revoke_role") and "membership" in after:
            given = {"user": int(entry.object_id), "role": after["role"], "unit": entry.unit_id}
            roles[after["membership"]] = {**given, "active": after["active"]}
        elif entry.object_type == "units.membership":
            roles.setdefault(int(entry.object_id), {}).update(after)
        elif entry.object_type == "units.user":
            powers.setdefault(int(entry.object_id), {}).update(_picked(after, POWERS))
            permissions.setdefault(int(entry.object_id), {}).update(_picked(after, ("groups", "user_permissions")))
        elif entry.verb == "admin_import":
            for key in ("new", "changed"):
                for pk, facts in _user_facts(after.get(key)).items():
                    powers.setdefault(pk, {}).update(_picked(facts, POWERS))
    return roles, powers, permissions


def _picked(facts: Facts, names: Iterable[str]) -> Facts:
    return {name: facts[name] for name in names if name in facts}


def _user_facts(rows: Any) -> dict[int, Facts]:
    """Rows of a spreadsheet of accounts; those of other catalogues know no such fields."""
    found = rows if isinstance(rows, dict) else {}
    return {int(pk): facts for pk, facts in found.items() if pk.isdecimal() and POWERS.keys() & facts.keys()}


def _check_roles(roles: dict[int, Facts]) -> Iterator[str]:
    for row in Membership.objects.select_related("user", "unit").order_by("pk").iterator(2000):
        place = f"Vai trò {row.get_role_display()} của {row.user} (số {row.pk})"
        said = roles.pop(row.pk, None)
        if said is None:
            yield f"{place}: nhật ký không ghi ai giao vai trò này."
            continue
        now = {"user": row.user_id, "role": row.role, "unit": row.unit_id, "active": row.active}
        if {name: said.get(name, now[name]) for name in now} != now:
            yield f"{place}: người, vai trò, đơn vị hoặc hiệu lực khác với nhật ký."
    for pk in sorted(roles):
        yield f"Vai trò số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."


def _check_powers(powers: dict[int, Facts]) -> Iterator[str]:
    """An account the log does not know has no power: an ordinary one is let be."""
    plain = {"is_active": True, "is_staff": False, "is_superuser": False}
    for pk, name, *flags in User.objects.order_by("pk").values_list("pk", "username", *POWERS).iterator(2000):
        said = powers.pop(pk, {})
        for field, value in zip(POWERS, flags, strict=True):
            if said.get(field, plain[field]) != value:
                yield f"Tài khoản {name}: {POWERS[field]} khác với nhật ký."
    for pk in sorted(powers):
        yield f"Tài khoản số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."


def _check_permissions(permissions: dict[int, Facts]) -> Iterator[str]:
    for field in ("groups", "user_permissions"):
        through = getattr(User, field).through
        column = "group_id" if field == "groups" else "permission_id"
        held: dict[int, set[int]] = {}
        for user, given in through.objects.order_by("pk").values_list("user_id", column):
            held.setdefault(user, set()).add(given)
        for user in sorted(held.keys() | permissions.keys()):
            said = set(permissions.get(user, {}).get(field) or ())
            if held.get(user, set()) != said:
                yield f"Tài khoản số {user}: nhóm quyền hoặc quyền quản trị khác với nhật ký."
