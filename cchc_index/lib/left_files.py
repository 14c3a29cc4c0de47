"""Files that a process left in the store when it was killed between the file and its row."""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta

from django.core.files.storage import default_storage

from . import clock
from .stored_files import file_fields, is_another

log = logging.getLogger(__name__)

AGE = timedelta(days=1)
"""So long a file may be without its row: no request and no job takes it."""
MOST = 100
"""More than this no kills leave in a day: then the database is older than its files, and nobody's evidence goes."""


def sweep(known: Callable[[], str]) -> int:
    """Delete what lies, older than AGE, in the folders of rows' files and of which no row speaks; a file named as
    another with one more ending is that one's copy for the eyes. The number deleted: none, and a line in the log, where
    there are more than MOST, and where the store's mark is not the `known` one. Raises OSError where the store does not
    answer."""
    if is_another(known):
        log.error("Nơi lưu tệp không mang dấu của hệ thống: ổ chưa được gắn, hoặc gắn nhầm? Không xóa tệp nào.")
        return 0
    spoken, folders = _spoken_of()
    left = [name for name in _names(folders) if not {name, name.rpartition(".")[0]} & spoken and _is_old(name)]
    if len(left) > MOST:
        log.error("%s tệp không có dòng nào nhắc tới: cơ sở dữ liệu cũ hơn kho tệp? Không xóa tệp nào.", len(left))
        return 0
    for name in left:
        default_storage.delete(name)
        log.warning("Đã xóa tệp không có dòng nào nhắc tới: %s", name)
    return len(left)


def _spoken_of() -> tuple[set[str], set[str]]:
    """The names of all files that rows speak of, and the folders in which such files lie."""
    spoken: set[str] = set()
    folders: set[str] = set()
    for model, field in file_fields():
        folders.add(str(field.upload_to).strip("/"))
        names = model._default_manager.exclude(**{field.name: ""})
        spoken.update(names.values_list(field.name, flat=True).iterator(2000))
    return spoken, folders


def _names(folders: set[str]) -> Iterator[str]:
    for folder in sorted(folders):
        try:
            names = default_storage.listdir(folder)[1]
        except FileNotFoundError:
            continue
        yield from (f"{folder}/{name}" for name in names)


def _is_old(name: str) -> bool:
    try:
        return default_storage.get_modified_time(name) < clock.now() - AGE
    except FileNotFoundError:  # its row did not come, and whoever stored it took it away
        return False
