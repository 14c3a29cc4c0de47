"""A disk that takes nothing, full or read-only, by a real file system: every page that stores a file answers with a
sentence and what was typed, leaves no half file, and takes the same file once there is room again."""

import errno
import io
import os
import resource
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec
from pytest_django import Settings

from appraisal.tests.factories import council
from appraisal.tests.pages import adjusted_and_released
from cchc_index.lib.faults import Refused
from cchc_index.lib.sample_pdf import sample_pdf
from cchc_index.lib.stored_files import SENTENCE, Unstored, WholeFiles, together
from criteria.tests.factories import open_stage, small_round
from results.tests import bundles
from results.tests.published import publish
from results.tests.test_signed import LINES
from selfassess.tests.examination.test_signatures import new_signer
from selfassess.tests.factories import small_assessment, tiny_pdf
from selfassess.tests.workbooks import everything, filled, large_assessment, template
from surveys.tests.factories import asked_group, ballot_rows, csv_file, surveyed_round
from units.models import Role, User
from units.tests.factories import person

pytestmark = pytest.mark.django_db
PAPER = {"number": "227/KH-UBND", "issued_on": "05/08/2024", "issuer": "UBND Thành phố", "abstract": "Điều đã gõ"}


@dataclass
class Disk:
    root: Path
    kind: str

    def break_it(self) -> None:
        if self.kind == "read-only":
            _mount("-o", "remount,ro", str(self.root))
            return
        with (self.root / "filler").open("wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(b"x" * 4096)
            except OSError:
                return

    def mend(self) -> None:
        if self.kind == "read-only":
            _mount("-o", "remount,rw", str(self.root))
        else:
            (self.root / "filler").unlink()

    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file())


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)


@contextmanager
def small_disk(root: Path, kind: str) -> Iterator[Disk]:
    root.mkdir()
    try:
        _mount("-t", "tmpfs", "-o", "size=2m", "tmpfs", str(root))
    except (subprocess.CalledProcessError, FileNotFoundError):
        pytest.skip("no right to mount a file system here")
    try:
        yield Disk(root, kind)
    finally:
        subprocess.run(["umount", str(root)], check=True)


@pytest.fixture(params=["full", "read-only"])
def disk(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk", request.param) as made:
        stored = {**settings.STORAGES["default"], "OPTIONS": {"location": str(made.root), "base_url": None}}
        settings.STORAGES = {**settings.STORAGES, "default": stored}
        yield made


Way = tuple[User, str, Callable[[], dict[str, Any]], str]
"""Who sends what where, and what of it must still stand on the answer."""


def _pdf(content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("van-ban.pdf", content or tiny_pdf(), "application/pdf")


def _evidence() -> Way:
    made = small_assessment()
    open_stage(made.round_group.round, "self_assessment")
    leaf = made.round_group.criteria_set.criteria.get(code="1.1")
    address = reverse("selfassess:upload", args=[made.pk, leaf.pk])
    return person(Role.UNIT_OFFICER, made.unit), address, lambda: {**PAPER, "upload": _pdf()}, "Điều đã gõ"


def _reply() -> Way:
    case = council()
    address = reverse("appraisal:reply", args=[adjusted_and_released(case).pk])
    said = {**PAPER, "answer": "disagree", "comment": "Điều đã gõ", "send": "1"}
    return case.head, address, lambda: {**said, "upload": _pdf()}, "Điều đã gõ"


def _round_paper() -> Way:
    small_round(year=2031)
    typed = {**PAPER, "kind": "plan", "issued": "5/8/2030", "audience": "everybody", "group": ""}
    address = reverse("roundpapers:post", args=[2031])
    return person(Role.INDEX_MANAGER), address, lambda: {**typed, "file": _pdf()}, "Điều đã gõ"


def _council_decision() -> Way:
    case = council()
    typed = {"number": "12/QĐ-UBND", "dated": "5/1/2031", "issuer": "UBND Thành phố", "comment": ""}
    address = reverse("council:decision", args=[case.round_group.round.year])
    return case.manager, address, lambda: {**typed, "upload": _pdf()}, "12/QĐ-UBND"


def _signed_decision() -> Way:
    publication = publish(bundles.small(illustrative=False))
    content = signed(sample_pdf("Quyết định", LINES))
    address = reverse("results:post-signed", args=[publication.pk])
    return person(Role.INDEX_MANAGER), address, lambda: {"file": _pdf(content)}, ""


def signed(content: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(content), strict=False)
    with tempfile.TemporaryDirectory() as folder:
        signer = signers.PdfSigner(
            signers.PdfSignatureMetadata(field_name="Sig1"),
            new_signer(Path(folder)),
            new_field_spec=SigFieldSpec("Sig1"),
        )
        return bytes(signer.sign_pdf(writer).getvalue())


def _workbook() -> Way:
    made = large_assessment(6)
    content = filled(template(made), everything(6))
    address = reverse("selfassess:workbook-upload", args=[made.pk])
    return person(Role.UNIT_OFFICER, made.unit), address, lambda: {"file": SimpleUploadedFile("mau.xlsx", content)}, ""


def _ballots() -> Way:
    block = surveyed_round()
    group = asked_group(block, code="dai-bieu", name="Đại biểu HĐND", position=1, planned_ballots=10)
    content = csv_file(ballot_rows(["P1", "DV1", 1, 1])).getvalue()
    target = f"phieu-{group.pk}"
    sent = lambda: {"target": target, "file": SimpleUploadedFile("phieu.csv", content)}  # noqa: E731
    return person(Role.SURVEY_OPERATOR), reverse("surveys:upload"), sent, ""


WAYS = [_evidence, _reply, _round_paper, _council_decision, _signed_decision, _workbook, _ballots]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__[1:])
def test_a_page_says_so_keeps_what_was_typed_and_leaves_nothing(
    disk: Disk, client: Client, way: Callable[[], Way]
) -> None:
    user, address, sent, typed = way()
    client.force_login(user)
    before = disk.files()
    disk.break_it()
    answer = client.post(address, sent())
    assert answer.status_code in (200, 400, 422), answer.status_code
    assert SENTENCE in answer.text
    assert typed in answer.text
    disk.mend()
    assert disk.files() == before
    again = client.post(address, sent())
    assert SENTENCE not in again.text
    assert len(disk.files()) > len(before), "with room the same is taken"


def test_a_store_that_fails_midway_leaves_no_half_file(tmp_path: Path) -> None:
    """By the limit on the size of files that every system has, without any right."""
    store = WholeFiles(location=str(tmp_path))
    with file_limit(100_000):
        with pytest.raises(Unstored):
            store.save("evidence/lon.pdf", ContentFile(b"x" * 200_000))
        assert store.save("evidence/nho.pdf", ContentFile(b"x" * 1000)) == "evidence/nho.pdf"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["nho.pdf"]
    other = store.save("evidence/nho.pdf", ContentFile(b"y"))
    assert other != "evidence/nho.pdf", "what stands is never written over"
    assert (tmp_path / "evidence/nho.pdf").read_bytes() == b"x" * 1000


@contextmanager
def file_limit(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_files_stored_together_go_together() -> None:
    with suppress(Refused), together():
        default_storage.save("imports/mot.csv", ContentFile(b"1"))
        raise Refused("Không nhận.")
    assert not default_storage.exists("imports/mot.csv")
    with together():
        default_storage.save("imports/mot.csv", ContentFile(b"1"))
    assert default_storage.exists("imports/mot.csv")


def test_a_full_disk_for_uploads_keeps_the_form_beside_the_file(
    tmp_path: Path, settings: Settings, client: Client
) -> None:
    """A large file goes through the folder for uploads before any view sees it."""
    user, address, sent, typed = _evidence()
    client.force_login(user)
    with small_disk(tmp_path / "disk", "full") as disk:
        settings.FILE_UPLOAD_TEMP_DIR = str(disk.root)
        disk.break_it()
        large = SimpleUploadedFile("lon.pdf", tiny_pdf() + b"%" * 4 * 1024**2, "application/pdf")
        answer = client.post(address, {**sent(), "upload": large})
        disk.mend()
        assert disk.files() == []
    assert SENTENCE in answer.text
    assert typed in answer.text


@pytest.mark.django_db(transaction=True)
def test_what_nobody_expected_gives_the_form_back(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The frame's last net: a page of this site gets its form again, a script the sentence alone."""
    user, address, sent, typed = _evidence()
    client.force_login(user)
    client.raise_request_exception = False

    def full(*arguments: object, **more: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("selfassess.scores.views.evidence.take_in", full)
    page = client.post(address, sent(), headers={"Origin": "http://testserver", "Accept": "text/html"})
    assert page.status_code == 503
    assert SENTENCE in page.text
    assert f'name="abstract" value="{typed}"' in page.text
    assert client.post(address, sent()).text == SENTENCE
    monkeypatch.setattr("selfassess.scores.views.evidence.take_in", lambda *given: 1 / 0)
    assert client.post(address, sent()).status_code == 500, "any other fault stays one"
