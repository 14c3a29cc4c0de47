"""What is kept of a link and of a ballot so that neither leads to the other: digests of links, sealed answers.

A link's token is known to the paper it is printed on. What is begun behind it is sealed under the token itself; what
is sent is sealed under the installation's key, until the box is opened as a whole.
"""

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.crypto import salted_hmac

SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
LENGTH = 24
_NONCE = 12


def fresh_token() -> str:
    """Some 118 bits in letters and digits that nobody mistakes on paper."""
    return "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


def token_digest(token: str) -> str:
    return hashlib.sha256(token.strip().lower().encode()).hexdigest()


def seal_answers(answers: bytes, place: str) -> bytes:
    """Answers that only the installation's key opens, bound to their place (group and unit)."""
    return _seal(_box_key(settings.SECRET_KEY), answers, place)


def open_answers(sealed: bytes, place: str) -> bytes:
    """Raises ValueError where they were changed, moved, or sealed under another key."""
    opened = _open(_box_key(settings.SECRET_KEY), sealed, place)
    if opened is None:
        raise ValueError("sealed under another key, or changed")
    return opened


def seal_draft(answers: bytes, token: str) -> bytes:
    """Answers that only who holds the link can read."""
    return _seal(_draft_key(token), answers, "")


def open_draft(sealed: bytes, token: str) -> bytes:
    """The answers of `seal_draft`; nothing where there are none that this link opens."""
    return _open(_draft_key(token), sealed, "") or b""


def _seal(key: bytes, answers: bytes, place: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, answers, place.encode())


def _open(key: bytes, sealed: bytes, place: str) -> bytes | None:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())
    except (InvalidTag, ValueError):
        return None


def _box_key(secret: str) -> bytes:
    return salted_hmac("surveys.box", "ballots", secret=secret, algorithm="sha256").digest()


def _draft_key(token: str) -> bytes:
    return salted_hmac("surveys.draft", token.strip().lower(), algorithm="sha256").digest()
