"""Marks of the log's head outside the database.

Whoever restores an older copy of the database also restores an older head with its valid seal, so the database alone
cannot show that entries are missing. Therefore the head is noted in an append-only file outside of it: number of
entries, digest of the last one, time, and the digest of the first entry, which names the chain. The file belongs to
one database; `check_ledger` proves that the chain still contains every mark.
"""

import logging
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

from cchc_index.lib import clock

logger = logging.getLogger(__name__)

EVERY = 100
"""The head is noted at least once in so many entries."""
SHORTEST = 16
"""Hex digits of a digest that a mark given by hand must have."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The chain had `count` entries and the last one's digest began with `digest`. `chain` is the digest of
    the first entry; "" when the mark does not say. `place` says where the mark stands."""

    count: int
    digest: str
    chain: str
    place: str


def passes(before: int, after: int) -> bool:
    """Whether a chain that grows from `before` to `after` entries passes a multiple of EVERY, so that its head is
    noted."""
    return before // EVERY != after // EVERY


def append(path: Path, count: int, digest: str, chain: str) -> None:
    """Note the head. Called after commit; a file that cannot be written is a warning, the work is done.
    One write of one short line to a file opened for appending: processes do not disturb each other."""
    line = f"{count} {digest} {clock.now():%Y-%m-%dT%H:%M:%S%z} {chain}\n"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)
    except OSError as error:
        logger.warning("Không ghi được mốc nhật ký vào %s: %s", path, error)


def read(path: Path) -> tuple[list[Anchor], list[str]]:
    """The marks of the file, and a Vietnamese sentence for every line that is none. No file: no marks."""
    if not path.exists():
        return [], []
    anchors, faults = [], []
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        parts = line.split()
        if len(parts) == 4 and parts[0].isdecimal():
            anchors.append(Anchor(int(parts[0]), parts[1], parts[3], f"tệp mốc dòng {number}"))
        else:
            faults.append(f"Tệp mốc {path.name} dòng {number} không đọc được: tệp đã bị sửa.")
    return anchors, faults


def mark(count: int, digest: str) -> str:
    """A mark as it is given to people."""
    return f"{count}:{digest}"


def marks_in(held: bytes) -> list[Anchor]:
    """Every mark that stands in what somebody kept: a saved mail in whatever way it was coded, or any other text."""
    letter = message_from_bytes(held, policy=policy.default)
    text = held.decode(errors="replace")
    if "MIME-Version" in letter:
        with suppress(LookupError):  # coded in letters that nobody here knows: marks are plain digits
            text = "\n".join(str(part.get_content()) for part in letter.walk() if part.get_content_maintype() == "text")
    return [anchor for each in _MARK.findall(text) if (anchor := given(each)) is not None]


_MARK = re.compile(r"(?<![0-9a-fA-F:])[0-9]{1,12}:[0-9a-f]{16,64}(?![0-9a-fA-F:])")


def given(text: str) -> Anchor | None:
    """A mark as typed: COUNT:DIGEST, at least SHORTEST hex digits of it. None for anything else."""
    count, _, digest = text.strip().partition(":")
    if not count.isdecimal() or int(count) < 1 or not SHORTEST <= len(digest) <= 64:
        return None
    if not set(digest.lower()) <= set("0123456789abcdef"):
        return None
    return Anchor(int(count), digest.lower(), "", f"mốc {text.strip()}")


def of_chain(anchors: Iterable[Anchor], chain: str) -> tuple[list[Anchor], int]:
    """The marks of this chain, and how many speak of another one (a database that was made anew)."""
    known = list(anchors)
    mine = [anchor for anchor in known if not chain or anchor.chain in ("", chain)]
    return mine, len(known) - len(mine)
