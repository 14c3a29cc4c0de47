"""Điều hành › Người dùng: who may, what is found, what a file would do, roles with dates, the second person."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cchc_index.lib import clock
from units.auditlog.models import LogEntry
from units.mail.models import Mail
from units.mail.queries import body_of
from units.models import Membership, Role, RoleProposal, Unit, User
from units.people.actions import invite, remind_newcomers
from units.tests.factories import UnitFactory, UnitGroupFactory, UserFactory, person
from units.tests.people_lists import HEAD, OFFICER, book, held

pytestmark = pytest.mark.django_db

PAGES = ("list", "upload", "add", "proposals", "person")


@pytest.fixture(autouse=True)
def unit() -> Unit:
    return UnitFactory.create(group=UnitGroupFactory.create(code="so", name="Sở"), code="SNV", name="Sở Nội vụ")


@pytest.fixture
def manager() -> User:
    """One of two, so that the system is past its bringing up."""
    person(Role.INDEX_MANAGER, full_name="Bùi Thanh Mai")
    return person(Role.INDEX_MANAGER, full_name="Hoàng Anh Dũng")


@pytest.fixture
def page(manager: User) -> Client:
    return sign_in(manager)


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(name: str, user: User | None = None) -> str:
    return reverse(f"people:{name}", args=[user.pk] if name == "person" and user else [])


def upload(page: Client, content: bytes) -> Any:
    return page.post(address("upload"), {"file": SimpleUploadedFile("nguoi.xlsx", content)})


# --- rights ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", [None, *Role])
def test_managers_see_the_pages_and_nobody_else(role: Role | None, name: str, unit: Unit, manager: User) -> None:
    user = person(role, unit) if role else UserFactory.create()
    place, expected = address(name, user), 200 if role == Role.INDEX_MANAGER else 403
    client = sign_in(user)
    assert client.get(place).status_code == expected
    if expected == 403:
        before = LogEntry.objects.count()
        assert client.post(place, {"verb": "invite", "people": user.pk}).status_code == 403
        assert LogEntry.objects.count() == before


@pytest.mark.parametrize("name", PAGES)
def test_who_is_not_signed_in_is_asked_to(name: str, manager: User) -> None:
    assert Client().get(address(name, manager)).status_code == 302


def test_the_first_administrator_sees_the_pages_before_any_role_exists() -> None:
    assert sign_in(UserFactory.create(is_superuser=True)).get(address("list")).status_code == 200


def test_an_unknown_person_is_not_there(page: Client) -> None:
    assert page.get(reverse("people:person", args=[10**9])).status_code == 404


# --- the list -------------------------------------------------------------------------------------


def test_people_are_found_without_accents_by_role_and_by_never_having_come(page: Client, unit: Unit) -> None:
    person(Role.UNIT_HEAD, unit, full_name="Đỗ Thị Lan", last_login=clock.now())
    UserFactory.create(full_name="Lê Vinh")
    for query, names in (
        ("?tim=do+thi", ["Đỗ Thị Lan"]),
        ("?vai-tro=unit_head", ["Đỗ Thị Lan"]),
        ("?tim=le&chua=1", ["Lê Vinh"]),
        ("?tim=khong-ai", []),
    ):
        text = page.get(address("list") + query).text
        assert [name for name in ("Đỗ Thị Lan", "Lê Vinh") if name in text] == names


def test_the_list_has_pages_and_constant_queries(page: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(60):
        person(Role.OBSERVER, full_name=f"Người {number:02}")
    with django_assert_max_num_queries(14):
        text = page.get(address("list")).text
    assert "Trang 1/2" in text
    assert "Trang 2/2" in page.get(address("list") + "?trang=2").text


def test_names_stand_in_the_order_of_the_dictionary(page: Client) -> None:
    for name in ("Nguyễn Hoa", "Ngô Bảo", "Ấu Lâm", "Đỗ An", "Doãn An"):
        UserFactory.create(full_name=name)
    text = page.get(address("list")).text
    assert sorted(("Ấu Lâm", "Doãn An", "Đỗ An", "Ngô Bảo", "Nguyễn Hoa"), key=text.index) == [
        "Ấu Lâm", "Doãn An", "Đỗ An", "Ngô Bảo", "Nguyễn Hoa",
    ]  # fmt: skip


def test_who_never_came_is_invited_again(page: Client) -> None:
    user = UserFactory.create()
    page.post(address("list"), {"people": [user.pk]})
    assert Mail.objects.get().recipient == user
    assert LogEntry.objects.get().verb == "invite"
    assert "Chưa chọn ai" in page.post(address("list"), {}, follow=True).text


# --- a file ---------------------------------------------------------------------------------------


def test_a_file_is_shown_first_and_brought_in_by_a_second_press(page: Client) -> None:
    shown = upload(page, book(OFFICER, HEAD))
    assert shown.status_code == 200
    assert "<td>3</td>" in shown.text
    assert not User.objects.filter(email=OFFICER[1]).exists()
    done = page.post(address("upload"), {"ticket": shown.context["ticket"]}, follow=True)
    assert "2 tài khoản mới, 1 vai trò giao ngay, 1 vai trò chờ" in done.text
    assert held(OFFICER[1]) == ["unit_officer"]
    assert RoleProposal.objects.get().proposed_by == User.objects.get(full_name="Hoàng Anh Dũng")


def test_faults_are_shown_by_cell_and_nothing_is_kept(page: Client) -> None:
    answer = upload(page, book(OFFICER, ("An", "sai", "Quan sát")))
    assert answer.status_code == 422
    assert "Dòng 3, cột B (Thư điện tử)" in answer.text
    assert upload(page, b"").status_code == 422
    assert not User.objects.filter(email=OFFICER[1]).exists()


def test_a_preview_is_one_persons_and_cannot_be_forged(page: Client, manager: User) -> None:
    ticket = upload(page, book(OFFICER)).context["ticket"]
    other = sign_in(User.objects.get(full_name="Bùi Thanh Mai"))
    for client, seal in ((other, ticket), (page, ticket[:-3] + "abc")):
        assert "tải tệp lên lại" in client.post(address("upload"), {"ticket": seal}, follow=True).text
    assert not User.objects.filter(email=OFFICER[1]).exists()


# --- by hand --------------------------------------------------------------------------------------


def test_a_person_is_added_by_hand_and_invited(page: Client, unit: Unit) -> None:
    typed = {"full_name": "Lê An", "email": "An@x.vn", "role": "unit_officer", "unit": unit.pk, "reason": "QĐ 12"}
    assert "thiếu" not in page.post(address("add"), typed, follow=True).text
    assert held("an@x.vn") == ["unit_officer"]
    assert Mail.objects.get().address == "an@x.vn"
    again = page.post(address("add"), {**typed, "full_name": "Người Khác"})
    assert (again.status_code, "mang tên “Lê An”" in again.text) == (422, True)


def test_what_is_missing_is_asked_for(page: Client) -> None:
    answer = page.post(address("add"), {"role": "unit_officer"})
    assert answer.status_code == 422
    assert "Nhập họ tên." in answer.text
    assert not Mail.objects.exists()


def test_a_role_ends_on_a_day_with_a_reason(page: Client) -> None:
    user = person(Role.OBSERVER)
    role, today = user.memberships.get(), clock.today()
    place = address("person", user)
    ending = {"verb": "end", "membership": role.pk, "on": f"{today:%d/%m/%Y}"}
    assert page.post(place, ending).status_code == 422
    assert page.post(place, {**ending, "reason": "Chuyển công tác"}).status_code == 302
    assert held(user.email) == ["observer"]
    with clock.at(clock.now() + timedelta(days=1)):
        assert held(user.email) == []
    stranger = person(Role.OBSERVER).memberships.get()
    wrong = {**ending, "membership": stranger.pk, "reason": "Nhầm"}
    assert page.post(place, wrong).status_code == 404


def test_a_role_that_decides_is_only_proposed(page: Client, unit: Unit) -> None:
    user = UserFactory.create()
    given = {"verb": "give", "role": "unit_head", "unit": unit.pk, "reason": "QĐ 12"}
    assert page.post(address("person", user), given).status_code == 302
    assert (held(user.email), RoleProposal.objects.get().reason) == ([], "QĐ 12")
    shown = page.get(address("person", user)).text
    assert "chờ xác nhận" in shown
    assert "Chưa có vai trò nào" not in shown
    assert page.post(address("person", user), {**given, "role": "observer"}).status_code == 302
    assert held(user.email) == ["observer"]
    assert page.post(address("person", user), {"verb": "invite"}).status_code == 302


# --- the second person ----------------------------------------------------------------------------


def test_a_list_of_proposals_is_confirmed_as_a_whole_by_another(page: Client, unit: Unit) -> None:
    shown = upload(page, book(HEAD, ("Lê An", "an@x.vn", "Thành viên Hội đồng thẩm định", "SNV")))
    page.post(address("upload"), {"ticket": shown.context["ticket"]})
    ids = list(RoleProposal.objects.values_list("pk", flat=True))
    refused = page.post(address("proposals"), {"verb": "confirm", "proposals": ids})
    assert (refused.status_code, Membership.objects.filter(role=Role.UNIT_HEAD).exists()) == (422, False)
    other = sign_in(User.objects.get(full_name="Bùi Thanh Mai"))
    assert (
        "Đã xác nhận 2 vai trò."
        in other.post(address("proposals"), {"verb": "confirm", "proposals": ids}, follow=True).text
    )
    assert (held(HEAD[1]), held("an@x.vn")) == (["unit_head"], ["council_member"])


def test_a_proposal_is_not_confirmed_with_a_reason(page: Client, manager: User) -> None:
    proposal = RoleProposal.objects.create(
        user=UserFactory.create(), role=Role.COUNCIL_MEMBER, reason="QĐ 1", proposed_at=clock.now(), proposed_by=manager
    )
    other = sign_in(User.objects.get(full_name="Bùi Thanh Mai"))
    refusal = {"verb": "refuse", "proposal": proposal.pk}
    assert other.post(address("proposals"), refusal).status_code == 422
    assert other.post(address("proposals"), {**refusal, "reason": "Chưa đúng người"}).status_code == 302
    assert "Chưa đúng người" in other.get(address("proposals")).text
    assert other.post(address("proposals"), {"verb": "confirm", "proposals": [proposal.pk]}).status_code == 422


# --- a forgotten password -------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["an", "AN@x.vn"])
def test_a_forgotten_password_is_set_anew_by_a_link(typed: str) -> None:
    UserFactory.create(username="an", email="an@x.vn")
    place = reverse("account_reset_password")
    assert Client().get(place).status_code == 200
    with clock.at(clock.now()):
        said = Client().post(place, {"name": typed}, follow=True).text
        Client().post(place, {"name": typed})
    assert "sẽ đến trong ít phút" in said
    letter = Mail.objects.get()  # asked for twice, sent once
    assert "dat-mat-khau/" not in letter.body
    assert "/tai-khoan/dat-mat-khau/" in body_of(letter)


def test_nobody_learns_which_accounts_exist() -> None:
    UserFactory.create(username="dong", email="dong@x.vn", is_active=False)
    UserFactory.create(username="khong-thu", email="")
    place = reverse("account_reset_password")
    for name in ("khong-co", "dong", "khong-thu"):
        assert "sẽ đến trong ít phút" in Client().post(place, {"name": name}, follow=True).text
    assert not Mail.objects.exists()
    assert Client().post(place, {"name": " "}).status_code == 422


def test_the_first_administrator_finds_the_way_and_others_do_not() -> None:
    for user, sees in ((UserFactory.create(is_superuser=True), True), (UserFactory.create(), False)):
        assert (address("list") in sign_in(user).get(reverse("results:method")).text) is sees


def test_managers_find_the_people_before_there_is_a_year(page: Client) -> None:
    place = reverse("results:control")
    assert address("list") in page.get(place).text
    assert address("list") not in sign_in(person(Role.OBSERVER)).get(place).text


# --- who never came -----------------------------------------------------------------------------------


def test_who_never_came_is_written_to_again_after_a_week_three_times(manager: User, unit: Unit) -> None:
    user = person(Role.UNIT_OFFICER, unit)
    came = person(Role.UNIT_OFFICER, unit, last_login=clock.now())
    without_role, without_letter = UserFactory.create(), person(Role.OBSERVER)
    invite(actor=manager, users=[user, came, without_role])
    begun, letters = clock.now(), []
    for day in range(60):
        with clock.at(begun + timedelta(days=day, minutes=1)):
            remind_newcomers()
            remind_newcomers()
            letters.append(Mail.objects.filter(recipient=user).count())
    assert [day for day in range(1, 60) if letters[day] > letters[day - 1]] == [7, 14, 21]
    for other in (came, without_role):
        assert Mail.objects.filter(recipient=other).count() == 1
    assert not Mail.objects.filter(recipient=without_letter).exists()
