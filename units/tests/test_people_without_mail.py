"""People without an address of mail: known by name and unit, shown in by a code on paper, no letter is lost unseen."""

import io
import re
from collections.abc import Sequence
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from cchc_index.lib import clock
from cchc_index.lib.faults import ImportRefused, Refused
from units import ledger, rules
from units.auditlog import ledger as log
from units.auditlog.models import LogEntry
from units.mail.actions import send_waiting
from units.mail.models import Mail
from units.mail.queries import waiting
from units.models import Membership, Role, RoleProposal, Unit, User
from units.people import actions
from units.people.leaving import leave
from units.tests.factories import UnitFactory, UnitGroupFactory, UserFactory, person
from units.tests.people_lists import HEADINGS, again, book, bring

pytestmark = pytest.mark.django_db
LIST, ADD = "/dieu-hanh/nguoi-dung/", "/dieu-hanh/nguoi-dung/them/"
NEW = "cay-bang-la-do-9"
AN = ("Nguyễn Văn An", "", "Công chức phụ trách", "SNV")
HEAD = ("Lê Thị Đào", "không có", "Thủ trưởng đơn vị", "SNV")
NAMED = (*HEADINGS[:2], "Tên đăng nhập", *HEADINGS[2:])


@pytest.fixture(autouse=True)
def unit() -> Unit:
    group = UnitGroupFactory.create(code="so", name="Sở")
    UnitFactory.create(group=group, code="STC", name="Sở Tài chính")
    return UnitFactory.create(group=group, code="SNV", name="Sở Nội vụ")


@pytest.fixture
def manager() -> User:
    person(Role.INDEX_MANAGER, full_name="Bùi Thanh Mai", username="mai")
    return person(Role.INDEX_MANAGER, full_name="Hoàng Anh Dũng", username="dung")


@pytest.fixture
def page(manager: User) -> Client:
    return sign_in(manager)


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def check() -> list[str]:
    """What `check_ledger` finds of people."""
    return [*ledger.check(), *log.check_rows()]


def names() -> list[str]:
    return list(User.objects.filter(email="").order_by("pk").values_list("username", flat=True))


def refused(*rows: Sequence[object], **layout: Any) -> str:
    before = User.objects.count(), LogEntry.objects.count()
    with pytest.raises(ImportRefused) as fault:
        bring(*rows, **layout)
    assert (User.objects.count(), LogEntry.objects.count()) == before
    return " ".join(map(str, fault.value.faults))


# --- a list ---------------------------------------------------------------------------------------


def test_a_list_brings_them_in_with_a_name_made_of_theirs_and_repeats_nothing() -> None:
    plan = bring(AN, HEAD)
    assert str(plan).startswith("2 tài khoản mới (2 không có thư điện tử), 1 vai trò giao ngay, 1 vai trò chờ")
    assert names() == ["nguyen-van-an", "le-thi-dao"]
    assert not [user for user in User.objects.all() if user.has_usable_password()]
    assert RoleProposal.objects.get().user.username == "le-thi-dao"
    assert check() == []
    before = LogEntry.objects.count()
    assert str(bring(AN, HEAD)) == "Không có gì thay đổi: 2 dòng đã có."
    assert LogEntry.objects.count() == before


def test_namesakes_of_two_units_are_two_people_and_it_is_said() -> None:
    other = (*AN[:3], "STC")
    plan = bring(AN, other)
    assert names() == ["nguyen-van-an", "nguyen-van-an-2"]
    assert any("là những người khác nhau" in sentence for sentence in plan.said)
    assert str(bring(AN, other)) == "Không có gì thay đổi: 2 dòng đã có."


def test_one_name_at_one_unit_is_one_person_and_it_is_said() -> None:
    plan = bring(AN, (AN[0].upper(), "", "Quan sát", "SNV"))
    assert names() == ["nguyen-van-an"]
    assert any("tính là một người" in sentence for sentence in plan.said)
    assert Membership.objects.count() == 2


def test_a_user_name_tells_two_of_one_name_apart() -> None:
    rows = [(*AN[:2], f"an-{n}", *AN[2:]) for n in (1, 2)]
    assert not bring(*rows, headings=NAMED).said
    assert names() == ["an-1", "an-2"]
    assert bring(*rows, headings=NAMED).same == 2
    said = refused(AN)
    assert "an-1 (không có thư), an-2 (không có thư); không rõ là ai" in said
    assert "cột Tên đăng nhập" in said


@pytest.mark.parametrize(
    "row",
    [
        ("Nguyễn Văn An", "an@x.vn", "Quan sát", "SNV"),
        ("Nguyễn Văn An", "an@x.vn", "Quan sát"),
    ],
)
def test_a_namesake_in_the_list_who_may_be_the_same_is_asked_about(row: Sequence[object]) -> None:
    said = refused(AN, row)
    assert "Dòng 2, cột B (Thư điện tử): thiếu thư điện tử mà dòng 3 cũng là “Nguyễn Văn An”" in said


def test_a_namesake_with_an_account_who_may_be_the_same_is_asked_about(unit: Unit) -> None:
    person(Role.COUNCIL_MEMBER, unit, full_name=AN[0], email="an@x.vn", username="an")
    assert "an (an@x.vn); không rõ là ai" in refused(AN)
    assert "thiếu thư điện tử và đơn vị" in refused((*AN[:2], "Quan sát"))
    role = (*AN[:2], "Thành viên Hội đồng thẩm định", "SNV")
    assert bring(role).same == 1, "what the account holds already is no other person's"
    bring((*AN[:3], "STC"))
    assert names() == ["nguyen-van-an"]


def test_one_who_gains_an_address_is_not_made_twice() -> None:
    bring(AN)
    mailed = (AN[0], "an@x.vn", *AN[2:])
    assert "tài khoản nguyen-van-an cùng họ tên, cùng đơn vị, chưa có thư" in refused(mailed)
    plan = bring((*mailed[:2], "nguyen-van-an", *mailed[2:]), headings=NAMED)
    assert "1 tài khoản thêm thư điện tử" in str(plan)
    user = User.objects.get()
    assert (user.email, user.access_changed_at is not None) == ("an@x.vn", True)
    assert bring(mailed).same == 1
    assert check() == []


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (("Lê An", "an@x.vn", "an", "Quan sát"), "địa chỉ này là của tài khoản khac"),
        (("Lê An", "le.an@x.vn", "KHAC", "Quan sát"), "có địa chỉ an@x.vn"),
        (("Lê Bình", "", "khac", "Quan sát"), "mang tên “Lê An”"),
        (("Lê An", "", "nguyễn an", "Quan sát"), "không dùng làm tên đăng nhập được"),
    ],
)
def test_a_user_name_that_does_not_fit_is_a_fault(row: Sequence[object], fault: str) -> None:
    UserFactory.create(username="khac", full_name="Lê An", email="an@x.vn")
    assert fault in refused(row, headings=NAMED)


def test_the_command_says_whose_codes_are_to_be_printed(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "nguoi.xlsx"
    file.write_bytes(book(AN))
    call_command("import_people", str(file))
    assert "1 người không có thư điện tử: in phiếu mã" in capsys.readouterr().err
    assert names() == ["nguyen-van-an"]


# --- on the pages ---------------------------------------------------------------------------------


def codes_in(text: str) -> list[str]:
    return re.findall(r"<code>([0-9a-z-]{14})</code>", text)


def come_in(name: str, code: str) -> Client:
    """From the sheet to the first page, as its owner does it."""
    client = Client()
    answer = client.post(reverse("account_setup_code"), {"name": name, "code": code})
    assert client.post(answer["Location"], {"new_password1": NEW, "new_password2": NEW}).status_code == 302
    assert client.post(reverse("account_login"), {"username": name, "password": NEW}).status_code == 302
    return client


def test_a_file_leads_to_the_sheet_of_codes_and_a_code_leads_in(page: Client) -> None:
    shown = page.post(f"{LIST}nhap/", {"file": SimpleUploadedFile("nguoi.xlsx", book(AN, HEAD))})
    assert "2 không có thư: in phiếu mã" in " ".join(shown.text.split())
    assert "nguyen-van-an" in shown.text
    done = page.post(f"{LIST}nhap/", {"ticket": shown.context["ticket"]}, follow=True)
    assert "2 người mới không có thư điện tử: in phiếu mã" in done.text
    assert "In phiếu mã cho cả 2 người" in done.text
    sheet = page.post(done.redirect_chain[-1][0], {"verb": "all-codes"})
    codes = codes_in(sheet.text)
    assert len(codes) == 2
    client = come_in("nguyen-van-an", codes[1])  # Lê Thị Đào stands first
    assert client.get(reverse("account_home")).status_code == 200
    assert "In phiếu mã cho cả 1 người" in page.get(f"{LIST}?chua=1&khong-thu=1").text
    assert [fault for fault in check() if "Chỉ số của" not in fault] == []  # the managers were made by hand


def test_by_hand_an_empty_address_makes_an_account_that_waits_for_its_code(page: Client, unit: Unit) -> None:
    typed = {"full_name": "Nguyễn Văn An", "role": "unit_officer", "unit": unit.pk, "reason": "QĐ 12"}
    text = page.post(ADD, typed, follow=True).text
    assert "nguyen-van-an) không có thư điện tử: in phiếu mã" in text
    assert not Mail.objects.filter(event__startswith="units.invite").exists()
    user = User.objects.get(username="nguyen-van-an")
    place = reverse("people:person", args=[user.pk])
    assert "không có thư điện tử" in page.post(place, {"verb": "invite"}).text
    (code,) = codes_in(page.post(place, {"verb": "codes"}).text)
    come_in("nguyen-van-an", code)
    person(Role.OBSERVER, unit, full_name="Nguyễn Văn An", username="an-2", email="")
    asked = page.post(ADD, typed)
    assert (asked.status_code, "không rõ là ai" in asked.text) == (422, True)
    assert page.post(ADD, {**typed, "user_name": "an-3"}).status_code == 302


def test_letters_that_go_nowhere_are_read_in_the_account(page: Client, manager: User, unit: Unit) -> None:
    user = UserFactory.create(username="an", email="")
    given = {"verb": "give", "role": "unit_head", "unit": unit.pk, "reason": "QĐ 12"}
    place = reverse("people:person", args=[user.pk])
    assert "không có thư điện tử: báo trực tiếp" in page.post(place, given, follow=True).text
    letter = Mail.objects.get(recipient=user)
    assert (letter.address, letter in waiting()) == ("", False)
    send_waiting()
    assert Mail.objects.get(pk=letter.pk).sent_at is None
    assert letter.subject in page.get(place).text
    assert "đề nghị giao cho Ông/Bà vai trò" in sign_in(user).get(reverse("account_home")).text
    assert "đề nghị giao" not in sign_in(UserFactory.create()).get(reverse("account_home")).text
    sent = page.post(LIST, {"people": [user.pk]}, follow=True).text
    assert "1 người không có thư điện tử: in phiếu mã" in sent
    assert "Đã gửi" not in sent


def test_a_forgotten_password_is_told_to_the_managers_once_a_day(page: Client) -> None:
    user = UserFactory.create(username="an", email="")
    for _ in range(2):
        said = Client().post(reverse("account_reset_password"), {"name": "an"}, follow=True).text
        assert "Sở Nội vụ để nhận phiếu mã" in said
    letters = Mail.objects.filter(event__startswith="units.forgotten:")
    assert sorted(letter.recipient.username for letter in letters) == ["dung", "mai"]
    assert reverse("people:person", args=[user.pk]) in letters[0].body


def test_an_address_is_given_later_and_holds_the_account_back_for_a_while(page: Client, manager: User) -> None:
    head = person(Role.INDEX_MANAGER, username="an", email="", full_name="Lê An")
    place = reverse("people:person", args=[head.pk])
    assert page.post(place, {"verb": "address", "email": "sai"}).status_code == 422
    assert page.post(place, {"verb": "address", "email": manager.email}).status_code == 422
    assert page.post(place, {"verb": "address", "email": "An@x.vn"}).status_code == 302
    head = again(head)
    assert (head.email, rules.waits_until(head, Role.INDEX_MANAGER) is not None) == ("an@x.vn", True)
    told = Mail.objects.filter(event__startswith="units.access:").values_list("recipient__username", flat=True)
    assert sorted(told) == ["an", "dung", "mai"]
    assert LogEntry.objects.get(verb="set_address").before == {"email": ""}
    assert [fault for fault in check() if "ài khoản an" in fault] == []
    User.objects.filter(pk=head.pk).update(email="ke-khac@x.vn")
    assert any("thư điện tử khác với nhật ký" in fault for fault in check())


def test_nobody_gives_an_address_to_themselves_or_to_administrators(manager: User) -> None:
    root = UserFactory.create(is_superuser=True)
    for actor, user in ((manager, manager), (manager, root), (UserFactory.create(), UserFactory.create())):
        with pytest.raises(Refused):
            actions.set_address(actor=actor, user=user, email="moi@x.vn")
    assert actions.set_address(actor=manager, user=UserFactory.create(), email="moi@x.vn")


def test_work_is_handed_over_from_and_to_people_without_mail(page: Client, manager: User, unit: Unit) -> None:
    bring(AN, (*AN[:2], "Thủ trưởng đơn vị", "SNV"))
    user, heir = User.objects.get(username="nguyen-van-an"), UserFactory.create(username="dao", email="")
    done = leave(actor=manager, user=user, heir=heir, on=clock.today(), reason="QĐ 9 điều động", close=True)
    assert (len(done.ended), len(done.given)) == (1, 1)
    assert not again(user).is_active
    assert "đã đóng" in refused(AN)
    assert [fault for fault in check() if "nguyen-van-an" in fault] == []


def test_queries_do_not_grow_with_people_without_mail(django_assert_max_num_queries: Any) -> None:
    from units.people.planning import plan_people  # beside the test that asks it

    rows = [(f"Người {n}", "", "Quan sát", "SNV") for n in range(60)]
    bring(*rows)
    with django_assert_max_num_queries(12):
        plan_people(actor=None, source=io.BytesIO(book(*rows)))
