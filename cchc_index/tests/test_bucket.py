"""Files in a bucket: what holds on a disk holds there, over TLS, with nothing public; a store that is away costs a
sentence and no typed word, and a backup goes from either kind of store to the other."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from health_check.exceptions import ServiceUnavailable
from pytest_django import Settings

from cchc_index import ledger as whole_ledger
from cchc_index.configuration.file_stores import file_store
from cchc_index.health import checks
from cchc_index.lib.bucket_files import BucketFiles
from cchc_index.lib.stored_files import SENTENCE, as_path, is_empty, names_in, together
from cchc_index.lib.tests.bucket import BucketServer, bucket_server
from cchc_index.lib.whole import AWAY, same_file
from cchc_index.tests.test_full_disks import _evidence
from results.files import booklets
from results.models import Job
from results.publication.queries import book_of
from results.tests import bundles
from results.tests.published import publish
from selfassess.documents import ledger
from selfassess.examination import actions as examination
from selfassess.models import Document
from selfassess.tests.factories import DocumentFactory, tiny_pdf
from selfassess.uploads import actions as uploads


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BucketServer]:
    with bucket_server(tmp_path_factory.mktemp("kho")) as made:
        yield made


@pytest.fixture
def bucket(server: BucketServer, settings: Settings, request: pytest.FixtureRequest) -> BucketServer:
    """Every file of the test lies under a prefix of its own."""
    options = server.options(f"{request.node.name}/")
    given = {"BACKEND": "cchc_index.lib.bucket_files.BucketFiles", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": given}
    settings.FILE_STORE = "s3://…"
    return server


def test_a_file_stands_whole_under_its_name_and_is_never_written_over(bucket: BucketServer) -> None:
    assert default_storage.save("evidence/a.pdf", ContentFile(b"first")) == "evidence/a.pdf"
    second = default_storage.save("evidence/a.pdf", ContentFile(b"second"))
    assert second != "evidence/a.pdf"
    assert sorted(names_in("evidence")) == sorted(["a.pdf", second.rpartition("/")[2]])
    with default_storage.open("evidence/a.pdf") as stored, as_path(second) as path:
        assert (stored.read(), path.read_bytes(), path.suffix) == (b"first", b"second", ".pdf")
    assert not path.exists()
    assert default_storage.size(second) == 6
    default_storage.delete(second)
    default_storage.delete(second)
    assert not default_storage.exists(second)
    with pytest.raises(FileNotFoundError):
        default_storage.open(second)
    with suppress(RuntimeError), together():
        default_storage.save("imports/b.csv", ContentFile(b"1"))
        raise RuntimeError
    assert names_in("imports") == []


def test_who_looked_first_and_writes_second_takes_another_name(bucket: BucketServer) -> None:
    default_storage.save("evidence/a.pdf", ContentFile(b"first"))
    second = store()._save("evidence/a.pdf", ContentFile(b"second"))
    assert second != "evidence/a.pdf"
    with default_storage.open("evidence/a.pdf") as first, default_storage.open(second) as other:
        assert (first.read(), other.read()) == (b"first", b"second")


def store() -> BucketFiles:
    made = storages["default"]
    assert isinstance(made, BucketFiles)
    return made


def test_nothing_is_public_and_no_address_is_given_out(bucket: BucketServer) -> None:
    name = default_storage.save("evidence/a.pdf", ContentFile(b"secret"))
    with pytest.raises(NotImplementedError):
        default_storage.url(name)
    grants = store()._client().get_object_acl(**store()._place(name))["Grants"]
    assert [grant["Grantee"]["Type"] for grant in grants] == ["CanonicalUser"], "the owner alone"


@pytest.mark.django_db
class TestPages:
    def test_a_dead_store_costs_a_sentence_and_no_word(self, bucket: BucketServer, client: Client) -> None:
        """The whole life of a document; then the store goes, and what was typed stays; then it is back."""
        user, address, sent, typed = _evidence()
        client.force_login(user)
        assert client.post(address, sent()).status_code == 302
        document = Document.objects.get()
        examination.examine(document.pk)
        document.refresh_from_db()
        assert (document.reading or {})["text"] == "none", "read, though no path leads to it"
        shown = reverse("selfassess:document", args=[document.pk])
        assert len(b"".join(client.get(shown))) == document.size
        other = {**sent(), "number": "228/KH-UBND", "upload": SimpleUploadedFile("b.pdf", tiny_pdf(2))}

        bucket.stop()
        try:
            answer = client.post(address, other)
            assert (answer.status_code in (400, 422), SENTENCE in answer.text, typed in answer.text) == (True,) * 3
            page = client.get(shown)
            assert (page.status_code, "Tệp không mất" in page.text) == (503, True)
            with pytest.raises(ServiceUnavailable, match="không ghi hoặc không đọc được"):
                checks.FileStore().look()
        finally:
            bucket.start()
            store()._away_until = 0
        checks.FileStore().look()
        other["upload"].seek(0)
        assert client.post(address, other).status_code == 302
        assert Document.objects.count() == 2

    def test_held_uploads_and_booklets_lie_there_too(
        self, bucket: BucketServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("results.files.paper.sheet_pdf", lambda book, group, unit: f"{group} {unit}".encode())
        path = uploads.hold(b"%PDF-1.7", "a.pdf", 7, "nop-1")
        ticket = uploads.ticket_for(path, "a.pdf", 8, 7, "nop-1", {})
        again = uploads.held(ticket.ticket, 7, "nop-1")
        assert again is not None
        assert again.file().read() == b"%PDF-1.7"
        uploads.hold(b"%PDF-1.7", "b.pdf", 7, "nop-1")
        assert uploads.held(ticket.ticket, 7, "nop-1") is None, "what the person left there before is gone"

        publication = publish(bundles.small())
        job = Job.objects.create(kind=Job.Kind.BOOKLETS, publication=publication, paper="zip")
        made = booklets.make(job, book_of(publication))
        (folder,) = default_storage.listdir("booklets")[0]
        names = names_in(f"booklets/{folder}")
        assert sorted(zipfile.ZipFile(io.BytesIO(made)).namelist()) == names
        assert booklets.make(job, book_of(publication)) == made
        assert names_in(f"booklets/{folder}") == names

    def test_a_changed_object_is_found(self, bucket: BucketServer, client: Client) -> None:
        user, address, sent, _typed = _evidence()
        client.force_login(user)
        client.post(address, sent())
        document = Document.objects.get()
        assert list(ledger.check(files=True)) == []
        place = store()._place(str(document.file.name))
        store()._client().put_object(**place, Body=b"x" * document.size)
        (line,) = ledger.check(files=True)
        assert "đã bị sửa" in line

    def test_of_a_store_that_is_away_no_file_is_called_lost(self, bucket: BucketServer, client: Client) -> None:
        user, address, sent, _typed = _evidence()
        client.force_login(user)
        client.post(address, sent())
        document = Document.objects.get()
        bucket.stop()
        try:
            (line,) = ledger.check(files=True)
            assert line.startswith(AWAY)
            with pytest.raises(OSError, match="store"):
                same_file(document.file, document.digest)
        finally:
            bucket.start()
            store()._away_until = 0
        assert same_file(document.file, document.digest)


@pytest.mark.django_db
def test_a_mount_that_is_not_mounted_is_away_and_a_deleted_file_is_lost(tmp_path: Path) -> None:
    """One sentence for all its files; when it is back, what was deleted of it is lost."""
    documents = [DocumentFactory.create(file=ContentFile(name.encode(), f"{name}.pdf")) for name in ("a", "b")]
    root = Path(default_storage.path(""))
    root.rename(tmp_path / "away")
    for is_mount_point in (False, True):
        if is_mount_point:
            root.mkdir()
        lines = [line for line in whole_ledger.check() if "tệp" in line]
        assert (len(lines), lines[0].startswith(AWAY)) == (1, True), lines
        with pytest.raises(OSError, match="mounted"):
            same_file(documents[0].file, documents[0].digest)
    root.rmdir()
    (tmp_path / "away").rename(root)
    for document in documents:
        Path(document.file.path).unlink()
    assert not same_file(documents[0].file, documents[0].digest)
    assert len([line for line in ledger.check(files=True) if "không còn trong kho" in line]) == 2


def test_the_probe_is_no_file(bucket: BucketServer) -> None:
    assert is_empty()
    store().probe()
    assert is_empty()
    default_storage.save("evidence/a.pdf", ContentFile(b"1"))
    assert not is_empty()


HOW = {"endpoint": "https://kho", "key": "a", "secret": "b", "region": "", "ca": ""}


@pytest.mark.parametrize(
    ("address", "change", "said"),
    [
        ("ftp://x/y", {}, "ghi s3://bucket/prefix"),
        ("s3://", {}, "ghi s3://bucket/prefix"),
        ("s3://tep", {"key": ""}, "S3_KEY và S3_SECRET"),
        ("s3://tep", {"endpoint": "http://kho"}, "https"),
    ],
)
def test_settings_that_cannot_be_used_stop_the_start(address: str, change: dict[str, str], said: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=said):
        file_store(address, Path("files"), {**HOW, **change}, production=True)


def test_without_the_optional_part_the_start_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cchc_index.configuration.file_stores.find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match=r"deploy/setup\.sh s3"):
        file_store("s3://tep", Path("files"), HOW, production=False)


def test_what_an_operator_writes_is_a_store(server: BucketServer) -> None:
    given = {name: server.options()[name] for name in HOW}
    made = file_store(server.settings("tep/2031")["FILE_STORE"], Path("files"), given, production=True)
    assert made["OPTIONS"] == server.options("tep/2031/")
    assert file_store("s3://tep", Path("files"), HOW, production=True)["OPTIONS"]["prefix"] == ""
    assert file_store("", Path("files"), HOW, production=True)["OPTIONS"]["location"] == "files"
