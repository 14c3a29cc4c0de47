"""What pages say, to compare two ways of reading one file."""

from collections.abc import Sequence
from typing import Any

from cchc_index.lib.sheets.page import Page


def said_of(pages: Sequence[Page]) -> list[Any]:
    """Everything that pages say, with the kind of each value: 1 and True are two."""
    return [
        (
            page.name,
            page.visible,
            [[(type(cell), cell) for cell in row] for row in page.rows()],
            page.hidden_rows,
            page.hidden_columns,
            page.merged,
        )
        for page in pages
    ]
