from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cchc_index.lib import clock
from cchc_index.lib.tests.present import present
from criteria.models import Extension, RoundGroup, Stage
from criteria.tests.factories import (
    open_stage,
    small_round,
)
from results.computation import actions as computation
from results.models import Job
from results.tests import factories as blocks
from results.tests.published import publish
from units.models import Role, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db

READ = ("results:control", "results:preview-now")
WRITE = ("results:propose", "calendar:extension")
OTHERS = (Role.COUNCIL_MEMBER, Role.SURVEY_OPERATOR)


@pytest.fixture
def block() -> RoundGroup:
    round_group = small_round()
    UnitFactory.create_batch(2, group=round_group.group)
    return round_group


@pytest.fixture
def manager(client: Client) -> User:
    user = person(Role.INDEX_MANAGER)
    client.force_login(user)
    return user


def html(client: Client, name: str, *args: object, status: int = 200) -> str:
    """`name` of an address, of this app unless it says another."""
    full = name if ":" in name else f"results:{name}"
    response = client.get(reverse(full, args=args), follow=full == "results:preview-now")
    assert response.status_code == status
    return response.content.decode()


@pytest.mark.parametrize("name", [*READ, *WRITE])
def test_people_without_the_role_are_refused(client: Client, block: RoundGroup, name: Any) -> None:
    for role in OTHERS:
        client.force_login(person(role))
        html(client, name, status=403)
    client.logout()
    assert client.get(reverse(name)).status_code == 302


def test_observers_read_and_do_not_write(client: Client, block: RoundGroup) -> None:
    publication = publish(state="proposed")
    client.force_login(person(Role.OBSERVER))
    for name in READ:
        assert '<form method="post" action="/dieu-hanh/tinh-lai' not in html(client, name)
    for name in WRITE:
        html(client, name, status=403)
    for name, pk in (("recompute", block.pk), ("approve", publication.pk), ("withdraw", publication.pk)):
        assert client.post(reverse(f"results:{name}", args=[pk])).status_code == 403
    assert client.post(reverse("calendar:stage", args=["round1"]), {}).status_code == 403


def test_control_room_without_a_round_says_what_comes(client: Client, manager: User) -> None:
    assert "Chưa có khối nào" in html(client, "control")


def test_control_room_counts_what_is_done(client: Client, manager: User, block: RoundGroup) -> None:
    page = html(client, "control")
    assert "0/2" in page  # units that submitted
    assert "0/4" in page  # two units × two assessed leaves
    assert "chưa bắt đầu" in page


def test_the_least_complete_unit_stands_first(client: Client, manager: User, block: RoundGroup) -> None:
    from selfassess.models import SelfAssessment

    first, second = block.group.units.order_by("code")
    SelfAssessment.objects.create(
        round_group=block, unit=first, state="submitted", submitted_at=clock.now(), imported=True
    )
    page = html(client, "control")
    assert page.rindex(second.name) < page.rindex(first.name)


@pytest.mark.parametrize("name", READ)
def test_queries_do_not_grow_with_units(client: Client, manager: User, block: RoundGroup, name: Any) -> None:
    counts = []
    for _ in range(2):
        html(client, name)
        with CaptureQueriesContext(connection) as captured:
            html(client, name)
        counts.append(len(captured))
        UnitFactory.create_batch(7, group=block.group)
    assert counts[0] == counts[1]


def test_preview_is_marked_and_leads_to_unit_and_criterion(client: Client, manager: User, block: RoundGroup) -> None:
    unit = present(block.group.units.order_by("code").first())
    for page in (
        html(client, "preview", block.round.year),
        html(client, "preview-unit", block.round.year, block.group.code, unit.code),
        html(client, "preview-criterion", block.round.year, block.group.code, "1.1"),
        html(client, "preview-compare", block.round.year, block.group.code),
    ):
        assert "Bản xem trước – chưa công bố" in page
    place = reverse("results:preview-unit", args=[block.round.year, block.group.code, unit.code])
    assert place in html(client, "preview-now")


def test_recompute_is_asked_for_and_shown(client: Client, manager: User, block: RoundGroup) -> None:
    RoundGroup.objects.filter(pk=block.pk).update(inputs_version=1)
    answer = client.post(reverse("results:recompute", args=[block.pk]))
    job = Job.objects.get()
    assert answer["Location"] == reverse("results:job", args=[job.pk])
    assert "đang chờ" in html(client, "job", job.pk).lower()
    computation.run_recompute(job.pk)
    again = client.post(reverse("results:recompute", args=[block.pk]), follow=True)
    assert "mới nhất" in again.content.decode()


def test_a_preview_job_is_hidden_from_everybody_else(client: Client, manager: User, block: RoundGroup) -> None:
    client.post(reverse("results:preview-report", args=[block.pk]))
    job = Job.objects.get()
    html(client, "job", job.pk)
    client.logout()
    others = set(Role) - {Role.INDEX_MANAGER, Role.OBSERVER}
    for reader in (None, *(person(role, UnitFactory.create(group=block.group)) for role in sorted(others))):
        if reader:
            client.force_login(reader)
        html(client, "job", job.pk, status=404)
        html(client, "job-file", job.pk, "pdf", status=404)


def test_a_phase_is_set_from_the_control_room(client: Client, manager: User, block: RoundGroup) -> None:
    address = reverse("calendar:stage", args=["round1"])
    assert client.get(address).status_code == 200
    answer = client.post(address, {"opens_at": "2032-01-05T08:00", "closes_at": "2032-01-20T17:00"})
    assert answer.status_code == 302
    stage = Stage.objects.get(round=block.round, name="round1")
    assert clock.hanoi(present(stage.closes_at)).strftime("%d/%m/%Y %H:%M") == "20/01/2032 17:00"
    assert "20/01/2032 17:00" in html(client, "control")


def test_an_extension_needs_its_reason(client: Client, manager: User, block: RoundGroup) -> None:
    stage = open_stage(block.round, "self_assessment")
    unit = present(block.group.units.first())
    later = clock.hanoi(clock.now() + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")
    given = {"stage": stage.pk, "unit": unit.pk, "closes_at": later}
    assert "Phải ghi lý do gia hạn." in client.post(reverse("calendar:extension"), given).content.decode()
    assert client.post(reverse("calendar:extension"), {**given, "reason": "mất điện"}).status_code == 302
    assert Extension.objects.get().unit == unit
    assert unit.name in html(client, "control")


def test_the_preview_follows_the_last_score(client: Client, manager: User) -> None:
    """It is kept between two looks, and not a moment longer."""
    round_group = blocks.block("A")
    blocks.give(round_group, {"A": {"1": "60", "2": "30"}})
    assert "90,00" in html(client, "preview", round_group.round.year)
    blocks.give(round_group, {"A": {"1": "61"}})
    page = html(client, "preview", round_group.round.year)
    assert "91,00" in page
    assert "90,00" not in page
