"""The administrators' pages of units and people, and what holds for every app's."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import DecimalField, IntegerField
from django.forms import TypedChoiceField
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from cchc_index.lib.decimals import CountField, NumberField
from cchc_index.lib.sheets import xlsx
from cchc_index.lib.sheets.book import read_cells
from cchc_index.lib.tests.answers import Answer
from cchc_index.lib.tests.present import first_sheet, present
from units.administration.admin import Folding, LoggedAdmin, ReadOnlyAdmin
from units.auditlog import ledger
from units.auditlog.digests import marked
from units.auditlog.models import LogEntry, LogHead
from units.models import Membership, Role, Unit, UnitGroup, User
from units.tests.factories import UnitFactory, UnitGroupFactory, UserFactory, person

pytestmark = pytest.mark.django_db
OURS = ("units", "criteria", "selfassess", "appraisal", "surveys", "results")
UNIT = "/quan-tri/units/unit/"
USER = "/quan-tri/units/user/"
# What people edit here; every other record is work, written by its own pages and commands only.
CATALOGUES = {
    "units.unitgroup", "units.unit", "units.succession", "units.user", "criteria.decision", "criteria.criteriaset",
    "criteria.criterion", "criteria.round", "criteria.roundgroup", "criteria.extension",
    "appraisal.reason", "appraisal.assignment",
}  # fmt: skip


@pytest.fixture
def root() -> User:
    return UserFactory.create(username="goc", is_staff=True, is_superuser=True)


@pytest.fixture
def page(client: Client, root: User) -> Client:
    client.force_login(root)
    return client


def staff(*permissions: str) -> User:
    user = UserFactory.create(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def upload(*rows: Sequence[object], name: str = "tep.xlsx") -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    for row in rows:
        first_sheet(book).append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return SimpleUploadedFile(name, stream.getvalue())


def preview(client: Client, address: str, file: SimpleUploadedFile, kind: str = "0") -> Answer:
    return client.post(f"{address}import/", {"import_file": file, "format": kind, "resource": "0"})


def confirm(client: Client, address: str, answer: Answer) -> Answer:
    form = answer.context["confirm_form"]
    return client.post(f"{address}process_import/", form.initial, follow=True)


def chain_is_whole() -> bool:
    return not list(ledger.check(LogEntry.objects.order_by("number"), LogHead.objects.first()))


def test_records_of_work_are_read_only_for_everybody(root: User) -> None:
    request = RequestFactory().get("/")
    request.user = root
    registered = {m._meta.label_lower: a for m, a in admin.site._registry.items() if m._meta.app_label in OURS}

    assert {label for label, a in registered.items() if not isinstance(a, ReadOnlyAdmin)} == CATALOGUES
    for its_admin in (a for label, a in registered.items() if label not in CATALOGUES):
        assert not its_admin.has_add_permission(request)
        assert not its_admin.has_change_permission(request)
        assert not its_admin.has_delete_permission(request)
        assert not its_admin.get_actions(request)


def test_every_editable_catalogue_is_logged() -> None:
    for model, its_admin in admin.site._registry.items():
        if model._meta.app_label in OURS:
            assert isinstance(its_admin, LoggedAdmin | ReadOnlyAdmin), model


@pytest.mark.parametrize("label", sorted(m._meta.label_lower for m in apps.get_models() if m._meta.app_label in OURS))
def test_every_list_and_form_opens(page: Client, label: str) -> None:
    if apps.get_model(label) not in admin.site._registry:
        return
    app, model = label.split(".")
    assert page.get(f"/quan-tri/{app}/{model}/").status_code == 200
    status = 200 if label in CATALOGUES else 403
    assert page.get(f"/quan-tri/{app}/{model}/add/").status_code == status


def test_the_admin_is_titled_in_vietnamese(page: Client) -> None:
    html = page.get("/quan-tri/").content.decode()
    assert "Quản trị Chỉ số cải cách hành chính – Hà Nội" in html
    assert "Django" not in html


def test_no_inline_script_or_style(page: Client) -> None:
    UnitFactory.create()
    for address in ("/quan-tri/", UNIT, f"{UNIT}import/", f"{UNIT}export/", f"{UNIT}add/", f"{USER}add/"):
        html = page.get(address).content.decode()
        assert " style=" not in html, address
        assert " onclick=" not in html
        assert " onchange=" not in html
        assert "<style" not in html


def test_change_is_in_the_chained_log_with_before_and_after(page: Client, root: User) -> None:
    unit = UnitFactory.create(code="001", name="Sở Nội vu")
    page.post(f"{UNIT}{unit.pk}/change/", {"group": unit.group_id, "code": "001", "name": "Sở Nội vụ"})

    entry = LogEntry.objects.get()
    assert (entry.actor, entry.verb, entry.object_id) == (root, "admin_change", str(unit.pk))
    unit.refresh_from_db()
    assert (entry.before, entry.after) == ({"name": "Sở Nội vu"}, {"name": "Sở Nội vụ", **marked(unit)})
    assert entry.address == "127.0.0.1"
    assert chain_is_whole()


def test_addition_and_deletion_are_in_the_chained_log(page: Client) -> None:
    group = UnitGroupFactory.create()
    page.post(f"{UNIT}add/", {"group": group.pk, "code": "001", "name": "Sở Nội vụ"})
    unit = Unit.objects.get()
    page.post(f"{UNIT}{unit.pk}/delete/", {"post": "yes"})

    assert not Unit.objects.exists()
    assert list(LogEntry.objects.values_list("verb", flat=True)) == ["admin_add", "admin_delete"]
    assert present(LogEntry.objects.get(number=2).before)["name"] == "Sở Nội vụ"


def test_deleting_many_is_logged_one_by_one(page: Client) -> None:
    units = [UnitFactory.create() for _ in range(3)]
    page.post(UNIT, {"action": "delete_selected", "_selected_action": [u.pk for u in units], "post": "yes"})
    assert LogEntry.objects.filter(verb="admin_delete").count() == 3


def test_role_given_in_the_admin_is_logged(page: Client) -> None:
    user = UserFactory.create()
    prefix = "memberships"
    page.post(
        f"{USER}{user.pk}/change/",
        {
            "username": user.username, "full_name": user.full_name, "email": user.email, "is_active": "on",
            f"{prefix}-TOTAL_FORMS": 1, f"{prefix}-INITIAL_FORMS": 0, f"{prefix}-0-role": Role.OBSERVER,
            f"{prefix}-0-active": "on", f"{prefix}-0-user": user.pk,
        },
    )  # fmt: skip
    assert Membership.objects.get().role == Role.OBSERVER
    entry = LogEntry.objects.get()
    assert (entry.object_type, present(entry.after)["role"]) == ("units.membership", "observer")


def test_password_set_in_the_admin_is_logged_without_it(page: Client) -> None:
    user, new = UserFactory.create(), "Con mèo đen ngủ trưa 1"
    page.post(f"{USER}{user.pk}/password/", {"password1": new, "password2": new, "usable_password": "true"})
    user.refresh_from_db()
    assert user.check_password(new)
    entry = LogEntry.objects.get()
    assert (entry.verb, entry.object_id, entry.after) == ("admin_password", str(user.pk), marked(user))


def test_staff_cannot_make_themselves_superuser_nor_touch_one(client: Client, root: User) -> None:
    user = staff("view_user", "change_user")
    client.force_login(user)

    assert client.post(f"{USER}{root.pk}/change/", {"username": "x"}).status_code == 403
    assert client.post(f"{USER}{root.pk}/password/", {"password1": "x", "password2": "x"}).status_code == 403
    data = {"username": user.username, "full_name": "Mới", "email": user.email, "is_active": "on", "is_superuser": "on"}
    client.post(f"{USER}{user.pk}/change/", data)
    user.refresh_from_db()
    assert (user.full_name, user.is_superuser) == ("Mới", False)


def test_accounts_are_never_deleted(page: Client) -> None:
    user = UserFactory.create()
    before = set(User.objects.all())
    assert page.post(f"{USER}{user.pk}/delete/", {"post": "yes"}).status_code == 403
    page.post(USER, {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"})
    assert set(User.objects.all()) == before


def test_import_shows_first_and_saves_after_confirmation(page: Client) -> None:
    unit = UnitFactory.create(code="001", name="Sở Nội vu")
    same = UnitFactory.create(code="STC", name="Sở Tài chính")
    file = upload(
        ("MA KHOI", "Mã", "Tên đơn vị"),
        ("so", "001", "Sở Nội vụ"),
        ("so", same.code, same.name),
        ("so", 7, "  Sở  Y te\u0302\u0301 "),
    )
    answer = preview(page, UNIT, file)
    assert Unit.objects.count() == 2
    assert " style=" not in answer.content.decode()

    done = confirm(page, UNIT, answer)

    assert "Đã nhập: 1 mới, 1 đổi, 1 giữ nguyên." in done.content.decode()
    assert Unit.objects.get(code="7").name == "Sở Y tế"
    unit.refresh_from_db()
    assert unit.name == "Sở Nội vụ"
    entry = LogEntry.objects.get()
    assert entry.verb == "admin_import"
    assert present(entry.before)["changed"] == {str(unit.pk): {"name": "Sở Nội vu"}}
    assert present(entry.after)["file"] == "tep.xlsx"
    assert chain_is_whole()


def test_confirming_twice_is_answered_in_words(page: Client) -> None:
    UnitGroupFactory.create()
    answer = preview(page, UNIT, upload(("Mã khối", "Mã", "Tên đơn vị"), ("so", "1", "Sở A")))
    confirm(page, UNIT, answer)
    assert "đã nhập xong" in confirm(page, UNIT, answer).content.decode()
    assert LogEntry.objects.count() == 1


def test_data_that_changed_after_the_preview_saves_nothing(page: Client) -> None:
    group = UnitGroupFactory.create()
    rows = (("Mã khối", "Mã", "Tên đơn vị"), ("so", "1", "Sở A"), ("so", "2", "Sở B"))
    answer = preview(page, UNIT, upload(*rows))
    group.code = "khac"
    group.save()
    assert "Chưa nhập gì" in confirm(page, UNIT, answer).content.decode()
    assert not Unit.objects.exists()


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("Mã khối", "Mã"), ("so", "1")], "thiếu cột “Tên đơn vị”"),
        ([("Mã khối", "Mã", "Tên đơn vị"), ("xx", "1", "Sở A")], "Dòng 2, cột A (Mã khối): không có khối “xx”"),
        ([("Mã khối", "Mã", "Tên đơn vị"), ("so", "1", "")], "Dòng 2, cột C (Tên đơn vị)"),
        ([("Mã khối", "Mã", "Tên đơn vị"), ("so", "1", "A"), ("so", "2", "x" * 251)], "Dòng 3, cột C (Tên đơn vị)"),
        ([("Mã khối", "Mã", "Mã", "Tên đơn vị"), ("so", "1", "2", "A")], "trùng nghĩa với cột"),
    ],
)
def test_faults_are_named_by_row_and_nothing_is_saved(page: Client, rows: list[Any], words: str) -> None:
    UnitGroupFactory.create()
    answer = preview(page, UNIT, upload(*rows))
    assert words in answer.content.decode()
    assert "confirm_form" not in answer.context
    assert not Unit.objects.exists()


def test_hostile_file_is_refused_before_any_parser_sees_it(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "CalamineWorkbook", None)
    book = openpyxl.Workbook()
    first_sheet(book)["XFD1048576"] = 1
    stream = io.BytesIO()
    book.save(stream)
    answer = preview(page, UNIT, SimpleUploadedFile("xa.xlsx", stream.getvalue()))
    assert "ô ở quá xa" in answer.content.decode()
    answer = preview(page, UNIT, SimpleUploadedFile("x.xlsx", b"khong phai"), "0")
    assert "không phải bảng tính" in answer.content.decode()


def test_import_needs_more_than_looking(client: Client) -> None:
    client.force_login(staff("view_unit"))
    assert client.get(f"{UNIT}import/").status_code == 403
    assert client.post(f"{UNIT}process_import/").status_code == 403
    assert client.get(f"{UNIT}export/").status_code == 200
    client.force_login(staff("view_user"))
    assert client.get(f"{UNIT}export/").status_code == 403


@pytest.mark.parametrize("kind", ["0", "1"])
def test_export_carries_no_formula_and_comes_back_unchanged(page: Client, kind: str) -> None:
    UnitFactory.create(code="001", name="=1+1")
    UnitFactory.create(code="002", name="Sở Nội vụ")
    answer = page.post(f"{UNIT}export/", {"format": kind, "resource": "0"})
    cells = read_cells(io.BytesIO(answer.content), name="a.csv" if kind == "1" else "a.xlsx")
    assert sorted(row[:3] for row in cells[1:]) == [["so", "001", "'=1+1"], ["so", "002", "Sở Nội vụ"]]

    again = preview(page, UNIT, SimpleUploadedFile("a", answer.content), kind)
    assert set(again.context["result"].totals.items()) >= {("skip", 2), ("update", 0), ("new", 0)}


def test_accounts_go_out_without_hash_and_come_in_without_password(page: Client) -> None:
    answer = page.post(f"{USER}export/", {"format": "1", "resource": "0"})
    assert "Tên đăng nhập" in answer.content.decode()
    assert "argon2" not in answer.content.decode()
    assert "md5" not in answer.content.decode()

    rows: list[list[object]] = [
        ["Tên đăng nhập", "Họ và tên", "Đang dùng", "is_superuser"],
        ["binh", "Trần Bình", "Có", 1],
    ]
    refused = preview(page, USER, upload(*rows))
    assert "cột “is_superuser” không nhập được từ tệp này" in refused.content.decode()
    assert "confirm_form" not in refused.context

    confirm(page, USER, preview(page, USER, upload(*[row[:3] for row in rows])))
    user = User.objects.get(username="binh")
    assert (user.full_name, user.is_active, user.is_superuser) == ("Trần Bình", True, False)
    assert not user.has_usable_password()


def test_staff_cannot_change_a_superuser_through_a_file(client: Client, root: User) -> None:
    client.force_login(staff("view_user", "add_user", "change_user"))
    answer = preview(client, USER, upload(("Tên đăng nhập", "Họ và tên", "Đang dùng"), ("goc", "Gốc", "Không")))
    assert "quản trị tối cao" in answer.content.decode()
    root.refresh_from_db()
    assert root.is_active


@pytest.mark.parametrize("address", [UNIT, USER, "/quan-tri/units/logentry/"])
def test_lists_ask_a_constant_number_of_questions(page: Client, address: str) -> None:
    def add(count: int) -> None:
        for _ in range(count):
            person(
                Role.UNIT_OFFICER, UnitFactory.create(group=UnitGroupFactory.create(code=f"k{Unit.objects.count()}"))
            )

    counts = []
    for count in (2, 12):
        add(count)
        with CaptureQueriesContext(connection) as asked:
            assert page.get(address).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_unit_keeps_its_block_and_code_and_every_change_ages_the_ranking(page: Client) -> None:
    unit, other = UnitFactory.create(code="SNV"), UnitGroupFactory.create(code="huyen")
    versions, typed = [unit.group.units_version], {"code": "KHAC", "group": other.pk, "name": "Sở Nội vụ mới"}
    for change in ({}, {"valid_from": "01/03/2030"}, {"valid_to": "31/12/2031"}):
        typed |= change
        page.post(f"/quan-tri/units/unit/{unit.pk}/change/", typed)
        unit.group.refresh_from_db()
        versions.append(unit.group.units_version)
    unit.refresh_from_db()
    assert (unit.code, unit.group.code, unit.name) == ("SNV", "so", "Sở Nội vụ mới")
    assert (unit.valid_from, unit.valid_to) == (date(2030, 3, 1), date(2031, 12, 31))
    assert versions == sorted(set(versions))


@pytest.mark.parametrize("typed", ["dong da", "ĐỐNG ĐA", "Đống Đa", "quan DA", '"quan dong"', "Dong Ða"])
def test_search_folds_case_accents_and_the_letter_d(page: Client, typed: str) -> None:
    group = UnitGroupFactory.create()
    UnitFactory.create(group=group, code="DD", name="UBND quận Đống Đa")
    UnitFactory.create(group=group, code="BD", name="UBND quận Ba Đình")
    answer = page.get(UNIT, {"q": typed})
    assert [unit.code for unit in answer.context["cl"].result_list] == ["DD"]


def test_every_list_is_searched_so_and_every_number_typed_as_in_sheets() -> None:
    for model, its_admin in admin.site._registry.items():
        assert isinstance(its_admin, Folding), model
        for field in model._meta.fields:
            if isinstance(field, DecimalField) and isinstance(its_admin, LoggedAdmin):
                assert isinstance(its_admin.formfield_for_dbfield(field, request=None), NumberField), field
            if (
                isinstance(field, IntegerField)
                and field.editable
                and not field.primary_key
                and isinstance(its_admin, LoggedAdmin)
            ):
                shown = its_admin.formfield_for_dbfield(field, request=None)
                assert isinstance(shown, CountField | TypedChoiceField), field


def test_a_whole_number_is_typed_with_or_without_thousands(page: Client) -> None:
    there = "/quan-tri/units/unitgroup/add/"
    asked = page.post(there, {"code": "xa", "name": "Xã, phường", "position": "1.234"})
    assert "“1.234” có thể hiểu hai cách" in asked.text
    assert page.post(there, {"code": "xa", "name": "Xã, phường", "position": "12 345"}).status_code == 302
    assert UnitGroup.objects.get(code="xa").position == 12345


def test_an_export_under_a_filter_that_cannot_be_read_is_one_without(page: Client) -> None:
    answer = page.get(f"{UNIT}export/?nam=2024", follow=True)
    assert "Bộ lọc trong địa chỉ không đọc được" in answer.text
    assert answer.redirect_chain == [(f"{UNIT}export/", 302)]


def test_search_takes_signs_as_they_stand(page: Client) -> None:
    UnitFactory.create(name="Sở [A] (b.c)")
    UnitFactory.create(name="Sở A bxc")
    assert [unit.name for unit in page.get(UNIT, {"q": "[a] b.c"}).context["cl"].result_list] == ["Sở [A] (b.c)"]
