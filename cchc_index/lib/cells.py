"""Cells out: text that a spreadsheet program would run as a formula is written as text."""

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet program would run `text` instead of showing it."""
    return text.startswith(_DANGEROUS)


def safe_cell(text: str) -> str:
    """`text` as it may stand in an exported cell: prefixed with `'` when it begins like a formula.

    Only for text. Numbers go out as numbers: a negative Decimal is not a formula.
    """
    return f"'{text}" if looks_like_formula(text) else text


def stored_text(text: str) -> str:
    """The opposite of `safe_cell`: what an exported cell stood for, so that a round trip changes nothing."""
    return text[1:] if text.startswith("'") and looks_like_formula(text[1:]) else text
