"""What a kill leaves in the store goes after a day; what a row speaks of never, and a database that is older than its
files lets nothing go."""

import logging
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from cchc_index.lib import clock, left_files
from cchc_index.lib.stored_files import names_in
from cchc_index.management.commands import serve
from results.tasks import sweep_files
from selfassess.tests.factories import DocumentFactory

pytestmark = pytest.mark.django_db


def stored(name: str, age: timedelta = left_files.AGE) -> str:
    kept = default_storage.save(name, ContentFile(b"x"))
    moment = (clock.now() - age - timedelta(minutes=1)).timestamp()
    os.utime(Path(default_storage.path(kept)), (moment, moment))
    return kept


def test_only_what_no_row_speaks_of_goes_and_only_when_it_is_old() -> None:
    document = DocumentFactory.create()
    document.file.delete(save=False)
    document.file.name = stored("evidence/a.docx")
    document.save(update_fields=["file"])
    stored("evidence/a.docx.html")
    stored("evidence/b.pdf", timedelta())
    stored("uploads/waiting.pdf")
    for name in ("evidence/c.pdf", "evidence/c.pdf.html", "imports/d.csv", "evidence/.e.part"):
        stored(name)
    assert sweep_files() == 4
    assert names_in("evidence") == ["a.docx", "a.docx.html", "b.pdf"]
    assert (names_in("imports"), names_in("uploads")) == ([], ["waiting.pdf"])
    assert default_storage.listdir("evidence")[1].count(".e.part") == 0
    assert sweep_files() == 0


def test_a_database_that_is_older_than_its_files_lets_nothing_go(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(left_files, "MOST", 1)
    for name in ("evidence/a.pdf", "evidence/b.pdf"):
        stored(name)
    with caplog.at_level(logging.ERROR):
        assert sweep_files() == 0
    assert "cũ hơn kho tệp" in caplog.text
    assert names_in("evidence") == ["a.pdf", "b.pdf"]


def test_a_store_that_is_away_keeps_nobody_from_being_reminded(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_known: Callable[[], str]) -> int:
        raise OSError(5, "the store does not answer")

    monkeypatch.setattr(left_files, "sweep", away)
    monkeypatch.setattr(serve, "REMIND_HOUR", 0)
    assert serve._sweep(None) == clock.today()
