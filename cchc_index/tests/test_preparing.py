"""Điều hành › Chuẩn bị kỳ: who may, the list of `check_year` with links, facts, hours, copying, opening."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from appraisal.tests.factories import assign
from cchc_index.lib import clock
from cchc_index.lib.tests.present import present
from cchc_index.readiness.queries import readiness
from criteria.models import Round, RoundGroup, Stage
from criteria.tests.factories import RoundFactory, open_stage, small_round, stage_named
from surveys.models import RespondentGroup, Survey
from units.auditlog.models import LogEntry
from units.models import Role, RoleProposal, User
from units.tests.factories import UnitFactory, UserFactory, person

pytestmark = pytest.mark.django_db

YEAR = 2031


@pytest.fixture
def manager() -> User:
    person(Role.INDEX_MANAGER)
    return person(Role.INDEX_MANAGER)


@pytest.fixture
def page(manager: User) -> Client:
    return sign_in(manager)


@pytest.fixture
def block() -> RoundGroup:
    """A year before its self-assessment whose one unit has a head."""
    block = small_round(year=YEAR)
    unit = UnitFactory.create(group=block.group, code="SNV", name="Sở Nội vụ")
    person(Role.UNIT_HEAD, unit)
    RespondentGroup.objects.create(survey=Survey.objects.create(round_group=block), code="dan", name="Người dân")
    now = clock.now()
    open_stage(block.round, "self_assessment", opens=now + timedelta(days=1), closes=now + timedelta(days=9))
    return block


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(name: str, year: int = YEAR) -> str:
    return reverse(f"preparing:{name}", args=[year])


def read(client: Client, name: str = "year", year: int = YEAR) -> str:
    return str(client.get(address(name, year)).content.decode())


# --- rights ---------------------------------------------------------------------------------------

WRITING = ("facts", "calendar", "copy")


@pytest.mark.parametrize("role", [None, *Role])
def test_who_sees_the_preparation_and_who_writes(role: Role | None, block: RoundGroup) -> None:
    unit = UnitFactory.create(group=block.group)
    client = sign_in(person(role, unit) if role else UserFactory.create())
    sees, writes = role in (Role.INDEX_MANAGER, Role.OBSERVER), role == Role.INDEX_MANAGER
    assert client.get(address("year")).status_code == (200 if sees else 403)
    before = LogEntry.objects.count()
    for name in WRITING:
        assert client.get(address(name)).status_code == (200 if writes else 403)
        if not writes:
            assert client.post(address(name), {"confirm": "1", "year": "2030"}).status_code == 403
    if not writes:
        assert client.post(address("open")).status_code == 403
        assert LogEntry.objects.count() == before


def test_first_administrator_is_led_from_an_empty_database(client: Client) -> None:
    client.force_login(UserFactory.create(is_superuser=True, is_staff=True))
    response = client.get("/", follow=True)
    assert response.redirect_chain[-1][0] == address("year", clock.today().year)
    shown = response.content.decode()
    for name in ("agencies:upload", "people:upload", "people:proposals"):
        assert reverse(name) in shown
    assert "do người quản lý Chỉ số thực hiện" in shown
    assert client.get(address("facts")).status_code == 403


# --- the list -------------------------------------------------------------------------------------


def main_action(client: Client) -> str:
    page = client.get("/dieu-hanh/chuan-bi/", follow=True).content.decode()
    return str(re.findall(r'<a class="button" href="[^"]*">([^<]*)</a>', page)[0])


def test_the_first_administrator_has_one_main_action_at_a_time(client: Client) -> None:
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    assert main_action(client) == "Nhập danh sách đơn vị"
    UnitFactory.create()
    assert main_action(client) == "Nhập danh sách người dùng"
    RoleProposal.objects.create(
        user=UserFactory.create(), role=Role.INDEX_MANAGER, reason="Quyết định 1.", proposed_at=clock.now()
    )
    assert main_action(client) == "Xem vai trò chờ xác nhận"


def test_page_lists_what_check_year_lists_each_with_its_place(page: Client, block: RoundGroup) -> None:
    UnitFactory.create(group=block.group, code="SYT", name="Sở Y tế")
    state = readiness(YEAR)
    assert [one.what for one in state.missing] == ["Sở Y tế (SYT) chưa có thủ trưởng đơn vị"]
    shown = read(page)
    for one in state.missing:
        assert f'<a href="{one.address}">{one.what[0].upper()}{one.what[1:]}</a>' in shown


def test_later_stages_say_what_they_lack_beside(block: RoundGroup) -> None:
    state = readiness(YEAR)
    assert state.ready
    later = {needs.stage.name: [one.what for one in needs.missing] for needs in state.later}
    assert "Thẩm định lần 1 chưa đặt giờ mở, giờ đóng" in later["round1"]
    uncovered = f"khối {block.group} còn 2 lượt tiêu chí chưa có thành viên Hội đồng thẩm định"
    assert [name for name, rows in later.items() if uncovered in rows] == ["round1"], "each thing is said once"

    assign(person(Role.COUNCIL_MEMBER), block)

    assert not any(uncovered in [one.what for one in needs.missing] for needs in readiness(YEAR).later)


def test_every_place_of_the_list_is_a_page_for_a_manager(page: Client) -> None:
    UnitFactory.create(group=small_round(year=YEAR).group)
    RoundGroup.objects.update(proposed_from=2030)
    state = readiness(YEAR)
    missing = [*state.missing, *(one for needs in state.later for one in needs.missing)]
    places = {one.address for one in missing if not one.address.startswith("/quan-tri/")}
    assert len(places) >= 4
    for place in places:
        assert page.get(place).status_code == 200, place


def test_queries_do_not_grow_with_units(
    page: Client, block: RoundGroup, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    def asked() -> int:
        with django_assert_max_num_queries(100) as context:
            page.get(address("year"))
        return len(context)

    asked()
    few = asked()
    for _ in range(7):
        person(Role.UNIT_OFFICER, UnitFactory.create(group=block.group))
    assert asked() == few


# --- facts and hours --------------------------------------------------------------------------------

FACTS = {
    "assessed_from": "01/01/2031",
    "assessed_to": "30/11/2031",
    "plan_number": "9/KH-UBND",
    "plan_date": "5/1/2031",
}


def test_round_is_made_with_its_stages_and_corrected(page: Client) -> None:
    assert page.post(address("facts"), FACTS).status_code == 302
    round_ = Round.objects.get(year=YEAR)
    assert (f"{round_.assessed_to:%d/%m}", round_.plan_number) == ("30/11", "9/KH-UBND")
    assert round_.stages.count() > 3
    page.post(address("facts"), {**FACTS, "assessed_to": "31/12/2031"})
    page.post(address("facts"), {**FACTS, "assessed_to": "31/12/2031"})
    made, corrected = LogEntry.objects.filter(verb="criteria.round").order_by("number")
    assert (made.before, present(corrected.before)["assessed_to"]) == (None, "2031-11-30")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"assessed_to": "01/12/2030"}, "phải sau ngày bắt đầu"),
        ({"assessed_to": "cuối năm"}, "Ngày không đọc được"),
        ({"assessed_from": ""}, "Nhập ngày bắt đầu"),
    ],
)
def test_wrong_facts_are_refused_with_what_was_typed(page: Client, wrong: dict[str, str], said: str) -> None:
    response = page.post(address("facts"), {**FACTS, **wrong})
    assert response.status_code == 422
    assert said in response.content.decode()
    assert "9/KH-UBND" in response.content.decode()
    assert not Round.objects.exists()


def test_assessed_period_stays_once_there_are_scores(page: Client, block: RoundGroup) -> None:
    RoundGroup.objects.update(frozen_at=clock.now())
    response = page.post(address("facts"), FACTS)
    assert response.status_code == 422
    assert "không đổi được thời kỳ đánh giá" in response.content.decode()
    same = {**FACTS, "assessed_to": "31/12/2031"}
    assert page.post(address("facts"), same).status_code == 302, "its plan may still be written"


def hours(block: RoundGroup, **given: str) -> dict[str, str]:
    """The calendar's form as it stands, with some fields typed anew."""
    typed = {}
    for stage in Stage.objects.filter(round=block.round):
        for edge in ("opens_at", "closes_at"):
            moment = getattr(stage, edge)
            typed[f"{stage.name}-{edge}"] = f"{clock.hanoi(moment):%d/%m/%Y %H:%M}" if moment else ""
    return typed | given


def test_hours_of_many_stages_are_set_at_once(page: Client, block: RoundGroup) -> None:
    typed = hours(block, **{"round1-opens_at": "5/1/2032 8:00", "round1-closes_at": "5/2/2032 17:00"})
    assert page.post(address("calendar"), typed).status_code == 302
    stage = stage_named(block.round, "round1")
    assert stage.opens_at is not None
    assert f"{clock.hanoi(stage.opens_at):%H:%M %d/%m/%Y}" == "08:00 05/01/2032"
    assert not stage_named(block.round, "round2").is_set


def test_one_wrong_hour_saves_none(page: Client, block: RoundGroup) -> None:
    typed = hours(
        block,
        **{"round1-opens_at": "5/1/2032 8:00", "round2-opens_at": "6/6/2032 8:00", "round2-closes_at": "5/6/2032 8:00"},
    )
    response = page.post(address("calendar"), typed)
    assert response.status_code == 422
    assert "Giờ đóng phải sau giờ mở" in response.content.decode()
    assert "5/1/2032 8:00" in response.content.decode(), "what was typed stays"
    assert not stage_named(block.round, "round1").is_set


def test_calendar_of_a_year_that_is_not_there_is_not_there(page: Client) -> None:
    assert page.get(address("calendar", 2077)).status_code == 404


# --- copying and opening --------------------------------------------------------------------------


def test_copy_is_shown_before_it_is_made(page: Client) -> None:
    earlier = small_round(year=2030)
    UnitFactory.create(group=earlier.group)
    shown = page.post(address("copy"), {"year": "2030"}).content.decode()
    assert "Sẽ chép từ kỳ 2030, chưa lưu gì" in shown
    assert f"Đã tạo kỳ {YEAR}" in shown
    assert not Round.objects.filter(year=YEAR).exists()
    assert not LogEntry.objects.filter(verb="year.copy").exists()

    assert page.post(address("copy"), {"year": "2030", "confirm": "1"}).status_code == 302

    assert RoundGroup.objects.get(round__year=YEAR).proposed_from == 2030
    assert "đề xuất chép từ kỳ 2030" in read(page)


@pytest.mark.parametrize("year", ["2032", "1999", "x", ""])
def test_year_that_cannot_be_copied_is_refused(page: Client, year: str) -> None:
    RoundFactory.create(year=2032)
    for confirm in ({}, {"confirm": "1"}):
        assert page.post(address("copy"), {"year": year, **confirm}).status_code == 422
    assert not Round.objects.filter(year=YEAR).exists()


def opened(page: Client) -> Any:
    return page.post(address("open"), follow=True).content.decode()


def test_self_assessment_opens_now_when_nothing_is_missing(page: Client, block: RoundGroup) -> None:
    assert "Mở tự đánh giá năm 2031 ngay bây giờ" in read(page)
    assert "Đã mở giai đoạn Tự đánh giá" in opened(page)
    assert stage_named(block.round, "self_assessment").is_open(clock.now())
    assert "không có gì để mở" in opened(page), "once is enough"


def test_self_assessment_does_not_open_while_something_is_missing(page: Client, block: RoundGroup) -> None:
    UnitFactory.create(group=block.group, code="SYT", name="Sở Y tế")
    assert "ngay bây giờ" not in read(page)
    assert "Sở Y tế (SYT) chưa có thủ trưởng đơn vị" in opened(page)
    assert not stage_named(block.round, "self_assessment").is_open(clock.now())


def test_what_only_the_survey_lacks_does_not_hold_the_units_back(page: Client, block: RoundGroup) -> None:
    RespondentGroup.objects.all().delete()
    assert not readiness(YEAR).ready
    assert "Đã mở giai đoạn" in opened(page)
