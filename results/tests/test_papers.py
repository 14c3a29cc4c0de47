"""The papers of a year: who makes them, what stands in them, what staff typed is kept."""

import io
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document
from pypdf import PdfReader

from cchc_index.lib.faults import Conflict, Invalid, Refused
from results import ledger, tasks
from results.models import Job, PaperText, Publication, Recommendation
from results.papers import actions, paper, queries, slots, word
from results.tests import bundles, factories
from results.tests.published import publish
from units.models import Role, User
from units.tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def official() -> Publication:
    return publish(bundles.small(illustrative=False))


@pytest.fixture
def manager() -> User:
    return person(Role.INDEX_MANAGER)


def text_of(data: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split())


def markup(publication: Publication, key: str) -> str:
    return " ".join(paper.markup_of(key, queries.material(publication.round)).split())


def test_a_decision_has_the_head_articles_and_annex_of_its_kind(official: Publication) -> None:
    said = text_of(paper.pdf_of(slots.DECISION, queries.material(official.round)))
    for wanted in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Số: 123/QĐ-UBND",
        "Hà Nội, ngày 01 tháng 3 năm 2032",
        "Điều 1.",
        "Nơi nhận:",
        "Phụ lục",
        "KẾT QUẢ XÁC ĐỊNH CHỈ SỐ CẢI CÁCH HÀNH CHÍNH NĂM 2031",
        "(Kèm theo Quyết định số 123/QĐ-UBND ngày 01 tháng 3 năm 2032 của Ủy ban nhân dân thành phố Hà Nội)",
        official.digest,
    ):
        assert wanted in said


@pytest.mark.parametrize("key", [kind.key for kind in slots.KINDS])
def test_every_paper_is_made_in_each_of_its_endings_with_the_digest(official: Publication, key: str) -> None:
    told = queries.material(official.round)
    assert official.digest in text_of(paper.pdf_of(key, told))
    if "docx" in slots.BY_KEY[key].endings:
        document = Document(io.BytesIO(word.docx_of(key, told)))
        assert official.digest in document.sections[0].footer.paragraphs[0].text
        assert official.digest in document.sections[0].first_page_footer.paragraphs[0].text


@pytest.mark.parametrize("key", [kind.key for kind in slots.KINDS])
def test_illustrative_data_carries_its_mark_and_no_number(key: str) -> None:
    publication = publish(bundles.small(illustrative=True))
    said = text_of(paper.pdf_of(key, queries.material(publication.round)))
    assert "DỮ LIỆU MINH HỌA" in said
    assert publication.number not in said
    assert "01 tháng 3" not in said


def test_pictures_stand_in_the_word_document_with_their_words(official: Publication) -> None:
    document = Document(io.BytesIO(word.docx_of(slots.ANALYSIS, queries.material(official.round))))
    pictures = document.inline_shapes
    assert len(pictures) == 4  # ranking and areas of two blocks
    described = [shape._inline.docPr.get("descr") for shape in pictures]
    assert all("Sở Nội vụ" in text or "Quận Hoàn Kiếm" in text or "trung vị" in text for text in described)


def test_the_same_contents_give_the_same_word_document(official: Publication) -> None:
    told = queries.material(official.round)
    assert word.docx_of(slots.ANALYSIS, told) == word.docx_of(slots.ANALYSIS, told)


def test_typed_words_replace_the_usual_ones_and_outlive_a_recomputation(manager: User) -> None:
    block = factories.block("A", "B")
    factories.give(block, {"A": {"1": "60", "2": "30"}, "B": {"1": "50", "2": "30"}})
    typed = "Đánh giá chung của Sở Nội vụ.\nDòng thứ hai."
    actions.save_text(actor=manager, round_id=block.round_id, slot="nhan-xet", text=typed, seen_version=0)
    before = queries.material(block.round)
    factories.give(block, {"A": {"1": "61"}})
    after = queries.material(block.round)
    assert after.text("nhan-xet") == typed
    assert before.mark != after.mark
    said = paper.markup_of(slots.ANALYSIS, after)
    assert "<p>Đánh giá chung của Sở Nội vụ.</p>" in said
    assert "<p>Dòng thứ hai.</p>" in said


def test_the_later_of_two_savers_is_told(official: Publication, manager: User) -> None:
    def save(text: str, seen: int) -> PaperText:
        return actions.save_text(
            actor=manager, round_id=official.round_id, slot="nhan-xet", text=text, seen_version=seen
        )

    assert save("Một", 0).version == 1
    with pytest.raises(Conflict, match="đã sửa đoạn này trước"):
        save("Hai", 0)
    assert save("Một", 0).version == 1  # the same words change nothing
    assert save("Hai", 1).version == 2


def test_recommendations_are_followed_up_in_the_next_years_report(manager: User) -> None:
    first = publish(bundles.small(illustrative=False, year=2030, date="2031-03-01", number="9/QĐ-UBND"))
    second = publish(bundles.small(illustrative=False))
    row = actions.add_recommendation(
        actor=manager, round_id=first.round_id, text="Rà soát thủ tục", owner="Sở Tài chính", due=date(2031, 6, 30)
    )
    assert "Rà soát thủ tục" in markup(first, slots.CONFERENCE)
    facts: dict[str, Any] = {"text": row.text, "owner": row.owner, "due": row.due, "state": "done"}
    with pytest.raises(Invalid, match="Nhập kết quả thực hiện"):
        actions.change_recommendation(
            actor=manager, recommendation_id=row.pk, outcome="", seen_version=row.version, **facts
        )
    actions.change_recommendation(
        actor=manager, recommendation_id=row.pk, outcome="Đã rà soát 120 thủ tục", seen_version=row.version, **facts
    )
    said = markup(second, slots.ANALYSIS)
    assert said.index("IV. THỰC HIỆN KIẾN NGHỊ") < said.index("Đã rà soát 120 thủ tục") < said.index("V. NGUYÊN NHÂN")
    with pytest.raises(Refused, match="đã có kết quả"):
        actions.remove_recommendation(actor=manager, recommendation_id=row.pk)


def test_the_ledger_knows_what_was_typed(official: Publication, manager: User) -> None:
    actions.save_text(actor=manager, round_id=official.round_id, slot="nhan-xet", text="Một", seen_version=0)
    facts: dict[str, Any] = {"owner": "Sở Tài chính", "due": None}
    kept = actions.add_recommendation(actor=manager, round_id=official.round_id, text="Giữ", **facts)
    gone = actions.add_recommendation(actor=manager, round_id=official.round_id, text="Bỏ", **facts)
    actions.remove_recommendation(actor=manager, recommendation_id=gone.pk)
    mine = [line for line in ledger.check() if "Đoạn" in line or "Kiến nghị" in line]
    assert mine == []
    PaperText.objects.update(text="Khác")
    Recommendation.objects.filter(pk=kept.pk).update(outcome="Khác")
    mine = [line for line in ledger.check() if "Đoạn" in line or "Kiến nghị" in line]
    assert len(mine) == 2


def test_a_paper_is_made_once_for_the_same_contents(
    official: Publication, manager: User, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    client.force_login(manager)
    with django_capture_on_commit_callbacks():
        answer = client.post(reverse("results:make-paper", args=[2031]), {"paper": "to-trinh.docx"})
    job = Job.objects.get(kind=Job.Kind.PAPER)
    assert answer.headers["Location"] == reverse("results:job", args=[job.pk])
    tasks.report(job.pk)
    job.refresh_from_db()
    assert (job.state, job.ending) == (Job.State.DONE, "docx")
    page = client.get(reverse("results:papers", args=[2031]))
    assert reverse("results:job-file", args=[job.pk, "docx"]) in page.text
    fetched = client.get(reverse("results:job-file", args=[job.pk, "docx"]))
    assert b"".join(fetched).startswith(b"PK")
    assert "to-trinh-2031.docx" in fetched.headers["Content-Disposition"]
    assert actions.request_paper(actor=manager, round_id=official.round_id, paper="to-trinh.docx") == job
    actions.save_text(actor=manager, round_id=official.round_id, slot="to-trinh", text="Khác", seen_version=0)
    assert actions.request_paper(actor=manager, round_id=official.round_id, paper="to-trinh.docx") != job


@pytest.mark.parametrize("paper_name", ["to-trinh.exe", "khac.pdf", "trinh-chieu.docx", ""])
def test_what_is_no_paper_is_refused(official: Publication, manager: User, paper_name: str) -> None:
    with pytest.raises(Refused, match="Không có văn bản này"):
        actions.request_paper(actor=manager, round_id=official.round_id, paper=paper_name)


WRITERS = (Role.INDEX_MANAGER,)
READERS = (*WRITERS, Role.OBSERVER)


@pytest.mark.parametrize("role", [*Role])
def test_managers_write_and_observers_read(official: Publication, client: Client, role: Role) -> None:
    block = official.round.groups.first()
    unit = block.group.units.first() if block and role in (Role.UNIT_HEAD, Role.UNIT_OFFICER) else None
    client.force_login(person(role, unit) if unit else person(role))
    row = Recommendation.objects.create(
        round=official.round,
        text="Một",
        owner="Sở",
        edited_by=person(Role.INDEX_MANAGER),
        edited_at=official.proposed_at,
    )
    read, write = 200 if role in READERS else 403, 200 if role in WRITERS else 403
    assert client.get(reverse("results:papers", args=[2031])).status_code == read
    assert client.get(reverse("results:paper-text", args=[2031, "nhan-xet"])).status_code == write
    assert client.get(reverse("results:recommendation-add", args=[2031])).status_code == write
    assert client.get(reverse("results:recommendation", args=[2031, row.pk])).status_code == write
    removed = client.post(reverse("results:recommendation-remove", args=[2031, row.pk]))
    assert removed.status_code == (302 if role in WRITERS else 403)
    asked = client.post(reverse("results:make-paper", args=[2031]), {"paper": "khac.pdf"})
    assert asked.status_code == (302 if role in READERS else 403)


def test_queries_do_not_grow_with_what_is_kept(
    official: Publication, manager: User, client: Client, django_assert_max_num_queries: Any
) -> None:
    client.force_login(manager)
    address = reverse("results:papers", args=[2031])
    client.get(address)
    for n in range(12):
        actions.add_recommendation(
            actor=manager, round_id=official.round_id, text=f"Kiến nghị {n}", owner="Sở Tài chính", due=None
        )
    with django_assert_max_num_queries(24):
        client.get(address)
