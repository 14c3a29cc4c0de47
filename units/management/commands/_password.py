"""A password typed in a terminal, and what the rules say of one."""

import getpass
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from cchc_index.lib.faults import Refused
from units.models import User

TRIES = 3


def ask_password(user: User) -> str:
    """A password typed twice that the rules accept for `user`. Raises Refused after three tries, and where there is no
    terminal."""
    for _ in range(TRIES):
        try:
            typed, again = getpass.getpass("Mật khẩu: "), getpass.getpass("Mật khẩu (gõ lại): ")
        except EOFError:
            raise Refused("Không có cửa sổ dòng lệnh để gõ mật khẩu; chạy lệnh trong cửa sổ dòng lệnh.") from None
        problem = "Hai lần gõ không giống nhau; gõ lại." if typed != again else weakness(typed, user)
        if not problem:
            return typed
        sys.stderr.write(f"{problem}\n")
    raise Refused(f"Đã gõ {TRIES} lần chưa được mật khẩu hợp lệ; chạy lại lệnh.")


def weakness(password: str, user: User) -> str:
    """Why the rules refuse a password; "" for a good one."""
    try:
        validate_password(password, user)
    except ValidationError as problem:
        return " ".join(problem.messages)
    return ""
