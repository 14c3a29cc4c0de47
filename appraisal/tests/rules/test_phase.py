"""The bar names the stage that the person's block is in, after releases too."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisal.tests.factories import Council, council, release_row
from appraisal.tests.pages import sign_in
from cchc_index.lib import clock
from criteria.models import Stage
from criteria.tests.factories import CriteriaSetFactory, DecisionFactory, RoundGroupFactory, open_stage
from units.models import Role, User
from units.tests.factories import UnitFactory, UnitGroupFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    """The hours of both appraisals and of the reply run at once."""
    made = council()
    for name in ("explanation", "round2"):
        open_stage(made.round_group.round, name)
    return made


def shown(user: User) -> str | None:
    stage = sign_in(user).get(reverse("results:ranking")).context["frame_stage"]
    return stage.name if stage else None


def test_a_released_stage_is_behind_whatever_its_hours(case: Council) -> None:
    assert shown(case.member) == "round1"
    release_row(case.round_group, "round1")
    assert shown(case.manager) == "explanation"
    assert shown(case.member) == "round2", "the appraisal is where a member works"
    release_row(case.round_group, "round2")
    assert shown(case.member) == "final", "the meeting follows the release, not the clock"
    assert shown(case.officer) == "final", "no reply is asked for any more"
    release_row(case.round_group, "final")
    assert shown(case.manager) is None


def test_those_outside_are_not_told_of_a_meeting_without_hours(case: Council) -> None:
    for name in ("round1", "round2"):
        release_row(case.round_group, name)
    Stage.objects.filter(round=case.round_group.round, opens_at__isnull=False).update(
        closes_at=clock.now() - timedelta(hours=1)
    )
    assert shown(case.manager) == "final"
    assert Client().get(reverse("results:ranking")).context["frame_stage"] is None


def test_each_sees_the_phase_of_the_own_block(case: Council) -> None:
    group = UnitGroupFactory.create(code="xa", name="Xã, phường")
    chosen = CriteriaSetFactory.create(decision=DecisionFactory.create(), group=group)
    RoundGroupFactory.create(round=case.round_group.round, criteria_set=chosen)
    release_row(case.round_group, "round1")
    commune = person(Role.OBSERVER, UnitFactory.create(group=group))
    assert shown(commune) == "round1"
    assert shown(person(Role.OBSERVER, case.first)) == "explanation"
    assert shown(person(Role.INDEX_MANAGER)) == "round1", "of several blocks the one that is least far"


def test_it_costs_one_query_and_only_where_it_may_differ(case: Council) -> None:
    observer = person(Role.OBSERVER)

    def cost() -> int:
        client = sign_in(observer)
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("results:method"))
        return sum("appraisal_release" in query["sql"] for query in seen.captured_queries)

    assert cost() == 1
    for name in ("explanation", "round1", "round2"):
        Stage.objects.filter(round=case.round_group.round, name=name).update(closes_at=clock.now())
    Stage.objects.filter(round=case.round_group.round, name="final").update(opens_at=clock.now() + timedelta(days=9))
    assert cost() == 0
