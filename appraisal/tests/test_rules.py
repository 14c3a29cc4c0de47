"""Who may what, asked of the rules themselves: each refuses on its own, also where an action looks earlier."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser

from appraisal import actions, rules
from appraisal.models import Appraisal, Confirmation, Stage
from appraisal.tests.factories import Council, attach, council, document, fresh, question_row, release_row
from appraisal.tests.pages import adjusted_and_released
from appraisal.tests.refusing import recognise
from criteria.models import Phase
from criteria.tests.factories import open_phase
from selfassess.models import SelfScore
from units.models import Membership, Role, Unit, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


def judges(case: Council, user: User, unit: Unit) -> bool:
    return rules.can_appraise(fresh(user), case.round_group, unit, case.leaf)


def settles(case: Council, user: User, unit: Unit, stage: Stage = Stage.ROUND1) -> bool:
    scope = rules.scope_of(fresh(user), case.round_group)
    return rules.may_settle(user, stage, scope, unit.pk, case.leaf.pk)


def due(case: Council, stage: Stage) -> bool:
    return rules.release_is_due(rules.calendar(case.round_group), case.round_group, stage)


# --- deciding -----------------------------------------------------------------------------------------


def test_nobody_judges_while_nothing_is_open():
    case = council(None)
    assert not judges(case, case.member, case.first)
    open_phase(case.round_group.round, Phase.Kind.ROUND1)
    assert judges(case, case.member, case.first)


def test_a_unit_of_another_block_is_nobodys(case):
    assert not judges(case, case.member, UnitFactory(group__code="huyen"))


def test_in_the_meeting_the_manager_judges_every_unit_but_the_own(case):
    for stage in (Stage.ROUND1, Stage.ROUND2):
        release_row(case.round_group, stage)
    assert judges(case, case.manager, case.first)
    assert not judges(case, case.manager, case.home)
    assert not judges(case, case.member, case.first)


def test_who_settles_between_two_opinions(case):
    stranger, observer = person(Role.COUNCIL_MEMBER), person(Role.OBSERVER)
    assert [settles(case, who, case.first) for who in (case.member, case.manager)] == [True, True]
    assert [settles(case, who, case.first) for who in (stranger, observer, case.officer)] == [False] * 3
    assert not settles(case, case.manager, case.home)
    assert not settles(case, case.manager, case.first, Stage.FINAL)


# --- answering ----------------------------------------------------------------------------------------


def test_nobody_pursues_a_question_to_their_own_unit(case):
    assert rules.may_pursue(case.manager, question_row(case, case.first))
    for who in (case.manager, case.member):
        assert not rules.may_pursue(who, question_row(case, case.home))


def test_only_the_units_own_people_reply(case):
    standing = adjusted_and_released(case)
    strangers = (case.member, case.manager, person(Role.UNIT_OFFICER, case.second), person(Role.COUNCIL_MEMBER))
    assert [rules.can_reply(who, standing) for who in (case.officer, case.head)] == [True, True]
    assert not any(rules.can_reply(who, standing) for who in strangers)


# --- what is asked first ------------------------------------------------------------------------------


def test_only_a_member_of_the_council_is_asked_to_confirm(case):
    assert not rules.must_confirm(case.member, case.round_group.round)
    Confirmation.objects.filter(member=case.member)._raw_delete("default")
    assert rules.must_confirm(fresh(case.member), case.round_group.round)
    Membership.objects.filter(user=case.member).update(active=False)
    assert not rules.must_confirm(fresh(case.member), case.round_group.round)


# --- releasing ----------------------------------------------------------------------------------------


def test_an_archive_is_released_once_there_is_one_and_replies_never_are(case):
    assert not due(case, Stage.IMPORT)
    rows = {(case.first.pk, case.leaf.pk): Decimal(1)}
    actions.import_standings(actor=None, round_group=case.round_group, rows=rows)
    assert due(case, Stage.IMPORT)
    assert not due(case, Stage.EXPLANATION)


# --- reading ------------------------------------------------------------------------------------------


def test_who_reads_which_cells(case):
    recognise(case)
    adjusted = Appraisal.objects.get()
    readers = {"member": case.member, "manager": case.manager, "observer": person(Role.OBSERVER)}
    others = {"officer": case.officer, "stranger": person(Role.COUNCIL_MEMBER), "nobody": AnonymousUser()}
    seen = {name: adjusted in rules.appraisals_visible_to(who) for name, who in {**readers, **others}.items()}
    assert seen == dict.fromkeys(readers, True) | dict.fromkeys(others, False)


def test_who_reads_which_evidence(case):
    paper, spare = document(case.first, case.officer), document(case.first, case.officer, "13/BC-THU")
    attach(SelfScore.objects.get(assessment__unit=case.first, criterion=case.leaf), paper)
    both, one, none = {paper, spare}, {paper}, set()
    for who, expected in (
        (case.manager, both),
        (person(Role.OBSERVER), both),
        (case.officer, both),
        (case.member, one),
        (person(Role.COUNCIL_MEMBER), none),
        (person(Role.UNIT_HEAD, case.second), none),
    ):
        assert set(rules.documents_visible_to(who)) == expected
