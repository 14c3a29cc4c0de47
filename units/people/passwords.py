"""A password is more than the words that everybody around the account knows: the place, the office, the name, the unit.

Django's validators know similar attributes and common English passwords; Hanoi@2024 and Matkhau123 passed them.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError

from cchc_index.lib.text import fold

from .breached import is_known

PLACE = """
hanoi thanhpho thudo vietnam matkhau password minhhoa cchc caicachhanhchinh caicach hanhchinh chiso sonoivu noivu ubnd
uyban nhandan congchuc thutruong hoidong thamdinh quanly quantri dieutra quansat admin demo test so quan huyen phuong
"""
"""What stands in a password of this house before anything else, without accents and spaces."""
REMAINS = 5
"""Letters that must be left when those words are taken out."""
SHORTEST = 3
"""Parts of a name that are shorter stand in half of all words."""


class LocalWordsValidator:
    """Refuses a password that is nothing but such words, digits and signs."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError, with a sentence."""
        rest = letters(password)
        for word in sorted({*PLACE.split(), *_words_of(user)}, key=len, reverse=True):
            rest = rest.replace(word, "")
        if len(rest) < REMAINS:
            raise ValidationError(
                "Mật khẩu này dễ đoán: chỉ gồm tên địa phương, cơ quan, đơn vị, họ tên và chữ số. "
                "Hãy thêm vài từ không liên quan.",
                code="password_local_words",
            )

    def get_help_text(self) -> str:
        return "Mật khẩu không được chỉ gồm tên địa phương, cơ quan, đơn vị, họ tên và chữ số."


class BreachedValidator:
    """Refuses what was lost elsewhere already, and its siblings."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError, with a sentence."""
        if is_known(password):
            raise ValidationError(
                "Mật khẩu này, hoặc mật khẩu chỉ khác vài chữ số, dấu, có trong danh sách đã lộ và hay bị thử. "
                "Hãy dùng vài từ không liên quan đến nhau.",
                code="password_breached",
            )

    def get_help_text(self) -> str:
        return "Mật khẩu không được có trong danh sách đã lộ."


def letters(text: object) -> str:
    """The letters of a text in lower case without accents: "Hà Nội@2024" → "hanoi"."""
    return re.sub(r"[^a-z]", "", fold(text))


def _words_of(user: Any) -> Iterator[str]:
    """The name, the user name, the address and the units of an account, whole and in parts."""
    texts = [getattr(user, name, "") or "" for name in ("full_name", "username", "email")]
    if getattr(user, "pk", None) and hasattr(user, "memberships"):
        for unit in (row.unit for row in user.memberships.select_related("unit") if row.unit):
            texts += [unit.name, unit.code]
    for text in texts:
        parts = [letters(part) for part in re.split(r"[\s@._\-+]+", text)]
        yield from (part for part in (letters(text), *parts) if len(part) >= SHORTEST)
