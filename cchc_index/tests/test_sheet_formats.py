"""A sheet of each format comes out of its bounded process as its reader read it."""

import io
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings

from cchc_index.lib.faults import ImportRefused
from cchc_index.lib.sheets import child, ods, xls
from cchc_index.lib.sheets.book import open_book
from cchc_index.lib.sheets.page import Page

from . import sheet_writers as write
from .sheet_writers import Error, Percent, Sheet

READERS = {"ods": ods, "xls": xls}
WRITERS: dict[str, Callable[[list[Sheet]], bytes]] = {"ods": write.ods, "xls": write.xls}
SHEETS = [
    Sheet(
        [
            ["Mã", "Tên đơn vị", "Điểm", "Ngày", "Tỷ lệ", "Ghi chú"],
            ["S1", "Sở Nội vụ", 1.5, date(2024, 3, 5), Percent(0.85), Error()],
            ["S2", "", 7, "", "", "ẩn"],
            ["S3", "Sở Tư pháp", "1.10", "", "", ""],
        ],
        hidden_rows=[2],
        hidden_columns=[4],
        merged=[(1, 0, 1, 1)],
    ),
    Sheet([["nháp"]], name="Nháp", visible=False),
]


def seen(page: Page) -> tuple[object, ...]:
    """All that a page says, its cells as rows."""
    rows = [[repr(column[row]) for column in page.columns] for row in range(page.height)]
    return page.name, page.visible, page.hidden_rows, page.hidden_columns, page.merged, rows


@pytest.mark.parametrize("kind", READERS)
def test_pages_leave_the_bounded_process_as_they_were_read(kind: str, tmp_path: Path) -> None:
    data = WRITERS[kind](SHEETS)
    file = tmp_path / f"bang.{kind}"
    file.write_bytes(data)
    here = [seen(page) for page in READERS[kind].read(data)]
    assert [seen(page) for page in child.read(kind, data)] == here
    out = io.BytesIO()
    assert child.answer_to(kind, str(file), out) == 0
    assert [seen(page) for page in child.unpacked(out.getvalue())] == here

    shown, hidden = here
    assert (shown[1], hidden[1]) == (True, False)
    assert shown[2] == frozenset({2})
    assert shown[3] == frozenset({4})


@pytest.mark.parametrize(("kind", "reader"), READERS.items())
def test_a_file_that_is_none_ends_the_process_as_broken(kind: str, reader: ModuleType, tmp_path: Path) -> None:
    file = tmp_path / f"bang.{kind}"
    file.write_bytes(b"khong phai bang tinh")
    with pytest.raises(Exception):  # noqa: B017, PT011 – whatever the library raises becomes one answer
        reader.read(file.read_bytes())
    assert child.answer_to(kind, str(file), io.BytesIO()) == child.EXIT_BROKEN
    with pytest.raises(ImportRefused, match="không đọc được nội dung bảng tính"):
        child.read(kind, file.read_bytes())


@pytest.mark.parametrize("kind", READERS)
def test_more_cells_than_a_way_takes_are_refused_with_their_number(kind: str) -> None:
    data = WRITERS[kind](SHEETS)
    with pytest.raises(ImportRefused, match="hoặc 23 ô"):
        open_book(io.BytesIO(data), name=f"bang.{kind}", max_cells=23)
    assert len(open_book(io.BytesIO(data), name=f"bang.{kind}", max_cells=24).pages) == 2


@pytest.mark.parametrize("kind", READERS)
def test_where_the_installation_bounds_its_memory_a_sheet_is_still_read(kind: str, tmp_path: Path) -> None:
    """Its bound is below ours, and a process may not raise it."""
    file = tmp_path / f"bang.{kind}"
    file.write_bytes(WRITERS[kind](SHEETS))
    program = (
        "import resource, sys; from cchc_index.lib.sheets import child; from pathlib import Path;"
        f"resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31)); assert child.MEMORY > 2**31;"
        f"print(len(child.read({kind!r}, Path({str(file)!r}).read_bytes())))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.returncode) == ("2", 0), done.stderr
