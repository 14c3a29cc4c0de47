"""The form of a backup: an uncompressed tar of the database, the files and, last, a manifest with every digest.

Only what the manifest names counts; a member that it does not name was dropped while the backup was made.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from cchc_index.lib.faults import Refused

MANIFEST, DATABASE, SECRET = "manifest.json", "database", "secret_key"
FILES = "files/"
FORMAT = 1
_MOST_MANIFEST = 256 * 1024 * 1024
_BROKEN = "Tệp không phải bản sao lưu nguyên vẹn: lấy lại tệp gốc."


@dataclass(slots=True)
class Manifest:
    """What a backup holds: `digests` by member (SHA-256); `missing` names files that rows speak of but the store has
    lost; `key_mark` tells whether another LEDGER_KEY is the same."""

    made_at: str
    version: str
    vendor: str
    migrations: list[list[str]]
    key_mark: str
    head: list[Any]
    """Entries of the log and their digest: the mark of the point in time."""
    format: int = FORMAT
    digests: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    @property
    def files(self) -> int:
        return sum(name.startswith(FILES) for name in self.digests)


class ArchiveWriter:
    """Adds members to a backup that is being made."""

    def __init__(self, target: IO[bytes]):
        self.tar = tarfile.TarFile(fileobj=target, mode="w", format=tarfile.PAX_FORMAT)
        self.digests: dict[str, str] = {}

    def add(self, name: str, stream: IO[bytes]) -> None:
        """A member, whole, from a stream at its beginning."""
        info = tarfile.TarInfo(name)
        info.size = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        hashed = _Hashed(stream)
        self.tar.addfile(info, hashed)
        self.digests[name] = hashed.digest.hexdigest()

    def finish(self, manifest: Manifest, members: set[str]) -> None:
        """Write the manifest over those members that count."""
        manifest.digests = {name: digest for name, digest in sorted(self.digests.items()) if name in members}
        data = json.dumps(asdict(manifest), ensure_ascii=False).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size = len(data)
        self.tar.addfile(info, io.BytesIO(data))
        self.tar.close()


class _Hashed(io.RawIOBase):
    """A stream that hashes what is read from it."""

    def __init__(self, stream: IO[bytes]):
        self.stream, self.digest = stream, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read(size)
        self.digest.update(data)
        return data


def unpack(source: IO[bytes], folder: Path) -> Manifest:
    """Write the members of a backup under `folder` and prove each by its digest. Raises Refused for whatever is no
    whole backup; nothing outside `folder` is ever written."""
    try:
        digests, data = _write_members(source, folder)
        manifest = Manifest(**json.loads(data))
    except (tarfile.TarError, EOFError, ValueError, TypeError, UnicodeDecodeError) as error:
        raise Refused(_BROKEN) from error
    if manifest.format != FORMAT:
        raise Refused(f"Bản sao lưu ở dạng {manifest.format}, phiên bản này đọc dạng {FORMAT}.")
    wrong = [name for name, digest in manifest.digests.items() if digests.get(name) != digest]
    if wrong or DATABASE not in manifest.digests:
        raise Refused(f"{_BROKEN} Sai mã kiểm tra: {', '.join(wrong[:5]) or DATABASE}.")
    for name in digests.keys() - manifest.digests.keys():
        _place(folder, name).unlink()
    return manifest


def _write_members(source: IO[bytes], folder: Path) -> tuple[dict[str, str], bytes]:
    digests: dict[str, str] = {}
    manifest = b""
    with tarfile.open(fileobj=source, mode="r|") as tar:
        for member in tar:
            stream = tar.extractfile(member) if member.isfile() else None
            if stream is None:
                raise Refused(_BROKEN)
            if member.name == MANIFEST:
                manifest = stream.read(_MOST_MANIFEST)
            else:
                digests[member.name] = _write(stream, _place(folder, member.name))
    return digests, manifest


def _write(stream: IO[bytes], path: Path) -> str:
    digest = hashlib.sha256()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as target:
        for piece in _pieces(stream):
            digest.update(piece)
            target.write(piece)
    return digest.hexdigest()


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(1024 * 1024):
        yield piece


def _place(folder: Path, name: str) -> Path:
    """Where a member goes: never outside the folder."""
    parts = PurePosixPath(name).parts
    known = name in (DATABASE, SECRET) or name.startswith(FILES)
    if not known or not parts or any(part in ("..", "/") for part in parts) or name.startswith("/"):
        raise Refused(_BROKEN)
    return folder.joinpath(*parts)
