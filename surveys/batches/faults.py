"""Faults of a file as its batch keeps them."""

from collections.abc import Sequence
from typing import Any

from cchc_index.lib.faults import Fault


def pack(faults: Sequence[Fault]) -> list[dict[str, Any]]:
    """Faults as plain data; `unpack` is the way back."""
    return [
        {"row": f.row, "column": f.column, "message": f.message, "repair": f.repair, "sheet": f.sheet} for f in faults
    ]


def unpack(packed: Sequence[dict[str, Any]]) -> list[Fault]:
    return [Fault(**fault) for fault in packed]
