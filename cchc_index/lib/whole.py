"""A stored file beside its digest: what was replaced on disk is not given out."""

import hashlib
from typing import Any

from django.core.files.base import File


def same_file(stored: "File[Any]", digest: str) -> bool:
    """Whether the file is there and still the one of this SHA-256, read in pieces; an empty digest is of a file from
    before digests were kept, which only has to be there."""
    try:
        with stored.open("rb") as opened:
            return not digest or hashlib.file_digest(opened, "sha256").hexdigest() == digest
    except OSError:
        return False
