"""A file that has arrived travels no second time: it is held for its person and place, under a signed ticket."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from cchc_index.lib import clock
from cchc_index.lib.stored_files import is_another, names_in
from units.auditlog.queries import known_store

FOLDER = "uploads"
LIFE = timedelta(hours=24)
_SALT = "selfassess.uploads"


@dataclass(frozen=True, slots=True)
class HeldUpload:
    """A file that waits for its data. `facts`: what the paper itself says (number, issued_on, issuer, abstract)."""

    ticket: str
    path: str
    name: str
    size: int
    facts: Mapping[str, str]

    def file(self) -> "ContentFile[Any]":
        """The bytes under the name they came with."""
        with default_storage.open(self.path) as stored:
            return ContentFile(stored.read(), self.name)


def hold(content: bytes, name: str, user_id: int, place: str) -> str:
    """Store the bytes; the answer is their path. What the person left at this place before, and everybody's old
    files, go."""
    extension = name.rpartition(".")[2].lower()
    own = f"{place}-{user_id}-"
    clean_up(FOLDER, own, LIFE)
    return default_storage.save(f"{FOLDER}/{own}{uuid.uuid4().hex}.{extension}", ContentFile(content))


def ticket_for(path: str, name: str, size: int, user_id: int, place: str, facts: Mapping[str, str]) -> HeldUpload:
    """The ticket that a page carries for a held file; it is good for this person at this place only."""
    said = {"f": path, "n": name, "s": size, "u": user_id, "p": place, "d": dict(facts)}
    return HeldUpload(signing.dumps(said, salt=_SALT, compress=True), path, name, size, facts)


def held(ticket: str, user_id: int, place: str) -> HeldUpload | None:
    """The file of a ticket; None when it is another's, too old, or no longer there."""
    try:
        said = signing.loads(ticket, salt=_SALT, max_age=LIFE)
    except signing.BadSignature:
        return None
    if (said["u"], said["p"]) != (user_id, place) or not default_storage.exists(said["f"]):
        return None
    return HeldUpload(ticket, said["f"], said["n"], said["s"], said["d"])


def let_go(upload: HeldUpload) -> None:
    """The file has become a document, or is not wanted: the held copy goes."""
    default_storage.delete(upload.path)


def clean_up(folder: str, own: str, life: timedelta) -> None:
    """In a folder of waiting files, what the person left there before (`own`: how its names begin) and everybody's
    past their life go; none of a store that is not ours."""
    try:
        names = [] if is_another(known_store) else names_in(folder)
    except OSError:  # the store is away, as whoever stores the next file is told
        return
    for name in names:
        if name.startswith(own) or _is_old(f"{folder}/{name}", life):
            default_storage.delete(f"{folder}/{name}")


def _is_old(path: str, life: timedelta) -> bool:
    try:
        return default_storage.get_modified_time(path) < clock.now() - life
    except FileNotFoundError:  # somebody else's upload took it away just now
        return False
