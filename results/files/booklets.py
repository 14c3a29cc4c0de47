"""The booklets of all units: each made once and kept, then bound as one volume or packed as a zip."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from django.core.files.storage import default_storage

from cchc_index.lib.outfiles import write_whole
from results.book import Book, slug
from results.jobs import actions as jobs
from results.models import Job

from . import binding, paper

_STAMP = (2000, 1, 1, 0, 0, 0)
MADE = 90
"""Percent of the work done once every booklet is there."""


def make(job: Job, book: Book) -> bytes:
    """The volume (`job.paper` pdf) or the zip. A booklet that an earlier run, or the other ending's, has made is taken
    as it is: a killed job goes on where it stopped."""
    folder = Path(default_storage.path(f"booklets/{job.publication_id}-{book.digest[:16]}"))
    folder.mkdir(parents=True, exist_ok=True)
    parts = list(_parts(book, folder))
    for done, (group, unit, _name, path) in enumerate(parts):
        if not path.exists():
            write_whole(path, paper.sheet_pdf(book, group, unit))
        jobs.beat(job, done * MADE // len(parts))
    if job.paper == "zip":
        return _packed(parts)
    title = f"Phiếu kết quả Chỉ số cải cách hành chính năm {book.year}"
    mark = " – DỮ LIỆU MINH HỌA" if book.illustrative else ""
    return binding.bound(((name, path.read_bytes()) for _group, _unit, name, path in parts), title + mark)


def _parts(book: Book, folder: Path) -> Iterator[tuple[str, str, str, Path]]:
    """Block, unit, name and file of every booklet, block by block in the order of ranks."""
    for block in book.blocks:
        for row in block.rows:
            yield block.code, row.unit, row.name, folder / f"{slug(block.code)}-{slug(row.unit)}.pdf"


def _packed(parts: list[tuple[str, str, str, Path]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for _group, _unit, _name, path in parts:
            target.writestr(zipfile.ZipInfo(path.name, _STAMP), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return out.getvalue()
