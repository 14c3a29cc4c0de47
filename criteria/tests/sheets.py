"""Spreadsheets for tests: `workbook(rows)` and `csv_file(rows)` give streams to import."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook

from cchc_index.lib.tests.present import first_sheet

HEADING = ("Mã", "Nội dung", "Điểm tối đa", "Nguồn", "Thưởng/trừ")


def workbook(rows: Iterable[Sequence[Any]], name: str = "thu.xlsx") -> io.BytesIO:
    """The rows as the first sheet of a workbook; numbers and dates keep their type."""
    book = Workbook()
    for row in rows:
        first_sheet(book).append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    stream.name = name
    return stream


def csv_file(rows: Iterable[Sequence[Any]], name: str = "thu.csv", delimiter: str = ",") -> io.BytesIO:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    stream = io.BytesIO(text.getvalue().encode("utf-8-sig"))
    stream.name = name
    return stream


def annex(*rows: Sequence[Any], heading: Sequence[str] = HEADING) -> io.BytesIO:
    """Rows of (code, name, points, source, kind), the last ones optional, under the usual heading."""
    return workbook([heading, *rows])
