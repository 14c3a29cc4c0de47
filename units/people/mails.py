"""The letter that opens an account."""

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.urls import reverse

from cchc_index.lib import clock
from units.mail.actions import Posted, post_all
from units.mail.letters import Letter
from units.mail.queries import INVITATION, INVITING
from units.models import Role, User
from units.queries import holders_of


def invite(users: Iterable[User]) -> Posted:
    """A link for each, once, until it ends. Again within a minute is the same letter."""
    stamp = f"{clock.now():%Y%m%d%H%M}"
    return post_all([(_invitation(user, stamp), user) for user in users])


def remind(users: Iterable[User]) -> Posted:
    """A link for who forgot the password; asked for again within ten minutes it is the same letter."""
    stamp = f"{clock.now():%Y%m%d%H%M}"[:-1]
    return post_all([(_reminder(user, stamp), user) for user in users])


def tell_codes(users: Sequence[User], by: User) -> Posted:
    """All other managers: for whom codes were printed."""
    named = ", ".join(map(str, users[:NAMED])) + (f" và {len(users) - NAMED} người khác" if len(users) > NAMED else "")
    said = f"{by} in mã đặt mật khẩu dùng một lần cho {len(users)} người: {named}."
    hold = "Tài khoản đặt mật khẩu bằng mã chưa phê duyệt được gì trong thời gian chờ."
    event = f"units.codes:{by.pk}:{clock.now():%Y%m%d%H%M%S%f}"
    letter = Letter(event, "In mã đặt mật khẩu", [said, hold], reverse("people:list"))
    return post_all([(letter, person) for person in holders_of(Role.INDEX_MANAGER) if person != by])


NAMED = 20


def tell_forgotten(users: Iterable[User]) -> Posted:
    """All managers, once a day for each: somebody without an address forgot the password, and a code on paper is the
    way in."""
    letters = []
    for user in users:
        said = f"Có yêu cầu đặt lại mật khẩu của tài khoản {user.username} ({user}), tài khoản không có thư điện tử."
        way = "Nếu đúng người này yêu cầu (gặp hoặc gọi lại để hỏi): in phiếu mã đặt mật khẩu, hoặc ghi thư điện tử."
        event = f"units.forgotten:{user.pk}:{clock.today():%Y%m%d}"
        letter = Letter(
            event, "Quên mật khẩu, không có thư điện tử", [said, way], reverse("people:person", args=[user.pk])
        )
        letters += [(letter, person) for person in holders_of(Role.INDEX_MANAGER) if person.pk != user.pk]
    return post_all(letters)


def _reminder(user: User, stamp: str) -> Letter:
    return Letter(
        event=f"{INVITING}forgotten:{user.pk}:{stamp}",
        subject="Đặt lại mật khẩu vào hệ thống Chỉ số cải cách hành chính",
        paragraphs=[
            f"Có yêu cầu đặt lại mật khẩu của tài khoản “{user.username}”.",
            f"Liên kết dưới đây mở trang đặt mật khẩu, dùng được một lần trong {settings.INVITATION_DAYS} ngày.",
            "Nếu Ông/Bà không yêu cầu, không cần làm gì: mật khẩu đang dùng không đổi.",
        ],
        path=INVITATION,
    )


def _invitation(user: User, stamp: str) -> Letter:
    days = settings.INVITATION_DAYS
    return Letter(
        event=f"{INVITING}{user.pk}:{stamp}",
        subject="Mời đặt mật khẩu vào hệ thống Chỉ số cải cách hành chính",
        paragraphs=[
            f"Ông/Bà được cấp tài khoản “{user.username}” trong hệ thống Chỉ số CCHC của thành phố Hà Nội.",
            f"Liên kết dưới đây mở trang đặt mật khẩu, dùng được một lần trong {days} ngày kể từ khi thư được gửi.",
            "Đề nghị không chuyển thư này cho người khác.",
            "Không ai khác, kể cả người quản trị, biết hoặc hỏi mật khẩu của Ông/Bà.",
        ],
        path=INVITATION,
    )
