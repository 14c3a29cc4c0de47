"""Reading in processes of their own, with limits of memory and of processor time set by the kernel.

What the file makes a parser do ends there: a far cell that asks for gigabytes, a loop without end, an abort of
native code. The pages come back as JSON and plain bytes, so nothing that the file says is ever executed.
"""

import json
import resource
import struct
import subprocess
import sys
import tempfile
import types
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import numpy as np

SECONDS = 120
MEMORY = 3 * 1024**3
EXIT_REFUSED, EXIT_BROKEN = 3, 4
_HERE = Path(__file__).resolve()
_READERS = {"xlsx": "folding", "xls": "xls", "ods": "ods", "docx": "word"}
_SIZES = {1: np.uint8, 2: np.uint16, 4: np.uint32}


def read(kind: str, data: bytes, *, seconds: int = SECONDS, memory: int = MEMORY) -> list[Any]:
    """The pages of a file of `kind` (`xlsx`, `xls`, `ods`, `docx`).

    Raises ImportRefused: with the reader's own words, or because the file wanted more than it may have.
    """
    with tempfile.NamedTemporaryFile(suffix=f".{kind}") as given:
        given.write(data)
        given.flush()
        run = _Run(kind, given.name, seconds, memory)
        try:
            return list(unpacked(run.answer()))
        finally:
            run.stop()


class _Run:
    """One process with its limits; what it answers goes to a file, so that it never waits for us."""

    def __init__(self, kind: str, path: str, seconds: int, memory: int):
        self.out = tempfile.TemporaryFile()  # noqa: SIM115 – closed by `stop`
        self.patience = seconds + 5
        command = [sys.executable, "-I", str(_HERE), kind, path, str(seconds), str(memory)]
        # Our own interpreter and our own file; of what was uploaded only its place is named.
        self.process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.DEVNULL, stdout=self.out, stderr=subprocess.DEVNULL
        )

    def answer(self) -> bytes:
        """What the process wrote. Raises ImportRefused where it could not read the file."""
        from .guards import refuse  # inline: child process

        try:
            code = self.process.wait(self.patience)
        except subprocess.TimeoutExpired:
            raise refuse("đọc quá lâu", "xóa vùng trống và các trang thừa rồi lưu lại") from None
        self.out.seek(0)
        answer = self.out.read()
        if code == 0:
            return answer
        if code == EXIT_REFUSED:
            raise refuse(*json.loads(answer))
        if code == EXIT_BROKEN:
            raise refuse("không đọc được nội dung bảng tính", "mở bằng Excel hoặc LibreOffice và lưu lại dạng .xlsx")
        raise refuse(
            "cần quá nhiều bộ nhớ hoặc thời gian để đọc, thường vì có ô ở quá xa để lại vùng trống lớn",
            "xóa các dòng, cột trống ở cuối bảng rồi lưu lại",
        )

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.out.close()


def unpacked(packed: bytes) -> Iterator[Any]:
    from .page import Merged, Page, PageColumn  # inline: child process

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
    from .cells import ErrorCell, Percent, Uncomputed  # inline: child process

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
    }
    return makers[kind]()


# --- inside the process with limits ----------------------------------------------------------------


def _main(kind: str, path: str, seconds: str, memory: str) -> int:
    # The readers' packages without the frame's own start, which would bring the whole site up.
    root = _HERE.parents[2]
    for name, folder in (("cchc_index", root), ("cchc_index.lib", root / "lib")):
        package = types.ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
    from cchc_index.lib.limits import bound  # inline: child process

    bound(resource.RLIMIT_CPU, int(seconds))
    bound(resource.RLIMIT_AS, int(memory))
    bound(resource.RLIMIT_CORE, 0)
    return answer_to(kind, path, sys.stdout.buffer)


def answer_to(kind: str, path: str, out: IO[bytes]) -> int:
    import importlib  # inline: child process

    from cchc_index.lib.faults import ImportRefused  # inline: child process

    try:
        reader = importlib.import_module(f"cchc_index.lib.sheets.{_READERS[kind]}")
        pages = reader.read(Path(path).read_bytes())
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
    from cchc_index.lib.sheets.cells import ErrorCell, Percent, Uncomputed  # inline: child process

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


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
