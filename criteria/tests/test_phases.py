"""Phases are moved and extended by the index manager only, in the log, half open."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.tests.present import present
from criteria import rules
from criteria.calendar import actions, queries
from criteria.models import CriteriaSet, Extension, Round, RoundGroup, Stage
from criteria.tests.factories import open_stage, small_round, stage_named
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import UnitFactory, UnitGroupFactory, person

pytestmark = pytest.mark.django_db

NAME = "self_assessment"


@pytest.fixture
def round_group() -> RoundGroup:
    return small_round()


@pytest.fixture
def manager() -> User:
    return person(Role.INDEX_MANAGER)


def in_hours(hours: float) -> datetime:
    return clock.now() + timedelta(hours=hours)


def test_a_phase_is_opened_and_moved_in_the_log(round_group: RoundGroup, manager: User) -> None:
    opens, closes = datetime(2031, 12, 1, 1, tzinfo=UTC), datetime(2031, 12, 22, 10, tzinfo=UTC)
    arguments: dict[str, Any] = {"actor": manager, "round_id": round_group.round_id, "name": NAME}
    stage = actions.set_stage(**arguments, opens_at=opens, closes_at=closes)
    assert (stage.opens_at, stage.closes_at) == (opens, closes)
    actions.set_stage(**arguments, opens_at=opens, closes_at=closes + timedelta(days=1))
    actions.set_stage(**arguments, opens_at=opens, closes_at=closes + timedelta(days=1))
    first, second = LogEntry.objects.order_by("number")
    assert first.before is None
    assert present(second.before)["closes_at"] == "2031-12-22T17:00:00+07:00"
    assert present(second.after)["closes_at"] == "2031-12-23T17:00:00+07:00"
    assert [stage.name for stage in Stage.objects.all() if stage.is_set] == [NAME]


def test_a_phase_closes_after_it_opens(round_group: RoundGroup, manager: User) -> None:
    at = clock.now()
    with pytest.raises(Refused, match="sau giờ mở"):
        actions.set_stage(actor=manager, round_id=round_group.round_id, name=NAME, opens_at=at, closes_at=at)


@pytest.mark.parametrize(("name", "offset"), [("nghỉ hè", 0), (NAME, 999)])
def test_unknown_stages_and_rounds_are_refused(round_group: RoundGroup, manager: User, name: str, offset: int) -> None:
    with pytest.raises(Refused):
        actions.set_stage(
            actor=manager, round_id=round_group.round_id + offset, name=name, opens_at=in_hours(1), closes_at=None
        )
    assert not any(stage.is_set for stage in Stage.objects.all())


@pytest.mark.parametrize("role", [r for r in Role if r != Role.INDEX_MANAGER and not str(r).startswith("unit")])
def test_only_the_index_manager_moves_phases(round_group: RoundGroup, role: Any) -> None:
    other = person(role)
    unit = UnitFactory.create(group=round_group.group)
    stage = open_stage(round_group.round, NAME)
    with pytest.raises(PermissionDenied):
        actions.set_stage(actor=other, round_id=round_group.round_id, name=NAME, opens_at=None, closes_at=None)
    with pytest.raises(PermissionDenied):
        actions.grant_extension(actor=other, stage_id=stage.pk, unit_id=unit.pk, closes_at=in_hours(99), reason="Bão")


def test_an_extension_opens_the_phase_for_one_unit_up_to_its_instant(round_group: RoundGroup, manager: User) -> None:
    late, other = UnitFactory.create(group=round_group.group), UnitFactory.create(group=round_group.group)
    stage = open_stage(round_group.round, NAME, opens=in_hours(-9), closes=in_hours(-1))
    until = in_hours(5)
    actions.grant_extension(actor=manager, stage_id=stage.pk, unit_id=late.pk, closes_at=until, reason="Mưa lũ")
    assert queries.is_open_for(stage_named(round_group.round, NAME), late, until - timedelta(microseconds=1))
    assert not queries.is_open_for(stage_named(round_group.round, NAME), late, until)
    assert not queries.is_open_for(stage_named(round_group.round, NAME), other, clock.now())
    entry = LogEntry.objects.get()
    assert (entry.verb, entry.unit, entry.reason, entry.actor) == ("phase.extend", late, "Mưa lũ", manager)


def test_a_second_extension_replaces_the_first(round_group: RoundGroup, manager: User) -> None:
    unit = UnitFactory.create(group=round_group.group)
    stage = open_stage(round_group.round, NAME)
    for days in (40, 60):
        actions.grant_extension(
            actor=manager, stage_id=stage.pk, unit_id=unit.pk, closes_at=in_hours(days * 24), reason=f"Lần {days}"
        )
    assert Extension.objects.get().reason == "Lần 60"
    assert present(present(LogEntry.objects.order_by("-number").first()).before)["reason"] == "Lần 40"


@pytest.mark.parametrize(("hours", "reason"), [(99, "  "), (24, "Bằng giờ đóng"), (1, "Sớm hơn"), (-1, "Đã qua")])
def test_an_extension_needs_a_reason_and_a_later_closing(
    round_group: RoundGroup, manager: User, hours: int, reason: str
) -> None:
    unit = UnitFactory.create(group=round_group.group)
    stage = open_stage(round_group.round, NAME, closes=in_hours(24))
    with pytest.raises(Refused):
        actions.grant_extension(
            actor=manager,
            stage_id=stage.pk,
            unit_id=unit.pk,
            closes_at=in_hours(hours) - timedelta(seconds=1),
            reason=reason,
        )
    assert not Extension.objects.exists()


def test_an_extension_after_a_past_closing_must_still_lie_ahead(round_group: RoundGroup, manager: User) -> None:
    unit = UnitFactory.create(group=round_group.group)
    stage = open_stage(round_group.round, NAME, opens=in_hours(-9), closes=in_hours(-5))
    with pytest.raises(Refused, match="tương lai"):
        actions.grant_extension(
            actor=manager, stage_id=stage.pk, unit_id=unit.pk, closes_at=in_hours(-1), reason="Mưa lũ"
        )


def test_a_phase_without_a_closing_needs_no_extension(round_group: RoundGroup, manager: User) -> None:
    unit = UnitFactory.create(group=round_group.group)
    stage = stage_named(round_group.round, NAME)
    with pytest.raises(Refused, match="chưa có giờ đóng"):
        actions.grant_extension(actor=manager, stage_id=stage.pk, unit_id=unit.pk, closes_at=in_hours(1), reason="x")


def test_only_units_measured_in_the_round_are_extended(round_group: RoundGroup, manager: User) -> None:
    stranger = UnitFactory.create(group=UnitGroupFactory.create(code="xa", name="Xã, phường"))
    before = round_group.round.assessed_from - timedelta(days=1)
    abolished = UnitFactory.create(group=round_group.group, valid_to=before)
    stage = open_stage(round_group.round, NAME)
    given: dict[str, Any] = {"actor": manager, "stage_id": stage.pk, "closes_at": in_hours(99), "reason": "x"}
    for unit in (stranger, abolished):
        with pytest.raises(Refused, match="Đơn vị này không được đánh giá trong"):
            actions.grant_extension(**given, unit_id=unit.pk)
    actions.grant_extension(**given, unit_id=UnitFactory.create(group=round_group.group).pk)


def test_a_phase_moved_past_an_extension_takes_it_back(round_group: RoundGroup, manager: User) -> None:
    early, late = (UnitFactory.create(group=round_group.group) for _ in range(2))
    stage = open_stage(round_group.round, NAME, closes=in_hours(1))
    for unit, hours in ((early, 5), (late, 50)):
        actions.grant_extension(
            actor=manager, stage_id=stage.pk, unit_id=unit.pk, closes_at=in_hours(hours), reason="Mưa lũ"
        )
    actions.set_stage(
        actor=manager, round_id=round_group.round_id, name=NAME, opens_at=stage.opens_at, closes_at=in_hours(20)
    )
    assert list(Extension.objects.values_list("unit", flat=True)) == [late.pk]
    assert present(present(LogEntry.objects.order_by("-number").first()).after)["extensions_ended"] == [early.code]
    assert queries.is_open_for(stage_named(round_group.round, NAME), early, in_hours(19))


def test_querysets_mean_the_same_as_the_predicate(round_group: RoundGroup, manager: User) -> None:
    open_stage(round_group.round, NAME)
    observer = person(Role.OBSERVER)
    for managed_by, everything in (
        (rules.rounds_managed_by, Round),
        (rules.sets_managed_by, CriteriaSet),
        (rules.stages_managed_by, Stage),
    ):
        assert list(managed_by(manager)) == list(everything.objects.all())
        assert list(managed_by(observer)) == []
    assert rules.may_manage(manager)
    assert not rules.may_manage(observer)


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        (Role.UNIT_OFFICER, "self_assessment"),
        (Role.COUNCIL_MEMBER, "round1"),
        (Role.SURVEY_OPERATOR, "survey"),
        (Role.INDEX_MANAGER, "self_assessment"),
    ],
)
def test_the_bar_shows_the_deadline_of_the_persons_own_work(
    round_group: RoundGroup, client: Client, role: Role, shown: Any
) -> None:
    for kind in ("self_assessment", "round1", "survey"):
        open_stage(round_group.round, kind)
    client.force_login(person(role, UnitFactory.create(group=round_group.group)))
    assert client.get("/xep-hang/").context["frame_stage"].name == shown


def test_the_survey_alone_is_nobody_elses_deadline(round_group: RoundGroup, client: Client) -> None:
    open_stage(round_group.round, "survey")
    client.force_login(person(Role.COUNCIL_MEMBER, UnitFactory.create(group=round_group.group)))
    assert client.get("/xep-hang/").context["frame_stage"] is None
