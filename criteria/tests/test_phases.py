"""Phases are moved and extended by the index manager only, in the log, half open."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from criteria import actions, queries, rules
from criteria.models import CriteriaSet, Extension, Phase, Round, RoundGroup
from criteria.tests.factories import open_phase, small_round
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import UnitFactory, UnitGroupFactory, person

pytestmark = pytest.mark.django_db

KIND = Phase.Kind.SELF_ASSESSMENT


@pytest.fixture
def round_group() -> RoundGroup:
    return small_round()


@pytest.fixture
def manager() -> User:
    return person(Role.INDEX_MANAGER)


def in_hours(hours):
    return clock.now() + timedelta(hours=hours)


def test_a_phase_is_opened_and_moved_in_the_log(round_group: RoundGroup, manager: User) -> None:
    opens, closes = datetime(2031, 12, 1, 1, tzinfo=UTC), datetime(2031, 12, 22, 10, tzinfo=UTC)
    wanted = {"actor": manager, "round_id": round_group.round_id, "kind": KIND}
    phase = actions.set_phase(**wanted, opens_at=opens, closes_at=closes)
    assert (phase.opens_at, phase.closes_at) == (opens, closes)
    actions.set_phase(**wanted, opens_at=opens, closes_at=closes + timedelta(days=1))
    actions.set_phase(**wanted, opens_at=opens, closes_at=closes + timedelta(days=1))
    first, second = LogEntry.objects.order_by("number")
    assert first.before is None
    assert second.before["closes_at"] == "2031-12-22T17:00:00+07:00"
    assert second.after["closes_at"] == "2031-12-23T17:00:00+07:00"
    assert Phase.objects.count() == 1


def test_a_phase_closes_after_it_opens(round_group: RoundGroup, manager: User) -> None:
    at = clock.now()
    with pytest.raises(Refused, match="sau giờ mở"):
        actions.set_phase(actor=manager, round_id=round_group.round_id, kind=KIND, opens_at=at, closes_at=at)


@pytest.mark.parametrize(("kind", "offset"), [("nghỉ hè", 0), (KIND, 999)])
def test_unknown_phases_and_rounds_are_refused(round_group: RoundGroup, manager: User, kind: Any, offset: int) -> None:
    with pytest.raises(Refused):
        actions.set_phase(
            actor=manager, round_id=round_group.round_id + offset, kind=kind, opens_at=None, closes_at=None
        )
    assert not Phase.objects.exists()


@pytest.mark.parametrize("role", [r for r in Role if r != Role.INDEX_MANAGER and not str(r).startswith("unit")])
def test_only_the_index_manager_moves_phases(round_group: RoundGroup, role: Any) -> None:
    other = person(role)
    unit = UnitFactory.create(group=round_group.group)
    phase = open_phase(round_group.round, KIND)
    with pytest.raises(PermissionDenied):
        actions.set_phase(actor=other, round_id=round_group.round_id, kind=KIND, opens_at=None, closes_at=None)
    with pytest.raises(PermissionDenied):
        actions.grant_extension(actor=other, phase_id=phase.pk, unit_id=unit.pk, closes_at=in_hours(99), reason="Bão")


def test_an_extension_opens_the_phase_for_one_unit_up_to_its_instant(round_group: RoundGroup, manager: User) -> None:
    late, other = UnitFactory.create(group=round_group.group), UnitFactory.create(group=round_group.group)
    phase = open_phase(round_group.round, KIND, opens=in_hours(-9), closes=in_hours(-1))
    until = in_hours(5)
    actions.grant_extension(actor=manager, phase_id=phase.pk, unit_id=late.pk, closes_at=until, reason="Mưa lũ")
    assert queries.is_open_for(round_group.round, KIND, late, until - timedelta(microseconds=1))
    assert not queries.is_open_for(round_group.round, KIND, late, until)
    assert not queries.is_open_for(round_group.round, KIND, other, clock.now())
    entry = LogEntry.objects.get()
    assert (entry.verb, entry.unit, entry.reason, entry.actor) == ("phase.extend", late, "Mưa lũ", manager)


def test_a_second_extension_replaces_the_first(round_group: RoundGroup, manager: User) -> None:
    unit = UnitFactory.create(group=round_group.group)
    phase = open_phase(round_group.round, KIND)
    for days in (40, 60):
        actions.grant_extension(
            actor=manager, phase_id=phase.pk, unit_id=unit.pk, closes_at=in_hours(days * 24), reason=f"Lần {days}"
        )
    assert Extension.objects.get().reason == "Lần 60"
    assert LogEntry.objects.order_by("-number").first().before["reason"] == "Lần 40"


@pytest.mark.parametrize(("hours", "reason"), [(99, "  "), (24, "Bằng giờ đóng"), (1, "Sớm hơn"), (-1, "Đã qua")])
def test_an_extension_needs_a_reason_and_a_later_closing(
    round_group: RoundGroup, manager: User, hours: int, reason: str
) -> None:
    unit = UnitFactory.create(group=round_group.group)
    phase = open_phase(round_group.round, KIND, closes=in_hours(24))
    with pytest.raises(Refused):
        actions.grant_extension(
            actor=manager,
            phase_id=phase.pk,
            unit_id=unit.pk,
            closes_at=in_hours(hours) - timedelta(seconds=1),
            reason=reason,
        )
    assert not Extension.objects.exists()


def test_an_extension_after_a_past_closing_must_still_lie_ahead(round_group: RoundGroup, manager: User) -> None:
    unit = UnitFactory.create(group=round_group.group)
    phase = open_phase(round_group.round, KIND, opens=in_hours(-9), closes=in_hours(-5))
    with pytest.raises(Refused, match="tương lai"):
        actions.grant_extension(
            actor=manager, phase_id=phase.pk, unit_id=unit.pk, closes_at=in_hours(-1), reason="Mưa lũ"
        )


def test_a_phase_without_a_closing_needs_no_extension(round_group: RoundGroup, manager: User) -> None:
    unit = UnitFactory.create(group=round_group.group)
    phase = Phase.objects.create(round=round_group.round, kind=KIND)
    with pytest.raises(Refused, match="chưa có giờ đóng"):
        actions.grant_extension(actor=manager, phase_id=phase.pk, unit_id=unit.pk, closes_at=in_hours(1), reason="x")


def test_only_units_measured_in_the_round_are_extended(round_group: RoundGroup, manager: User) -> None:
    stranger = UnitFactory.create(group=UnitGroupFactory.create(code="xa", name="Xã, phường"))
    phase = open_phase(round_group.round, KIND)
    with pytest.raises(Refused, match="không thuộc khối"):
        actions.grant_extension(
            actor=manager, phase_id=phase.pk, unit_id=stranger.pk, closes_at=in_hours(99), reason="x"
        )


def test_a_phase_moved_past_an_extension_takes_it_back(round_group: RoundGroup, manager: User) -> None:
    early, late = (UnitFactory.create(group=round_group.group) for _ in range(2))
    phase = open_phase(round_group.round, KIND, closes=in_hours(1))
    for unit, hours in ((early, 5), (late, 50)):
        actions.grant_extension(
            actor=manager, phase_id=phase.pk, unit_id=unit.pk, closes_at=in_hours(hours), reason="Mưa lũ"
        )
    actions.set_phase(
        actor=manager, round_id=round_group.round_id, kind=KIND, opens_at=phase.opens_at, closes_at=in_hours(20)
    )
    assert list(Extension.objects.values_list("unit", flat=True)) == [late.pk]
    assert LogEntry.objects.order_by("-number").first().after["extensions_ended"] == [early.code]
    assert queries.is_open_for(round_group.round, KIND, early, in_hours(19))


def test_querysets_mean_the_same_as_the_predicate(round_group: RoundGroup, manager: User) -> None:
    open_phase(round_group.round, KIND)
    observer = person(Role.OBSERVER)
    for found, everything in (
        (rules.rounds_managed_by, Round),
        (rules.sets_managed_by, CriteriaSet),
        (rules.phases_managed_by, Phase),
    ):
        assert list(found(manager)) == list(everything.objects.all())
        assert list(found(observer)) == []
    assert rules.may_manage(manager)
    assert not rules.may_manage(observer)


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        (Role.UNIT_OFFICER, Phase.Kind.SELF_ASSESSMENT),
        (Role.COUNCIL_MEMBER, Phase.Kind.ROUND1),
        (Role.SURVEY_OPERATOR, Phase.Kind.SURVEY),
        (Role.INDEX_MANAGER, Phase.Kind.SELF_ASSESSMENT),
    ],
)
def test_the_bar_shows_the_deadline_of_the_persons_own_work(
    round_group: RoundGroup, client: Client, role: Role, shown: Any
) -> None:
    for kind in (Phase.Kind.SELF_ASSESSMENT, Phase.Kind.ROUND1, Phase.Kind.SURVEY):
        open_phase(round_group.round, kind)
    client.force_login(person(role, UnitFactory.create(group=round_group.group)))
    assert client.get("/xep-hang/").context["frame_phase"].kind == shown


def test_the_survey_alone_is_nobody_elses_deadline(round_group: RoundGroup, client: Client) -> None:
    open_phase(round_group.round, Phase.Kind.SURVEY)
    client.force_login(person(Role.COUNCIL_MEMBER, UnitFactory.create(group=round_group.group)))
    assert client.get("/xep-hang/").context["frame_phase"] is None
