"""Text in an encoding that is none of ours, as the fault of a cell."""

from typing import Any

from cchc_index.lib import vietnamese

from .cells import cell_text

Problem = tuple[str, str]
"""(message, repair)"""


def problem_of(value: Any) -> Problem | None:
    """Why the letters of a cell cannot be taken, with the repair; None when they can, and for what is no text."""
    problem = vietnamese.foreign_encoding(value) if isinstance(value, str) else ""
    if not problem:
        return None
    shown = cell_text(value)[:40]
    return f"“{shown}” {problem}", "chuyển sang Unicode (phông chữ Times New Roman, Arial) rồi gõ lại"
