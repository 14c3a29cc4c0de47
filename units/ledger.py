"""The check that roles and powers are those that the log gave, as `check_ledger` prints it."""

from collections.abc import Iterable, Iterator
from typing import Any

from units.auditlog.digests import Facts

from .auditlog.models import LogEntry
from .digests import PEOPLE_VERBS, POWERS
from .models import Membership, User


def check() -> Iterator[str]:
    """Vietnamese sentences for every role and every administrator's power that the log did not give; none
    when all agree. Five queries."""
    roles, powers, permissions = _replay()
    yield from _check_roles(roles)
    yield from _check_powers(powers)
    yield from _check_permissions(permissions)


def _replay() -> tuple[dict[int, Facts], dict[int, Facts], dict[int, Facts]]:
    """What the log's last entries say: the facts of each membership, the powers of each user, and the permissions
    given to a user one by one."""
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
    """From the rows of an imported file as the log has them, those with powers of an account, by user id. Files of
    other catalogues have no such fields."""
    by_user = rows if isinstance(rows, dict) else {}
    return {int(pk): facts for pk, facts in by_user.items() if pk.isdecimal() and POWERS.keys() & facts.keys()}


def _check_roles(roles: dict[int, Facts]) -> Iterator[str]:
    for row in Membership.objects.select_related("user", "unit").order_by("pk").iterator(2000):
        place = f"Vai trò {row.get_role_display()} của {row.user} (số {row.pk})"
        logged = roles.pop(row.pk, None)
        if logged is None:
            yield f"{place}: nhật ký không ghi ai giao vai trò này."
            continue
        now = {"user": row.user_id, "role": row.role, "unit": row.unit_id, "active": row.active}
        if {name: logged.get(name, now[name]) for name in now} != now:
            yield f"{place}: người, vai trò, đơn vị hoặc hiệu lực khác với nhật ký."
    for pk in sorted(roles):
        yield f"Vai trò số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."


def _check_powers(powers: dict[int, Facts]) -> Iterator[str]:
    """A sentence for each account whose powers differ from the log's. One that the log does not mention must be active
    and neither staff nor superuser."""
    plain = {"is_active": True, "is_staff": False, "is_superuser": False}
    for pk, name, *flags in User.objects.order_by("pk").values_list("pk", "username", *POWERS).iterator(2000):
        logged = powers.pop(pk, {})
        for field, value in zip(POWERS, flags, strict=True):
            if logged.get(field, plain[field]) != value:
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
            logged = set(permissions.get(user, {}).get(field) or ())
            if held.get(user, set()) != logged:
                yield f"Tài khoản số {user}: nhóm quyền hoặc quyền quản trị khác với nhật ký."
