"""An index manager adds, changes, moves and removes the stages of a year in Điều hành."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from cchc_index.lib import clock
from criteria.models import Extension, RoundGroup, Stage
from criteria.tests.factories import open_stage, small_round, stage_named
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db
ADDED = {"kind": "reply", "title": "Giải trình lần 2", "after": "round2"}


@pytest.fixture
def block() -> RoundGroup:
    return small_round()


@pytest.fixture
def manager(block: RoundGroup) -> User:
    return person(Role.INDEX_MANAGER)


@pytest.fixture
def page(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


def names(block: RoundGroup) -> list[str]:
    return list(block.round.stages.order_by("position").values_list("name", flat=True))


def address(name: str, *args: str) -> str:
    return reverse(f"calendar:stage-{name}", args=args)


def test_a_stage_is_added_shown_changed_moved_and_removed(page: Client, block: RoundGroup, manager: User) -> None:
    assert page.post(address("list"), ADDED).status_code == 302
    assert names(block)[3:6] == ["round2", "explanation2", "final"]
    assert "Giải trình lần 2" in page.get(address("list")).text
    third = {"kind": "appraisal", "title": "Thẩm định lần 3", "after": "explanation2", "report_required": "on"}
    page.post(address("list"), third)
    page.post(address("facts", "round3"), {"title": "Phúc tra", "two_opinions": "on"})
    stage = stage_named(block.round, "round3")
    assert (stage.title, stage.two_opinions, stage.report_required) == ("Phúc tra", True, False)
    page.post(address("move", "round3"), {"after": "self_assessment"})
    assert names(block)[:3] == ["self_assessment", "round3", "round1"]
    for name in ("round3", "explanation2"):
        page.post(address("remove", name))
    assert [stage.name for stage in Stage.objects.filter(title__in=["Phúc tra", "Giải trình lần 2"])] == []
    verbs = ["stage.add", "stage.add", "stage.change", "stage.move", "stage.remove", "stage.remove"]
    assert list(LogEntry.objects.order_by("number").values_list("verb", "actor")) == [(v, manager.pk) for v in verbs]


def test_what_makes_no_sense_is_refused_with_what_was_typed(page: Client, block: RoundGroup) -> None:
    before = names(block)
    answer = page.post(address("list"), {**ADDED, "after": "self_assessment"})
    assert answer.status_code == 422
    assert "ngay sau lần thẩm định" in answer.text
    assert "Giải trình lần 2" in answer.text
    for wrong in ({"kind": "survey"}, {"title": ""}, {"after": "khac"}):
        assert page.post(address("list"), {**ADDED, **wrong}).status_code == 422
    assert page.post(address("facts", "explanation"), {"title": "Giải trình", "two_opinions": "on"}).status_code == 422
    page.post(address("remove", "round1"))
    page.post(address("move", "explanation"), {"after": "final"})
    assert names(block) == before
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("name", ["survey", "self_assessment", "publication", "import", "khac"])
def test_what_every_year_has_is_not_in_the_list_to_change(page: Client, block: RoundGroup, name: str) -> None:
    assert page.get(address("facts", name)).status_code == 404
    assert [page.post(address(deed, name)).status_code for deed in ("facts", "move", "remove")] == [404] * 3


@pytest.mark.parametrize("role", [role for role in Role if role != Role.INDEX_MANAGER])
def test_nobody_else_sees_or_changes_the_list(client: Client, block: RoundGroup, role: Role) -> None:
    client.force_login(person(role, UnitFactory.create(group=block.group)))
    before = names(block)
    addresses = [address("list"), *(address(deed, "round2") for deed in ("facts", "move", "remove"))]
    assert [client.post(one, {**ADDED, "title": "Khác"}).status_code for one in addresses] == [403] * 4
    assert [client.get(one).status_code for one in addresses[:2]] == [403] * 2
    assert names(block) == before


def test_a_phase_that_closes_before_it_opens_is_refused_with_what_was_typed(page: Client, block: RoundGroup) -> None:
    answer = page.post(
        reverse("calendar:stage", args=["round1"]), {"opens_at": "2032-01-20T17:00", "closes_at": "2032-01-05T08:00"}
    )
    assert answer.status_code == 422
    assert "Giờ đóng phải sau giờ mở" in answer.content.decode()
    assert "2032-01-05T08:00" in answer.content.decode()
    assert page.get(reverse("calendar:stage", args=["la"])).status_code == 404


def test_an_abolished_unit_is_offered_no_more_time(page: Client, block: RoundGroup) -> None:
    ended = block.round.assessed_from - timedelta(days=1)
    gone, unit = UnitFactory.create(group=block.group, valid_to=ended), UnitFactory.create(group=block.group)
    stage = open_stage(block.round, "self_assessment")
    offered = page.get(reverse("calendar:extension")).text
    assert f"{unit.name} – " in offered
    assert f"{gone.name} – " not in offered
    later = clock.hanoi(clock.now() + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")
    given = {"stage": stage.pk, "closes_at": later, "reason": "mất điện"}
    assert page.post(reverse("calendar:extension"), {**given, "unit": gone.pk}).status_code == 422
    assert page.post(reverse("calendar:extension"), {**given, "unit": unit.pk}).status_code == 302
    assert [one.unit for one in Extension.objects.all()] == [unit]
