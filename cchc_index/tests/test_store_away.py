"""A store that is not mounted is not taken for an empty one: the system says that it is not ready, an upload gets its
sentence, and nothing lands on the bare place; whichever way the store is away."""

import io
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from health_check.exceptions import ServiceUnavailable
from pytest_django import Settings

from cchc_index.health import checks, queries
from cchc_index.lib import clock
from cchc_index.lib.bucket_files import BucketFiles
from cchc_index.lib.commands import CommandRefused
from cchc_index.lib.stored_files import MARK, SENTENCE, is_empty, lacks_every_file, mark_store
from cchc_index.lib.tests.bucket import bucket_server
from cchc_index.tests.test_full_disks import _evidence
from cchc_index.tests.test_tampering import faults
from results import tasks
from results.tasks import sweep_files
from selfassess.models import Document
from selfassess.tests.factories import DocumentFactory, tiny_pdf
from selfassess.uploads import actions as uploads
from selfassess.uploads.actions import FOLDER, LIFE, clean_up
from units.auditlog.models import LogEntry
from units.auditlog.queries import known_store

pytestmark = pytest.mark.django_db
MACHINE = "/suc-khoe/may-nay/"


@pytest.fixture(autouse=True)
def _fresh(settings: Settings) -> None:
    settings.DISK_FREE_BYTES = 1
    queries._last.clear()


def store_in(settings: Settings, folder: Path, *, marked: bool) -> None:
    kept = {**settings.STORAGES["default"], "OPTIONS": {"location": str(folder), "base_url": None, "marked": marked}}
    settings.STORAGES = {**settings.STORAGES, "default": kept}


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    """The store of an installation in use."""
    store_in(settings, tmp_path / "store", marked=True)
    assert mark_store()
    return tmp_path / "store"


Away = Callable[[Path], Callable[[], None]]
"""Takes the store away; what it gives brings it back."""


def missing(folder: Path) -> Callable[[], None]:
    held = folder.rename(folder.with_name("away"))
    return lambda: _back(held, folder)


def empty(folder: Path) -> Callable[[], None]:
    held = folder.rename(folder.with_name("away"))
    folder.mkdir()
    return lambda: _back(held, folder)


def another_device(folder: Path) -> Callable[[], None]:
    held = folder.rename(folder.with_name("away"))
    (folder / "evidence").mkdir(parents=True)
    (folder / "evidence" / "of-somebody-else.pdf").write_bytes(b"%PDF-1.7")

    def bring_back() -> None:
        (folder / "evidence" / "of-somebody-else.pdf").unlink()
        (folder / "evidence").rmdir()
        _back(held, folder)

    return bring_back


def _back(held: Path, folder: Path) -> None:
    if folder.exists():
        folder.rmdir()  # fails where anything was left on the bare place
    held.rename(folder)


WAYS: list[Away] = [missing, empty, another_device]


def said(check: type[checks.Check]) -> str:
    try:
        check().look()
    except ServiceUnavailable as unwell:
        return str(unwell)
    return ""


@pytest.mark.parametrize("away", WAYS, ids=lambda way: way.__name__)
def test_a_store_that_is_away_is_said_and_takes_nothing(folder: Path, client: Client, away: Away) -> None:
    user, address, sent, typed = _evidence()
    client.force_login(user)
    assert client.post(address, sent()).status_code == 302
    document = Document.objects.get()
    opened = reverse("selfassess:document", args=[document.pk])
    assert (said(checks.Disk), said(checks.FileStore), client.get(MACHINE).status_code) == ("", "", 200)

    bring_back = away(folder)
    queries._last.clear()
    assert "chưa gắn (mount)" in said(checks.Disk)
    assert "không có tệp nào của hệ thống" in said(checks.FileStore)
    assert client.get(MACHINE).status_code == 503, "a proxy leaves this machine out"

    def other() -> dict[str, Any]:
        return {**sent(), "number": "228/KH-UBND", "upload": SimpleUploadedFile("b.pdf", tiny_pdf(2))}

    answer = client.post(address, other())
    assert (answer.status_code in (400, 422), SENTENCE in answer.text, typed in answer.text) == (True, True, True)
    assert client.get(opened).status_code == 503, "away, not lost"
    with pytest.raises(CommandRefused, match="gắn ổ lưu tệp"):
        call_command("begin_proofs", stdout=io.StringIO())

    bring_back()
    queries._last.clear()
    assert (said(checks.Disk), said(checks.FileStore), client.get(MACHINE).status_code) == ("", "", 200)
    assert len(b"".join(client.get(opened))) == document.size
    assert client.post(address, other()).status_code == 302


@pytest.mark.parametrize("away", WAYS, ids=lambda way: way.__name__)
def test_without_its_mark_it_would_be_taken_for_the_store(
    tmp_path: Path, settings: Settings, client: Client, away: Away
) -> None:
    """The negative control, and what a single machine has: the disk looks well, the rows tell."""
    store_in(settings, tmp_path / "store", marked=False)
    DocumentFactory.create()
    away(tmp_path / "store")
    assert said(checks.Disk) == ""
    assert "không có tệp nào của hệ thống" in said(checks.FileStore)
    assert default_storage.save("evidence/a.pdf", ContentFile(b"1"))


def test_a_mount_that_goes_and_comes(tmp_path: Path, settings: Settings) -> None:
    place = tmp_path / "mounted"
    place.mkdir()
    with mounted(place) as mount:
        store_in(settings, place, marked=True)
        mark_store()
        document = DocumentFactory.create()
        assert said(checks.Disk) == ""
        mount("umount", str(place))
        assert "chưa gắn (mount)" in said(checks.Disk)
        with pytest.raises(OSError, match="mounted"):
            document.file.open()
        assert list(place.iterdir()) == []
        mount("mount", "--bind", str(tmp_path / "device"), str(place))
        assert said(checks.Disk) == ""
        with document.file.open() as stored:
            assert stored.read()


@contextmanager
def mounted(place: Path) -> Iterator[Callable[..., None]]:
    """Another folder at the place, by a bind mount; gives what runs `mount` and `umount`."""
    device = place.with_name("device")
    device.mkdir()
    try:
        _run("mount", "--bind", str(device), str(place))
    except (subprocess.CalledProcessError, FileNotFoundError):
        pytest.skip("no right to mount a file system here")
    try:
        yield _run
    finally:
        _run("umount", "--lazy", str(place))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def test_a_new_place_is_marked_once_and_is_empty_still(tmp_path: Path, settings: Settings) -> None:
    store_in(settings, tmp_path / "new", marked=True)
    assert "chưa gắn (mount)" in said(checks.Disk)
    out = io.StringIO()
    call_command("begin_proofs", stdout=out)
    assert "Đã để dấu" in out.getvalue()
    assert (said(checks.Disk), is_empty(), mark_store()) == ("", True, False)
    assert [path.name for path in (tmp_path / "new").iterdir()] == [MARK]


@pytest.fixture
def two_places(tmp_path: Path, settings: Settings) -> Callable[[str], None]:
    """The bare place, on which `begin_proofs` ran before mounting, and the store, on which it ran afterwards; gives
    what puts one of them where the files are looked for."""
    place = tmp_path / "place"
    store_in(settings, place, marked=True)

    def put(name: str) -> None:
        if place.exists():
            place.rename(tmp_path / ("store" if name == "bare" else "bare"))
        (tmp_path / name).rename(place)
        queries._last.clear()

    call_command("begin_proofs", stdout=io.StringIO())
    (tmp_path / "store").mkdir()
    put("store")
    call_command("begin_proofs", stdout=io.StringIO())
    return put


def left_in(folder: str) -> str:
    """A file that no row speaks of, old enough to be swept."""
    name = default_storage.save(f"{folder}/left.pdf", ContentFile(b"x"))
    moment = (clock.now() - timedelta(days=3)).timestamp()
    os.utime(default_storage.path(name), (moment, moment))
    return name


def test_a_mark_made_before_mounting_is_told_from_that_of_the_store(
    two_places: Callable[[str], None], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (said(checks.Disk), faults()) == ("", [])
    two_places("bare")
    assert "của hệ thống khác, hoặc chưa gắn" in said(checks.Disk)
    assert client.get(MACHINE).status_code == 503
    with pytest.raises(CommandRefused, match="gắn đúng ổ lưu tệp"):
        call_command("begin_proofs", stdout=io.StringIO())
    with monkeypatch.context() as patch:  # the negative control: a database that knows no name
        patch.setattr(checks, "known_store", str)
        assert said(checks.Disk) == ""
    two_places("store")
    assert said(checks.Disk) == ""


def test_nothing_is_swept_in_a_place_that_is_not_the_store(
    two_places: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    two_places("bare")
    evidence, waiting = left_in("evidence"), left_in(FOLDER)
    assert sweep_files() == 0
    clean_up(FOLDER, "x-", LIFE)
    assert "Không xóa tệp nào" in caplog.text
    mark = Path(default_storage.path(MARK))
    name = mark.read_text()
    mark.unlink()
    assert sweep_files() == 0, "and without any mark"
    mark.write_text(name)
    assert default_storage.exists(evidence)
    assert default_storage.exists(waiting)
    for module in (tasks, uploads):  # the negative control
        monkeypatch.setattr(module, "known_store", str)
    assert sweep_files() == 1
    clean_up(FOLDER, "x-", LIFE)
    assert not default_storage.exists(evidence)
    assert not default_storage.exists(waiting)


def test_a_restored_place_bears_the_name_that_its_database_knows(
    two_places: Callable[[str], None], tmp_path: Path, settings: Settings
) -> None:
    """As `restore` leaves it: into a new place, and into an emptied one that had another mark."""
    for place in ("new", "bare"):
        store_in(settings, tmp_path / place, marked=True)
        assert said(checks.Disk)
        assert mark_store(known_store())
        assert said(checks.Disk) == ""
    assert LogEntry.objects.filter(verb="mark_store").count() == 2, "nothing new is noted: the keys are the old ones"


def test_a_mark_without_a_name_gets_one_once(folder: Path) -> None:
    """As an older version left it, or whoever lost the files and says so."""
    assert ((folder / MARK).read_text(), said(checks.Disk)) == ("", "")
    for count, rub_out in ((1, False), (1, True), (2, False)):
        call_command("begin_proofs", stdout=io.StringIO())
        assert LogEntry.objects.filter(verb="mark_store").count() == count
        assert ((folder / MARK).read_text(), said(checks.Disk)) == (known_store(), "")
        if rub_out:
            (folder / MARK).write_text("")
            assert "lạ" in said(checks.Disk)
    assert len(known_store()) == 32


def test_one_lost_file_is_no_lost_store() -> None:
    first, *_rest = [DocumentFactory.create(file=ContentFile(name.encode(), f"{name}.pdf")) for name in "abcd"]
    for document in Document.objects.exclude(pk=first.pk):
        assert not lacks_every_file()
        Path(document.file.path).unlink()
    assert lacks_every_file(), "of the newest none is there"


@pytest.fixture
def bucket(tmp_path: Path, settings: Settings) -> Iterator[Callable[..., None]]:
    """Leads the store to a bucket and a place in it."""
    with bucket_server(tmp_path) as server:

        def lead_to(prefix: str, **changed: str) -> None:
            given = {"BACKEND": "cchc_index.lib.bucket_files.BucketFiles"}
            options = {**server.options(prefix), **changed}
            settings.STORAGES = {**settings.STORAGES, "default": {**given, "OPTIONS": options}}
            settings.FILE_STORE = "s3://…"

        yield lead_to


def test_a_bucket_that_is_not_there_or_is_another(bucket: Callable[..., None]) -> None:
    bucket("tep/")
    DocumentFactory.create()
    assert isinstance(storages["default"], BucketFiles)
    assert (said(checks.FileStore), said(checks.Disk)) == ("", "")
    bucket("tep/", bucket="khong-co")
    assert "không ghi hoặc không đọc được" in said(checks.FileStore)
    bucket("khac/")
    assert "không có tệp nào của hệ thống" in said(checks.FileStore)
    bucket("tep/")
    assert said(checks.FileStore) == ""
