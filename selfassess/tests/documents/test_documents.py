"""One document for many criteria: versions, places, room, who submitted the same file."""

from datetime import date
from typing import Any

import pypdf
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from cchc_index.lib import clock
from cchc_index.lib.faults import Invalid, Refused
from cchc_index.lib.tests.present import present
from criteria.tests.factories import open_stage
from selfassess.documents import actions as documents
from selfassess.documents.queries import StorageUse, storage_used
from selfassess.evidence import actions as evidence
from selfassess.evidence.queries import papers_of_cells, remarks_on_evidence
from selfassess.models import Document, Evidence, SelfAssessment
from selfassess.tests.factories import (
    DocumentFactory,
    EvidenceFactory,
    SelfAssessmentFactory,
    SelfScoreFactory,
    small_assessment,
    tiny_pdf,
)
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import UnitFactory, person

DATA: dict[str, Any] = {
    "number": "126/BC-SNV",
    "issued_on": date(2031, 2, 5),
    "issuer": "Sở Nội vụ",
    "abstract": "Báo cáo sửa",
}
TYPED = {**DATA, "issued_on": "05/02/2031"}


@pytest.fixture
def assessment(db: None, monkeypatch: pytest.MonkeyPatch) -> SelfAssessment:
    made = small_assessment()
    open_stage(made.round_group.round, "self_assessment")
    monkeypatch.setattr(clock, "today", lambda: date(2031, 12, 1))
    return made


@pytest.fixture
def officer(assessment: SelfAssessment) -> User:
    return person(Role.UNIT_OFFICER, assessment.unit)


@pytest.fixture
def document(assessment: SelfAssessment) -> Document:
    return DocumentFactory.create(unit=assessment.unit, pages=3)


def leaves(assessment: SelfAssessment) -> list[Any]:
    return list(assessment.round_group.criteria_set.criteria.filter(is_leaf=True, source="self").order_by("position"))


def used(assessment: SelfAssessment, document: Document, page: int | None = None, at: int = 0) -> Evidence:
    score = SelfScoreFactory.create(assessment=assessment, criterion=leaves(assessment)[at])
    return EvidenceFactory.create(score=score, document=document, page=page)


def replace(officer: User, document: Document, content: bytes | None = b"", **changes: object) -> Document:
    upload = None if content is None else ContentFile(content or tiny_pdf(5), name="moi.pdf")
    return documents.replace_document(actor=officer, document_id=document.pk, upload=upload, **(DATA | changes))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def submit(assessment: SelfAssessment) -> None:
    head = person(Role.UNIT_HEAD, assessment.unit)
    SelfAssessment.objects.filter(pk=assessment.pk).update(
        state="submitted", submitted_at=clock.now(), submitted_by=head
    )


# --- versions ---------------------------------------------------------------------------------------


def test_new_version_takes_the_place_of_the_old_one_in_a_draft(
    assessment: SelfAssessment, officer: User, document: Document
) -> None:
    for at in (0, 1):
        used(assessment, document, page=at + 1, at=at)
    new = replace(officer, document)
    live = Evidence.objects.filter(removed_at=None).order_by("score__criterion__position")
    assert [(e.document_id, e.page) for e in live] == [(new.pk, 1), (new.pk, 2)]
    assert Evidence.objects.filter(document=document).exclude(removed_at=None).count() == 2
    assert (new.replaces, new.pages, new.number) == (document, 5, "126/BC-SNV")
    assert document.file.open("rb").read(5) == b"%PDF-"
    document.file.close()
    assert present(LogEntry.objects.get(verb="selfassess.replace").before)["document"] == document.pk


def test_what_was_submitted_keeps_the_version_its_receipt_certifies(
    assessment: SelfAssessment, officer: User, document: Document
) -> None:
    evidence = used(assessment, document)
    submit(assessment)
    replace(officer, document)
    evidence.refresh_from_db()
    assert (evidence.document, evidence.removed_at) == (document, None)


def test_corrected_data_is_a_version_that_shares_the_file(officer: User, document: Document) -> None:
    new = replace(officer, document, None)
    assert (new.file.name, new.digest, new.abstract) == (document.file.name, document.digest, "Báo cáo sửa")
    assert storage_used(document.unit_id) == StorageUse(1, document.size)


def test_nothing_changed_is_no_version(officer: User, document: Document) -> None:
    same = {name: getattr(document, name) for name in DATA}
    with pytest.raises(Invalid) as refused:
        replace(officer, document, None, **same)
    assert "Chưa có gì thay đổi" in refused.value.errors["upload"]


def test_only_the_newest_version_is_replaced(officer: User, document: Document) -> None:
    replace(officer, document)
    with pytest.raises(Refused, match="bản mới hơn"):
        replace(officer, document, tiny_pdf(7))
    assert Document.objects.count() == 2


def test_file_the_unit_already_has_is_no_new_version(officer: User, document: Document) -> None:
    other = DocumentFactory.create(unit=document.unit, content=tiny_pdf(9), pages=9)
    with pytest.raises(Invalid) as refused:
        replace(officer, document, tiny_pdf(9))
    assert other.number in refused.value.errors["upload"]


def test_infected_file_is_replaced_only_by_another_file(officer: User, document: Document) -> None:
    Document.objects.update(scan_state=Document.Scan.INFECTED)
    with document.file.open("rb") as stored:
        content = stored.read()
    for given in (None, content):
        with pytest.raises(Invalid) as refused:
            replace(officer, document, given)
        assert "tệp sạch" in refused.value.errors["upload"]
    assert replace(officer, document).scan_state == Document.Scan.NOT_SCANNED


@pytest.mark.parametrize("role", [Role.INDEX_MANAGER, Role.OBSERVER, Role.COUNCIL_MEMBER])
def test_only_the_unit_replaces(document: Document, role: Role) -> None:
    with pytest.raises(PermissionDenied):
        replace(person(role), document)


# --- the pages --------------------------------------------------------------------------------------


def test_page_shows_the_file_at_its_page_uses_and_versions(
    assessment: SelfAssessment, officer: User, document: Document
) -> None:
    used(assessment, document, page=2)
    new = replace(officer, document)
    text = signed_in(officer).get(reverse("selfassess:paper", args=[new.pk])).text
    assert f"{reverse('selfassess:document', args=[new.pk])}#page=2" in text
    assert "Dùng cho 1 tiêu chí" in text
    assert "Các bản (2)" in text
    old = signed_in(officer).get(reverse("selfassess:paper", args=[document.pk]) + "?trang=3").text
    assert "Đây là bản cũ" in old
    assert "#page=3" in old
    assert "Thay bằng bản mới" not in old


def test_page_and_section_are_changed_where_the_document_is_listed(
    assessment: SelfAssessment, officer: User, document: Document
) -> None:
    evidence, client = used(assessment, document, page=1), signed_in(officer)
    there = reverse("selfassess:place", args=[document.pk, evidence.pk])
    refused = client.post(there, {"page": "4", "section": "Mục II"})
    assert refused.status_code == 400
    assert "chỉ có 3 trang" in refused.text
    assert 'value="Mục II"' in refused.text
    assert client.post(there, {"page": "3", "section": "Mục II"}).status_code == 302
    evidence.refresh_from_db()
    assert (evidence.page, evidence.section) == (3, "Mục II")
    submit(assessment)
    assert client.post(there, {"page": "2"}).status_code == 409


def test_refused_version_keeps_every_typed_word(officer: User, document: Document) -> None:
    there = reverse("selfassess:replace", args=[document.pk])
    bad = {**TYPED, "upload": SimpleUploadedFile("a.exe", b"MZ"), "issuer": ""}
    answer = signed_in(officer).post(there, bad)
    assert answer.status_code == 400
    for said in ("Không nhận tệp “.exe”", "Chưa ghi cơ quan ban hành", 'value="126/BC-SNV"', "Báo cáo sửa"):
        assert said in answer.text
    done = signed_in(officer).post(there, {**TYPED, "upload": SimpleUploadedFile("a.pdf", tiny_pdf(2))})
    assert done["Location"] == reverse("selfassess:paper", args=[Document.objects.get(replaces=document).pk])


def test_list_shows_current_versions_and_the_room_left(officer: User, document: Document) -> None:
    new = replace(officer, document)
    text = signed_in(officer).get(reverse("selfassess:documents")).text
    assert new.number in text
    assert document.number not in text
    assert "<b>2</b> trên 2000 tệp" in text


def test_queries_of_the_document_page_do_not_grow(
    assessment: SelfAssessment, officer: User, document: Document
) -> None:
    client = signed_in(officer)
    newest = replace(officer, document)
    used(assessment, newest)
    few = count(client, reverse("selfassess:paper", args=[newest.pk]))
    used(assessment, newest, page=1, at=1)
    for pages in range(11, 16):
        newest = replace(officer, newest, tiny_pdf(pages), number=f"{pages}/BC")
    assert Evidence.objects.filter(document=newest, removed_at=None).count() == 2
    assert count(client, reverse("selfassess:paper", args=[newest.pk])) == few


def test_queries_of_the_list_do_not_grow(officer: User, document: Document) -> None:
    client, there = signed_in(officer), reverse("selfassess:documents")
    few = count(client, there)
    for pages in range(2, 22):
        DocumentFactory.create(unit=document.unit, content=tiny_pdf(pages), pages=pages)
    assert count(client, there) == few


def count(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_date_outside_the_period_concerns_documents_used_in_the_round(
    assessment: SelfAssessment, officer: User, document: Document
) -> None:
    Document.objects.update(issued_on=date(2030, 1, 5))
    client, there = signed_in(officer), reverse("selfassess:documents")
    assert "ngoài thời kỳ đánh giá" not in client.get(there).text
    used(assessment, document)
    assert "ngoài thời kỳ đánh giá" in client.get(there).text


def test_check_page_says_the_same_about_a_document_once(
    assessment: SelfAssessment, officer: User, document: Document
) -> None:
    Document.objects.update(issued_on=date(2030, 1, 5))
    for at in (0, 1):
        used(assessment, document, at=at)
    assert signed_in(officer).get(reverse("selfassess:check", args=[assessment.pk])).text.count("ngoài thời kỳ") == 1


def test_forty_papers_with_warnings_leave_the_button_above_them(assessment: SelfAssessment, officer: User) -> None:
    papers = [
        DocumentFactory.create(unit=assessment.unit, number=f"{number}/BC-CU", issued_on=date(2019, 3, 5))
        for number in range(40)
    ]
    score = used(assessment, papers[0]).score
    for paper in papers[1:]:
        EvidenceFactory.create(score=score, document=paper)
    text = signed_in(officer).get(reverse("selfassess:check", args=[assessment.pk])).text
    above, _, below = text.partition("Cảnh báo về tài liệu")
    assert "Trình thủ trưởng" in above.partition('class="actions in-sight"')[2]  # which the style keeps in the window
    assert "Ngày ban hành (40)" in below
    assert below.count("/BC-CU (") == 40
    assert "<details open" not in below


# --- room -------------------------------------------------------------------------------------------


def add(officer: User, unit_id: int, content: bytes) -> Document:
    upload = ContentFile(content, name="a.pdf")
    return documents.add_document(actor=officer, unit_id=unit_id, upload=upload, **DATA)


def test_quota_of_bytes_and_of_documents_is_kept(officer: User, document: Document, settings: Settings) -> None:
    settings.EVIDENCE_QUOTA_BYTES = document.size + 100
    with pytest.raises(Invalid) as refused:
        add(officer, document.unit_id, tiny_pdf(4))
    assert "chỉ còn 0,1 MB" in refused.value.errors["upload"]
    settings.EVIDENCE_QUOTA_BYTES, settings.EVIDENCE_MAX_DOCUMENTS = 10**9, 1
    with pytest.raises(Invalid) as refused:
        add(officer, document.unit_id, tiny_pdf(4))
    assert "tối đa 1" in refused.value.errors["upload"]
    with pytest.raises(Invalid):
        replace(officer, document)
    assert Document.objects.count() == 1


def test_documents_of_one_criterion_are_limited(
    assessment: SelfAssessment, officer: User, document: Document, settings: Settings
) -> None:
    settings.EVIDENCE_MAX_PER_CRITERION = 1
    used(assessment, document)
    given = {"actor": officer, "assessment_id": assessment.pk, "criterion_id": leaves(assessment)[0].pk}
    other = DocumentFactory.create(unit=assessment.unit, content=tiny_pdf(2), pages=2)
    with pytest.raises(Invalid) as refused:
        evidence.attach(**given, document_id=other.pk)
    assert "tối đa 1" in refused.value.errors["document"]
    assert evidence.attach(**given, document_id=document.pk, page=2).page == 2  # moving the page is no second one


# --- the same file at another unit ------------------------------------------------------------------


def test_same_file_of_another_unit_warns_without_its_name_once_submitted(
    assessment: SelfAssessment, officer: User, document: Document
) -> None:
    mine = used(assessment, document, page=1)
    other = SelfAssessmentFactory.create(
        round_group=assessment.round_group, unit=UnitFactory.create(group=assessment.unit.group, name="Sở Khác")
    )
    used(other, DocumentFactory.create(unit=other.unit, digest=document.digest))
    page = reverse("selfassess:criterion", args=[assessment.pk, mine.score.criterion_id])
    assert "đơn vị khác cũng đã nộp" not in signed_in(officer).get(page).text  # a draft is nobody else's business
    submit(other)
    for address in (page, reverse("selfassess:check", args=[assessment.pk]), reverse("selfassess:documents")):
        text = signed_in(officer).get(address).text
        assert "đơn vị khác cũng đã nộp" in text
        assert "Sở Khác" not in text
    round_ = assessment.round_group.round
    named = remarks_on_evidence([mine], round_, assessment.unit_id, names=True)[mine.pk]
    assert any("Sở Khác" in each for each in named.warnings)
    submit(assessment)
    cells = papers_of_cells(round_, block=assessment.round_group_id)
    assert {at for at, papers in cells.items() if papers.warned} == {
        (a.unit_id, mine.score.criterion_id) for a in (assessment, other)
    }


def test_the_same_warning_about_one_document_is_said_once(
    assessment: SelfAssessment, officer: User, document: Document
) -> None:
    Document.objects.filter(pk=document.pk).update(issued_on=date(2019, 3, 5))
    first = used(assessment, document, page=1)
    used(assessment, document, page=90, at=1)
    client, said = signed_in(officer), "ngoài thời kỳ đánh giá"
    text = client.get(reverse("selfassess:paper", args=[document.pk])).text
    assert text.count(said) == 1
    assert "Ghi trang 90" in text  # what holds for one use alone stands beside it
    other = DocumentFactory.create(unit=assessment.unit, number="9/BC", issued_on=date(2019, 3, 5))
    EvidenceFactory.create(score=first.score, document=other)
    criterion = reverse("selfassess:criterion", args=[assessment.pk, first.score.criterion_id])
    assert client.get(criterion).text.count(said) == 2  # another document is another warning


@pytest.mark.django_db
def test_factories_make_a_document_whose_file_can_be_read() -> None:
    score = SelfScoreFactory.create(assessment=small_assessment())
    evidence = EvidenceFactory.create(score=score, document=DocumentFactory.create(unit=score.assessment.unit, pages=3))
    with evidence.document.file.open("rb") as stored:
        assert len(pypdf.PdfReader(stored).pages) == 3


def test_list_is_filtered_by_kind_of_remark(officer: User, document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(reading={"text": "read", "number_found": False, "signed": True})
    quiet = DocumentFactory.create(unit=document.unit, number="88/BC", content=tiny_pdf(3), pages=3)
    Document.objects.filter(pk=quiet.pk).update(reading={"text": "read", "number_found": True, "signed": False})
    client, there = signed_in(officer), reverse("selfassess:documents")
    text = client.get(there).text
    assert "Không thấy số ký hiệu (1)" in text
    assert "Không có chữ ký số (1)" in text
    only = client.get(there, {"loc": "chua-ky"}).text
    assert "88/BC" in only
    assert f">{document.number}<" not in only
