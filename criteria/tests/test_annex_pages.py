"""Điều hành › Phụ lục: who may, faults by cell, each repair confirmed singly, totals asked for and met, the deed."""

import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from criteria.actions import freeze
from criteria.annex.actions import import_criteria
from criteria.models import CriteriaSet, Criterion, Decision, RoundGroup
from criteria.tests.factories import small_round
from criteria.tests.sheets import annex
from criteria.tests.test_annex_in_word import HEADING, LETTERHEAD, ROWS, TREE, tree
from criteria.tests.word_files import word_file
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import UnitFactory, UnitGroupFactory, UserFactory, person

pytestmark = pytest.mark.django_db

SET, UPLOAD = "/dieu-hanh/phu-luc/2031/so/", "/dieu-hanh/phu-luc/2031/so/nhap/"
CLEAN = [("1", "Chỉ đạo", 3, "", ""), ("1.1", "Kế hoạch", 2, "Tự đánh giá", ""), ("1.2", "Hài lòng", 1, "ĐTXHH", "")]
MISPRINTED = [("1.1.", "Kế hoạch", 2, "Tự đánh giá", ""), ("1..2", "Hài lòng", 1, "ĐTXHH", "")]


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def page() -> Client:
    UnitGroupFactory.create(code="so", name="Sở")
    return sign_in(person(Role.INDEX_MANAGER))


def upload(page: Client, stream: io.BytesIO, **given: str) -> Any:
    file = SimpleUploadedFile(str(stream.name), stream.getvalue())
    return page.post(UPLOAD, {"decision": "01/QĐ-THU", **given, "file": file})


def again(page: Client, response: Any, **given: Any) -> Any:
    return page.post(UPLOAD, {"ticket": response.context["ticket"], **given})


def keys(response: Any) -> list[str]:
    return [key for key, _, _ in response.context["repairs"]]


# --- rights ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [None, *Role])
def test_managers_bring_an_annex_in_and_nobody_else(role: Role | None) -> None:
    block = small_round()
    client = sign_in(person(role, UnitFactory.create()) if role else UserFactory.create())
    expected = 200 if role == Role.INDEX_MANAGER else 403
    assert [client.get(place).status_code for place in (SET, UPLOAD, f"{SET}bo-tieu-chi.xlsx")] == [expected] * 3
    response = upload(client, annex(*CLEAN), decision=block.criteria_set.decision.number)
    assert response.status_code == expected
    if expected == 403:
        assert client.post(UPLOAD, {"ticket": "x", "confirm": "1"}).status_code == 403


def test_superuser_without_the_role_brings_no_annex_in(page: Client) -> None:
    client = sign_in(UserFactory.create(is_superuser=True))
    assert upload(client, annex(*CLEAN)).status_code == 403
    assert not Criterion.objects.exists()


@pytest.mark.parametrize("place", ["/dieu-hanh/phu-luc/2031/xa/nhap/", "/dieu-hanh/phu-luc/2031/xa/", SET])
def test_block_that_is_not_there_is_not_there(page: Client, place: str) -> None:
    assert page.get(place).status_code == 404


# --- looking and doing ----------------------------------------------------------------------------


def test_annex_is_looked_at_before_anything_is_stored(page: Client) -> None:
    facts = {"issued": "17/11/2030", "abstract": "Ban hành bộ tiêu chí", "total": "3", "own": "2", "survey": "1,0"}
    response = upload(page, annex(*CLEAN), **facts)
    assert (response.status_code, len(response.context["outcome"].added)) == (200, 3)
    assert not Decision.objects.exists()
    assert not LogEntry.objects.exists()

    assert again(page, response, confirm="1").status_code == 302

    decision = CriteriaSet.objects.get().decision
    assert (str(decision.issued_on), decision.title) == ("2030-11-17", "Ban hành bộ tiêu chí")
    assert Criterion.objects.get(code="1.1").max_points == 2
    assert "Hài lòng" in page.get(SET).content.decode()


def test_the_page_stores_what_the_command_stores(page: Client) -> None:
    again(page, upload(page, annex(*CLEAN)), confirm="1")
    unchanged = import_criteria(actor=None, file=annex(*CLEAN), year=2031, group="so", decision="01/QĐ-THU")
    assert unchanged.changes == 0


def test_each_repair_is_confirmed_singly(page: Client) -> None:
    response = upload(page, annex(*MISPRINTED))
    first, second = keys(response)
    assert "sửa thành 1.1" in response.content.decode()

    assert "chưa xác nhận" not in response.content.decode()
    assert "Còn 2 chỗ chưa xác nhận" in again(page, response).content.decode(), "who ticks nothing is told"
    halfway = again(page, response, accept=[first])
    assert halfway.status_code == 422
    assert "Còn 1 chỗ chưa xác nhận" in halfway.content.decode()
    assert f'value="{first}" checked' in " ".join(halfway.content.decode().split())
    assert again(page, response, accept=[first], confirm="1").status_code == 422, "the deed asks again"
    assert not Criterion.objects.exists()

    looked_at = again(page, halfway, accept=[first, second])
    assert again(page, looked_at, accept=[first, second], confirm="1").status_code == 302

    assert {row.printed_code for row in Criterion.objects.all()} == {"1.1.", "1..2"}


def test_repairs_of_another_file_are_no_leave(page: Client) -> None:
    others = keys(upload(page, annex(("1.", "Khác", 1, "Tự đánh giá", ""))))
    assert again(page, upload(page, annex(*MISPRINTED)), accept=others, confirm="1").status_code == 422
    assert not Criterion.objects.exists()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"total": "100"}, "là 3, không bằng 100"),
        ({"own": "3"}, "điểm phần tự đánh giá là 2, không bằng 3"),
        ({"survey": "0,5"}, "là 1, không bằng 0,5"),
    ],
)
def test_a_total_that_is_missed_is_named_with_both_numbers(page: Client, asked: dict[str, str], said: str) -> None:
    response = upload(page, annex(*CLEAN), **asked)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Criterion.objects.exists()


def test_faults_without_repair_are_named_by_cell(page: Client) -> None:
    response = upload(page, annex(("1.1", "", "hai", "Tự đánh giá", "")))
    shown = response.content.decode()
    assert response.status_code == 422
    assert "Dòng 2, cột B (Nội dung): thiếu nội dung tiêu chí" in shown
    assert "cột C (Điểm tối đa)" in shown
    assert 'value="01/QĐ-THU"' in shown, "what was typed stays"


def test_what_is_understood_by_likeness_is_said(page: Client) -> None:
    rows = [CLEAN[0], CLEAN[1], ("1.2", "Hài lòng", 1, "Điều tra XHH", "")]
    assert "“Điều tra XHH” là ĐTXHH" in upload(page, annex(*rows)).content.decode()


def test_annex_of_a_word_file_with_two_rows_of_heading(page: Client) -> None:
    response = upload(page, word_file(LETTERHEAD, "PHỤ LỤC I", (*HEADING, *ROWS), "Nơi nhận: …"))
    accepted = keys(response)
    assert len(accepted) == 1
    again(page, again(page, response, accept=accepted), accept=accepted, confirm="1")
    assert tree() == TREE


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"decision": ""}, "Nhập số quyết định"),
        ({"issued": "hôm qua"}, "Ngày không đọc được"),
        ({"total": "1.234"}, "1.234"),
        ({"source": "khac"}, "Chọn nguồn điểm trong danh sách"),
    ],
)
def test_wrong_words_beside_the_file_are_refused(page: Client, given: dict[str, str], said: str) -> None:
    response = upload(page, annex(*CLEAN), **given)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not RoundGroup.objects.exists()


def test_preview_of_another_person_brings_nothing_in(page: Client) -> None:
    response = upload(page, annex(*CLEAN))
    other = sign_in(person(Role.INDEX_MANAGER))
    assert other.post(UPLOAD, {"ticket": response.context["ticket"], "confirm": "1"}).status_code == 302
    assert not Criterion.objects.exists()


def test_set_in_use_says_that_it_is_closed(page: Client) -> None:
    again(page, upload(page, annex(*CLEAN)), confirm="1")
    freeze(RoundGroup.objects.get().pk)
    assert "đã khóa vì đã có điểm" in page.get(UPLOAD).content.decode()
    response = upload(page, annex(*CLEAN[:2], ("1.2", "Nội dung khác", 1, "ĐTXHH", "")))
    assert response.status_code == 422
    assert "đã khóa bộ tiêu chí" in response.content.decode()
    assert upload(page, annex(*CLEAN)).status_code == 200, "the set as it stands changes nothing"


def test_queries_of_the_set_do_not_grow_with_criteria(
    page: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rows = [CLEAN[0], *((f"1.{n}", f"Tiêu chí {n}", Decimal("0.1"), "Tự đánh giá", "") for n in range(1, 31))]
    again(page, upload(page, annex(*rows)), confirm="1")
    page.get(SET)
    with django_assert_num_queries(10):
        page.get(SET)
