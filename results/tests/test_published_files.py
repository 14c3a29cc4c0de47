"""Files of a publication are kept as first made, and given out only as long as they are; all booklets as one job."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from cchc_index.lib.faults import Refused
from results import ledger, tasks
from results.files import actions, binding, paper
from results.models import Job, Publication, PublishedFile
from results.tests import bundles
from results.tests.published import publish
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def official() -> Publication:
    return publish(bundles.small(2, 2, illustrative=False))


@pytest.fixture
def manager() -> User:
    return person(Role.INDEX_MANAGER)


def address(kind: str) -> str:
    place = {"year": 2031, "number": "123-qd-ubnd", "named_year": 2031, "kind": kind}
    return reverse("results:file", kwargs=place)


def replace(row: PublishedFile) -> None:
    name = row.file.name or ""
    row.file.storage.delete(name)
    row.file.storage.save(name, ContentFile(b"%PDF-1.7 replaced"))


def body(answer: Any) -> bytes:
    return b"".join(answer) if answer.streaming else answer.content


def test_the_report_brings_every_file_into_the_record(official: Publication, manager: User, client: Client) -> None:
    job = actions.request_report(actor=manager, publication_id=official.pk)
    tasks.report(job.pk)
    rows = {row.name: row for row in PublishedFile.objects.all()}
    plain = {"diem-tung-tieu-chi-2031.csv", "bo-tieu-chi-2031.csv", "chi-so-cchc-2031.sig"}
    assert set(rows) == {f"chi-so-cchc-2031.{kind}" for kind in ("pdf", "csv", "xlsx", "docx")} | plain
    for kind in ("pdf", "csv", "xlsx", "docx"):
        answer = client.get(address(kind))
        assert (answer.status_code, len(body(answer))) == (200, rows[f"chi-so-cchc-2031.{kind}"].size)
    logged = LogEntry.objects.filter(verb="publication.keep_file")
    assert {entry.after["digest"] for entry in logged if entry.after} == {row.digest for row in rows.values()}
    assert [line for line in ledger.check() if "Tệp" in line] == []


@pytest.mark.parametrize("kind", ["pdf", "csv", "xlsx", "docx"])
def test_a_file_replaced_on_disk_is_not_served_and_is_named(official: Publication, client: Client, kind: str) -> None:
    row = actions.keep(publication=official, name=f"chi-so-cchc-2031.{kind}", data=b"as made")
    assert body(client.get(address(kind))) == b"as made"
    replace(row)
    answer = client.get(address(kind))
    assert answer.status_code == 503
    assert "không còn đúng với mã kiểm tra" in answer.text
    assert [line for line in ledger.check() if "tệp không còn trong kho hoặc đã bị sửa" in line]


def test_the_sweeper_asks_for_the_files_of_what_has_none_once(official: Publication) -> None:
    assert (actions.start_missing(), actions.start_missing()) == (1, 0)
    assert Job.objects.get().publication == official


def test_what_is_kept_stays_and_a_changed_row_is_named(official: Publication) -> None:
    first = actions.keep(publication=official, name="a.csv", data=b"1")
    assert actions.keep(publication=official, name="a.csv", data=b"2") == first
    PublishedFile.objects.update(digest="0" * 64)
    assert [line for line in ledger.check() if "khác với nhật ký" in line and "a.csv" in line]


def test_a_job_s_file_replaced_on_disk_is_not_served(official: Publication, manager: User, client: Client) -> None:
    job = actions.request_booklets(actor=manager, publication_id=official.pk, ending="zip")
    tasks.report(job.pk)
    job.refresh_from_db()
    place = reverse("results:job-file", args=[job.pk, "zip"])
    packed = zipfile.ZipFile(io.BytesIO(body(client.get(place))))
    assert sorted(packed.namelist()) == ["quan-q01.pdf", "quan-q02.pdf", "so-s01.pdf", "so-s02.pdf"]
    Path(job.file.path).write_bytes(b"replaced")
    assert client.get(place).status_code == 503


def test_a_stopped_job_goes_on_where_it_was(
    official: Publication, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    sheet = paper.sheet_pdf

    def stopping(book: Any, group: str, unit: str) -> bytes:
        if len(made) == 3:
            made.append("stopped")
            raise OSError("stopped")
        made.append(unit)
        return sheet(book, group, unit)

    monkeypatch.setattr(paper, "sheet_pdf", stopping)
    job = actions.request_booklets(actor=manager, publication_id=official.pk, ending="pdf")
    tasks.report(job.pk)
    job.refresh_from_db()
    assert (job.state, len(made)) == (Job.State.QUEUED, 4)
    tasks.report(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.DONE
    assert sorted(made) == ["Q01", "Q02", "S01", "S02", "stopped"]
    assert actions.request_booklets(actor=manager, publication_id=official.pk, ending="pdf") == job


def test_booklets_are_asked_for_by_staff_of_what_is_published(official: Publication, manager: User) -> None:
    with pytest.raises(PermissionDenied):
        actions.request_booklets(actor=None, publication_id=official.pk, ending="pdf")
    with pytest.raises(Refused):
        actions.request_booklets(actor=manager, publication_id=official.pk, ending="exe")
    Publication.objects.update(state="withdrawn", published_at=None)
    with pytest.raises(Refused):
        actions.request_booklets(actor=manager, publication_id=official.pk, ending="pdf")


def test_a_volume_is_tagged_as_its_parts_are() -> None:
    bundle = bundles.small(3, 4)
    parts = [(code, paper.unit_pdf(bundle, "so", code)) for code in ("S01", "S02", "S03")]
    volume = binding.bound(parts, "Phiếu kết quả")
    assert binding.bound(parts, "Phiếu kết quả") == volume
    assert len(volume) <= 1.2 * sum(len(data) for _name, data in parts)
    with pikepdf.open(io.BytesIO(volume)) as pdf:
        numbers = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
        by_key = {int(key): value for key, value in zip(numbers[::2], numbers[1::2], strict=True)}
        for page in pdf.pages:
            elements = [element for element in by_key[int(page.obj.StructParents)] if element is not None]
            assert elements
            assert all(element.Pg.objgen == page.obj.objgen for element in elements if "/Pg" in element)
        assert bool(pdf.Root.MarkInfo.Marked)
        with pdf.open_outline() as outline:
            assert [item.title for item in outline.root] == ["S01", "S02", "S03"]


def test_nothing_is_no_volume() -> None:
    with pytest.raises(ValueError, match="nothing"):
        binding.bound([], "Phiếu")
