"""Điều hành › Đơn vị: who may, a list looked at and brought in, a new block, what a unit came from."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from units.auditlog.models import LogEntry
from units.models import Role, Unit, UnitGroup, User
from units.tests.factories import UnitFactory, UnitGroupFactory, UserFactory, person

pytestmark = pytest.mark.django_db

LIST, UPLOAD = "/dieu-hanh/don-vi/", "/dieu-hanh/don-vi/nhap/"
ROWS = "Mã,Tên đơn vị\nSNV,Sở Nội vụ\nSYT,Sở Y tế\n"
NEW = {"group": "", "code": "so", "name": "Sở, cơ quan tương đương Sở"}


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def page() -> Client:
    return sign_in(person(Role.INDEX_MANAGER))


def upload(page: Client, text: str = ROWS, **given: str) -> Any:
    return page.post(UPLOAD, {**NEW, **given, "file": SimpleUploadedFile("don-vi.csv", text.encode())})


def ticket(response: Any) -> str:
    return str(response.context["ticket"])


@pytest.mark.parametrize("role", [None, *Role])
def test_managers_bring_units_in_and_nobody_else(role: Role | None) -> None:
    client = sign_in(person(role, UnitFactory.create()) if role else UserFactory.create())
    expected = 200 if role == Role.INDEX_MANAGER else 403
    assert [client.get(place).status_code for place in (LIST, UPLOAD)] == [expected, expected]
    assert upload(client, code="xa").status_code == expected
    if expected == 403:
        assert client.post(UPLOAD, {"ticket": "x"}).status_code == 403


def test_first_administrator_brings_units_in() -> None:
    client = sign_in(UserFactory.create(is_superuser=True))
    assert client.post(UPLOAD, {"ticket": ticket(upload(client))}).status_code == 302
    assert Unit.objects.count() == 2


def test_list_is_looked_at_before_anything_is_stored(page: Client) -> None:
    response = upload(page)
    assert (response.context["outcome"].created, Unit.objects.count()) == (2, 0)
    assert not UnitGroup.objects.exists()
    assert not LogEntry.objects.exists()

    page.post(UPLOAD, {"ticket": ticket(response)})

    assert [unit.name for unit in Unit.objects.order_by("code")] == ["Sở Nội vụ", "Sở Y tế"]
    assert UnitGroup.objects.get().name == NEW["name"]
    assert "Sở Nội vụ" in page.get(LIST).content.decode()


def test_list_for_a_block_that_is_there(page: Client) -> None:
    group = UnitGroupFactory.create(code="so", name="Sở")
    UnitFactory.create(group=group, code="SNV", name="Sở Nội vụ cũ")
    response = upload(page, group="so", code="", name="")
    assert (response.context["outcome"].created, response.context["outcome"].updated) == (1, 1)
    assert UnitGroup.objects.get().name == "Sở"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"code": ""}, "Nhập mã của khối mới"),
        ({"name": ""}, "Nhập tên của khối mới"),
        ({"code": "có dấu"}, "chỉ được gồm chữ không dấu"),
        ({"group": "khong-co"}, "Chọn khối trong danh sách"),
        ({"code": "xa"}, "Khối có mã này đã có"),
    ],
)
def test_block_that_cannot_be_is_refused(page: Client, given: dict[str, str], said: str) -> None:
    UnitGroupFactory.create(code="xa")
    response = upload(page, **given)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Unit.objects.exists()


def test_faults_are_named_by_cell(page: Client) -> None:
    response = upload(page, "Mã,Tên đơn vị\nSNV,\n,Sở Y tế\n")
    assert response.status_code == 422
    shown = response.content.decode()
    assert "2 lỗi, chưa lưu gì" in shown
    assert "Dòng 2, cột B (Tên đơn vị): thiếu tên đơn vị" in shown
    assert not Unit.objects.exists()


def test_preview_of_another_person_brings_nothing_in(page: Client) -> None:
    stolen = ticket(upload(page))
    response = sign_in(person(Role.INDEX_MANAGER)).post(UPLOAD, {"ticket": stolen}, follow=True)
    assert "không còn nguyên vẹn" in response.content.decode()
    assert not Unit.objects.exists()


def test_list_says_validity_and_origin(page: Client) -> None:
    group = UnitGroupFactory.create(code="so", name="Sở")
    UnitFactory.create(group=group, code="SKH", name="Sở Kế hoạch và Đầu tư")
    rows = "Mã,Tên đơn vị,Hiệu lực từ,Thay cho\nSTC,Sở Tài chính,01/03/2025,SKH\n"
    page.post(UPLOAD, {"ticket": ticket(upload(page, rows, group="so", code="", name=""))})
    shown = page.get(LIST).content.decode()
    assert "28/02/2025" in shown
    assert "không còn hoặc chưa có hiệu lực" in shown
    assert "<td>Sở Kế hoạch và Đầu tư</td>" in shown


def test_queries_do_not_grow_with_units(page: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    assert reverse("agencies:list") == LIST
    UnitFactory.create()
    page.get(LIST)
    for _ in range(5):
        UnitFactory.create()
    with django_assert_num_queries(7):
        page.get(LIST)
