"""The uploaded workbook between preview and confirmation: a private file, named by a signed ticket that is good
for one person, one assessment and these very bytes. Old ones go with the next upload."""

import hashlib
import io
import uuid
from datetime import timedelta

from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused

FOLDER = "workbooks"
SALT = "selfassess.workbook.upload"
LIFE = timedelta(hours=6)
_GONE = "Bản xem trước này đã hết hạn hoặc đã được thay: tải tệp lên lại."


def keep(content: bytes, assessment_id: int, user_id: int) -> str:
    """Store the bytes; the answer is the ticket."""
    _clean_up(f"{assessment_id}-{user_id}-")
    name = default_storage.save(f"{FOLDER}/{assessment_id}-{user_id}-{uuid.uuid4().hex}.xlsx", ContentFile(content))
    ticket = {"f": name, "d": hashlib.sha256(content).hexdigest(), "a": assessment_id, "u": user_id}
    return signing.dumps(ticket, salt=SALT, compress=True)


def fetch(ticket: str, assessment_id: int, user_id: int) -> io.BytesIO:
    """The bytes a ticket stands for. Raises Refused when it is not this person's, too old or its file gone."""
    try:
        found = signing.loads(ticket, salt=SALT, max_age=LIFE)
    except signing.BadSignature:
        raise Refused(_GONE) from None
    if (found["a"], found["u"]) != (assessment_id, user_id):
        raise Refused(_GONE)
    try:
        with default_storage.open(found["f"]) as stream:
            content = stream.read()
    except FileNotFoundError:
        raise Refused(_GONE) from None
    if hashlib.sha256(content).hexdigest() != found["d"]:
        raise Refused(_GONE)
    return io.BytesIO(content)


def _clean_up(own: str) -> None:
    """The person's earlier uploads for this assessment, and everybody's past their life."""
    if not default_storage.exists(FOLDER):
        return
    for name in default_storage.listdir(FOLDER)[1]:
        if name.startswith(own) or _is_old(f"{FOLDER}/{name}"):
            default_storage.delete(f"{FOLDER}/{name}")


def _is_old(path: str) -> bool:
    try:
        return default_storage.get_modified_time(path) < clock.now() - LIFE
    except FileNotFoundError:  # somebody else's upload took it away just now
        return False
