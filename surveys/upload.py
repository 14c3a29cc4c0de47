"""A file as it was uploaded: in memory, bounded, with its digest."""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from cchc_index.lib.sheets.book import ENDINGS
from cchc_index.lib.text import clean

PREVIEW_ROWS = 10
"""How many rows of a checked file are shown before it is committed."""


@dataclass(frozen=True, slots=True)
class Upload:
    """The bytes of a file with the name it came under."""

    data: bytes
    name: str
    take_hidden: bool = False
    """Whether rows and columns that are hidden in it count."""
    mapping: Mapping[str, Any] = field(default_factory=dict)
    """How a tool's own export of ballots is to be read, as plain data."""
    profile_id: int | None = None
    """The sender's profile that `mapping` comes from."""
    quotes: bool = True
    """Whether faults may quote the ballots that are in already."""

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def ending(self) -> str:
        """The ending of its name where it is one of a spreadsheet's, else a text file's."""
        ending = Path(self.name).suffix.lower()
        return ending if ending in ENDINGS else ".csv"

    def open(self) -> IO[bytes]:
        return io.BytesIO(self.data)


def load(
    source: str | Path | IO[bytes],
    name: str,
    limit: int,
    *,
    take_hidden: bool = False,
    mapping: Mapping[str, Any] | None = None,
) -> Upload:
    """The file's bytes, one beyond `limit` at most: the reader refuses what is too large."""
    if isinstance(source, str | Path):
        path = Path(source)
        with path.open("rb") as stream:
            return Upload(stream.read(limit + 1), clean(name or path.name)[:255], take_hidden, mapping or {})
    source.seek(0)
    called = clean(name or getattr(source, "name", "") or "tệp")[:255]
    return Upload(source.read(limit + 1), called, take_hidden, mapping or {})
