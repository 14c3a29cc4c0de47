"""How values lie in Redis: as text and JSON. Django's own way is pickle, by which whoever writes into Redis would run
code in the web process."""

import json

_TEXT, _JSON = b"t", b"j"


class PlainSerializer:
    """Texts as they are, everything else as JSON; what is neither is refused. Whole numbers stand bare, for Redis
    counts with them. Bytes that this class did not write are read as nothing."""

    def dumps(self, value: object) -> int | bytes:
        if type(value) is int:
            return value
        if isinstance(value, str):
            return _TEXT + value.encode()
        return _JSON + json.dumps(value, allow_nan=False, separators=(",", ":")).encode()

    def loads(self, stored: bytes) -> object:
        kind, rest = stored[:1], stored[1:]
        try:
            if kind == _TEXT:
                return rest.decode()
            return json.loads(rest) if kind == _JSON else int(stored)
        except (ValueError, RecursionError):
            return None
