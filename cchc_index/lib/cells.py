"""Cells out: text that a spreadsheet program would run as a formula is written as text."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell

_CONTROL = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff]")
_ESCAPE_LIKE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""Workbooks write characters by their number in this way, and readers take it so."""
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet program would run `text` instead of showing it."""
    return text.startswith(_DANGEROUS)


def safe_cell(text: str) -> str:
    """`text` as it may stand in an exported cell: prefixed with `'` when it begins like a formula.

    Only for text. Numbers go out as numbers: a negative Decimal is not a formula.
    """
    return f"'{text}" if looks_like_formula(text) else text


def workbook_text(text: str) -> str:
    """`text` as a workbook can hold it: without the control characters that break it, and `_x0041_` written so that
    it reads back as it stands."""
    return _ESCAPE_LIKE.sub("_x005F_", _CONTROL.sub(" ", text))


def workbook_cell(text: str) -> str:
    """`safe_cell` for a cell of a workbook."""
    return workbook_text(safe_cell(text))


def stored_text(text: str) -> str:
    """The opposite of `safe_cell`: what an exported cell stood for, so that a round trip changes nothing."""
    return text[1:] if text.startswith("'") and looks_like_formula(text[1:]) else text


def put_text(cell: "Cell", text: str) -> "Cell":
    """Text that stays text in a workbook's cell: what looks like a formula is quoted, never run."""
    cell.value = workbook_text(text)
    cell.data_type = "s"
    if looks_like_formula(text):
        cell.quotePrefix = True
    return cell
