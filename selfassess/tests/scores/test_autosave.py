"""Saving as one types, seen from the server: the same rules as the button, nothing lost."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from cchc_index.lib import clock
from cchc_index.lib.tests.present import present
from criteria.models import Criterion
from criteria.tests.factories import CriterionFactory, open_stage
from selfassess.models import SelfAssessment, SelfScore
from selfassess.tests.factories import BANDS, DocumentFactory, EvidenceFactory, SelfScoreFactory
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(assessment: SelfAssessment) -> User:
    return person(Role.UNIT_OFFICER, assessment.unit)


@pytest.fixture
def here(assessment: SelfAssessment) -> str:
    return reverse("selfassess:autosave", args=[assessment.pk, leaf(assessment).pk])


def leaf(assessment: SelfAssessment, code: str = "1.1") -> Criterion:
    return Criterion.objects.get(criteria_set=assessment.round_group.criteria_set, code=code)


def signed_in(user: User, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(user)
    return client


def test_part_of_a_score_is_saved_and_the_servers_time_is_said(officer: User, here: str) -> None:
    answer = signed_in(officer).post(here, {"version": "0", "explanation": "Mới viết một nửa"}).json()
    score = SelfScore.objects.get()
    assert (score.explanation, score.points, score.version) == ("Mới viết một nửa", None, 1)
    assert answer["said"] == f"Đã lưu {clock.hanoi(present(score.updated_at)):%H:%M:%S}"
    assert (answer["state"], answer["version"], answer["errors"]) == ("saved", 1, {})


def test_the_same_again_makes_no_version_and_no_entry(officer: User, here: str) -> None:
    client = signed_in(officer)
    typed = {"version": "0", "points": "0,5", "explanation": "Có"}
    answers = [client.post(here, typed).json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert SelfScore.objects.get().version == 1
    assert LogEntry.objects.filter(verb="selfassess.score").count() == 1


def test_nothing_typed_makes_no_row(officer: User, here: str) -> None:
    answer = signed_in(officer).post(here, {"version": "0", "points": "", "explanation": " "}).json()
    assert (answer["said"], answer["version"]) == ("Chưa có gì để lưu", 0)
    assert not SelfScore.objects.exists()


def test_points_are_computed_by_the_rule(assessment: SelfAssessment, officer: User, here: str) -> None:
    Criterion.objects.filter(pk=leaf(assessment).pk).update(rule=BANDS)
    typed = {"version": "0", "figure_numerator": "95", "figure_denominator": "100"}
    assert "<b>2,00</b>" in signed_in(officer).post(here, typed).json()["computed"]


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [({"points": "1.234"}, "points"), ({"points": "9"}, "points"), ({"na_claimed": "1"}, "na_reason")],
)
def test_a_wrong_value_is_named_and_the_rest_is_saved(
    officer: User, assessment: SelfAssessment, here: str, typed: dict[str, str], wrong: str
) -> None:
    SelfScoreFactory.create(assessment=assessment, criterion=leaf(assessment), points=Decimal("1.125"))
    answer = signed_in(officer).post(here, {"version": "1", "explanation": "Phần còn lại", **typed}).json()
    assert list(answer["errors"]) == [wrong]
    assert "ô báo lỗi chưa lưu" in answer["said"]
    score = SelfScore.objects.get()
    assert score.explanation == "Phần còn lại"
    assert score.points == (Decimal("1.125") if wrong == "points" else None)


def test_one_wrong_figure_leaves_all_figures_as_they_stood(
    officer: User, assessment: SelfAssessment, here: str
) -> None:
    Criterion.objects.filter(pk=leaf(assessment).pk).update(rule=BANDS)
    stored = {"numerator": "1.125", "denominator": "2"}
    SelfScoreFactory.create(assessment=assessment, criterion=leaf(assessment), points=0, figures=stored)
    typed = {"version": "1", "explanation": "Có", "figure_numerator": "2.345", "figure_denominator": "9"}
    answer = signed_in(officer).post(here, typed).json()
    assert list(answer["errors"]) == ["figure_numerator"]
    score = SelfScore.objects.get()
    assert (score.figures, score.explanation) == (stored, "Có")


def test_an_older_version_gets_both_values_and_changes_nothing(
    officer: User, assessment: SelfAssessment, here: str
) -> None:
    colleague = person(Role.UNIT_OFFICER, assessment.unit)
    signed_in(colleague).post(here, {"version": "0", "points": "0,5", "explanation": "Của đồng nghiệp"})
    response = signed_in(officer).post(here, {"version": "0", "points": "1.5", "explanation": "Của tôi"})
    answer = response.json()
    assert (response.status_code, answer["state"], answer["version"]) == (409, "conflict", 1)
    for shown in ("Của đồng nghiệp", "Của tôi", "0,50", "1,50", str(colleague)):
        assert shown in answer["html"]
    assert re.search(r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d", answer["html"])
    assert SelfScore.objects.get().explanation == "Của đồng nghiệp"
    kept = signed_in(officer).post(here, {"version": "1", "points": "1.5", "explanation": "Của tôi"})
    assert kept.json()["version"] == 2


def test_a_page_of_another_account_saves_nothing(officer: User, assessment: SelfAssessment, here: str) -> None:
    colleague = person(Role.UNIT_OFFICER, assessment.unit)
    response = signed_in(colleague).post(here, {"version": "0", "points": "1", "who": str(officer.pk)})
    assert (response.status_code, response.json()["state"]) == (409, "other")
    assert not SelfScore.objects.exists()


def test_after_the_deadline_the_refusal_is_a_sentence(officer: User, assessment: SelfAssessment, here: str) -> None:
    open_stage(assessment.round_group.round, "self_assessment", closes=clock.now())
    response = signed_in(officer).post(here, {"version": "0", "points": "1"})
    assert (response.status_code, response.json()["state"]) == (409, "refused")
    assert "gia hạn" in response.json()["said"]


def test_asking_says_who_is_signed_in_and_writes_nothing(officer: User, here: str) -> None:
    client = signed_in(officer)
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(here)
    assert (answer.json()["user"], answer.json()["version"]) == (str(officer.pk), 0)
    assert "no-store" in answer["Cache-Control"]
    assert [query["sql"] for query in seen if not query["sql"].startswith("SELECT")] == []


def test_strangers_readers_and_the_unsigned(assessment: SelfAssessment, here: str, client: Client) -> None:
    stranger = person(Role.UNIT_OFFICER, UnitFactory.create(group=assessment.unit.group))
    assert signed_in(stranger).post(here, {"version": "0"}).status_code == 404
    assert signed_in(person(Role.OBSERVER)).post(here, {"version": "0"}).status_code == 403
    assert client.post(here, {"version": "0"})["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("stored", ["1.125", "1.2345", "9.5", "0.125", "12"])
def test_a_shown_number_is_taken_back_as_it_stands(
    officer: User, assessment: SelfAssessment, here: str, stored: str
) -> None:
    Criterion.objects.filter(pk=leaf(assessment).pk).update(max_points=Decimal(20))
    SelfScoreFactory.create(assessment=assessment, criterion=leaf(assessment), points=Decimal(stored))
    page = signed_in(officer).get(here.replace("tu-luu/", "")).text
    shown = re.search(r'name="points"[^>]* value="([^"]*)"', page)
    assert shown
    answer = signed_in(officer).post(here, {"version": "1", "points": shown[1]}).json()
    assert (answer["errors"], answer["version"]) == ({}, 1)


# --- constant queries -------------------------------------------------------------------------------


def spent(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_pages_cost_the_same_with_1_and_120_criteria_1_and_20_documents(
    assessment: SelfAssessment, officer: User
) -> None:
    first = leaf(assessment)
    client, criteria_set = signed_in(officer), assessment.round_group.criteria_set
    Criterion.objects.filter(criteria_set=criteria_set, code="1.2").delete()
    score = SelfScoreFactory.create(assessment=assessment, criterion=first, points=1, explanation="Có")
    EvidenceFactory.create(score=score)
    DocumentFactory.create(unit=assessment.unit)
    addresses = [
        reverse("selfassess:assessment", args=[assessment.pk]),
        reverse("selfassess:criterion", args=[assessment.pk, first.pk]),
        reverse("selfassess:check", args=[assessment.pk]),
    ]
    few = [spent(client, address) for address in addresses]
    for number in range(119):
        extra = CriterionFactory.create(criteria_set=criteria_set, code=f"3.{number}", position=number + 9)
        SelfScoreFactory.create(assessment=assessment, criterion=extra, points=1, explanation="Có")
    for _ in range(19):
        EvidenceFactory.create(score=score)
        DocumentFactory.create(unit=assessment.unit)
    assert [spent(client, address) for address in addresses] == few


# --- a form sent after the session's end ------------------------------------------------------------


BROWSER: dict[str, Any] = {"HTTP_ORIGIN": "http://testserver", "HTTP_ACCEPT": "text/html,*/*"}


def test_a_form_sent_after_the_sessions_end_is_given_back(here: str, client: Client) -> None:
    typed = {"version": "3", "explanation": "Gõ <i>dài</i>", "points": "0,5"}
    response = client.post(here.replace("tu-luu/", ""), typed, **BROWSER)
    assert response.status_code == 403
    for kept in ('name="explanation" value="Gõ &lt;i&gt;dài&lt;/i&gt;"', 'name="version" value="3"', "Gửi lại"):
        assert kept in response.text
    assert "no-store" in response["Cache-Control"]


def test_a_form_with_an_old_token_is_given_back_and_a_foreign_one_is_not(here: str, officer: User) -> None:
    client, page = signed_in(officer, enforce_csrf_checks=True), here.replace("tu-luu/", "")
    assert "Bấm gửi lại" in client.post(page, {"explanation": "Cũ"}, **BROWSER).text
    foreign = client.post(page, {"explanation": "Lạ"}, **{**BROWSER, "HTTP_ORIGIN": "http://xau.example"})
    assert (foreign.status_code, "Lạ" in foreign.text) == (403, False)
    assert not SelfScore.objects.exists()


def test_a_password_is_never_given_back() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(reverse("account_login"), {"username": "a", "password": "bi-mat-lam"}, **BROWSER)
    assert response.status_code == 403
    assert "bi-mat-lam" not in response.text


# --- too large --------------------------------------------------------------------------------------


def test_a_file_beyond_every_limit_is_refused_with_the_typed_text_kept(
    officer: User, assessment: SelfAssessment, settings: Settings
) -> None:
    settings.EVIDENCE_MAX_BYTES = settings.SHEET_MAX_BYTES = 100_000
    there = reverse("selfassess:upload", args=[assessment.pk, leaf(assessment).pk])
    typed = {"version": "0", "explanation": "Đã gõ", "number": "12/BC", "section": "Mục II"}
    upload = SimpleUploadedFile("to.pdf", b"%PDF-" + b"x" * 3_000_000)
    response = signed_in(officer).post(there, {"upload": upload, **typed})
    assert response.status_code == 400
    for kept in ("tối đa", "Đã gõ", 'value="12/BC"', 'value="Mục II"', 'href="#upload"'):
        assert kept in response.text
    held = response.wsgi_request.FILES["upload"]
    assert isinstance(held, UploadedFile)
    assert (
        held.size == len(b"%PDF-") + 3_000_000
    )  # the sentence names its weight; what is stored of it, see held uploads


def test_text_by_the_megabyte_is_answered_with_a_helpful_page(officer: User, here: str) -> None:
    typed = "version=0&explanation=" + "x" * 3_000_000
    client = signed_in(officer, enforce_csrf_checks=True)
    client.get(here)  # brings the cookie, as the page does
    response = client.post(here, typed, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 413
    assert "Quay lại" in response.text
