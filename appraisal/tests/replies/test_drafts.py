"""The answer is prepared by the officer, sent by the head with a receipt; nobody outside reads it before."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from appraisal import ledger
from appraisal.models import Appraisal, AppraisalEntry, ReplyDraft, ReplyReceipt
from appraisal.replies import actions as replies
from appraisal.review.decisions import actions as decisions
from appraisal.tests.factories import Council, council, document, release_stage
from appraisal.tests.pages import WORDS, cell_page, sign_in
from cchc_index.lib import clock
from cchc_index.lib.faults import Conflict, Invalid, Refused
from criteria.tests.factories import open_stage
from selfassess.models import SelfScore
from units.auditlog.models import LogEntry
from units.mail.actions import send_waiting
from units.models import Role, User
from units.tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    """Both leaves of the first unit were lowered, which was released; the request for explanation is open."""
    made = council()
    for leaf, points in ((made.leaf, Decimal(1)), (made.other_leaf, Decimal(1))):
        where = made.cell(leaf=leaf)
        decisions.adjust(
            actor=made.member, **where, points=points, reason_id=made.reason.pk, comment=WORDS, seen_version=0
        )
    release_stage(made.manager, made.round_group)
    open_stage(made.round_group.round, "explanation")
    return made


def draft(case: Council, standing: Appraisal, actor: User | None = None, **given: Any) -> ReplyDraft:
    typed: dict[str, Any] = {
        "answer": "disagree",
        "comment": "Có ở trang 3.",
        "document_ids": [],
        "seen_version": 0,
        **given,
    }
    return replies.save_draft(actor=actor or case.officer, appraisal_id=standing.pk, **typed)


def sent(case: Council) -> ReplyReceipt:
    return replies.send(actor=case.head, round_group_id=case.round_group.pk, unit_id=case.first.pk)


def test_officer_prepares_and_head_sends_with_a_receipt(case: Council) -> None:
    paper = document(case.first, case.officer)
    draft(case, case.standing(), document_ids=[paper.pk])
    draft(case, case.standing(leaf=case.other_leaf), answer="agree", comment="")
    with pytest.raises(PermissionDenied):
        replies.send(actor=case.officer, round_group_id=case.round_group.pk, unit_id=case.first.pk)
    assert not AppraisalEntry.objects.filter(stage_kind="reply").exists()
    receipt = sent(case)
    assert receipt.number == "GT-2031-SO-DV1-0001"
    assert receipt.sent_by == case.head
    told = {(entry.action, entry.comment, entry.actor_id) for entry in receipt.entries.all()}
    assert told == {("disagree", "Có ở trang 3.", case.head.pk), ("agree", "", case.head.pk)}
    assert not list(ledger.check())


def test_what_is_prepared_is_not_read_by_the_council(case: Council) -> None:
    draft(case, case.standing(), comment="Lời chưa gửi.")
    for reader in (case.member, case.manager):
        assert "Lời chưa gửi" not in sign_in(reader).get(cell_page(case)).text
    sent(case)
    assert "Lời chưa gửi" in sign_in(case.member).get(cell_page(case)).text


def test_same_words_are_sent_once_and_changed_ones_get_a_receipt_of_their_own(case: Council) -> None:
    kept = draft(case, case.standing())
    first = sent(case)
    assert sent(case) == first
    draft(case, case.standing(), comment="Có ở trang 4.", seen_version=kept.version)
    second = sent(case)
    assert (second.number[-4:], second.entries.get().comment) == ("0002", "Có ở trang 4.")
    assert first.entries.get().comment == "Có ở trang 3."


def test_disagreeing_without_words_is_kept_but_not_sent(case: Council) -> None:
    draft(case, case.standing(), comment=" ")
    with pytest.raises(Refused, match=r"phải ghi giải trình.*1\.1"):
        sent(case)
    assert not ReplyReceipt.objects.exists()


def test_nothing_prepared_is_nothing_to_send(case: Council) -> None:
    with pytest.raises(Refused, match="Chưa có ý kiến nào"):
        sent(case)


def test_draft_of_a_colleague_is_not_written_over(case: Council) -> None:
    colleague = person(Role.UNIT_OFFICER, case.first)
    draft(case, case.standing(), colleague, comment="Bản của tôi.")
    with pytest.raises(Conflict, match=str(colleague)):
        draft(case, case.standing(), comment="Bản khác.")
    assert draft(case, case.standing(), comment="Bản của tôi.").version == 1  # both say the same


@pytest.mark.parametrize("role", [Role.UNIT_OFFICER, Role.UNIT_HEAD, Role.COUNCIL_MEMBER, Role.INDEX_MANAGER])
def test_strangers_prepare_nothing(case: Council, role: Role) -> None:
    with pytest.raises(PermissionDenied):
        draft(case, case.standing(), person(role, case.second))


def test_draft_holds_own_documents_known_answers_and_no_book(case: Council) -> None:
    foreign = document(case.second, person(Role.UNIT_HEAD, case.second))
    with pytest.raises(Refused, match="tài liệu"):
        draft(case, case.standing(), document_ids=[foreign.pk])
    wrongs: list[dict[str, Any]] = [{"answer": "maybe"}, {"comment": "x" * 10_001}]
    for wrong in wrongs:
        with pytest.raises(Invalid):
            draft(case, case.standing(), **wrong)
    assert not ReplyDraft.objects.exists()


def test_after_the_deadline_nothing_is_prepared_nor_sent(case: Council) -> None:
    kept = draft(case, case.standing())
    open_stage(case.round_group.round, "explanation", closes=clock.now())
    with pytest.raises(Refused, match="đã hết hạn"):
        draft(case, case.standing(), comment="Muộn.", seen_version=kept.version)
    with pytest.raises(Refused, match="đã hết hạn"):
        sent(case)


def test_receipt_goes_to_the_people_of_the_unit(case: Council) -> None:
    draft(case, case.standing())
    number = sent(case).number
    send_waiting()
    told = {to for letter in mail.outbox if number in letter.subject for to in letter.to}
    assert told == {case.officer.email, case.head.email}


def test_edited_draft_and_edited_receipt_are_found(case: Council) -> None:
    draft(case, case.standing())
    sent(case)
    ReplyDraft.objects.update(comment="Khác.")
    assert any("Dự thảo giải trình 1.1" in said for said in ledger.check())
    ReplyDraft.objects.update(comment="Có ở trang 3.")
    assert not list(ledger.check())
    ReplyReceipt.objects.update(sent_by=case.officer)
    assert any("iên nhận giải trình" in said for said in ledger.check())


# --- pages ----------------------------------------------------------------------------------------


def page_of(case: Council) -> str:
    return reverse("appraisal:reply", args=[case.standing().pk])


def test_page_shows_own_figures_evidence_and_the_difference(case: Council) -> None:
    SelfScore.objects.filter(assessment__unit=case.first, criterion=case.leaf).update(explanation="Theo sổ theo dõi.")
    text = sign_in(case.officer).get(page_of(case)).text
    for said in ("Theo sổ theo dõi.", "−0,50", "Đơn vị đã khai", "không có tài liệu nào", WORDS):
        assert said in text
    assert "−0,50" in sign_in(case.officer).get(reverse("appraisal:replies")).text


def test_officer_keeps_and_has_no_button_that_sends(case: Council) -> None:
    client = sign_in(case.officer)
    assert 'name="send"' not in client.get(page_of(case)).text
    assert client.post(page_of(case), {"answer": "disagree", "comment": ""}).status_code == 302
    listed = client.get(reverse("appraisal:replies")).text
    assert "đã soạn: không đồng ý, thiếu giải trình, chưa gửi" in listed
    typed = {"answer": "disagree", "comment": "Có.", "version": "1", "send": "1"}
    tried = client.post(page_of(case), typed, follow=True)
    assert "Thủ trưởng đơn vị gửi giải trình" in tried.text
    for kept in ('name="version" value="2"', ">Có.</textarea>"):  # the next save is none of somebody else's
        assert kept in tried.text
    assert not ReplyReceipt.objects.exists()


def test_head_sends_all_that_is_prepared_from_the_list(case: Council) -> None:
    draft(case, case.standing())
    client = sign_in(case.head)
    listed = client.get(reverse("appraisal:replies")).text
    assert f"Gửi giải trình 1 tiêu chí của {case.first}" in listed
    assert "chưa có ý kiến: 1.2" in listed
    there = reverse("appraisal:send-replies", args=[case.round_group.pk, case.first.pk])
    receipt = client.post(there, follow=True).text
    for said in ("GT-2031-SO-DV1-0001", "Có ở trang 3.", ReplyReceipt.objects.get().digest):
        assert said in receipt
    address = reverse("appraisal:reply-receipt", args=[ReplyReceipt.objects.get().pk])
    assert sign_in(case.officer).get(address).status_code == 200
    assert sign_in(person(Role.UNIT_HEAD, case.second)).get(address).status_code == 404
    assert sign_in(person(Role.UNIT_HEAD, case.second)).post(there).status_code == 403


def test_typing_is_kept_and_a_colleagues_version_is_shown_beside(case: Council) -> None:
    client, there = sign_in(case.officer), reverse("appraisal:reply-autosave", args=[case.standing().pk])
    saved = client.post(there, {"answer": "disagree", "comment": "Đang gõ", "version": "0"}).json()
    assert (saved["state"], saved["version"]) == ("saved", 1)
    stale = client.post(there, {"answer": "disagree", "comment": "Gõ ở máy khác", "version": "0"})
    assert stale.status_code == 409
    assert all(words in stale.json()["html"] for words in ("Đang gõ", "Gõ ở máy khác"))
    wrong = client.post(there, {"comment": "x" * 10_001, "version": "1"}).json()
    assert "comment" in wrong["errors"]
    other = client.post(there, {"comment": "Của ai", "who": str(case.head.pk)}).json()
    assert other["state"] == "other"
    assert "Đang gõ" in client.get(page_of(case)).text
    assert json.loads(client.get(there).content)["version"] == 1


def test_conflict_without_javascript_keeps_both_versions(case: Council) -> None:
    draft(case, case.standing(), person(Role.UNIT_OFFICER, case.first), comment="Bản đang lưu.")
    client = sign_in(case.officer)
    typed = {"answer": "agree", "comment": "Bản vừa gõ.", "version": "0"}
    page = client.post(page_of(case), typed)
    assert page.status_code == 422
    for said in ("Bản đang lưu.", "Bản vừa gõ.", 'name="version" value="1"'):
        assert said in page.text
    assert client.post(page_of(case), {**typed, "version": "1"}).status_code == 302
    assert ReplyDraft.objects.get().comment == "Bản vừa gõ."


def test_first_page_of_the_unit_tells_what_waits_for_its_answer(case: Council) -> None:
    client = sign_in(case.officer)
    first = client.get(reverse("selfassess:home"), follow=True).text
    assert "2 tiêu chí bị điều chỉnh chờ đơn vị trả lời" in first
    draft(case, case.standing())
    draft(case, case.standing(leaf=case.other_leaf), answer="agree", comment="")
    sent(case)
    assert "chờ đơn vị trả lời" not in client.get(reverse("selfassess:home"), follow=True).text
    assert LogEntry.objects.filter(verb="appraisal.send_replies").count() == 1
