"""A stored file beside its digest: what was replaced in the store is not given out. A file that is not there is lost;
of one whose store does not answer nothing is known."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.files.base import File

AWAY = "Kho tệp không trả lời hoặc không cho đọc"


class StoreAway(str):
    """The sentence on a file that could not be asked for: of its kind one is enough."""

    __slots__ = ()


def digest_and_size(stored: "File[Any]") -> tuple[str, int] | None:
    """SHA-256 and bytes of the file, read in pieces; None where the store has none of this name. Raises OSError where
    the store does not answer."""
    if not stored.name:
        return None
    try:
        with stored.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest(), opened.tell()
    except FileNotFoundError:
        return None


def same_file(stored: "File[Any]", digest: str) -> bool:
    """Whether the file is there and still the one of this SHA-256; an empty digest is of a file from before digests
    were kept, which only has to be there. Raises OSError where the store does not answer."""
    now = digest_and_size(stored)
    return now is not None and digest in ("", now[0])


def whole_bytes(stored: "File[Any]", digest: str) -> bytes | None:
    """What the file holds, read once; None where the store has none of this name, or another file than that of this
    SHA-256. Raises OSError where the store does not answer."""
    if not stored.name:
        return None
    try:
        with stored.open("rb") as opened:
            data = bytes(opened.read())
    except FileNotFoundError:
        return None
    return data if hashlib.sha256(data).hexdigest() == digest else None


def file_faults(stored: "File[Any]", digest: str, fault: str) -> Iterator[str]:
    """`fault` where the file is lost or another one; a sentence of its own where the store does not answer."""
    try:
        now = digest_and_size(stored)
    except OSError:
        yield unread(stored)
        return
    if now is None or now[0] != digest:
        yield fault


def unread(stored: "File[Any]") -> StoreAway:
    """What is said of a file that could not be asked for."""
    return StoreAway(
        f"{AWAY}: chưa đọc lại được tệp {stored.name} và có thể các tệp khác, nên chưa kết luận được tệp nào bị mất "
        "hay bị sửa. Nối lại kho rồi kiểm tra lại."
    )


def said_once(faults: Iterable[str]) -> Iterator[str]:
    """All `faults`, but of a store that does not answer one sentence instead of one for each of its files."""
    is_away = False
    for fault in faults:
        if not (is_away and isinstance(fault, StoreAway)):
            yield fault
        is_away = is_away or isinstance(fault, StoreAway)
