"""The drill: people upload ten times a second while a backup is taken; what is restored from it has no row without its
file. On PostgreSQL, by the commands as they are."""

import io
import os
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.conf import settings as given_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from pypdf import PdfWriter

from cchc_index.backup import actions, archives
from cchc_index.lib.tests.waiting import wait_for
from cchc_index.tests.test_backup import empty_database, own_key, recorded, run_restore
from criteria.tests.factories import open_stage, small_round
from selfassess.documents import actions as documents
from selfassess.lifecycle import actions as lifecycle
from selfassess.models import Document
from units.actions import grant_role
from units.models import Role, Unit, User
from units.tests.factories import UnitFactory, UserFactory

__all__ = ["own_key", "recorded"]
pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

EACH = 0.1
"""Seconds between two uploads."""
BEFORE = 10
ASKED = (
    "from django.core.files.storage import default_storage as store; from selfassess.models import Document;"
    "names = [*Document.objects.values_list('file', flat=True)];"
    "print(len(names), sum(not store.exists(name) for name in names))"
)


class Uploads:
    """Somebody who uploads ten times a second until told to stop."""

    def __init__(self, officer: User, unit: Unit):
        self.officer, self.unit, self.done, self.failed = officer, unit, 0, ""
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self) -> None:
        try:
            while not self.ending.wait(EACH):
                number = self.done + 1
                documents.add_document(
                    actor=self.officer, unit_id=self.unit.pk, upload=paper(number), number=f"{number}/BC-THU",
                    issued_on=date(2024, 6, 1), issuer="Đơn vị thử", abstract=f"Báo cáo {number}",
                )  # fmt: skip
                self.done = number
        except Exception as error:  # the test looks at it
            self.failed = repr(error)
        finally:
            connection.close()

    def __enter__(self) -> "Uploads":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ending.set()
        self.thread.join()

    def reach(self, count: int) -> None:
        wait_for(lambda: self.done >= count or bool(self.failed), 60)


def paper(number: int) -> SimpleUploadedFile:
    writer = PdfWriter()
    writer.add_blank_page(width=100, height=100)
    writer.add_metadata({"/Title": f"Báo cáo {number}"})
    writer.write(out := io.BytesIO())
    return SimpleUploadedFile(f"bao-cao-{number}.pdf", out.getvalue(), "application/pdf")


def stored() -> set[str]:
    return set(Document.objects.values_list("file", flat=True))


def test_uploads_while_the_backup_is_taken_leave_no_row_without_its_file(
    recorded: None, own_key: None, tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    block = small_round()
    open_stage(block.round, "self_assessment")
    unit, officer = UnitFactory.create(group=block.group), UserFactory.create()
    grant_role(actor=None, user=officer, role=Role.UNIT_OFFICER, unit=unit)
    lifecycle.open_assessment(actor=officer, round_group=block, unit=unit)
    copy = actions._copy

    def slowly(writer: archives.ArchiveWriter, name: str) -> bool:
        time.sleep(EACH)  # as a store of a year's files would take, so that uploads go on meanwhile
        return copy(writer, name)

    monkeypatch.setattr(actions, "_copy", slowly)
    with Uploads(officer, unit) as uploads:
        uploads.reach(BEFORE)
        first = stored()
        manifest = actions.backup(tmp_path / "a.bak")
        during = uploads.done
        uploads.reach(during + 1)
    assert uploads.failed == ""
    assert during - BEFORE > 2, "the uploads stood still while the backup was taken"
    assert manifest.missing == []
    assert BEFORE <= manifest.files < len(stored())
    assert stored() - first, "negative control: files copied before the database would lack these"
    with empty_database(tmp_path / "var") as url:
        environment = {k: v for k, v in os.environ.items() if k not in ("REDIS_URL", "SECRET_KEY", "LEDGER_KEY")}
        environment |= {"VAR_DIR": str(tmp_path / "var"), "DATABASE_URL": url}
        done = run_restore(tmp_path / "a.bak", environment)
        assert f"{manifest.files} tệp; sổ nguyên vẹn." in done.stdout, done.stderr
        command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", ASKED]
        told = subprocess.run(
            command, capture_output=True, text=True, env=environment, cwd=given_settings.BASE_DIR, check=True
        )
    assert told.stdout.split() == [str(manifest.files), "0"]
