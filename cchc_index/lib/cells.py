"""Cells out: text that a spreadsheet program would run as a formula is written as text."""

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """`text` as it may stand in an exported cell: prefixed with `'` when it begins like a formula.

    Only for text. Numbers go out as numbers: a negative Decimal is not a formula.
    """
    return f"'{text}" if text.startswith(_DANGEROUS) else text
