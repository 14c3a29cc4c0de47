"""The booklets of all units: each made once and kept, then bound as one volume or packed as a zip."""

import io
import zipfile
from collections.abc import Iterator

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

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
    parts = list(_parts(book, f"booklets/{job.publication_id}-{book.digest[:16]}"))
    for done, (group, unit, _name, place) in enumerate(parts):
        if not default_storage.exists(place):
            default_storage.save(place, ContentFile(paper.sheet_pdf(book, group, unit)))
        jobs.beat(job, done * MADE // len(parts))
    if job.paper == "zip":
        return _packed(parts)
    title = f"Phiếu kết quả Chỉ số cải cách hành chính năm {book.year}"
    mark = " – DỮ LIỆU MINH HỌA" if book.illustrative else ""
    return binding.bound(((name, _stored(place)) for _group, _unit, name, place in parts), title + mark)


def _stored(place: str) -> bytes:
    with default_storage.open(place) as stored:
        return bytes(stored.read())


def _parts(book: Book, folder: str) -> Iterator[tuple[str, str, str, str]]:
    """Block, unit, name and place in the store of every booklet, block by block in the order of ranks."""
    for block in book.blocks:
        for row in block.rows:
            yield block.code, row.unit, row.name, f"{folder}/{slug(block.code)}-{slug(row.unit)}.pdf"


def _packed(parts: list[tuple[str, str, str, str]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for _group, _unit, _name, place in parts:
            info = zipfile.ZipInfo(place.rpartition("/")[2], _STAMP)
            target.writestr(info, _stored(place), zipfile.ZIP_DEFLATED)
    return out.getvalue()
