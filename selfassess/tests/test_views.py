"""The pages: who reaches what, typed text kept, nothing written by looking, constant queries."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cchc_index.lib import clock
from cchc_index.lib.tests.present import present
from criteria.models import Criterion
from criteria.tests.factories import CriteriaSetFactory, CriterionFactory, DecisionFactory, RoundFactory
from selfassess.models import Document, DocumentOpening, Evidence, SelfAssessment, SelfScore
from selfassess.tests.factories import (
    BANDS,
    DocumentFactory,
    EvidenceFactory,
    SelfAssessmentFactory,
    SelfScoreFactory,
    tiny_pdf,
)
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db

READ = ("assessment", "check")
STEPS = ("hand-over", "take-back", "send-back", "submit", "reopen")


@pytest.fixture
def officer(assessment: SelfAssessment) -> User:
    return person(Role.UNIT_OFFICER, assessment.unit)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def leaf(assessment: SelfAssessment, code: str = "1.1") -> Criterion:
    return Criterion.objects.get(criteria_set=assessment.round_group.criteria_set, code=code)


def at(name: str, assessment: SelfAssessment, *more: int) -> str:
    return reverse(f"selfassess:{name}", args=[assessment.pk, *more])


def every_address(assessment: SelfAssessment) -> list[tuple[str, str]]:
    """(method, address) of everything about one assessment."""
    criterion = leaf(assessment)
    evidence = EvidenceFactory.create(score=SelfScoreFactory.create(assessment=assessment, criterion=criterion))
    found = [("get", at(name, assessment)) for name in READ]
    found += [("get", at(name, assessment, criterion.pk)) for name in ("criterion", "preview")]
    found += [("get", reverse(f"selfassess:{name}", args=[evidence.document_id])) for name in ("document", "paper")]
    found += [("post", reverse("selfassess:replace", args=[evidence.document_id]))]
    found += [("post", reverse("selfassess:place", args=[evidence.document_id, evidence.pk]))]
    found += [("post", at(name, assessment)) for name in STEPS]
    found += [("post", at(name, assessment, criterion.pk)) for name in ("criterion", "upload", "attach")]
    return [*found, ("post", at("detach", assessment, criterion.pk, evidence.pk))]


# --- who reaches what -----------------------------------------------------------------------------


def test_strangers_find_nothing_and_change_nothing(assessment: SelfAssessment) -> None:
    addresses = every_address(assessment)
    other = UnitFactory.create(group=assessment.unit.group)
    strangers = [person(role, other) for role in (Role.UNIT_OFFICER, Role.UNIT_HEAD, Role.COUNCIL_MEMBER)]
    for user in (*strangers, person(Role.SURVEY_OPERATOR)):
        client = signed_in(user)
        for method, address in addresses:
            assert getattr(client, method)(address).status_code == 404, (user, address)
    assert not LogEntry.objects.exists()


def test_nobody_unsigned_gets_in(assessment: SelfAssessment, client: Client) -> None:
    for method, address in [*every_address(assessment), ("get", reverse("selfassess:home"))]:
        response = getattr(client, method)(address)
        assert response.status_code == 302
        assert response.url.startswith(reverse("account_login"))


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.INDEX_MANAGER])
def test_readers_read_and_are_forbidden_to_write(assessment: SelfAssessment, role: Role) -> None:
    client = signed_in(person(role))
    for method, address in every_address(assessment):
        expected = 200 if method == "get" else 403
        if role == Role.INDEX_MANAGER and address == at("reopen", assessment):
            expected = 409  # the right role, the wrong state
        response = getattr(client, method)(address)
        b"".join(response)  # read to its end, a file closes
        assert response.status_code == expected, address


def test_officer_cannot_submit_and_head_cannot_hand_over(assessment: SelfAssessment, officer: User) -> None:
    assert signed_in(officer).post(at("submit", assessment)).status_code == 403
    head = person(Role.UNIT_HEAD, assessment.unit)
    assert signed_in(head).post(at("hand-over", assessment)).status_code == 403


def test_survey_leaf_and_leaf_of_another_set_are_not_found(assessment: SelfAssessment, officer: User) -> None:
    other = CriterionFactory.create(
        criteria_set=CriteriaSetFactory.create(decision=DecisionFactory.create(number="02/QĐ-THU"))
    )
    for criterion in (leaf(assessment, "1.3"), other):
        assert signed_in(officer).get(at("criterion", assessment, criterion.pk)).status_code == 404


# --- home -----------------------------------------------------------------------------------------


def test_home_leads_to_the_units_assessment_and_from_there_to_the_first_undone(
    assessment: SelfAssessment, officer: User
) -> None:
    SelfScoreFactory.create(assessment=assessment, criterion=leaf(assessment), points=1, explanation="Có")
    response = signed_in(officer).get(reverse("selfassess:home"), follow=True)
    assert response.redirect_chain[-1][0] == at("assessment", assessment)
    assert at("criterion", assessment, leaf(assessment, "1.2").pk) in response.text
    assert "Chấm tiêu chí tiếp theo: 1.2" in response.text


def test_home_offers_to_begin_and_looking_begins_nothing(assessment: SelfAssessment) -> None:
    unit = UnitFactory.create(group=assessment.unit.group)
    client = signed_in(person(Role.UNIT_OFFICER, unit))
    assert f"Bắt đầu tự đánh giá của {unit}" in client.get(reverse("selfassess:home")).text
    assert not SelfAssessment.objects.filter(unit=unit).exists()
    client.post(reverse("selfassess:open"), {"unit": unit.pk, "round_group": assessment.round_group_id})
    assert SelfAssessment.objects.filter(unit=unit).exists()
    assert client.post(reverse("selfassess:open"), {"unit": assessment.unit.pk, "round_group": "x"}).status_code == 404


def test_home_without_round_or_set_says_what_will_stand_there() -> None:
    unit = UnitFactory.create()
    client = signed_in(person(Role.UNIT_OFFICER, unit))
    assert "Chưa có kỳ đánh giá nào" in client.get(reverse("selfassess:home")).text
    RoundFactory.create()
    assert "chưa có bộ tiêu chí" in client.get(reverse("selfassess:home")).text


def test_home_is_closed_to_council_members_and_lists_units_for_managers(assessment: SelfAssessment) -> None:
    assert signed_in(person(Role.COUNCIL_MEMBER)).get(reverse("selfassess:home")).status_code == 403
    assert assessment.unit.name in signed_in(person(Role.INDEX_MANAGER)).get(reverse("selfassess:home")).text


# --- one criterion --------------------------------------------------------------------------------


def test_saving_shows_two_decimals_and_goes_on_when_asked(assessment: SelfAssessment, officer: User) -> None:
    client, here = signed_in(officer), at("criterion", assessment, leaf(assessment).pk)
    response = client.post(here, {"version": "0", "points": "1.5"}, follow=True)
    assert "Đã lưu" in response.text
    assert 'value="1,50"' in response.text
    response = client.post(here, {"version": "1", "points": "2", "onward": "1"})
    assert response["Location"] == at("criterion", assessment, leaf(assessment, "1.2").pk)


def test_saving_leads_to_the_next_undone_and_at_last_to_the_check(assessment: SelfAssessment, officer: User) -> None:
    client = signed_in(officer)
    first, second = (at("criterion", assessment, leaf(assessment, code).pk) for code in ("1.1", "1.2"))
    SelfScoreFactory.create(assessment=assessment, criterion=leaf(assessment, "1.2"), points=1, explanation="Có")
    third = CriterionFactory.create(criteria_set=assessment.round_group.criteria_set, code="3.1", position=99)
    assert "Lưu và sang tiêu chí 3.1" in client.get(first).text
    typed = {"version": "0", "points": "0,5", "onward": "1"}
    assert client.post(first, typed)["Location"] == at("criterion", assessment, third.pk)
    assert "tiêu chí 1.1 còn thiếu: chưa có tài liệu" in client.get(second).text.replace("Tiêu chí", "tiêu chí")
    last = at("criterion", assessment, third.pk)
    assert client.post(last, {**typed, "explanation": "Có"})["Location"] == first  # back to what was left behind
    client.post(first, {"version": "1", "points": "0,5", "explanation": "Có"})
    assert "Lưu và kiểm tra toàn bộ" in client.get(last).text
    assert client.post(last, {"version": "1", "points": "0,5", "explanation": "Có", "onward": "1"})["Location"] == at(
        "check", assessment
    )


def test_end_of_a_criterion_says_what_it_lacks(assessment: SelfAssessment, officer: User) -> None:
    client, here = signed_in(officer), at("criterion", assessment, leaf(assessment).pk)
    assert "chưa chấm điểm và chưa đề nghị không áp dụng" in client.get(here).text
    client.post(here, {"version": "0", "points": "1"})
    assert "chưa có tài liệu kiểm chứng, cũng chưa giải trình" in client.get(here).text
    saved = client.post(at("autosave", assessment, leaf(assessment).pk), {"version": "1", "points": "1"}).json()
    assert saved["lacking"] == "chưa có tài liệu kiểm chứng, cũng chưa giải trình"
    done = {"version": "1", "points": "1", "explanation": "Theo sổ"}
    assert client.post(at("autosave", assessment, leaf(assessment).pk), done).json()["lacking"] == ""


def test_open_criteria_are_named_before_they_are_handed_over(assessment: SelfAssessment, officer: User) -> None:
    client = signed_in(officer)
    refused = client.post(at("hand-over", assessment))
    assert refused.status_code == 409
    assert "Còn 2 tiêu chí chưa đủ (1.1, 1.2)" in refused.text
    assert 'name="known_open" value="1.1 1.2 "' in refused.text
    assert client.post(at("hand-over", assessment), {"known_open": "1.1 1.2 "}).status_code == 302
    assert "Thu hồi để sửa" in client.get(at("check", assessment)).text
    assert "Nhập bằng Excel" not in client.get(at("assessment", assessment)).text
    assert client.post(at("take-back", assessment)).status_code == 302
    assert "Nhập bằng Excel" in client.get(at("assessment", assessment)).text


def test_whole_words_of_the_unit_stand_on_the_page_before_submission(assessment: SelfAssessment, officer: User) -> None:
    words = "\n".join(f"Dòng {n}" for n in range(60))
    figures = {"numerator": "95.5", "denominator": "100"}
    scored = leaf(assessment)
    Criterion.objects.filter(pk=scored.pk).update(rule=BANDS)
    SelfScoreFactory.create(assessment=assessment, criterion=scored, points=2, explanation=words, figures=figures)
    text = signed_in(officer).get(at("check", assessment)).text
    for said in ("Dòng 0 ", "Dòng 59", "Số hồ sơ đúng hạn: 95,5; Tổng số hồ sơ: 100"):
        assert said in text


def test_a_fault_keeps_every_typed_word(assessment: SelfAssessment, officer: User) -> None:
    here = at("criterion", assessment, leaf(assessment).pk)
    typed = {
        "version": "0",
        "points": "1.234",
        "explanation": "Dài <b>lắm</b>",
        "number": "12/BC",
        "na_reason": "vì sao",
    }
    response = signed_in(officer).post(here, typed)
    assert response.status_code == 400
    for kept in (
        'value="1.234"',
        "Dài &lt;b&gt;lắm&lt;/b&gt;",
        'value="12/BC"',
        ">vì sao<",
        'href="#points"',
        "hai cách",
    ):
        assert kept in response.text
    assert not SelfScore.objects.exists()


def test_a_conflict_shows_both_values_and_the_next_save_is_a_choice(assessment: SelfAssessment, officer: User) -> None:
    SelfScoreFactory.create(
        assessment=assessment, criterion=leaf(assessment), points=Decimal("0.5"), explanation="Bản đầu"
    )
    client, here = signed_in(officer), at("criterion", assessment, leaf(assessment).pk)
    response = client.post(here, {"version": "0", "points": "2", "explanation": "Bản sau"})
    assert response.status_code == 409
    for shown in ("Bản đầu", "0,50", "Bản sau", 'value="2"', 'name="version" value="1"'):
        assert shown in response.text
    assert client.post(here, {"version": "1", "points": "2", "explanation": "Bản sau"}).status_code == 302
    assert SelfScore.objects.get().points == 2


def test_preview_computes_and_writes_nothing(assessment: SelfAssessment, officer: User) -> None:
    Criterion.objects.filter(pk=leaf(assessment).pk).update(rule=BANDS)
    client, there = signed_in(officer), at("preview", assessment, leaf(assessment).pk)
    assert "<b>2,00</b>" in client.get(there, {"figure_numerator": "45,5", "figure_denominator": "50"}).text
    assert "bằng 0" in client.get(there, {"figure_numerator": "1", "figure_denominator": "0"}).text
    assert "hai cách" in client.get(there, {"figure_numerator": "1.234"}).text
    assert "nhập đủ" in client.get(there).text
    assert not SelfScore.objects.exists()


def test_upload_attaches_and_saves_the_score_typed_beside_it(assessment: SelfAssessment, officer: User) -> None:
    data = {"number": "12/BC", "issued_on": "05/01/2024", "issuer": "Sở", "abstract": "Báo cáo", "page": "2"}
    there = at("upload", assessment, leaf(assessment).pk)
    upload = SimpleUploadedFile("báo cáo.pdf", tiny_pdf(2))
    response = signed_in(officer).post(there, {**data, "upload": upload, "version": "0", "points": "1"})
    assert response.status_code == 302
    score = SelfScore.objects.get()
    assert (score.points, score.version, score.evidence.get().page) == (Decimal(1), 1, 2)


def test_bad_upload_keeps_the_typed_score_and_data(assessment: SelfAssessment, officer: User) -> None:
    there = at("upload", assessment, leaf(assessment).pk)
    upload = SimpleUploadedFile("virus.exe", b"MZ")
    typed = {"number": "12/BC", "explanation": "Đã gõ", "points": "1", "version": "0", "upload": upload}
    response = signed_in(officer).post(there, typed)
    assert response.status_code == 400
    for kept in ("Không nhận tệp", "Đã gõ", 'value="12/BC"', 'value="1"', "Chưa ghi trích yếu"):
        assert kept in response.text
    bad_day = signed_in(officer).post(
        there, {**typed, "upload": SimpleUploadedFile("a.pdf", b""), "issued_on": "hôm qua"}
    )
    assert "31/12/2024" in bad_day.text
    assert not Document.objects.exists()


def test_existing_document_is_attached_and_detached(assessment: SelfAssessment, officer: User) -> None:
    document, criterion = DocumentFactory.create(unit=assessment.unit, pages=3), leaf(assessment)
    client, there = signed_in(officer), at("attach", assessment, criterion.pk)
    assert "chỉ có 3 trang" in client.post(there, {"document": document.pk, "chosen_page": "4"}).text
    assert "Chưa chọn tài liệu" in client.post(there, {"document": ""}).text
    assert client.post(there, {"document": document.pk, "chosen_page": "3"}).status_code == 302
    evidence = Evidence.objects.get()
    assert evidence.page == 3
    client.post(at("detach", assessment, criterion.pk, evidence.pk))
    assert not Evidence.objects.filter(removed_at=None).exists()


def test_evidence_of_another_unit_is_not_found_under_ones_own_address(
    assessment: SelfAssessment, officer: User
) -> None:
    other = SelfAssessmentFactory.create(round_group=assessment.round_group)
    evidence = EvidenceFactory.create(score=SelfScoreFactory.create(assessment=other))
    there = at("detach", assessment, leaf(assessment).pk, evidence.pk)
    assert signed_in(officer).post(there).status_code == 404
    evidence.refresh_from_db()
    assert evidence.removed_at is None


def test_last_years_own_score_is_shown(assessment: SelfAssessment, officer: User) -> None:
    old_set = CriteriaSetFactory.create(decision=DecisionFactory.create(number="02/QĐ-THU"))
    old_leaf = CriterionFactory.create(criteria_set=old_set, code="9.9")
    Criterion.objects.filter(pk=leaf(assessment).pk).update(previous=old_leaf)
    round_group = old_set.round_groups.create(round=RoundFactory.create(year=2030), group=old_set.group)
    given = {"state": "submitted", "submitted_at": clock.now(), "imported": True}
    before = SelfAssessmentFactory.create(round_group=round_group, unit=assessment.unit, **given)
    SelfScoreFactory.create(assessment=before, criterion=old_leaf, points=Decimal("0.75"))
    text = signed_in(officer).get(at("criterion", assessment, leaf(assessment).pk)).text
    assert "Năm 2030 (tiêu chí 9.9)" in text
    assert "0,75" in text


# --- steps and files ------------------------------------------------------------------------------


def test_from_check_to_receipt(assessment: SelfAssessment, officer: User) -> None:
    head = person(Role.UNIT_HEAD, assessment.unit)
    text = signed_in(officer).get(at("check", assessment)).text
    assert "Còn thiếu 2 tiêu chí" in text
    assert "chưa chấm điểm" in text
    for code in ("1.1", "1.2"):
        SelfScoreFactory.create(
            assessment=assessment, criterion=leaf(assessment, code), points=0, explanation="Không đạt"
        )
    signed_in(officer).post(at("hand-over", assessment))
    client = signed_in(head)
    refused = client.post(at("send-back", assessment), {"reason": ""})
    assert refused.status_code == 409
    assert "Chưa ghi lý do" in refused.text
    assert f"Nộp bản tự đánh giá của {assessment.unit}" in client.get(at("check", assessment)).text
    receipts = {client.post(at("submit", assessment), follow=True).text.split("<dt>Số biên nhận")[1][:60] for _ in "12"}
    assert len(receipts) == 1
    assert LogEntry.objects.filter(verb="selfassess.submit").count() == 1
    assert "Lưu điểm" not in client.get(at("criterion", assessment, leaf(assessment).pk)).text


def test_receipt_of_a_draft_is_not_found(assessment: SelfAssessment, officer: User) -> None:
    assert signed_in(officer).get(at("receipt", assessment)).status_code == 404


def test_file_is_private_named_and_its_reading_logged(assessment: SelfAssessment, officer: User) -> None:
    document = DocumentFactory.create(unit=assessment.unit, original_name="Báo cáo.pdf")
    there = reverse("selfassess:document", args=[document.pk])
    response = signed_in(officer).get(there)
    assert b"".join(response).startswith(b"%PDF")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("inline; filename*=utf-8''B%C3%A1o")
    assert "no-store" in response["Cache-Control"]
    saved = signed_in(officer).get(there, {"tai-ve": "1"})
    assert saved["Content-Disposition"].startswith("attachment")
    b"".join(saved)
    kept = DocumentOpening.objects.filter(document=document, opened_by=officer).order_by("pk")
    assert [opening.saved for opening in kept] == [False, True]
    assert not LogEntry.objects.exists()  # an opening never waits for the log's chain


def test_lost_file_is_not_found(assessment: SelfAssessment, officer: User) -> None:
    document = DocumentFactory.create(unit=assessment.unit)
    document.file.storage.delete(present(document.file.name))
    assert signed_in(officer).get(reverse("selfassess:document", args=[document.pk])).status_code == 404


def test_documents_page_shows_only_what_one_may_see(assessment: SelfAssessment, officer: User) -> None:
    mine, other = DocumentFactory.create(unit=assessment.unit), DocumentFactory.create()
    here = reverse("selfassess:documents")
    there = f"{here}?don-vi={other.unit.pk}"

    def linked(reader: User, address: str) -> set[str]:
        text = signed_in(reader).get(address).text
        return {row.number for row in (mine, other) if reverse("selfassess:paper", args=[row.pk]) in text}

    assert linked(officer, here) == {mine.number}
    assert signed_in(officer).get(there).status_code == 404
    assert linked(person(Role.OBSERVER), there) == {other.number}


def test_looking_writes_nothing(assessment: SelfAssessment, officer: User) -> None:
    client = signed_in(officer)
    pages = [at(name, assessment) for name in READ] + [at("criterion", assessment, leaf(assessment).pk)]
    for address in [*pages, reverse("selfassess:home"), reverse("selfassess:documents")]:
        with CaptureQueriesContext(connection) as seen:
            client.get(address)
        assert not [q["sql"] for q in seen if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))], address


@pytest.mark.parametrize("name", ["assessment", "check", "criterion", "documents", "home"])
def test_queries_do_not_grow(assessment: SelfAssessment, name: str) -> None:
    officer = person(Role.UNIT_OFFICER, assessment.unit)
    client = signed_in(officer if name != "home" else person(Role.OBSERVER))
    more = (leaf(assessment).pk,) if name == "criterion" else ()
    address = reverse(f"selfassess:{name}") if name in ("documents", "home") else at(name, assessment, *more)
    score = SelfScoreFactory.create(assessment=assessment, criterion=leaf(assessment), points=1)
    EvidenceFactory.create(score=score)
    few = count(client, address)
    for number in range(20):
        extra = CriterionFactory.create(
            criteria_set=assessment.round_group.criteria_set, code=f"3.{number}", position=number + 9
        )
        SelfScoreFactory.create(assessment=assessment, criterion=extra, points=1, explanation="Có")
        EvidenceFactory.create(score=score)
        DocumentFactory.create(unit=assessment.unit)
        SelfAssessmentFactory.create(round_group=assessment.round_group)
    assert count(client, address) == few


def count(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)
