"""Whom a line of a list or the form is about, and what a new account is called.

A person is known by the user name where one is given, by the address of mail where there is one, else by name and unit.
Where these leave two people possible nobody is guessed: the doubt is said, and a user name settles it.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from cchc_index.lib.text import fold
from units.models import User

from .queries import AccountBook

SETTLE = "ghi tên đăng nhập của người này ở cột Tên đăng nhập (người mới thì đặt tên chưa ai dùng)"


@dataclass(frozen=True, slots=True)
class PersonNamed:
    """A person as somebody names them; empty texts were not given."""

    name: str
    email: str
    username: str
    role: str
    unit_id: int | None

    @property
    def key(self) -> str:
        """By what the person is known where no account is there yet."""
        if self.username:
            return f"@{self.username.lower()}"
        return self.email or f"{fold(self.name)}|{self.unit_id}"


@dataclass(frozen=True, slots=True)
class Doubt:
    """What does not fit: the column, what is wrong, how to repair it."""

    column: str
    message: str
    repair: str

    def __str__(self) -> str:
        return f"{self.message[0].upper()}{self.message[1:]}: {self.repair}."


def account_of(person: PersonNamed, book: AccountBook) -> tuple[User | None, list[Doubt]]:
    """The account that is meant, None for somebody new; and what does not fit."""
    if person.username:
        user = book.by_username.get(person.username.lower())
        doubts = list(_of_user_name(person, user, book))
    elif person.email:
        users = book.by_email.get(person.email, [])
        user = users[0] if users else None
        doubts = list(_of_address(person, users, book))
    else:
        user, doubts = _of_name(person, book)
    if user is not None:
        doubts += _of_account(person, user)
    return user, doubts


def _of_account(person: PersonNamed, user: User) -> Iterator[Doubt]:
    by = "username" if person.username else "email" if person.email else "name"
    if not user.is_active:
        yield Doubt(by, f"tài khoản {user.username} đã đóng", "mở lại tài khoản, hoặc bỏ dòng này")
    if person.name and fold(user.full_name) != fold(person.name):
        whose = "tài khoản này" if person.username else f"tài khoản {user.username} của địa chỉ này"
        message = f"{whose} mang tên “{user.full_name}”"
        yield Doubt("name", message, "ghi đúng tên đã có, hoặc sửa họ tên ở trang Quản trị trước")


def _of_user_name(person: PersonNamed, user: User | None, book: AccountBook) -> Iterator[Doubt]:
    others = [other for other in book.by_email.get(person.email, []) if user is None or other.pk != user.pk]
    if others:
        message = f"địa chỉ này là của tài khoản {others[0].username}"
        yield Doubt("email", message, "sửa địa chỉ hoặc tên đăng nhập cho khớp")
    elif user and person.email and user.email and user.email.lower() != person.email:
        message = f"tài khoản {user.username} có địa chỉ {user.email}"
        yield Doubt("email", message, "ghi đúng địa chỉ đã có, hoặc đổi ở trang của người này trước")
    elif user and person.email and not user.email and (user.is_staff or user.is_superuser):
        yield Doubt("email", f"{user.username} là người quản trị", "ghi địa chỉ ở trang Quản trị trước")


def _of_address(person: PersonNamed, users: list[User], book: AccountBook) -> Iterator[Doubt]:
    if len(users) > 1:
        names = ", ".join(user.username for user in users)
        yield Doubt("email", f"địa chỉ này có ở nhiều tài khoản: {names}", "sửa ở trang Quản trị")
    bare = [user for user in _namesakes(person, book) if not user.email] if not users else []
    if bare:
        message = (
            f"tài khoản {bare[0].username} cùng họ tên, cùng đơn vị, chưa có thư điện tử: không rõ có phải một người"
        )
        yield Doubt("email", message, SETTLE)


def _of_name(person: PersonNamed, book: AccountBook) -> tuple[User | None, list[Doubt]]:
    """Neither user name nor address: the one account of this name at this unit."""
    same = _namesakes(person, book)
    known = [user for user in same if not user.email or book.holds(user, person.role, person.unit_id)]
    if len(same) > 1 or len(known) != len(same):
        names = ", ".join(f"{user.username} ({user.email or 'không có thư'})" for user in same)
        place = "ở đơn vị này" if person.unit_id else "không gắn đơn vị"
        message = f"thiếu thư điện tử mà {place} đã có “{same[0].full_name}”: {names}; không rõ là ai"
        return None, [Doubt("email", message, f"ghi thư điện tử của người này, hoặc {SETTLE}")]
    elsewhere = [user for user in book.by_name.get(fold(person.name), []) if user not in same]
    if person.unit_id is None and elsewhere:
        names = ", ".join(user.username for user in elsewhere[:3])
        message = f"thiếu thư điện tử và đơn vị mà đã có tài khoản cùng họ tên: {names}; không rõ là ai"
        return None, [Doubt("email", message, f"ghi mã đơn vị, thư điện tử, hoặc {SETTLE}")]
    return (same[0] if same else None), []


def _namesakes(person: PersonNamed, book: AccountBook) -> list[User]:
    """Accounts of this name that hold, held or wait for a role at this unit."""
    users = book.by_name.get(fold(person.name), []) if person.name else []
    return [user for user in users if person.unit_id in book.units(user)]


def user_name(person: PersonNamed, taken: Collection[str]) -> str:
    """What a new account is called; `taken` in lower case. As given; else the address before its @, the whole address
    where somebody has that already; else the name, nguyen-van-an, with -2 and so on behind it."""
    if person.username:
        return person.username
    if person.email:
        local = _signs(person.email.partition("@")[0], ".+-_")
        return local[:150] if local and local not in taken else _signs(person.email, "@.+-_")[:150]
    plain = (
        "-".join(word for word in (_signs(word, "") for word in fold(person.name).split()) if word)[:140]
        or "nguoi-dung"
    )
    names = (plain if at == 1 else f"{plain}-{at}" for at in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _signs(text: str, beside: str) -> str:
    return "".join(c for c in text if (c.isascii() and c.isalnum()) or c in beside)
