"""A file for a way in and what must become of it; many files in one small world, each taken back before the next."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from openpyxl.utils import get_column_letter

from cchc_index.lib.sheets import folding, xlsx
from cchc_index.lib.tests.said_pages import said_of
from cchc_index.tests.forgetting import forget_rows

from .sheet_way import Stored, Way
from .sheet_writers import WRITERS, Rows, Sheet, delimited


@dataclass(slots=True)
class Case:
    """A file and what must become of it: what is stored, the sentences that are said."""

    data: bytes
    stored: Stored
    said: list[str] = field(default_factory=list)
    ending: str = ".xlsx"
    take_hidden: bool = False


Kind = Callable[[Way], Case | None]
"""None where the way has no such cell."""


def book(way: Way, rows: Rows | None = None, ending: str = ".xlsx", *more: Sheet, **options: Any) -> bytes:
    """The way's file with other rows or other properties of its sheet."""
    first = Sheet(rows or way.rows(), way.name, **options)
    return WRITERS[ending[1:]]([first, *more, *way.more])


def changed(way: Way, record: int, column: int, value: object) -> Rows:
    """The way's rows with one cell of one record changed."""
    rows = way.rows()
    rows[way.first + record][column] = value
    return rows


def at(way: Way, record: int, column: int) -> str:
    """A fault's place: `Dòng 3, cột B (Điểm):`."""
    return f"Dòng {way.first + record + 1}, cột {get_column_letter(column + 1)} ({way.headings[column]}):"


def refused(way: Way, record: int, column: int, value: object, sentence: str, ending: str = ".xlsx") -> Case:
    rows = changed(way, record, column, value)
    return Case(book(way, rows, ending), {}, [f"{at(way, record, column)} {sentence}"], ending)


def replaced(way: Way, record: int, old: str, new: str) -> Stored:
    """Everything stored, with one record's value told otherwise."""
    stored = way.expected()
    key = way.stored[record][0]
    assert old in stored[key]
    return stored | {key: stored[key].replace(old, new)}


def text_file(way: Way, rows: Rows | None = None, **options: str) -> Case:
    """The unit's workbook is never one: without its hidden sheets nobody knows what it was made from."""
    data = delimited(rows or way.rows(), **options)
    stored, said = (way.expected(), []) if not way.more else ({}, ["không phải"])
    return Case(data, stored, said, ".csv")


def check(way: Way, which: str, case: Case, before: Stored) -> None:
    """What became of the file is what is asked of it."""
    outcome = way.take(case.data, case.ending, case.take_hidden)
    if which in way.refuses:
        assert outcome.stored == before
        assert re.search(r"Dòng \d+, cột [A-Z]", outcome.said)
        return
    assert outcome.stored == before | case.stored, outcome.said
    for sentence in case.said:
        assert sentence in outcome.said


def each_apart(checks: Iterable[tuple[str, Callable[[], None]]]) -> None:
    """Each in the same small world: what one leaves is taken back before the next, and no fault hides the next."""
    wrong = {}
    for which, check_one in checks:
        with transaction.atomic():
            try:
                check_one()
            except AssertionError as fault:
                wrong[which] = str(fault)
            finally:
                transaction.set_rollback(True)
        forget_rows()
    if wrong:  # said whole: a comparison of dictionaries would be cut short
        raise AssertionError("\n".join(f"{which}: {said}" for which, said in wrong.items()))


def check_each(way: Way, kinds: dict[str, Kind]) -> None:
    """Each kind that applies to this way."""

    def checked(which: str, kind: Kind) -> None:
        if case := kind(way):
            check(way, which, case, way.read())

    each_apart((which, partial(checked, which, kind)) for which, kind in kinds.items())


def check_each_as_large(way: Way, kinds: dict[str, Kind]) -> None:
    """A large workbook goes another way to its cells than a small one: both must say the same, and are taken alike."""

    def compared(kind: Kind, way: Way) -> Case | None:
        case = kind(way)
        if case is not None and case.ending == ".xlsx":
            assert said_of(folding.read(case.data)) == said_of(xlsx.read(case.data))
        return case

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folding, "LARGE", 0)
        check_each(way, {which: partial(compared, kind) for which, kind in kinds.items()})
