"""The letter to the owner of an account whose second factor changed."""

from django.urls import reverse

from cchc_index.lib import clock
from units.mail.actions import post
from units.mail.letters import Letter
from units.models import User


def tell_owner(user: User, what: str) -> None:
    said = f"{what} của tài khoản {user.username}."
    unasked = "Nếu Ông/Bà không làm việc này, đề nghị đổi mật khẩu và báo ngay cho Sở Nội vụ."
    event = f"units.second_factor:{user.pk}:{clock.now():%Y%m%d%H%M%S%f}"
    post(Letter(event, "Xác thực hai lớp vừa thay đổi", [said, unasked], reverse("account_home")), [user])
