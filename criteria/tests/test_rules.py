"""A year is set up by the index manager: all of it, and by nobody else."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from criteria import rules
from criteria.models import CriteriaSet, Round, Stage
from criteria.tests.factories import small_round
from units.models import Role
from units.tests.factories import UnitFactory, UserFactory, person

pytestmark = pytest.mark.django_db


def test_the_manager_sets_up_every_year() -> None:
    small_round()
    manager = person(Role.INDEX_MANAGER)
    assert rules.may_manage(manager) is True
    assert list(rules.rounds_managed_by(manager)) == list(Round.objects.all()) != []
    assert list(rules.sets_managed_by(manager)) == list(CriteriaSet.objects.all()) != []
    assert list(rules.stages_managed_by(manager)) == list(Stage.objects.all()) != []


@pytest.mark.parametrize("role", [role for role in Role if role != Role.INDEX_MANAGER])
def test_no_other_role_sets_up_anything(role: Role) -> None:
    small_round()
    for user in (person(role, UnitFactory.create()), UserFactory.create(), AnonymousUser()):
        assert rules.may_manage(user) is False
        for mine in (rules.rounds_managed_by(user), rules.sets_managed_by(user), rules.stages_managed_by(user)):
            assert not mine.exists()


def test_a_verb_of_the_manager_is_refused_to_others_in_words_but_not_to_the_command_line() -> None:
    rules.require_manager(person(Role.INDEX_MANAGER))
    rules.require_manager(None)
    for actor in (person(Role.OBSERVER), UserFactory.create()):
        with pytest.raises(PermissionDenied) as refused:
            rules.require_manager(actor)
        assert str(refused.value) == "Chỉ người quản lý Chỉ số của Sở Nội vụ được làm việc này."
