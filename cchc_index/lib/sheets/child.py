"""Reading in processes of their own, with limits of memory and of processor time set by the kernel.

What the file makes a parser do ends there: a far cell that asks for gigabytes, a loop without end, an abort of
native code. The pages come back as JSON and plain bytes, so nothing that the file says is ever executed.
"""

import importlib
import json
import resource
import struct
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import numpy as np

from cchc_index.lib import bounded
from cchc_index.lib.faults import ImportRefused
from cchc_index.lib.limits import bound

from .cells import ErrorCell, Percent, StyledNumber, Uncomputed, Veiled
from .guards import refuse
from .page import Merged, Page, PageColumn

SECONDS = 120
MEMORY = 3 * 1024**3
EXIT_REFUSED, EXIT_BROKEN = 3, 4
_READERS = {"xlsx": "folding", "xls": "xls", "ods": "ods", "docx": "word"}
_SIZES = {1: np.uint8, 2: np.uint16, 4: np.uint32}


def read(kind: str, data: bytes, *, seconds: int = SECONDS, memory: int = MEMORY) -> list[Any]:
    """The pages of a file of `kind` (`xlsx`, `xls`, `ods`, `docx`).

    Raises ImportRefused: with the reader's own words, or because the file wanted more than it may have.
    """
    with tempfile.NamedTemporaryFile(suffix=f".{kind}") as given:
        given.write(data)
        given.flush()
        return list(unpacked(_answer(kind, given.name, seconds, memory)))


def _answer(kind: str, path: str, seconds: int, memory: int) -> bytes:
    """What the process wrote. Raises ImportRefused where it could not read the file."""
    try:
        answer = bounded.run(__name__, kind, path, str(seconds), str(memory), seconds=seconds + 5)
    except TimeoutError:
        raise refuse("đọc quá lâu", "xóa vùng trống và các trang thừa rồi lưu lại") from None
    except bounded.Vanished:
        answer = bounded.ProgramAnswer(1, b"", 0, 0)
    if answer.code == 0:
        return answer.output
    if answer.code == EXIT_REFUSED:
        raise refuse(*json.loads(answer.output))
    if answer.code == EXIT_BROKEN:
        raise refuse("không đọc được nội dung bảng tính", "mở bằng Excel hoặc LibreOffice và lưu lại dạng .xlsx")
    raise refuse(
        "cần quá nhiều bộ nhớ hoặc thời gian để đọc, thường vì có ô ở quá xa để lại vùng trống lớn",
        "xóa các dòng, cột trống ở cuối bảng rồi lưu lại",
    )


def unpacked(packed: bytes) -> Iterator[Any]:
    at = 0
    while at < len(packed):
        (length,) = struct.unpack_from("<Q", packed, at)
        head = json.loads(packed[at + 8 : at + 8 + length])
        at += 8 + length
        columns = []
        for values, size in head["columns"]:
            index = np.frombuffer(packed, dtype=_SIZES[size], count=head["height"], offset=at)
            at += size * head["height"]
            columns.append(PageColumn([_taken(value) if isinstance(value, list) else value for value in values], index))
        yield Page(
            head["name"],
            columns,
            head["height"],
            head["visible"],
            frozenset(head["hidden_rows"]),
            frozenset(head["hidden_columns"]),
            tuple(Merged(*corners) for corners in head["merged"]),
        )


def _taken(value: list[str]) -> Any:
    """What JSON has no word for, as `_given` wrote it."""
    kind, text = value
    makers: dict[str, Any] = {
        "percent": lambda: Percent(Decimal(text)),
        "error": lambda: ErrorCell(text),
        "uncomputed": Uncomputed,
        "datetime": lambda: datetime.fromisoformat(text),
        "date": lambda: date.fromisoformat(text),
        "time": lambda: time.fromisoformat(text),
        "duration": lambda: timedelta(seconds=float(text)),
        "float": lambda: float(text),
        "styled": lambda: StyledNumber(text),
        "veiled": lambda: Veiled(*json.loads(text)),
    }
    return makers[kind]()


# --- inside the process with limits ----------------------------------------------------------------


def prepare() -> None:
    for reader in _READERS.values():
        _reader(reader)


def _reader(name: str) -> Any:
    return importlib.import_module(f"cchc_index.lib.sheets.{name}")


def main(arguments: list[str]) -> int:
    kind, path, seconds, memory = arguments
    bound(resource.RLIMIT_CPU, int(seconds))
    bound(resource.RLIMIT_AS, int(memory))
    bound(resource.RLIMIT_CORE, 0)
    return answer_to(kind, path, sys.stdout.buffer)


def answer_to(kind: str, path: str, out: IO[bytes]) -> int:
    try:
        pages = _reader(_READERS[kind]).read(Path(path).read_bytes())
    except ImportRefused as refused:
        out.write(json.dumps([refused.faults[0].message, refused.faults[0].repair]).encode())
        return EXIT_REFUSED
    except MemoryError:
        raise
    except BaseException:  # calamine's panics derive from BaseException
        return EXIT_BROKEN
    for page in pages:
        _write(page, out)
    return 0


def _write(page: Any, out: IO[bytes]) -> None:
    head = {
        "name": page.name,
        "visible": page.visible,
        "height": page.height,
        "hidden_rows": sorted(page.hidden_rows),
        "hidden_columns": sorted(page.hidden_columns),
        "merged": [[m.top, m.left, m.bottom, m.right] for m in page.merged],
        "columns": [[[_given(v) for v in column.values], column.index.itemsize] for column in page.columns],
    }
    text = json.dumps(head, ensure_ascii=True).encode()
    out.write(struct.pack("<Q", len(text)) + text)
    for column in page.columns:
        out.write(column.index.tobytes())


def _given(value: Any) -> Any:
    if isinstance(value, StyledNumber):
        return ["styled", repr(float(value))]
    if isinstance(value, Veiled):
        return ["veiled", json.dumps([value.value, value.shown])]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return ["float", str(value)]
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Percent | ErrorCell):
        return ["percent" if isinstance(value, Percent) else "error", str(getattr(value, "value", value))]
    if isinstance(value, Uncomputed):
        return ["uncomputed", ""]
    if isinstance(value, timedelta):
        return ["duration", str(value.total_seconds())]
    return [type(value).__name__, value.isoformat()]
