"""A publication's files, made at once from what it froze: same publication, same bytes.

A file that the background work has not brought into the record yet is made for the reader who asks, one at a time in
each process, and kept in memory. Nothing is written.
"""

import threading
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from results import bundle
from results.book import read_bundle
from results.models import Publication
from results.publication import queries

from . import signing, spreadsheets, tables

KEPT_FILES = 24
PATIENCE = 25
"""Seconds that a reader waits for the renderer while it works for others."""
_rendering = threading.Lock()

Printed = Mapping[str, Any]


class Busy(Exception):
    """The renderer works for others."""


def _pdf(data: Printed) -> bytes:
    from . import paper  # inline: start-up cost

    return paper.ranking_pdf(data)


def _docx(data: Printed) -> bytes:
    from . import word  # inline: start-up cost

    return word.ranking_docx(data)


def _signature(data: Printed) -> bytes:
    """Over the bytes of the JSON, without what the record adds for paper."""
    return signing.sign(bundle.text_of({key: value for key, value in data.items() if key != "record"}).encode())


MAKERS: Mapping[str, Callable[[Printed], bytes]] = {
    "chi-so-cchc-{}.csv": lambda data: spreadsheets.csv_bytes(data),
    "chi-so-cchc-{}.xlsx": lambda data: spreadsheets.xlsx_bytes(data),
    "diem-tung-tieu-chi-{}.csv": tables.cells_csv,
    "bo-tieu-chi-{}.csv": tables.criteria_csv,
    "chi-so-cchc-{}.sig": _signature,
    "chi-so-cchc-{}.pdf": _pdf,
    "chi-so-cchc-{}.docx": _docx,
}
"""Name with the year → what makes the file. The JSON is the frozen text itself."""


def made(publication: Publication, pattern: str) -> bytes:
    """The file of this pattern. Raises Busy."""
    return _one_at_a_time(publication, pattern)


def made_sheet(publication: Publication, group: str, unit: str) -> bytes:
    """The sheet of a unit that the publication ranks. Raises Busy."""
    return _one_at_a_time(publication, "sheet", group, unit)


def _one_at_a_time(publication: Publication, *what: str) -> bytes:
    if not _rendering.acquire(timeout=PATIENCE):
        raise Busy
    try:
        return _kept(publication.pk, publication.digest, publication.state, *what)
    finally:
        _rendering.release()


@lru_cache(maxsize=KEPT_FILES)
def _kept(pk: int, digest: str, _state: str, what: str, *unit: str) -> bytes:
    """Remembered by the digest too: it names what was frozen; and by the state: the paper of a proposal does not have
    what the record says once it is published."""
    data = queries.printed(Publication.objects.get(pk=pk, digest=digest))
    if what != "sheet":
        return MAKERS[what](data)
    from . import paper  # inline: start-up cost

    return paper.sheet_pdf(read_bundle(data), *unit)


@lru_cache(maxsize=4)
def frozen_json(pk: int, digest: str) -> bytes:
    """The published JSON, byte for byte."""
    return Publication.objects.values_list("bundle", flat=True).get(pk=pk, digest=digest).encode()
