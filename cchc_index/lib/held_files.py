"""A file that was looked at and waits for a yes: it travels with the preview under a seal and comes back with it."""

import base64
import binascii
import io
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from django.core import signing

SECONDS = 3600
GONE = "Bản xem trước đã quá một giờ hoặc không còn nguyên vẹn: tải tệp lên lại."


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file with its name and what was chosen beside it."""

    name: str
    content: bytes
    choices: dict[str, Any]

    def open(self) -> IO[bytes]:
        return io.BytesIO(self.content)


def hold(salt: str, user_id: int, name: str, content: bytes, choices: Mapping[str, Any]) -> str:
    """The ticket of a file: for this person and this purpose (`salt`), for an hour. `choices` are JSON values."""
    packed = base64.b64encode(zlib.compress(content)).decode()
    return signing.dumps({"user": user_id, "name": name, "file": packed, "choices": {**choices}}, salt=salt)


def held(salt: str, user_id: int, ticket: str) -> HeldFile | None:
    """The file of a ticket; None for a seal that is broken, old or somebody else's."""
    try:
        opened = signing.loads(ticket, salt=salt, max_age=SECONDS)
        if opened["user"] != user_id:
            return None
        content = zlib.decompress(base64.b64decode(opened["file"]))
    except (signing.BadSignature, binascii.Error, zlib.error):
        return None
    return HeldFile(opened["name"], content, opened["choices"])
