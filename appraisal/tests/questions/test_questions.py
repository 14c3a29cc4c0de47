"""Questions between the council and a unit: who, in which state, and what never leaks."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisal import ledger
from appraisal.interests import actions as interests
from appraisal.models import Message, Question
from appraisal.questions import actions as questions
from appraisal.questions import states
from appraisal.tests.factories import Council, assign, attach, council, document, fresh
from appraisal.tests.pages import adjust_form, cell_page, sign_in, status
from cchc_index.lib import clock
from cchc_index.lib.faults import Conflict, Refused
from cchc_index.lib.tests.answers import Answer
from selfassess.models import Document, SelfScore
from selfassess.tests.factories import tiny_pdf
from units.auditlog.models import LogEntry
from units.mail.models import Mail
from units.models import Role, User
from units.tests.factories import person

pytestmark = pytest.mark.django_db
WORDS = "Đơn vị cho biết số văn bản đã ban hành?"


@pytest.fixture
def case() -> Council:
    return council()


def ask(case: Council, text: str = WORDS, **cell: Any) -> Question:
    due = clock.today() + timedelta(days=2)
    return questions.ask(actor=case.member, **(cell or case.cell()), text=text, due_on=due)


def do(verb: str, case: Council, question: Question) -> object:
    """A verb by somebody who may."""
    deeds = {
        states.ASK: lambda: questions.ask_again(
            actor=case.member, question_id=question.pk, text=f"Hỏi thêm {Message.objects.count()}", due_on=clock.today()
        ),
        states.ANSWER: lambda: questions.answer(
            actor=case.officer, question_id=question.pk, text=f"Đáp {Message.objects.count()}", document_ids=[]
        ),
        states.CLOSE: lambda: questions.close_question(actor=case.member, question_id=question.pk),
        states.ASSIGN: lambda: questions.assign_question(
            actor=case.head, question_id=question.pk, assignee_id=case.officer.pk
        ),
    }
    return deeds[verb]()


@pytest.mark.parametrize("state", [states.OPEN, states.ANSWERED, states.CLOSED])
@pytest.mark.parametrize("verb", [states.ASK, states.ANSWER, states.CLOSE, states.ASSIGN])
def test_every_verb_in_every_state(case: Council, verb: Any, state: Any) -> None:
    question = ask(case)
    Question.objects.filter(pk=question.pk).update(state=state)
    then = states.after(verb, state)
    if then is None and not (verb == states.CLOSE and state == states.CLOSED):
        with pytest.raises(Refused):
            do(verb, case, question)
    else:
        do(verb, case, question)
    question.refresh_from_db()
    assert question.state == (then or state)


def test_who_may_not(case: Council) -> None:
    question = ask(case)
    stranger = person(Role.UNIT_OFFICER, case.second)
    unassigned = person(Role.COUNCIL_MEMBER)
    due = clock.today()
    for who in (case.officer, unassigned, person(Role.OBSERVER)):
        with pytest.raises(PermissionDenied):
            questions.ask(actor=who, **case.cell(), text="x", due_on=due)
        with pytest.raises(PermissionDenied):
            questions.ask_again(actor=who, question_id=question.pk, text="x", due_on=due)
        with pytest.raises(PermissionDenied):
            questions.close_question(actor=who, question_id=question.pk)
    for who in (case.member, case.manager, stranger):
        with pytest.raises(PermissionDenied):
            questions.answer(actor=who, question_id=question.pk, text="x", document_ids=[])
        with pytest.raises(PermissionDenied):
            questions.assign_question(actor=who, question_id=question.pk, assignee_id=case.head.pk)
    with pytest.raises(PermissionDenied):
        ask(case, **case.cell(case.home))
    assert Message.objects.count() == 1


def test_bad_questions_and_answers_are_refused(case: Council) -> None:
    with pytest.raises(Refused):
        ask(case, text="  ")
    with pytest.raises(Refused, match="dài quá 5000"):
        ask(case, text="x" * 5001)
    for due in (clock.today() - timedelta(days=1), None):
        with pytest.raises(Refused, match="hạn trả lời"):
            questions.ask(actor=case.member, **case.cell(), text="x", due_on=due)
    question = ask(case, text="x" * 5000)
    foreign = document(case.second, case.officer)
    with pytest.raises(Refused):
        questions.answer(actor=case.officer, question_id=question.pk, text="x", document_ids=[foreign.pk])
    with pytest.raises(Refused):
        questions.assign_question(actor=case.head, question_id=question.pk, assignee_id=case.member.pk)


def test_an_answer_may_be_left_to_nobody_in_particular(case: Council) -> None:
    question = ask(case)
    for who in (case.officer, None):
        key = who.pk if who else None
        assert questions.assign_question(actor=case.head, question_id=question.pk, assignee_id=key).assignee == who


def test_the_same_form_twice_is_one_message(case: Council) -> None:
    question = ask(case)
    assert ask(case) == question
    for _ in range(2):
        questions.answer(actor=case.officer, question_id=question.pk, text="12 văn bản.", document_ids=[], seen=1)
    assert Message.objects.count() == 2
    with pytest.raises(Conflict):
        questions.answer(actor=case.head, question_id=question.pk, text="13 văn bản.", document_ids=[], seen=1)


def test_the_same_further_question_twice_is_one_message(case: Council) -> None:
    question = ask(case)
    for _ in range(2):
        questions.ask_again(actor=case.member, question_id=question.pk, text="Thêm?", due_on=clock.today())
    assert Message.objects.count() == 2


def test_other_words_another_day_another_asker_or_a_closed_one_is_another_question(case: Council) -> None:
    colleague = person(Role.COUNCIL_MEMBER)
    assign(colleague, case.round_group)
    later = clock.today() + timedelta(days=9)
    asked = [
        ask(case),
        ask(case, text="Câu khác?"),
        questions.ask(actor=case.member, **case.cell(), text=WORDS, due_on=later),
        questions.ask(actor=colleague, **case.cell(), text=WORDS, due_on=later),
    ]
    questions.close_question(actor=case.member, question_id=asked[0].pk)
    assert len({q.pk for q in (*asked, ask(case))}) == 5


def test_an_answer_takes_the_chosen_documents_and_others_make_another_answer(case: Council) -> None:
    question = ask(case)
    papers = [document(case.first, case.officer, number) for number in ("1/BC", "2/BC")]
    for chosen in (papers[:1], papers[:1], papers[1:]):
        keys = [paper.pk for paper in chosen]
        questions.answer(actor=case.officer, question_id=question.pk, text="Xem tệp.", document_ids=keys)
    answers = question.messages.filter(step=states.ANSWER).order_by("sequence")
    assert [list(answer.documents.all()) for answer in answers] == [papers[:1], papers[1:]]


def test_handing_to_the_same_person_twice_is_once(case: Council) -> None:
    question = ask(case)
    for _ in range(2):
        questions.assign_question(actor=case.head, question_id=question.pk, assignee_id=case.officer.pk)
    assert LogEntry.objects.filter(verb="appraisal.assign_question").count() == 1


def test_an_answer_with_documents_opens_them_to_the_member_only(case: Council) -> None:
    question = ask(case)
    paper = document(case.first, case.officer)
    address = reverse("appraisal:document", args=[paper.pk])
    assert status(sign_in(case.member), address) == 404
    questions.answer(actor=case.officer, question_id=question.pk, text="Xem tệp.", document_ids=[paper.pk])
    assert status(sign_in(case.member), address) == 200
    assert status(sign_in(person(Role.COUNCIL_MEMBER)), address) == 404
    assert list(ledger.check()) == []


def test_nothing_of_the_points_or_the_asker_reaches_the_unit(case: Council) -> None:
    sign_in(case.member).post(cell_page(case), adjust_form(reason=case.reason.pk, points="0,7777"))
    question = ask(case)
    client = sign_in(case.officer)
    for page in (reverse("appraisal:asked-list"), reverse("appraisal:asked", args=[question.pk])):
        text = client.get(page).text
        assert WORDS in text
        assert "Hội đồng thẩm định" in text
        for secret in ("0,78", "0,7777", str(case.member), case.member.full_name, "điều chỉnh", str(case.reason)):
            assert secret not in text


def test_each_side_sees_only_its_own(case: Council) -> None:
    question = ask(case)
    pages = {
        "council": reverse("appraisal:question", args=[question.pk]),
        "unit": reverse("appraisal:asked", args=[question.pk]),
    }
    found = {
        name: (status(sign_in(who), pages["council"]), status(sign_in(who), pages["unit"]))
        for name, who in {
            "member": case.member,
            "unassigned": person(Role.COUNCIL_MEMBER),
            "manager": case.manager,
            "officer": case.officer,
            "stranger": person(Role.UNIT_OFFICER, case.second),
        }.items()
    }
    assert found == {
        "member": (200, 403),
        "unassigned": (404, 403),
        "manager": (200, 403),
        "officer": (403, 200),
        "stranger": (403, 404),
    }


def test_a_declared_interest_closes_the_question(case: Council) -> None:
    question = ask(case)
    interests.declare_interest(actor=case.member, member=case.member, unit=case.first, reason="Người thân.")
    client = sign_in(fresh(case.member))
    assert status(client, reverse("appraisal:question", args=[question.pk])) == 404
    assert WORDS not in client.get(reverse("appraisal:questions")).text


def test_people_are_told_by_mail(case: Council) -> None:
    for who in (case.officer, case.member):
        who.email = f"{who.username}@example.org"
        who.save()
    question = ask(case)
    assert Mail.objects.filter(recipient=case.officer, event__startswith="appraisal.question").count() == 1
    assert WORDS not in Mail.objects.get(recipient=case.officer).body
    do(states.ANSWER, case, question)
    assert Mail.objects.filter(recipient=case.member, event__startswith="appraisal.answer").count() == 1


def test_from_the_cell_to_the_answer_and_back_by_the_pages(case: Council) -> None:
    member, officer = sign_in(case.member), sign_in(case.officer)
    address = reverse("appraisal:ask", args=["so", case.first.code, case.leaf.code])
    bad = member.post(address, {"text": "Câu hỏi còn nguyên", "due_on": ""})
    assert bad.status_code == 422
    assert "Câu hỏi còn nguyên" in bad.text
    assert member.post(address, {"text": WORDS, "due_on": clock.today().isoformat()}).status_code == 302
    assert WORDS in member.get(cell_page(case)).text
    assert "1 câu chờ trả lời" in officer.get(reverse("appraisal:replies")).text
    question = Question.objects.get()
    mine = reverse("appraisal:asked", args=[question.pk])
    assert officer.post(mine, {"verb": "assign", "assignee": case.head.pk}).status_code == 302
    assert officer.post(mine, {"verb": "answer", "text": "", "seen": "1"}).status_code == 422
    stale = officer.post(mine, {"verb": "answer", "text": "Giữ lời này", "seen": "0"})
    assert stale.status_code == 409
    assert "Giữ lời này" in stale.text
    assert officer.post(mine, {"verb": "answer", "text": "12 văn bản.", "seen": "1"}).status_code == 302
    theirs = reverse("appraisal:question", args=[question.pk])
    assert "12 văn bản." in member.get(theirs).text
    assert member.post(theirs, {"verb": "close", "text": "Cảm ơn."}).status_code == 302
    assert "đã đóng" in officer.get(mine).text
    assert sign_in(person(Role.OBSERVER)).post(theirs, {"verb": "close"}).status_code == 403
    assert list(ledger.check()) == []


def upload_of(question: Question, client: Client, **typed: Any) -> Answer:
    return client.post(reverse("appraisal:asked", args=[question.pk]), {"verb": "answer", "seen": "1", **typed})


def held(answer: Answer) -> str:
    return answer.text.partition('name="held" value="')[2].partition('"')[0]


PAPER = {"number": "9/BC-DV1", "issued_on": "05/03/2024", "issuer": "Sở Thử", "abstract": "Bổ sung"}


def test_an_answer_takes_a_new_document_which_stays_through_every_fault(case: Council) -> None:
    question, client = ask(case), sign_in(case.officer)
    file = SimpleUploadedFile("bo-sung.pdf", tiny_pdf(2))
    refused = upload_of(question, client, text="", **{**PAPER, "issued_on": "32/13/2024"}, upload=file)
    assert refused.status_code == 422
    for said in ("Nhập câu trả lời", "Ngày ban hành không đọc được", "Đã nhận tệp <b>bo-sung.pdf</b>"):
        assert said in refused.text
    lacking = upload_of(question, client, text="Có.", held=held(refused), number="9/BC-DV1")
    assert "Chưa ghi trích yếu" in lacking.text
    assert not Document.objects.exists()
    assert upload_of(question, client, text="Có.", held=held(refused), **PAPER).status_code == 302
    paper = Document.objects.get()
    assert (paper.number, paper.unit, paper.uploaded_by) == ("9/BC-DV1", case.first, case.officer)
    assert [*Message.objects.get(step=states.ANSWER).documents.all()] == [paper]
    assert "9/BC-DV1" in sign_in(case.member).get(reverse("appraisal:question", args=[question.pk])).text
    assert list(ledger.check()) == []


def test_a_file_that_is_no_paper_is_refused_with_the_answer_kept(case: Council) -> None:
    question, client = ask(case), sign_in(case.officer)
    bad = upload_of(question, client, text="Giữ lời này", upload=SimpleUploadedFile("a.exe", b"MZ"), **PAPER)
    assert bad.status_code == 422
    for said in ("Không nhận tệp “.exe”", "Giữ lời này", 'value="9/BC-DV1"'):
        assert said in bad.text
    assert not Document.objects.exists()


def test_a_document_stays_chosen_when_its_answer_comes_too_late(case: Council) -> None:
    question, client = ask(case), sign_in(case.officer)
    do(states.ASK, case, question)
    late = upload_of(question, client, text="Có.", upload=SimpleUploadedFile("a.pdf", tiny_pdf(2)), **PAPER)
    assert late.status_code == 409
    paper = Document.objects.get()
    assert re.search(rf'value="{paper.pk}"\s+checked', late.text)
    assert not held(late)
    assert upload_of(question, client, text="Có.", seen="2", documents=[paper.pk]).status_code == 302


def test_nothing_is_taken_in_for_a_closed_question(case: Council) -> None:
    question, client = ask(case), sign_in(case.officer)
    do(states.CLOSE, case, question)
    file = SimpleUploadedFile("a.pdf", tiny_pdf(2))
    assert upload_of(question, client, text="Có.", seen="2", upload=file, **PAPER).status_code == 422
    assert not Document.objects.exists()
    assert status(sign_in(case.member), reverse("appraisal:asked", args=[question.pk])) == 403


def test_an_edited_or_removed_message_is_found(case: Council) -> None:
    question = ask(case)
    do(states.ANSWER, case, question)
    Message.objects.filter(step="answer").update(text="Khác.")
    assert any("không khớp" in fault for fault in ledger.check())
    Message.objects.filter(step="answer")._raw_delete("default")
    assert any("đã bị xóa" in fault for fault in ledger.check())


def asked_queries(who: User, address: str) -> int:
    client = sign_in(fresh(who))
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_lists_and_cell_ask_as_many_queries_for_many_questions_as_for_one(case: Council) -> None:
    question = ask(case)
    paper = document(case.first, case.officer)
    attach(SelfScore.objects.get(assessment__unit=case.first, criterion=case.leaf), paper)
    questions.answer(actor=case.officer, question_id=question.pk, text="Đáp.", document_ids=[paper.pk])
    pages = [
        (case.member, reverse("appraisal:questions")),
        (case.member, cell_page(case)),
        (case.officer, reverse("appraisal:asked-list")),
        (case.officer, reverse("appraisal:replies")),
    ]
    few = [asked_queries(*page) for page in pages]
    for number in range(20):
        more = ask(case, text=f"Câu {number}")
        questions.answer(actor=case.head, question_id=more.pk, text="Đáp.", document_ids=[paper.pk])
    assert [asked_queries(*page) for page in pages] == few
