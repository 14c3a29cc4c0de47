"""People from a spreadsheet: all or nothing, faults by cell, repeating changes nothing, nobody knows a password."""

import csv
import io
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail as outbox
from django.core.management import call_command
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from cchc_index.lib import clock
from cchc_index.lib.commands import CommandRefused
from cchc_index.lib.faults import ImportRefused, Refused
from units import ledger, rules
from units.auditlog.models import LogEntry
from units.mail.actions import send_waiting
from units.mail.models import Mail
from units.models import Membership, Role, RoleProposal, Unit, User
from units.people import planning
from units.tests.factories import UnitFactory, UnitGroupFactory, UserFactory, person
from units.tests.people_lists import HEAD, HEADINGS, OFFICER, again, book, bring, held

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unit() -> Unit:
    group = UnitGroupFactory.create(code="so", name="Sở")
    return UnitFactory.create(group=group, code="SNV", name="Sở Nội vụ")


def faults_of(*rows: Sequence[object], **layout: Any) -> list[str]:
    before = User.objects.count(), LogEntry.objects.count()
    with pytest.raises(ImportRefused) as refused:
        bring(*rows, **layout)
    assert (User.objects.count(), LogEntry.objects.count()) == before
    assert not Mail.objects.exists()
    return [str(fault) for fault in refused.value.faults]


# --- what becomes of a list -----------------------------------------------------------------------


def test_officers_enter_at_once_and_heads_wait_for_a_second_person(unit: Unit) -> None:
    plan = bring(OFFICER, HEAD, ("Ngô Bảo Ngọc", "ngoc@hids.vn", "phu trach dieu tra"))
    assert (len(plan.accounts), len(plan.given), len(plan.proposed), plan.same) == (3, 2, 1, 0)
    assert (held(OFFICER[1]), held(HEAD[1]), held("ngoc@hids.vn")) == (["unit_officer"], [], ["survey_operator"])
    proposal = RoleProposal.objects.get()
    assert (proposal.role, proposal.unit, proposal.proposed_by) == (Role.UNIT_HEAD, unit, None)
    assert list(ledger.check()) == []


def test_accounts_are_opened_by_an_invitation_and_by_nothing_else() -> None:
    bring(OFFICER)
    user = User.objects.get()
    assert (user.username, user.full_name, user.has_usable_password()) == ("ha.tt", "Trần Thu Hà", False)
    letter = Mail.objects.get(event__startswith="units.invite:")
    assert "dat-mat-khau/" not in letter.body  # the outbox opens nothing
    send_waiting()
    link = next(word for word in outbox.outbox[0].body.split() if "/dat-mat-khau/" in word)
    path = link.removeprefix("http://127.0.0.1:8000")
    client, new = Client(), "Rieng-cua-Ha-2026"
    assert client.get(path).status_code == 200
    assert client.post(path, {"new_password1": new, "new_password2": "khac"}).status_code == 422
    assert client.post(path, {"new_password1": new, "new_password2": new}).status_code == 302
    assert again(user).check_password(new)
    assert client.get(path).status_code == 404  # once
    assert list(LogEntry.objects.values_list("verb", flat=True).order_by("number"))[-1] == "set_password"


def test_an_invitation_ends(settings: Settings) -> None:
    from units.mail.queries import password_path  # the link alone, without the letter

    user = UserFactory.create()
    path = password_path(user)
    assert Client().get(path).status_code == 200
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert Client().get(path).status_code == 404
    assert Client().get("/tai-khoan/dat-mat-khau/khong/co/").status_code == 404


def test_the_same_list_again_changes_nothing_and_says_so() -> None:
    bring(OFFICER, HEAD)
    before = LogEntry.objects.count(), Mail.objects.count()
    plan = bring(OFFICER, HEAD)
    assert str(plan) == "Không có gì thay đổi: 2 dòng đã có."
    assert (LogEntry.objects.count(), Mail.objects.count()) == before


def test_one_address_is_one_person_with_several_roles() -> None:
    upper = ("trần thu hà", "HA.TT@hanoi.gov.vn", "Quan sát")
    plan = bring(OFFICER, upper)
    assert len(plan.accounts) == 1
    assert held(OFFICER[1]) == ["observer", "unit_officer"]


def test_a_user_name_that_somebody_has_becomes_the_whole_address() -> None:
    UserFactory.create(username="ha.tt")
    bring(OFFICER)
    assert User.objects.get(email=OFFICER[1]).username == "ha.tt@hanoi.gov.vn"


def test_a_role_counts_within_its_dates() -> None:
    today = clock.today()
    later, earlier = today + timedelta(days=1), today - timedelta(days=1)
    bring(
        (*OFFICER, f"{later:%d/%m/%Y}", ""),
        ("Lê An", "an@x.vn", "Quan sát", "", "", "", f"{earlier:%d/%m/%Y}"),
        ("Lê Bình", "binh@x.vn", "Quan sát", "", "", f"ngày {today.day} tháng {today.month} năm {today.year}", today),
    )
    assert [held(mail) for mail in (OFFICER[1], "an@x.vn", "binh@x.vn")] == [[], [], ["observer"]]
    future = User.objects.get(email=OFFICER[1])
    assert not rules.grants(future).roles
    with clock.at(clock.now() + timedelta(days=1)):
        assert rules.grants(again(future)).roles == {"unit_officer"}
        assert held("binh@x.vn") == []


def test_other_dates_change_a_role_and_blank_ones_leave_it() -> None:
    bring(OFFICER)
    plan = bring((*OFFICER, "", "31/12/2099"))
    assert len(plan.given) == 1
    assert Membership.objects.get().valid_to == date(2099, 12, 31)
    assert list(ledger.check()) == []


def test_a_role_that_has_ended_is_not_given_again_by_an_old_list() -> None:
    bring(OFFICER)
    Membership.objects.update(active=False)
    plan = bring(OFFICER)
    assert held(OFFICER[1]) == []
    assert any("đã kết thúc" in sentence for sentence in plan.said)


# --- as offices write it --------------------------------------------------------------------------


def test_title_rows_counters_case_and_spaces_are_read() -> None:
    headings = ("STT", "HỌ  VÀ TÊN", "thu dien tu", "VAI TRÒ", "Mã ĐV", "khối")
    plan = bring(
        (1, *OFFICER), (2, *HEAD), headings=headings, above=[("UBND THÀNH PHỐ HÀ NỘI",), ("DANH SÁCH NGƯỜI DÙNG",), ()]
    )
    assert len(plan.accounts) == 2


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_the_command_reads_files_and_says_what_it_did(
    ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"nguoi{ending}"
    if ending == ".xlsx":
        path.write_bytes(book(OFFICER, HEAD))
    else:
        text = io.StringIO()
        csv.writer(text).writerows([HEADINGS, OFFICER, HEAD])
        path.write_text(text.getvalue(), encoding="utf-8")
    call_command("import_people", str(path))
    assert "2 tài khoản mới, 1 vai trò giao ngay, 1 vai trò chờ" in capsys.readouterr().err
    call_command("import_people", str(path))
    assert "Không có gì thay đổi: 2 dòng" in capsys.readouterr().err


def test_the_command_refuses_with_every_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "nguoi.xlsx"
    path.write_bytes(book(OFFICER, ("An", "khong-phai-thu", "Vua")))
    with pytest.raises(CommandRefused):
        call_command("import_people", str(path))
    said = capsys.readouterr().err
    assert "Dòng 3, cột B (Thư điện tử)" in said
    assert "Dòng 3, cột C (Vai trò): không có vai trò “Vua”" in said
    assert not User.objects.exists()


# --- faults ---------------------------------------------------------------------------------------


def test_an_unknown_column_is_refused_by_its_name() -> None:
    (fault,) = faults_of((*OFFICER, "", "", "0912"), headings=(*HEADINGS, "Điện thoại"))
    assert "Điện thoại" in fault
    assert "Dòng 1" in fault


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (("", "a@x.vn", "Quan sát"), "thiếu họ tên"),
        (("An", "an.x.vn", "Quan sát"), "không phải địa chỉ thư điện tử"),
        (("An", "a@x.vn", ""), "thiếu vai trò"),
        (("An", "a@x.vn", "Thủ trưởng đơn vị"), "phải có đơn vị"),
        (("An", "a@x.vn", "Công chức phụ trách", "KHONG"), "không có đơn vị mã “KHONG”"),
        (("An", "a@x.vn", "Quan sát", "SNV", "Tỉnh"), "không có khối “Tỉnh”"),
        (("An", "a@x.vn", "Quan sát", "", "", "hôm qua"), "không phải một ngày"),
        (("An", "a@x.vn", "Quan sát", "", "", "02/02/2026", "01/02/2026"), "đến ngày trước từ ngày"),
    ],
)
def test_what_cannot_be_is_named_by_row_and_nothing_is_saved(row: Sequence[object], fault: str) -> None:
    found = faults_of(OFFICER, row)
    assert any(fault in one and one.startswith("Dòng 3") for one in found), found


def test_a_code_of_two_blocks_asks_for_the_block() -> None:
    UnitFactory.create(group=UnitGroupFactory.create(code="xa", name="Xã, phường"), code="SNV")
    without = ("An", "a@x.vn", "Công chức phụ trách", "SNV")
    assert "có ở nhiều khối" in faults_of(without)[0]
    bring((*without, "Xã, phường"))
    assert held("a@x.vn") == ["unit_officer"]


def test_another_name_for_a_known_address_is_a_fault() -> None:
    UserFactory.create(email=OFFICER[1], full_name="Người Khác")
    assert "mang tên “Người Khác”" in faults_of(OFFICER)[0]
    assert "là của “Trần Thu Hà”" in " ".join(faults_of(OFFICER, ("Lê An", OFFICER[1], "Quan sát")))


def test_the_same_line_twice_is_named_and_other_dates_are_a_fault() -> None:
    assert "ngày khác" in faults_of(OFFICER, (*OFFICER, "01/01/2026"))[0]
    plan = bring(OFFICER, OFFICER)
    assert any("lặp lại" in sentence for sentence in plan.said)


def test_an_address_of_two_accounts_and_a_closed_account_are_faults() -> None:
    UserFactory.create_batch(2, email="hai@x.vn", full_name="Lê Hai")
    UserFactory.create(email="dong@x.vn", full_name="Lê Đông", is_active=False)
    found = faults_of(("Lê Hai", "hai@x.vn", "Quan sát"), ("Lê Đông", "dong@x.vn", "Quan sát"))
    assert ["nhiều tài khoản" in found[0], "đã đóng" in found[1]] == [True, True]


def test_a_list_without_people_is_refused() -> None:
    assert "không có người nào" in faults_of()[0]


# --- who and how much -----------------------------------------------------------------------------


def test_only_who_manages_people_imports() -> None:
    with pytest.raises(Refused, match="không có quyền"):
        bring(OFFICER, actor=person(Role.OBSERVER))
    bring(OFFICER, actor=person(Role.INDEX_MANAGER))
    assert held(OFFICER[1]) == ["unit_officer"]


def test_nobody_brings_a_deciding_role_for_themselves() -> None:
    manager = person(Role.INDEX_MANAGER, email="ql@x.vn", full_name="Quản Lý")
    with pytest.raises(ImportRefused, match="cho chính mình"):
        bring(("Quản Lý", "ql@x.vn", "Thành viên Hội đồng thẩm định"), actor=manager)


def test_queries_do_not_grow_with_what_is_already_there(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    rows = [(f"Người {n}", f"n{n}@x.vn", "Quan sát") for n in range(60)]
    bring(*rows)
    with django_assert_max_num_queries(12):
        planning.plan_people(actor=None, source=io.BytesIO(book(*rows)))
