"""The check that roles and powers are those that the log gave, as `check_ledger` prints it."""

from collections.abc import Iterable, Iterator
from typing import Any

from units.auditlog.digests import Facts, RowKind, register_rows

from .auditlog.models import LogEntry
from .digests import (
    NAMES,
    PEOPLE_VERBS,
    POWERS,
    PROPOSAL_VERBS,
    ROLE_VERBS,
    access_mark,
    group_mark,
    membership_facts,
    password_mark,
    proposal_facts,
    unit_mark,
)
from .models import Membership, RoleProposal, Unit, UnitGroup, User


def check() -> Iterator[str]:
    """Vietnamese sentences for every role, every proposal of one and every administrator's power that the log did not
    give, and for roles that one person gave alone; none when all agree. Seven queries."""
    roles, powers, permissions = _replay()
    yield from _check_roles(roles)
    yield from _check_powers(powers)
    yield from _check_permissions(permissions)
    yield from _check_proposals()


def _replay() -> tuple[dict[int, Facts], dict[int, Facts], dict[int, Facts]]:
    """What the log's last entries say: the facts of each membership, the powers of each user, and the permissions
    given to a user one by one."""
    roles: dict[int, Facts] = {}
    powers: dict[int, Facts] = {}
    permissions: dict[int, Facts] = {}
    for entry in LogEntry.objects.filter(verb__in=PEOPLE_VERBS).order_by("number").iterator(2000):
        after = entry.after if isinstance(entry.after, dict) else {}
        if entry.verb in ROLE_VERBS and "membership" in after:
            roles[after["membership"]] = {"unit": entry.unit_id, **after, "user": int(entry.object_id)}
        elif entry.object_type == "units.membership":
            roles.setdefault(int(entry.object_id), {}).update(after)
        elif entry.object_type == "units.user":
            powers.setdefault(int(entry.object_id), {}).update(_picked(after, (*NAMES, *POWERS)))
            permissions.setdefault(int(entry.object_id), {}).update(_picked(after, ("groups", "user_permissions")))
        elif entry.verb == "admin_import":
            for key in ("new", "changed"):
                for pk, facts in _user_facts(after.get(key)).items():
                    powers.setdefault(pk, {}).update(_picked(facts, (*NAMES, *POWERS)))
    return roles, powers, permissions


def _picked(facts: Facts, names: Iterable[str]) -> Facts:
    return {name: facts[name] for name in names if name in facts}


def _user_facts(rows: Any) -> dict[int, Facts]:
    """From the rows of an imported file as the log has them, those with powers or names of an account, by user id.
    Files of other catalogues have no such fields."""
    by_user, known = rows if isinstance(rows, dict) else {}, POWERS.keys() | NAMES.keys()
    return {int(pk): facts for pk, facts in by_user.items() if pk.isdecimal() and known & facts.keys()}


def _check_roles(roles: dict[int, Facts]) -> Iterator[str]:
    for row in Membership.objects.select_related("user", "unit").order_by("pk").iterator(2000):
        place = f"Vai trò {row.get_role_display()} của {row.user} (số {row.pk})"
        logged = roles.pop(row.pk, None)
        if logged is None:
            yield f"{place}: nhật ký không ghi ai giao vai trò này."
            continue
        now = {"user": row.user_id, **membership_facts(row)}
        if {name: logged.get(name, now[name]) for name in now} != now:
            yield f"{place}: người, vai trò, đơn vị, ngày hoặc hiệu lực khác với nhật ký."
    for pk in sorted(roles):
        yield f"Vai trò số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."


def _check_powers(powers: dict[int, Facts]) -> Iterator[str]:
    """A sentence for each account whose powers, name or address differ from the log's. One that the log does not
    mention must be active and neither staff nor superuser; what it is called is not known then."""
    plain = {"is_active": True, "is_staff": False, "is_superuser": False}
    words = {**POWERS, **NAMES}
    for pk, name, *now in User.objects.order_by("pk").values_list("pk", "username", *words).iterator(2000):
        logged = powers.pop(pk, {})
        for field, value in zip(words, now, strict=True):
            if logged.get(field, plain.get(field, value)) != value:
                yield f"Tài khoản {name}: {words[field]} khác với nhật ký."
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


def _check_proposals() -> Iterator[str]:
    """A sentence for each proposed role that differs from the log, and for each that was not given by two persons."""
    logged: dict[int, Facts] = {}
    for entry in LogEntry.objects.filter(verb__in=PROPOSAL_VERBS).order_by("number").iterator(2000):
        after = entry.after if isinstance(entry.after, dict) else {}
        facts = logged.setdefault(after.get("proposal", 0), {"decided_by": None})
        facts.update(after, user=int(entry.object_id))
        facts["proposed_by" if entry.verb == "propose_role" else "decided_by"] = entry.actor_id
        if entry.verb == "confirm_role" and entry.actor_id in (None, facts.get("proposed_by"), facts["user"]):
            yield f"Vai trò của người số {facts['user']}: cùng một người vừa đề nghị vừa xác nhận, hoặc tự xác nhận."
    for row in RoleProposal.objects.order_by("pk").iterator(2000):
        facts = logged.pop(row.pk, {})
        people = {"user": row.user_id, "proposed_by": row.proposed_by_id, "decided_by": row.decided_by_id}
        now = {**proposal_facts(row), **people}
        if {name: facts.get(name) for name in now} != now:
            yield f"Đề nghị giao vai trò số {row.pk}: nội dung hoặc người khác với nhật ký."
    for pk in sorted(logged):
        yield f"Đề nghị giao vai trò số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."


def register_marks() -> None:
    """Units, their blocks and passwords are compared with the marks of `units.auditlog.ledger.check_rows`."""
    register_rows(RowKind(UnitGroup, group_mark, lambda: UnitGroup.objects.order_by("pk")))
    register_rows(RowKind(Unit, unit_mark, lambda: Unit.objects.order_by("pk")))
    register_rows(RowKind(User, password_mark, lambda: User.objects.order_by("pk"), "mật khẩu"))
    what = "mật khẩu dùng một lần hoặc giờ người khác đổi cách đăng nhập"
    register_rows(RowKind(User, access_mark, lambda: User.objects.order_by("pk"), what, part="access"))
