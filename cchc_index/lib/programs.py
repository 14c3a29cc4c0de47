"""A digest of source code. It is kept beside what the code made, so that this is made again when the code
has changed."""

import hashlib
from pathlib import Path
from types import ModuleType


def source_digest(*modules: ModuleType) -> str:
    """SHA-256 (hex) of the modules' source, in the order given."""
    return hashlib.sha256(b"".join(Path(module.__file__ or "").read_bytes() for module in modules)).hexdigest()
