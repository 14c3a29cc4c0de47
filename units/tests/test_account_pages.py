"""In, out, a new password, an expired form."""

import pytest
from django.test import Client
from django.urls import reverse

from units.auditlog.digests import marked
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import UserFactory, person

pytestmark = pytest.mark.django_db
PASSWORD = "mat-khau-thu-1"
LOGIN = "/tai-khoan/dang-nhap/"


@pytest.fixture
def user() -> User:
    return UserFactory.create(username="an")


def test_page_asks_in_vietnamese(client: Client) -> None:
    page = client.get(reverse("account_login")).content.decode()
    assert "<h1>Đăng nhập</h1>" in page
    assert 'for="id_username"' in page


def test_person_comes_in_and_goes_where_they_wanted(client: Client, user: User) -> None:
    answer = client.post(LOGIN, {"username": "an", "password": PASSWORD, "next": "/tai-khoan/mat-khau/"})
    assert (answer.status_code, answer["Location"]) == (302, "/tai-khoan/mat-khau/")


@pytest.mark.parametrize("target", ["https://xau.example/", "//xau.example", "javascript:alert(1)"])
def test_foreign_next_is_not_followed(client: Client, user: User, target: str) -> None:
    answer = client.post(LOGIN, {"username": "an", "password": PASSWORD, "next": target})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_wrong_password_and_unknown_name_get_the_same_words(client: Client, user: User) -> None:
    pages = [client.post(LOGIN, {"username": name, "password": "sai"}).content.decode() for name in ("an", "khong-co")]
    assert all("chưa đúng" in page and 'class="errors"' in page for page in pages)
    assert "Lỗi: Đăng nhập" in pages[0]


def test_inactive_account_learns_nothing(client: Client) -> None:
    UserFactory.create(username="nghi", is_active=False)
    assert "chưa đúng" in client.post(LOGIN, {"username": "nghi", "password": PASSWORD}).content.decode()


def test_empty_form_names_its_fields(client: Client) -> None:
    page = client.post(LOGIN, {}).content.decode()
    assert "Hãy gõ tên đăng nhập." in page
    assert 'href="#id_username"' in page


def test_leaving_needs_a_post(client: Client, user: User) -> None:
    client.force_login(user)
    assert client.get("/tai-khoan/dang-xuat/").status_code == 405
    assert client.post("/tai-khoan/dang-xuat/").status_code == 302
    assert client.get("/tai-khoan/mat-khau/")["Location"].startswith(LOGIN)


def test_password_is_changed_and_logged_without_its_text(client: Client, user: User) -> None:
    client.force_login(user)
    new = "Một mật khẩu khác 9"
    answer = client.post("/tai-khoan/mat-khau/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert answer.status_code == 302
    user.refresh_from_db()
    assert user.check_password(new)
    entry = LogEntry.objects.get()
    assert (entry.verb, entry.before, entry.after) == ("change_password", None, marked(user))


def test_wrong_old_password_changes_nothing(client: Client, user: User) -> None:
    client.force_login(user)
    page = client.post("/tai-khoan/mat-khau/", {"old_password": "sai", "new_password1": "x", "new_password2": "y"})
    assert "Chưa đổi được mật khẩu" in page.content.decode()
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_expired_form_is_explained(user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post(LOGIN, {"username": "an", "password": PASSWORD})
    assert answer.status_code == 403
    assert "dữ liệu vừa gõ vẫn còn" in answer.content.decode()


def test_the_admin_login_leads_to_the_login_page(client: Client) -> None:
    assert client.get("/quan-tri/").status_code == 302
    answer = client.get("/quan-tri/login/?next=/quan-tri/")
    assert answer["Location"] == f"{LOGIN}?next=/quan-tri/"


def test_admin_is_forbidden_to_who_is_not_staff(client: Client) -> None:
    client.force_login(person(Role.INDEX_MANAGER))
    assert client.get("/quan-tri/", follow=True).status_code == 403


def test_short_password_is_refused_in_vietnamese(client: Client, user: User) -> None:
    client.force_login(user)
    data = {"old_password": PASSWORD, "new_password1": "Ngắn 1", "new_password2": "Ngắn 1"}
    assert "cần ít nhất 10 ký tự" in client.post("/tai-khoan/mat-khau/", data).content.decode()
