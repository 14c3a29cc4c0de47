"""Cells out: text that a spreadsheet program would run as a formula is written as text."""

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """`text` as it may stand in an exported cell: prefixed with `'` when it begins like a formula.

    Only for text. Numbers go out as numbers: a negative Decimal is not a formula.
    """
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def stored_text(text: str) -> str:
    """The opposite of `safe_cell`: what an exported cell stood for, so that a round trip changes nothing."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_DANGEROUS) else text
