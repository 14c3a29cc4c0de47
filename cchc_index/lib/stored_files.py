"""Files that people bring: each is stored whole or not at all, and a store that takes nothing says so in a sentence."""

import errno
import io
import logging
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import IO, Any, cast

from django.apps import apps
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage, storages
from django.core.files.uploadedfile import UploadedFile
from django.db import models

from .faults import Refused

log = logging.getLogger(__name__)

SENTENCE = (
    "Máy chủ chưa lưu được tệp vì nơi lưu trữ đã đầy hoặc không ghi được. Chưa có gì được lưu; nội dung đã nhập còn "
    "nguyên. Thử lại sau ít phút, nếu vẫn vậy thì báo người quản trị hệ thống."
)
MARK = ".kho-tep"
"""By this file a folder is known as the store, and not the bare place where it should be mounted."""
NEWEST = 3
PART = ".part"
"""How the name of a file ends that is being written; it begins with a point."""
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO, errno.EACCES, errno.EPERM, errno.EMFILE}
"""What a disk says that is full, read-only, over its quota, broken or somebody else's."""
AWAY = "nothing lies in the store: is it mounted?"
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK}


class Unstored(Refused):
    """The disk took no file. The sentence is for people; why, stands in the log."""

    def __init__(self, reason: OSError | None = None):
        if reason is not None:
            log.error("Không lưu được tệp: %s", reason)
        super().__init__(SENTENCE)


_noted: ContextVar[list[str] | None] = ContextVar("files stored since", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Several files and their rows stand or fall together: what was stored within goes again when it fails."""
    names: list[str] = []
    token = _noted.set(names)
    try:
        yield
    except BaseException:
        for name in names:
            with suppress(OSError):
                default_storage.delete(name)
        raise
    finally:
        _noted.reset(token)


def note_stored(name: str) -> None:
    """A store says that it has taken a file: it goes again with what was begun `together`."""
    if (noted := _noted.get()) is not None:
        noted.append(name)


def _place_of(name: str) -> Path | None:
    """Where the file lies on this machine; None where the store is another's."""
    try:
        return Path(default_storage.path(name))
    except NotImplementedError:
        return None


@contextmanager
def as_path(name: str) -> Iterator[Path]:
    """A stored file under a path of this machine, for programs that read no stream: its own, or a copy's that goes
    again. Raises OSError."""
    if (place := _place_of(name)) is not None:
        yield place
        return
    with tempfile.NamedTemporaryFile(suffix=Path(name).suffix) as copy, default_storage.open(name) as stored:
        shutil.copyfileobj(stored, copy)
        copy.flush()
        yield Path(copy.name)


def file_fields() -> Iterator[tuple[type[models.Model], models.FileField]]:
    """Every field by which rows speak of stored files, with its model."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.FileField):
                yield model, field


def names_in(folder: str) -> list[str]:
    """The names of the files that lie right in a folder of the store; none where there is no such folder. What is
    still being written is none."""
    try:
        names = default_storage.listdir(folder)[1]
    except FileNotFoundError:
        return []
    return sorted(name for name in names if not name.startswith("."))


def is_empty() -> bool:
    """Whether the store holds no file at all."""
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            folders, names = default_storage.listdir(folder)
        except FileNotFoundError:
            continue
        if any(not name.startswith(".") for name in names):
            return False
        waiting += [f"{folder}/{each}" if folder else each for each in folders]
    return True


def lacks_every_file() -> bool:
    """Whether rows speak of files and none of the newest of any kind lies in the store: then it is another place than
    theirs. One query and one question to the store where all is well. Raises OSError."""
    speaks = False
    for model, field in file_fields():
        kept = model._default_manager.exclude(**{field.name: ""}).order_by("-pk")
        for name in filter(None, kept.values_list(field.name, flat=True)[:NEWEST]):
            if default_storage.exists(str(name)):
                return False
            speaks = True
    return speaks


def marked_store() -> "WholeFiles | None":
    """The store where it must bear a mark; None where none is asked for."""
    store = storages["default"]
    return store if isinstance(store, WholeFiles) and store.marked else None


def is_another(known: Callable[[], str]) -> bool:
    """Whether the store must bear a mark and bears none, or another than the `known` one ("": none is known; asked
    where there is a mark alone). Raises OSError."""
    if (store := marked_store()) is None:
        return False
    mark = store.mark()
    return mark is None or mark != (known() or mark)


def mark_store(name: str = "") -> bool:
    """Leave the mark, by this name, in a folder that must have one; whether it was left: one that is there stays where
    no name is given. Raises Refused where it is missing and the files of the rows lie elsewhere, and OSError."""
    if (store := marked_store()) is None:
        return False
    there = store.mark()
    if there is not None and name in ("", there):
        return False
    if there is None and lacks_every_file():
        raise Refused(
            f"Trong “{store.location}” không có tệp nào của hệ thống: gắn ổ lưu tệp (mount) vào đó rồi chạy lại. Nếu "
            f"các tệp đã mất thật, tạo tệp rỗng {MARK} trong thư mục ấy rồi chạy lại."
        )
    place = Path(store.location) / MARK
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    part = place.with_name(f"{MARK}{PART}")
    part.write_text(name)
    part.chmod(0o640)
    part.replace(place)
    return True


def take_over(path: Path, name: str) -> None:
    """Move a file of this machine into the store under this very name, which is free."""
    if (place := _place_of(name)) is None:
        with path.open("rb") as stream:
            default_storage.save(name, File(stream))
        path.unlink()
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(path, place)
    place.chmod(0o640)


class WholeFiles(FileSystemStorage):
    """Django's storage, but a file stands under its name once its last byte is on the disk and never before: a full
    disk and a killed process leave no half file. Raises Unstored where nothing can be written. `marked`: the folder
    takes and gives files only while MARK lies in it."""

    def __init__(self, *, marked: bool = False, **given: Any):
        super().__init__(**given)
        self.marked = marked

    def _open(self, name: str, mode: str = "rb") -> "File[Any]":
        """Raises FileNotFoundError for a file that is not there, and another OSError where the whole folder is away: of
        a mount that is not mounted an empty folder is left, or none, of deleted files their folders."""
        try:
            stored: File[Any] = super()._open(name, mode)  # type: ignore[misc]
        except FileNotFoundError as error:
            if self.is_away():
                raise OSError(errno.EIO, AWAY, name) from error
            raise
        return stored

    def is_away(self) -> bool:
        """Whether this is not the store: without its mark, or where none is asked for without anything in it."""
        if self.marked:
            return not (Path(self.location) / MARK).is_file()
        try:
            with os.scandir(self.location) as entries:
                return not any(entries)
        except OSError:
            return True

    def mark(self) -> str | None:
        """The name in the mark, "" for one without; None where there is no mark. Raises OSError."""
        try:
            return (Path(self.location) / MARK).read_text(errors="replace").strip()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _save(self, name: str, content: "File[Any]") -> str:
        target = Path(self.path(name))
        part = target.with_name(f".{uuid.uuid4().hex}{PART}")
        if self.marked and self.is_away():
            raise Unstored(OSError(errno.EIO, AWAY, name))
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._write(part, content)
                taken = self._name_it(part, name)
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            raise Unstored(error) from error
        note_stored(taken)
        return taken

    def _write(self, part: Path, content: "File[Any]") -> None:
        mode = self.file_permissions_mode or 0o640
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            for chunk in content.chunks():
                stream.write(chunk)
            stream.flush()
            os.fsync(stream.fileno())  # a row that speaks of the file must not outlive it
        part.chmod(mode)

    def _name_it(self, part: Path, name: str) -> str:
        """Give the written file its name, or another one where that is taken meanwhile."""
        while True:
            target = Path(self.path(name))
            try:
                os.link(part, target)
            except FileExistsError:
                name = self.get_available_name(name)
                continue
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                part.replace(target)  # a mount without links
            return str(name).replace("\\", "/")


class UnkeptFile(UploadedFile):  # type: ignore[type-arg]
    """An upload that the disk for uploads did not take: whoever reads it hears why, the form beside it survives."""

    def __init__(self, name: str, content_type: str | None, charset: str | None):
        super().__init__(cast("IO[Any]", _Nothing()), name, content_type, 0, charset)


class _Nothing(io.RawIOBase):
    def seek(self, offset: int, whence: int = 0) -> int:
        return 0

    def read(self, size: int = -1) -> bytes:
        raise Unstored

    def readable(self) -> bool:
        return True


def let_go_quietly(stream: IO[bytes]) -> None:
    """Close a file that could not be written to its end."""
    with suppress(OSError):
        stream.close()
