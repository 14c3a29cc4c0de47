"""The letters of roles that decide: to whoever holds them and to all index managers."""

from collections.abc import Sequence

from django.urls import reverse

from cchc_index.lib.days import letter_day
from units.mail.actions import post_all
from units.mail.letters import Letter
from units.models import Membership, Role, RoleProposal, User
from units.queries import holders_of
from units.rules import is_bringing_up

NAMED = 20
"""People named in a letter about many; the rest is counted."""


def tell_proposed(proposals: Sequence[RoleProposal], by: User | None) -> None:
    """Whoever is to hold a role, and in one letter all managers."""
    who = str(by) if by else "Quản trị hệ thống (dòng lệnh)"
    letters = [(_proposed(row, who), row.user) for row in proposals]
    said = f"{who} đề nghị giao vai trò: {_named(list(map(str, proposals)))}."
    reason = f"Lý do: {proposals[0].reason}"
    event = f"units.proposed:{proposals[0].pk}-{proposals[-1].pk}"
    general = Letter(event, "Đề nghị giao vai trò chờ xác nhận", [said, reason, TWO], reverse("people:proposals"))
    post_all([*letters, *((general, person) for person in holders_of(Role.INDEX_MANAGER) if person != by)])


def tell_brought_back(proposals: Sequence[RoleProposal]) -> None:
    """Everybody who ever was an index manager: two others are to take over."""
    said = (
        f"Hệ thống không còn người quản lý Chỉ số. Dòng lệnh của máy chủ đề nghị: {_named(list(map(str, proposals)))}."
    )
    wrong = "Nếu điều này không đúng, đề nghị báo ngay cho Sở Nội vụ."
    event = f"units.brought_back:{proposals[0].pk}-{proposals[-1].pk}"
    letter = Letter(
        event, "Khôi phục người quản lý Chỉ số", [said, f"Lý do: {proposals[0].reason}", wrong], reverse("home")
    )
    former = Membership.objects.filter(role=Role.INDEX_MANAGER).order_by().values("user")
    post_all([(letter, person) for person in User.objects.filter(pk__in=former).order_by("username")])


def tell_confirmed(proposals: Sequence[RoleProposal], by: User) -> None:
    letters = [(_confirmed(row, by), row.user) for row in proposals]
    said = f"{by} xác nhận giao vai trò: {_named(list(map(str, proposals)))}."
    event = f"units.confirmed:{proposals[0].pk}-{proposals[-1].pk}"
    general = Letter(event, "Đã xác nhận giao vai trò", [said], reverse("people:proposals"))
    post_all([*letters, *((general, person) for person in holders_of(Role.INDEX_MANAGER) if person != by)])


def tell_ended(membership: Membership, on: str, by: User | None, reason: str) -> None:
    who = str(by) if by else "Quản trị hệ thống (dòng lệnh)"
    said = f"{who} ghi vai trò {membership.get_role_display()} của {membership.user} đến hết ngày {on}."
    event = f"units.ended:{membership.pk}:{on}"
    letter = Letter(event, "Vai trò có ngày kết thúc", [said, f"Lý do: {reason}"], reverse("home"))
    people = [membership.user, *holders_of(Role.INDEX_MANAGER)]
    post_all([(letter, person) for person in dict.fromkeys(people) if person != by])


def tell_access_changed(user: User, by: User | None, what: str, address: str = "") -> None:
    """The owner of an account and all managers: somebody else changed how it is opened. `address`: the owner's former
    mail address, where that is what changed."""
    who = str(by) if by else "Quản trị hệ thống (dòng lệnh)"
    stamp = f"{user.access_changed_at:%Y%m%d%H%M%S%f}" if user.access_changed_at else ""
    said = f"{who} {what} của tài khoản {user.username} ({user})."
    unasked = "Nếu Ông/Bà không yêu cầu, đề nghị báo ngay cho người quản lý Chỉ số của Sở Nội vụ."
    letter = Letter(
        f"units.access:{user.pk}:{stamp}", "Cách đăng nhập vừa bị thay đổi", [said, unasked], reverse("home")
    )
    owner = User.objects.get(pk=user.pk)
    owner.email = address or owner.email
    others = [person for person in holders_of(Role.INDEX_MANAGER) if person.pk != user.pk]
    post_all([(letter, owner), *((letter, person) for person in others)])


TWO = "Vai trò chỉ có hiệu lực khi một người khác, không phải người đề nghị và người được giao, xác nhận."


def _proposed(row: RoleProposal, who: str) -> Letter:
    said = f"{who} đề nghị giao cho Ông/Bà vai trò {row.get_role_display()}{_place(row)}{_days(row)}."
    first = row.role == Role.INDEX_MANAGER and is_bringing_up()  # the two confirm each other
    path = reverse("people:proposals" if first else "home")
    return Letter(f"units.proposed:{row.pk}", "Đề nghị giao vai trò", [said, f"Lý do: {row.reason}", TWO], path)


def _confirmed(row: RoleProposal, by: User) -> Letter:
    said = f"Ông/Bà được giao vai trò {row.get_role_display()}{_place(row)}{_days(row)}; {by} đã xác nhận."
    return Letter(f"units.confirmed:{row.pk}", "Được giao vai trò", [said, f"Lý do: {row.reason}"], reverse("home"))


def _place(row: RoleProposal) -> str:
    return f" ({row.unit})" if row.unit else ""


def _days(row: RoleProposal) -> str:
    begin = f" từ ngày {letter_day(row.valid_from)}" if row.valid_from else ""
    return begin + (f" đến hết ngày {letter_day(row.valid_to)}" if row.valid_to else "")


def _named(names: Sequence[str]) -> str:
    more = f" và {len(names) - NAMED} đề nghị khác" if len(names) > NAMED else ""
    return "; ".join(names[:NAMED]) + more
