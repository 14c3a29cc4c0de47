"""What a test knows to be there, said once: a row that was asked for, the sheet of a new workbook."""

from typing import TypeVar

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

T = TypeVar("T")


def present(value: T | None) -> T:
    """The value; the test fails where there is none."""
    assert value is not None, "nothing there"
    return value


def first_sheet(book: Workbook) -> Worksheet:
    """The sheet that a workbook opens at."""
    assert isinstance(book.active, Worksheet)
    return book.active
