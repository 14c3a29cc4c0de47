"""The letter that opens an account."""

from collections.abc import Iterable

from django.conf import settings

from cchc_index.lib import clock
from units.mail.actions import Posted, post_all
from units.mail.letters import Letter
from units.mail.queries import INVITATION, INVITING
from units.models import User


def invite(users: Iterable[User]) -> Posted:
    """A link for each, once, until it ends. Again within a minute is the same letter."""
    stamp = f"{clock.now():%Y%m%d%H%M}"
    return post_all([(_invitation(user, stamp), user) for user in users])


def remind(users: Iterable[User]) -> Posted:
    """A link for who forgot the password; asked for again within ten minutes it is the same letter."""
    stamp = f"{clock.now():%Y%m%d%H%M}"[:-1]
    return post_all([(_reminder(user, stamp), user) for user in users])


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
