"""Codes that people read from paper and type: without letters and digits that look alike."""

import secrets

from django.utils.crypto import salted_hmac

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
GROUPS, WIDTH = 3, 4
SALT = "units.people.codes"


def fresh() -> str:
    """59 bits, in groups: k7mq-x2vd-9hpt."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(WIDTH)) for _ in range(GROUPS))


def digest(typed: str) -> str:
    """What is kept of a code, however it is typed: capitals, spaces, without hyphens."""
    plain = "".join(letter for letter in typed.lower() if letter in ALPHABET)
    return salted_hmac(SALT, plain, algorithm="sha256").hexdigest()
