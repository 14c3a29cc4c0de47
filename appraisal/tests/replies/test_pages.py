"""The unit's pages: nothing before its release, the reply, what is kept when it is refused."""

import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from appraisal.models import AppraisalEntry, ReplyDraft
from appraisal.replies import actions as replies
from appraisal.review.decisions import actions as decisions
from appraisal.rules import reading
from appraisal.tests.factories import Council, assign, council, document, release_stage
from appraisal.tests.pages import (
    WORDS,
    adjusted_and_released,
    cell_page,
    sign_in,
    status,
)
from cchc_index.lib.sample_pdf import sample_pdf
from cchc_index.lib.tests.present import present
from criteria.models import Stage
from criteria.tests.factories import (
    open_stage,
)
from selfassess.models import Document
from selfassess.tests.factories import tiny_pdf
from units.models import Role
from units.tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(client: Client) -> Council:
    return council()


def test_the_unit_sees_nothing_before_the_release(case: Council) -> None:
    standing = decisions.adjust(
        actor=case.member, **case.cell(), points=Decimal(1), reason_id=case.reason.pk, comment=WORDS, seen_version=0
    )
    open_stage(case.round_group.round, "explanation")
    client = sign_in(case.officer)
    page = client.get(reverse("appraisal:replies")).text
    assert "chưa được thông báo" in page
    assert WORDS not in page
    address = reverse("appraisal:reply", args=[standing.pk])
    assert client.get(address).status_code == 404
    assert client.post(address, {"answer": "agree"}).status_code == 404
    assert not reading.appraisals_visible_to(case.officer).exists()
    assert not reading.entries_visible_to(case.officer).exists()


def test_round_two_stays_hidden_until_it_is_released(case: Council) -> None:
    standing = adjusted_and_released(case)
    open_stage(case.round_group.round, "round2")
    decisions.adjust(
        actor=case.member,
        **case.cell(),
        points=Decimal("0.25"),
        reason_id=case.reason.pk,
        comment="Bí mật lần hai.",
        seen_version=1,
    )
    client = sign_in(case.officer)
    pages = (reverse("appraisal:replies"), reverse("appraisal:reply", args=[standing.pk]))
    for page in pages:
        text = client.get(page).text
        assert "Bí mật lần hai" not in text
        assert "0,25" not in text
    release_stage(case.manager, case.round_group, "round2")
    assert all("0,25" in client.get(page).text for page in pages)


def test_a_manager_who_is_also_an_officer_replies_with_what_the_unit_may_know(case: Council) -> None:
    from units.models import Membership

    Membership.objects.create(user=case.manager, role=Role.UNIT_OFFICER, unit=case.first)
    decisions.adjust(
        actor=case.member, **case.cell(), points=Decimal(1), reason_id=case.reason.pk, comment=WORDS, seen_version=0
    )
    assert WORDS not in sign_in(case.manager).get(reverse("appraisal:replies")).text


def test_a_member_learns_at_home_no_more_than_the_unit(case: Council) -> None:
    other = person(Role.COUNCIL_MEMBER)
    assign(other, case.round_group)
    decisions.recognise(actor=other, **case.cell(case.home), seen_version=0)
    assert not reading.entries_visible_to(case.member).filter(appraisal__unit=case.home).exists()
    assert not reading.appraisals_visible_to(case.member).filter(unit=case.home).exists()


def test_after_round_two_is_released_no_reply_is_asked_for_nor_taken(case: Council) -> None:
    standing = adjusted_and_released(case)
    officer = sign_in(case.officer)
    assert "đang nhận giải trình" in officer.get(reverse("appraisal:replies")).text
    open_stage(case.round_group.round, "round2")
    release_stage(case.manager, case.round_group, "round2")
    page = officer.get(reverse("appraisal:replies")).text
    assert "đã xong giải trình" in page
    assert "đang nhận giải trình" not in page
    late = officer.post(reverse("appraisal:reply", args=[standing.pk]), {"answer": "disagree", "comment": "Muộn."})
    assert late.status_code == 422
    assert standing.entries.count() == 1


def test_the_unit_replies_with_explanation_and_documents(case: Council) -> None:
    standing = adjusted_and_released(case)
    paper = document(case.first, case.officer, "77/BC-DV1")
    client = sign_in(case.head)
    address = reverse("appraisal:reply", args=[standing.pk])
    assert WORDS in client.get(address).text
    refused = client.post(address, {"answer": "disagree", "comment": " ", "documents": [paper.pk], "send": "1"})
    assert refused.status_code == 422
    assert "phải ghi giải trình" in refused.text
    whole = {"answer": "disagree", "comment": "Đã gửi đúng hạn.", "documents": [paper.pk], "send": "1"}
    sent = client.post(address, whole)
    assert sent.status_code == 302
    entry = AppraisalEntry.objects.get(stage__name="explanation")
    assert list(entry.documents.all()) == [paper]
    assert "không đồng ý, chờ lần 2" in client.get(reverse("appraisal:replies")).text
    seen = sign_in(case.member)
    assert "Đã gửi đúng hạn." in seen.get(cell_page(case)).text
    assert status(seen, reverse("appraisal:document", args=[paper.pk])) == 200


def test_a_reply_with_the_document_of_another_unit_is_refused(case: Council) -> None:
    standing = adjusted_and_released(case)
    foreign = document(case.second, case.officer)
    address = reverse("appraisal:reply", args=[standing.pk])
    form = {"answer": "disagree", "comment": "Có.", "documents": [foreign.pk]}
    assert sign_in(case.officer).post(address, form).status_code == 422
    assert not AppraisalEntry.objects.filter(stage__name="explanation").exists()


def test_after_the_deadline_the_reply_is_refused_and_the_text_kept(case: Council) -> None:
    standing = adjusted_and_released(case)
    stage = Stage.objects.get(name="explanation")
    stage.closes_at = present(stage.opens_at).replace(year=present(stage.opens_at).year - 1)
    stage.opens_at = None
    stage.save()
    address = reverse("appraisal:reply", args=[standing.pk])
    answer = sign_in(case.officer).post(address, {"answer": "disagree", "comment": "Muộn."})
    assert answer.status_code == 422
    assert "đã hết hạn" in answer.text


SAID = ["SỞ THỬ", "Số: 9/BC-DV1", "Hà Nội, ngày 5 tháng 3 năm 2024", "BÁO CÁO", "Bổ sung số liệu"]


def test_a_new_document_goes_in_with_the_reply_in_one_upload(case: Council) -> None:
    standing = adjusted_and_released(case)
    client, address = sign_in(case.head), reverse("appraisal:reply", args=[standing.pk])
    assert "Tải lên tài liệu mới kèm giải trình" in client.get(address).text
    file = SimpleUploadedFile("bo-sung.pdf", sample_pdf("", SAID))
    refused = client.post(
        address, {"answer": "disagree", "comment": "", "issuer": "Sở Thử", "upload": file, "send": "1"}
    )
    assert refused.status_code == 422
    assert "phải ghi giải trình" in refused.text
    assert 'value="9/BC-DV1"' in refused.text
    held = refused.text.partition('name="held" value="')[2].partition('"')[0]
    data = {"number": "9/BC-DV1", "issued_on": "05/03/2024", "issuer": "Sở Thử", "abstract": "Bổ sung", "held": held}
    assert (
        client.post(address, {**data, "answer": "disagree", "comment": "Có bổ sung.", "send": "1"}).status_code == 302
    )
    entry = AppraisalEntry.objects.get(stage__name="explanation")
    assert [paper.original_name for paper in entry.documents.all()] == ["bo-sung.pdf"]


def test_the_page_says_first_that_nothing_is_saved_while_fields_were_filled_in(case: Council) -> None:
    standing = adjusted_and_released(case)
    file = SimpleUploadedFile("bo-sung.pdf", sample_pdf("", SAID))
    typed = {"answer": "disagree", "comment": "Có bổ sung.", "upload": file, "keep": "1"}
    page = sign_in(case.officer).post(reverse("appraisal:reply", args=[standing.pk]), typed).text
    assert page.index("Chưa lưu: hãy") < page.index('id="y-kien"')
    assert "Có bổ sung." in page
    assert not ReplyDraft.objects.exclude(comment="Có đủ.").exists()


def test_faults_of_reply_and_of_its_document_come_at_once(case: Council) -> None:
    standing = adjusted_and_released(case)
    address = reverse("appraisal:reply", args=[standing.pk])
    file = SimpleUploadedFile("bo-sung.pdf", b"khong phai pdf")
    refused = sign_in(case.head).post(address, {"answer": "disagree", "comment": " ", "upload": file, "send": "1"})
    assert refused.status_code == 422
    for said in ("phải ghi giải trình", "không phải PDF", "Chưa ghi số ký hiệu"):
        assert said in refused.text
    assert not AppraisalEntry.objects.filter(stage__name="explanation").exists()


PAPER = {"number": "9/BC-DV1", "issued_on": "05/03/2024", "issuer": "Sở Thử", "abstract": "Bổ sung"}


def test_a_stored_document_stays_chosen_when_its_reply_is_refused(case: Council) -> None:
    """Its ticket is spent: offered again, the next attempt would be refused for a file that is stored already."""
    standing = adjusted_and_released(case)
    replies.save_draft(
        actor=person(Role.UNIT_OFFICER, case.first),
        appraisal_id=standing.pk,
        answer="agree",
        comment="Bản trước",
        document_ids=[],
        seen_version=0,
    )
    client, address = sign_in(case.officer), reverse("appraisal:reply", args=[standing.pk])
    typed = {"answer": "disagree", "comment": "Có.", "version": "0"}
    refused = client.post(address, {**typed, **PAPER, "upload": SimpleUploadedFile("bo-sung.pdf", tiny_pdf(2))})
    assert refused.status_code == 422
    assert "đã lưu giải trình này trước" in refused.text
    paper = Document.objects.get()
    assert 'name="held" value=""' in refused.text
    assert 'value="9/BC-DV1"' not in refused.text
    assert re.search(rf'value="{paper.pk}"\s+checked', refused.text)
    again = client.post(address, {**typed, "version": "1", "documents": [paper.pk]})
    assert again.status_code == 302
    assert [*ReplyDraft.objects.get().documents.all()] == [paper]


def test_a_file_stays_held_when_the_reply_beside_it_is_too_long(case: Council) -> None:
    standing = adjusted_and_released(case)
    file = SimpleUploadedFile("bo-sung.pdf", tiny_pdf(2))
    typed = {"answer": "disagree", "comment": "x" * 10_001, "version": "0", **PAPER, "upload": file}
    refused = sign_in(case.officer).post(reverse("appraisal:reply", args=[standing.pk]), typed)
    assert refused.status_code == 422
    assert "Đã nhận tệp <b>bo-sung.pdf</b>" in refused.text
    assert not Document.objects.exists()
