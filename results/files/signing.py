"""The city's signature on a published file: Ed25519 over its bytes, so that any tool can check it (openssl can).

The key follows from LEDGER_KEY, which stays for the life of the data and lies outside of the database's reach: there is
no second secret to make, to keep and to lose. Its public half says nothing of it.
"""

import hashlib
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from django.conf import settings

SHOWN = 16
"""Hex digits of the key's mark that paper prints."""


@lru_cache(maxsize=4)
def _key_of(secret: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"signing publications:{secret}".encode()).digest())


def _key() -> Ed25519PrivateKey:
    return _key_of(settings.LEDGER_KEY)


def sign(data: bytes) -> bytes:
    """The signature of a published file: 64 bytes, the same for the same file."""
    return _key().sign(data)


def public_pem() -> bytes:
    """The public half as tools read it."""
    return _key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def key_mark() -> str:
    """SHA-256 over the public half (as DER), in hex: what paper and pages print of it."""
    der = _key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def is_signed(data: bytes, signature: bytes, pem: bytes) -> bool:
    """Whether the signature is of these bytes by this key. Raises ValueError for what is no Ed25519 key."""
    key = load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("not an Ed25519 key")
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True
