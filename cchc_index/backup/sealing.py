"""A backup under a key: AES-256-GCM over pieces that can neither be changed, reordered nor cut off unseen.

File: MAGIC, 16 bytes of salt, then for each piece its length (4 bytes) and its ciphertext. The key of a file comes
from the operator's key and the salt; a piece's nonce is its number, and the last one is marked: a tail cut off shows.
"""

import os
from collections.abc import Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from cchc_index.lib.faults import Refused

MAGIC = b"CCHC-SEALED-1\n"
PIECE = 1024 * 1024
_SALT, _TAG = 16, 16
_MORE, _LAST = b"more", b"last"


def is_sealed(stream: IO[bytes]) -> bool:
    """Whether the file at `stream` is a sealed one; the stream is left at its beginning."""
    head = stream.read(len(MAGIC))
    stream.seek(0)
    return head == MAGIC


def seal(source: IO[bytes], target: IO[bytes], key: str) -> None:
    """Write what `source` holds to `target`, sealed under `key`."""
    salt = os.urandom(_SALT)
    target.write(MAGIC + salt)
    cipher = _cipher(key, salt)
    number, piece = 0, source.read(PIECE)
    while True:
        following = source.read(PIECE)
        sealed = cipher.encrypt(_nonce(number), piece, _MORE if following else _LAST)
        target.write(len(sealed).to_bytes(4, "big") + sealed)
        if not following:
            return
        number, piece = number + 1, following


def opened(source: IO[bytes], key: str) -> Iterator[bytes]:
    """The pieces of a sealed file. Raises Refused for another key, a changed byte or a missing end."""
    head = source.read(len(MAGIC) + _SALT)
    cipher = _cipher(key, head[len(MAGIC) :])
    number, length = 0, source.read(4)
    while length:
        sealed = _read(source, int.from_bytes(length, "big"))
        length = source.read(4)
        try:
            yield cipher.decrypt(_nonce(number), sealed, _MORE if length else _LAST)
        except InvalidTag:
            raise Refused("Không mở được bản sao lưu: BACKUP_KEY khác, hoặc tệp đã bị sửa hay bị cắt.") from None
        number += 1
    if not number:
        raise Refused("Bản sao lưu bị cắt: lấy lại tệp nguyên vẹn.")


def _read(source: IO[bytes], length: int) -> bytes:
    return source.read(length) if length <= PIECE + _TAG else b""


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _cipher(key: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(key.encode()))
