"""Whose silence it was: units that left adjustments unanswered, members who decided nothing, counted and printed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisal.council.silence import actions, queries
from appraisal.replies import actions as replies
from appraisal.review.decisions import actions as decisions
from appraisal.tests.council.council_site import body, user_of
from appraisal.tests.factories import Council, council, release_stage, submitted
from appraisal.tests.pages import sign_in
from cchc_index.lib import clock
from criteria.calendar import actions as calendar_actions
from criteria.models import Stage
from criteria.tests.factories import open_stage
from units.models import Role, Unit
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    """The first unit: one criterion adjusted, one recognised; the second: one adjusted. Nothing else is decided."""
    made = council()
    for unit in (made.first, made.second):
        decisions.adjust(
            actor=made.member,
            **made.cell(unit),
            points=Decimal(1),
            reason_id=made.reason.pk,
            comment="Thiếu.",
            seen_version=0,
        )
    decisions.recognise(actor=made.member, **made.cell(made.first, made.other_leaf), seen_version=0)
    return made


def told(case: Council) -> Stage:
    """The first appraisal is released and the reply runs."""
    release_stage(case.manager, case.round_group)
    return open_stage(case.round_group.round, "explanation")


def ended(stage: Stage) -> None:
    Stage.objects.filter(pk=stage.pk).update(closes_at=clock.now() - timedelta(minutes=1))


def silent_units(case: Council) -> dict[str, int]:
    (one,) = [one for one in queries.counts(case.round_group.round_id) if one.units is not None]
    assert one.units is not None
    return {unit.code: count for unit, count in one.units.items()}


def answer(case: Council, unit: Unit, *, agree: bool = True) -> None:
    head = person(Role.UNIT_HEAD, unit)
    replies.reply(actor=head, appraisal_id=case.standing(unit).pk, agree=agree, comment="Đã rõ.", document_ids=[])


def test_nobody_is_silent_while_the_stage_runs(case: Council) -> None:
    assert queries.counts(case.round_group.round_id) == []
    told(case)
    assert [one.units for one in queries.counts(case.round_group.round_id)] == [None], "only the appraisal has ended"


@pytest.mark.parametrize("agree", [True, False])
def test_who_left_an_adjustment_unanswered_is_counted(case: Council, agree: bool) -> None:
    stage = told(case)
    answer(case, case.first, agree=agree)
    ended(stage)
    assert silent_units(case) == {case.second.code: 1}


def test_more_time_is_not_silence(case: Council) -> None:
    stage = told(case)
    later = clock.now() + timedelta(days=2)
    calendar_actions.grant_extension(
        actor=case.manager, stage_id=stage.pk, unit_id=case.second.pk, closes_at=later, reason="Mất điện."
    )
    ended(stage)
    assert silent_units(case) == {case.first.code: 1}


def test_members_who_gave_nothing_on_what_they_hold_are_counted(case: Council) -> None:
    told(case)
    (one,) = queries.counts(case.round_group.round_id)
    assert one.members is not None
    assert sum(one.members.values()) == 1, "leaf 1.2 of the second unit; the own unit is not theirs"
    assert set(one.members) == {case.member}


def test_it_is_printed_with_its_meaning(case: Council) -> None:
    stage = told(case)
    ended(stage)
    round_id = case.round_group.round_id
    assert queries.sentences(round_id) == [], "nothing was stated"
    actions.state_silence(actor=None, round_id=round_id, of_unit="agrees", of_member="not_appraised")
    _, _, members, units = queries.sentences(round_id)
    assert "2 đơn vị không trả lời 2 tiêu chí được điều chỉnh" in units
    assert f"{case.first}: 1" in units
    assert units.endswith("được coi là đồng ý với kết quả thẩm định.")
    assert "1 thành viên Hội đồng không cho ý kiến" in members
    assert str(case.member) not in members, "to others the council answers as one"
    assert str(case.member) in queries.sentences(round_id, names=True)[2]


def test_it_says_when_everybody_answered(case: Council) -> None:
    stage = told(case)
    answer(case, case.first)
    answer(case, case.second)
    ended(stage)
    round_id = case.round_group.round_id
    actions.state_silence(actor=None, round_id=round_id, of_unit="agrees", of_member="first")
    assert "mọi đơn vị có tiêu chí được điều chỉnh đã trả lời" in queries.sentences(round_id)[-1]


def test_the_page_is_for_whoever_reads_the_council(case: Council) -> None:
    sitting, stage = body(case), told(case)
    ended(stage)
    address = reverse("council:silent", args=[case.round_group.round.year])
    for user in (case.manager, user_of(sitting.chair), user_of(sitting.secretary), person(Role.OBSERVER)):
        page = sign_in(user).get(address).text
        assert case.second.name in page
        assert str(case.member) in page
    for user in (case.head, case.officer, person(Role.SURVEY_OPERATOR)):
        assert sign_in(user).get(address).status_code == 403


def test_queries_do_not_grow_with_units(case: Council) -> None:
    stage = told(case)
    ended(stage)

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            queries.counts(case.round_group.round_id)
        return len(seen)

    before = cost()
    for _ in range(3):
        submitted(case.round_group, UnitFactory.create(group=case.round_group.group), {})
    assert cost() == before
