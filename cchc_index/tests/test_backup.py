"""A backup holds database and files of one moment; a restore goes into an empty place only and proves itself."""

import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.conf import settings as given_settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from cchc_index.backup import actions, archives, queries, sealing
from cchc_index.lib.bucket_files import BucketFiles
from cchc_index.lib.commands import CommandRefused
from cchc_index.lib.faults import Refused
from cchc_index.lib.tests.bucket import BucketServer, bucket_server
from surveys.batches import actions as batches
from surveys.models import Ballot, ImportBatch
from surveys.tests.factories import asked_group, csv_file, figure_rows, surveyed_round

KEY = "một khóa sao lưu đủ dài"


def sealed(data: bytes, key: str = KEY) -> bytes:
    sealing.seal(io.BytesIO(data), out := io.BytesIO(), key)
    return out.getvalue()


def unsealed(data: bytes, key: str = KEY) -> bytes:
    return b"".join(sealing.opened(io.BytesIO(data), key))


class TestSealing:
    @pytest.mark.parametrize("size", [0, 1, sealing.PIECE - 1, sealing.PIECE, sealing.PIECE + 1, 3 * sealing.PIECE])
    def test_what_is_sealed_comes_back(self, size: int) -> None:
        data = os.urandom(size)
        assert unsealed(sealed(data)) == data
        assert data[:64] not in sealed(data) or size < 8

    def test_another_key_opens_nothing(self) -> None:
        with pytest.raises(Refused, match="BACKUP_KEY khác"):
            unsealed(sealed(b"abc"), "khóa khác")

    def test_a_changed_byte_is_found(self) -> None:
        whole = sealed(b"abc" * 20)
        for at in (len(sealing.MAGIC), len(whole) - 1, len(whole) - 40):
            spoilt = bytearray(whole)
            spoilt[at] ^= 1
            with pytest.raises(Refused):
                unsealed(bytes(spoilt))

    def test_a_tail_cut_off_at_a_piece_is_found(self) -> None:
        whole = sealed(os.urandom(2 * sealing.PIECE))
        piece = 4 + sealing.PIECE + 16
        with pytest.raises(Refused):
            unsealed(whole[:-piece])
        with pytest.raises(Refused, match="bị cắt"):
            unsealed(whole[: len(sealing.MAGIC) + 16])

    def test_pieces_in_another_order_are_found(self) -> None:
        whole = sealed(os.urandom(3 * sealing.PIECE))
        start, piece = len(sealing.MAGIC) + 16, 4 + sealing.PIECE + 16
        first, second = whole[start : start + piece], whole[start + piece : start + 2 * piece]
        with pytest.raises(Refused):
            unsealed(whole[:start] + second + first + whole[start + 2 * piece :])


def archive(*members: tuple[str, bytes], link: bool = False) -> io.BytesIO:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        if link:
            info = tarfile.TarInfo("files/link")
            info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(info)
    out.seek(0)
    return out


class TestHostileArchives:
    @pytest.mark.parametrize(
        "stream",
        [
            io.BytesIO(b"no archive at all"),
            io.BytesIO(b""),
            archive(("../outside", b"x")),
            archive(("files/../../outside", b"x")),
            archive(("/etc/outside", b"x")),
            archive(("other", b"x")),
            archive(link=True),
            archive(("database", b"x"), (archives.MANIFEST, b"{")),
            archive(("database", b"x"), (archives.MANIFEST, b'{"nothing": 1}')),
            archive(("database", b"x")),
        ],
    )
    def test_is_refused_and_nothing_is_written_outside(self, stream: io.BytesIO, tmp_path: Path) -> None:
        stream.seek(0)
        (inside := tmp_path / "a" / "b").mkdir(parents=True)
        with pytest.raises(Refused, match="không phải bản sao lưu nguyên vẹn"):
            archives.unpack(stream, inside)
        assert not list(tmp_path.rglob("outside"))


@pytest.fixture
def recorded(db: None, settings: LazySettings) -> Iterator[None]:
    """The record of migrations that an installation has; the suite makes its tables without."""
    settings.MIGRATION_MODULES = {}
    recorder = MigrationRecorder(connection)
    had = recorder.has_table()
    recorder.ensure_schema()
    for app, name in set(MigrationLoader(None).disk_migrations) - set(recorder.applied_migrations()):
        recorder.record_applied(app, name)
    yield
    if not had:
        with connection.schema_editor() as editor:
            editor.delete_model(recorder.Migration)


@pytest.fixture
def own_key(settings: LazySettings, tmp_path_factory: pytest.TempPathFactory) -> None:
    """An installation that made its key itself, as the embedded default does."""
    settings.OWN_SECRET = tmp_path_factory.mktemp("installation") / "secret_key"
    settings.OWN_SECRET.write_text("a key that this installation made for itself, long enough")
    settings.SECRET_KEY = settings.LEDGER_KEY = settings.OWN_SECRET.read_text()


@pytest.fixture
def ballots(recorded: None, own_key: None) -> None:
    """A survey with one import: a row that has a file, ballots, entries of the log."""
    block = surveyed_round()
    asked_group(block, code="dan", name="Người dân", position=1)
    batches.import_figures(
        actor=None, round_group_id=block.pk, source=csv_file(figure_rows(("SNV", "2", "0.25", "Báo cáo")), "a.csv")
    )


@pytest.fixture
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BucketServer]:
    with bucket_server(tmp_path_factory.mktemp("kho")) as server:
        yield server


def unpacked(path: Path, folder: Path) -> archives.Manifest:
    folder.mkdir()
    with path.open("rb") as stream:
        return archives.unpack(stream, folder)


@pytest.mark.django_db(transaction=True)
class TestBackup:
    def test_holds_the_database_and_every_file_of_its_rows(self, ballots: None, tmp_path: Path) -> None:
        manifest = actions.backup(tmp_path / "a.bak")
        name = str(ImportBatch.objects.get().file.name)
        assert manifest.files == 1
        assert manifest.missing == []
        assert unpacked(tmp_path / "a.bak", tmp_path / "x").digests == manifest.digests
        with ImportBatch.objects.get().file.open("rb") as stored:
            assert (tmp_path / "x" / "files" / name).read_bytes() == stored.read()
        assert (tmp_path / "a.bak").stat().st_mode & 0o777 == 0o600

    def test_a_file_deleted_while_it_copies_means_another_moment(
        self, ballots: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The row and its file go between the snapshot and the copy: a backup of the first moment would have a row
        without its file."""
        copy = actions._copy

        def deleted_before(writer: archives.ArchiveWriter, name: str) -> bool:
            ImportBatch.objects.get().file.storage.delete(name)
            Ballot.objects.all().delete()
            ImportBatch.objects.all().delete()
            monkeypatch.setattr(actions, "_copy", copy)
            return copy(writer, name)

        monkeypatch.setattr(actions, "_copy", deleted_before)
        manifest = actions.backup(tmp_path / "a.bak")
        assert (manifest.files, manifest.missing) == (0, [])

    def test_a_file_that_the_store_lost_is_named(self, ballots: None, tmp_path: Path) -> None:
        batch = ImportBatch.objects.get()
        batch.file.storage.delete(str(batch.file.name))
        assert actions.backup(tmp_path / "a.bak").missing == [batch.file.name]

    def test_never_overwrites_a_backup(self, ballots: None, tmp_path: Path) -> None:
        actions.backup(tmp_path / "a.bak")
        with pytest.raises(Refused, match="không bị ghi đè"):
            actions.backup(tmp_path / "a.bak")
        assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["a.bak"]

    def test_keeps_the_newest_and_nothing_that_is_no_backup(self, ballots: None, tmp_path: Path) -> None:
        (tmp_path / "cchc-0.bak").write_text("notes of mine")
        for number in range(1, 5):
            call_command("backup", "--out", str(tmp_path / f"cchc-{number}.bak"), "--keep", "2")
        left = sorted(path.name for path in tmp_path.iterdir() if path.is_file())
        assert left == ["cchc-0.bak", "cchc-3.bak", "cchc-4.bak"]

    def test_a_place_that_is_not_empty_is_left_alone(self, ballots: None, tmp_path: Path) -> None:
        actions.backup(tmp_path / "a.bak")
        before = Ballot.objects.count()
        with pytest.raises(CommandRefused, match=r"Cơ sở dữ liệu đã có .*Nơi lưu tệp .* không trống"):
            call_command("restore", str(tmp_path / "a.bak"))
        assert Ballot.objects.count() == before


def test_a_newer_versions_backup_is_told_by_its_migrations(settings: LazySettings) -> None:
    settings.MIGRATION_MODULES = {}
    ours = sorted(name for app, name in MigrationLoader(None).disk_migrations if app == "units")
    ours_before = [["units", ours[0]], ["units", "0001_squashed_0003_unit_list_version"]]
    seen = [*ours_before, ["units", "9999_of_tomorrow"], ["gone_app", "0001_initial"]]
    assert queries.unknown_migrations(seen) == ["units.9999_of_tomorrow"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("key", "source", "store"),
    [("", "folder", ""), (KEY, "folder", "tep"), ("", "bucket", ""), ("", "bucket", "tep")],
)
def test_restored_into_an_empty_place_it_proves_itself(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    settings: LazySettings,
    bucket: BucketServer,
    key: str,
    source: str,
    store: str,
) -> None:
    """By the commands as they are: from a folder or a bucket into another folder or place of a bucket, another
    database, the same key of the log; then not again."""
    if source == "bucket":
        given = {"BACKEND": "cchc_index.lib.bucket_files.BucketFiles", "OPTIONS": bucket.options("truoc/")}
        settings.STORAGES = {**settings.STORAGES, "default": given}
    request.getfixturevalue("ballots")
    settings.BACKUP_KEY = key
    actions.backup(tmp_path / "a.bak")
    with empty_database(tmp_path / "var") as url:
        environment = {k: v for k, v in os.environ.items() if k not in ("REDIS_URL", "SECRET_KEY", "LEDGER_KEY")}
        environment |= {"VAR_DIR": str(tmp_path / "var"), "DATABASE_URL": url, "BACKUP_KEY": key}
        environment |= bucket.settings() if store else {}
        done = run_restore(tmp_path / "a.bak", environment)
        assert "Đã khôi phục cơ sở dữ liệu và 1 tệp; sổ nguyên vẹn." in done.stdout, done.stderr
        assert done.returncode == 0
        name = str(ImportBatch.objects.get().file.name)
        assert (tmp_path / "var" / "files" / name).exists() is not bool(store)
        assert BucketFiles(**bucket.options()).exists(name) is bool(store)
        assert BucketFiles(**bucket.options("truoc/")).exists(name) is (source == "bucket"), (
            "the old place is left as it was"
        )
        assert (tmp_path / "var" / "secret_key").read_text() == settings.SECRET_KEY
        again = run_restore(tmp_path / "a.bak", environment)
        assert again.returncode == 2
        assert "Chỉ khôi phục vào nơi còn trống" in again.stderr


@pytest.mark.django_db(transaction=True)
def test_the_log_of_another_key_is_refused(ballots: None, tmp_path: Path, settings: LazySettings) -> None:
    """The key was given in the settings, so it is not in the backup: a place with another one could prove nothing."""
    settings.OWN_SECRET = None
    actions.backup(tmp_path / "a.bak")
    with empty_database(tmp_path / "var") as url:
        environment = os.environ | {"VAR_DIR": str(tmp_path / "var"), "DATABASE_URL": url, "LEDGER_KEY": "another key"}
        done = run_restore(tmp_path / "a.bak", environment)
    assert done.returncode == 2
    assert "LEDGER_KEY khác" in done.stderr


def run_restore(path: Path, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", "restore", str(path)]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=given_settings.BASE_DIR, check=False
    )


class empty_database:
    """The address of an empty database of the kind that the suite runs on."""

    NAME = "test_cchc_restored"

    def __init__(self, folder: Path):
        self.folder = folder

    def __enter__(self) -> str:
        if connection.vendor == "sqlite":
            return ""
        given = connection.settings_dict
        self._execute(f"DROP DATABASE IF EXISTS {self.NAME}", f"CREATE DATABASE {self.NAME}")
        password = f":{given['PASSWORD']}" if given["PASSWORD"] else ""
        return f"postgres://{given['USER']}{password}@{given['HOST']}:{given['PORT']}/{self.NAME}"

    def __exit__(self, *_: object) -> None:
        if connection.vendor != "sqlite":
            self._execute(f"DROP DATABASE IF EXISTS {self.NAME} WITH (FORCE)")

    @staticmethod
    def _execute(*statements: str) -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
