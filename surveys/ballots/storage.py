"""Ballots in bulk: COPY on PostgreSQL, executemany on SQLite. One row per ballot, answers one byte each."""

import io
from collections.abc import Iterator, Sequence
from typing import AnyStr

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from surveys.models import Ballot

CHUNK = 20_000
COLUMNS = ("batch_id", "respondent_group_id", "unit_id", "code", "answers", "invalid_reason")


def write_ballots(
    *,
    batch_id: int,
    group_id: int,
    unit_ids: Sequence[int],
    codes: Sequence[str],
    answers: NDArray[np.uint8],
    reasons: Sequence[str],
) -> None:
    """Insert every ballot of a batch. Raises IntegrityError when a code is already in the group."""
    write = _copy if connection.vendor == "postgresql" else _insert
    for start in range(0, len(codes), CHUNK):
        part = slice(start, start + CHUNK)
        write(batch_id, group_id, unit_ids[part], codes[part], answers[part], reasons[part])


def _insert(
    batch_id: int,
    group_id: int,
    unit_ids: Sequence[int],
    codes: Sequence[str],
    answers: NDArray[np.uint8],
    reasons: Sequence[str],
) -> None:
    quote = connection.ops.quote_name
    names = ", ".join(quote(name) for name in COLUMNS)
    marks = ", ".join(["%s"] * len(COLUMNS))
    blobs = _cut(answers.tobytes(), answers.shape[1])
    rows = [
        (batch_id, group_id, unit, code, blob, reason)
        for unit, code, blob, reason in zip(unit_ids, codes, blobs, reasons, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {quote(Ballot._meta.db_table)} ({names}) VALUES ({marks})", rows)


def _copy(
    batch_id: int,
    group_id: int,
    unit_ids: Sequence[int],
    codes: Sequence[str],
    answers: NDArray[np.uint8],
    reasons: Sequence[str],
) -> None:
    blobs = _cut(answers.tobytes().hex(), answers.shape[1] * 2)
    lines = (
        f"{batch_id}\t{group_id}\t{unit}\t{_escape(code)}\t\\\\x{blob}\t{reason}\n"
        for unit, code, blob, reason in zip(unit_ids, codes, blobs, reasons, strict=True)
    )
    table = connection.ops.quote_name(Ballot._meta.db_table)
    # copy_expert is the driver's own: its errors are turned into Django's here.
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f"COPY {table} ({', '.join(COLUMNS)}) FROM STDIN", io.StringIO("".join(lines)))


def _cut(whole: AnyStr, width: int) -> Iterator[AnyStr]:
    return (whole[start : start + width] for start in range(0, len(whole), width))


def _escape(text: str) -> str:
    """COPY's text format: the backslash is its escape sign, tab and newline its separators."""
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
