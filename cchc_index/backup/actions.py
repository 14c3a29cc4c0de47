"""Backing up while people work, and restoring into an empty place."""

import hmac
import os
import re
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection

from cchc_index.lib import clock
from cchc_index.lib.alone import alone
from cchc_index.lib.faults import Refused
from cchc_index.lib.stored_files import take_over

from . import archives, databases, queries, sealing
from .archives import DATABASE, FILES, SECRET, ArchiveWriter, Manifest

TRIES = 5
"""Snapshots taken until none of its files was deleted before it could be copied."""


def require_folder(out: str) -> None:
    """Raises Refused where the folder that an operator names for a backup is not there."""
    folder = Path(out).parent
    if not folder.is_dir():
        raise Refused(f"Không có thư mục “{folder}”: tạo thư mục trước, hoặc chọn nơi khác ở --out.")


def target_of(out: str) -> Path:
    """The file of a backup made now, of a name with %Y, %m, %d … in it; by the clock of Hà Nội."""
    return Path(clock.hanoi(clock.now()).strftime(out))


def backup(target: Path) -> Manifest:
    """Write database and files of one moment to `target`, whole or not at all; sealed where settings.BACKUP_KEY is
    given. Nobody who works waits. Raises Refused, and OSError for a place that cannot be written."""
    if target.exists() and target.stat().st_size:
        raise Refused(f"Đã có tệp “{target}”: chọn tên khác, bản sao lưu cũ không bị ghi đè.")
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with tempfile.TemporaryDirectory(dir=settings.VAR_DIR, prefix="backup-") as folder:
            plain = Path(folder) / "archive" if settings.BACKUP_KEY else part
            with _private(plain) as stream:
                manifest = _write(stream, Path(folder))
            if settings.BACKUP_KEY:
                with plain.open("rb") as source, _private(part) as sealed:
                    sealing.seal(source, sealed, settings.BACKUP_KEY)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _private(path: Path) -> IO[bytes]:
    """A new file that its owner alone reads."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _write(stream: IO[bytes], folder: Path) -> Manifest:
    writer, dump = ArchiveWriter(stream), folder / DATABASE
    for _ in range(TRIES):
        made_at = clock.now()
        with databases.snapshot(dump) as select:
            names = queries.files_of(select)
            manifest = Manifest(
                made_at.isoformat(),
                settings.VERSION,
                connection.vendor,
                queries.migrations_of(select),
                _mark_of(settings.LEDGER_KEY),
                queries.head_of(select),
            )
        manifest.missing = sorted(name for name in names if not _copy(writer, name))
        if not manifest.missing:
            break
    with dump.open("rb") as database:
        writer.add(DATABASE, database)
    members = {DATABASE, *(FILES + name for name in names)}
    if settings.OWN_SECRET is not None:
        with settings.OWN_SECRET.open("rb") as secret:
            writer.add(SECRET, secret)
        members.add(SECRET)
    writer.finish(manifest, members)
    return manifest


def _copy(writer: ArchiveWriter, name: str) -> bool:
    """Whether the file is in the backup; False where it is gone from the store."""
    if FILES + name not in writer.digests:
        try:
            with default_storage.open(name) as stored:
                writer.add(FILES + name, stored)
        except FileNotFoundError:
            return False
    return True


def _mark_of(key: str) -> str:
    """Tells two keys of the log apart and says nothing of either."""
    return hmac.new(key.encode(), b"backup", "sha256").hexdigest()


def restore(source: Path, told: Callable[[str], object]) -> Manifest:
    """Put a backup into this empty place: database, files and, in the embedded default, the installation's own key.
    Raises Refused before anything is changed where the place is not empty, the backup is not whole, of another kind
    of database, of a newer version, or sealed under another key. `told` hears what is going on."""
    with alone(settings.VAR_DIR / "setup.lock"):
        obstacles = list(queries.in_the_way())
        if obstacles:
            raise Refused(" ".join(obstacles) + " Chỉ khôi phục vào nơi còn trống: VAR_DIR và cơ sở dữ liệu mới.")
        with tempfile.TemporaryDirectory(dir=settings.VAR_DIR, prefix="restore-") as place:
            folder = Path(place)
            manifest = _unpacked(source, folder)
            _require_fitting(manifest, folder)
            told(f"Bản sao lưu lúc {manifest.made_at}, phiên bản {manifest.version}: đang nạp cơ sở dữ liệu…")
            databases.load(folder / DATABASE)
            told("Đang chép tệp…")
            _place_files(folder)
    return manifest


def _unpacked(source: Path, folder: Path) -> Manifest:
    with source.open("rb") as stream:
        if not sealing.is_sealed(stream):
            return archives.unpack(stream, folder)
        if not settings.BACKUP_KEY:
            raise Refused("Bản sao lưu được mã hóa: đặt BACKUP_KEY như khi sao lưu.")
        plain = folder / "archive"
        with _private(plain) as target:
            for piece in sealing.opened(stream, settings.BACKUP_KEY):
                target.write(piece)
    with plain.open("rb") as stream:
        manifest = archives.unpack(stream, folder)
    plain.unlink()
    return manifest


def _require_fitting(manifest: Manifest, folder: Path) -> None:
    if manifest.vendor != connection.vendor:
        raise Refused(
            f"Bản sao lưu của {manifest.vendor}, nơi này dùng {connection.vendor}: đặt DATABASE_URL cùng loại."
        )
    unknown = queries.unknown_migrations(manifest.migrations)
    if unknown:
        raise Refused(f"Bản sao lưu của phiên bản mới hơn ({manifest.version}): cài phiên bản ấy rồi khôi phục.")
    secret = folder / SECRET
    own = settings.OWN_SECRET is not None and settings.LEDGER_KEY == settings.SECRET_KEY
    key = secret.read_text().strip() if own and secret.exists() else settings.LEDGER_KEY
    if _mark_of(key) != manifest.key_mark:
        raise Refused("LEDGER_KEY khác với khóa niêm nhật ký của bản sao lưu: đặt LEDGER_KEY như ở máy cũ.")


def _place_files(folder: Path) -> None:
    files = folder / FILES
    for path in sorted(files.rglob("*")) if files.exists() else ():
        if path.is_file():
            take_over(path, path.relative_to(files).as_posix())
    secret = folder / SECRET
    if settings.OWN_SECRET is not None and secret.exists():
        secret.chmod(0o600)
        os.replace(secret, settings.OWN_SECRET)


def keep_newest(target: Path, count: int) -> list[Path]:
    """Delete the oldest backups beside `target` whose names are alike up to its first digit, until `count` are left;
    gives the deleted ones. Raises Refused for a name that begins with a digit: it tells nothing apart."""
    prefix = re.split(r"\d", target.name, maxsplit=1)[0]
    if not prefix or prefix == target.name:
        raise Refused(f"--keep cần tên tệp có ngày, ví dụ cchc-%Y%m%d.bak, không phải “{target.name}”.")
    others = [path for path in target.parent.glob(f"{prefix}*{target.suffix}") if _is_backup(path)]
    oldest_first = sorted(others, key=lambda path: (path.stat().st_mtime, path.name))
    away = [path for path in oldest_first[: max(0, len(oldest_first) - count)] if path != target]
    for path in away:
        path.unlink()
    return away


def _is_backup(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return sealing.is_sealed(stream) or tarfile.is_tarfile(stream)
