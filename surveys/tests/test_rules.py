"""The survey: who works, who reads, and that its pages ask."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from pytest_django import DjangoAssertNumQueries

from cchc_index.lib import clock
from criteria.models import RoundGroup
from criteria.tests.factories import CriteriaSetFactory, RoundFactory, RoundGroupFactory, small_round
from surveys import rules
from surveys.models import ImportBatch, RespondentGroup
from surveys.tests.factories import asked_group
from units.models import Role, User
from units.tests.factories import UnitFactory, UnitGroupFactory, UserFactory, person

pytestmark = pytest.mark.django_db

WORKERS = {Role.SURVEY_OPERATOR, Role.INDEX_MANAGER}
READERS = WORKERS | {Role.OBSERVER}


@pytest.fixture
def block() -> RoundGroup:
    return small_round()


@pytest.mark.parametrize("role", Role)
def test_who_works_and_who_reads(role: Role, block: RoundGroup) -> None:
    user = person(role, UnitFactory.create())
    assert (rules.may_work(user), rules.may_read(user)) == (role in WORKERS, role in READERS)


@pytest.mark.parametrize("user", [AnonymousUser, UserFactory])
def test_who_has_no_role_neither_works_nor_reads(user: Callable[[], User], block: RoundGroup) -> None:
    assert (rules.may_work(user()), rules.may_read(user())) == (False, False)


def batch_of(block: RoundGroup, group: RespondentGroup, days_ago: int) -> ImportBatch:
    batch = ImportBatch.objects.create(round_group=block, respondent_group=group, file_name="a.csv")
    batch.created_at = clock.now() - timedelta(days=days_ago)
    batch.save()
    return batch


@pytest.mark.parametrize("role", Role)
def test_readers_see_every_block_and_batch_newest_first_others_none(role: Role, block: RoundGroup) -> None:
    set_ = {"criteria_set": block.criteria_set, "group": block.group}
    later = RoundGroupFactory.create(round=RoundFactory.create(year=block.round.year + 1), **set_)
    group = asked_group(block, "1.3")
    today, yesterday = batch_of(block, group, 0), batch_of(block, group, 1)
    user = person(role, UnitFactory.create())
    seen = [later, block], [today, yesterday]
    assert (list(rules.blocks_for(user)), list(rules.batches_for(user))) == (seen if role in READERS else ([], []))


def test_of_two_batches_of_one_instant_the_later_is_first(block: RoundGroup) -> None:
    group, at = asked_group(block, "1.3"), clock.now()
    batches = [batch_of(block, group, 0) for _ in range(3)]
    ImportBatch.objects.update(created_at=at)
    assert list(rules.batches_for(person(Role.OBSERVER))) == batches[::-1]


def test_the_blocks_of_a_year_stand_in_the_order_of_the_groups(block: RoundGroup) -> None:
    block.group.position = 2
    block.group.save()
    first = UnitGroupFactory.create(code="quan", name="UBND quận", position=1)
    before = RoundGroupFactory.create(round=block.round, criteria_set=CriteriaSetFactory.create(group=first))
    assert list(rules.blocks_for(person(Role.OBSERVER))) == [before, block]


def test_a_list_names_year_group_and_decision_without_asking_again(
    block: RoundGroup, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    batch_of(block, asked_group(block, "1.3"), 0)
    reader = person(Role.OBSERVER)
    assert rules.may_read(reader)
    with django_assert_num_queries(1):
        row = rules.blocks_for(reader).get()
        assert (row.round, row.group, row.criteria_set.decision) == (
            block.round,
            block.group,
            block.criteria_set.decision,
        )
    with django_assert_num_queries(1):
        batch = rules.batches_for(reader).get()
        assert (batch.round_group.round, batch.round_group.group) == (block.round, block.group)
        assert batch.respondent_group is not None


def page(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    """Trang thử."""
    return HttpResponse(f"{args} {kwargs}")


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("guard", "let_in"), [(rules.readers_only, READERS), (rules.workers_only, WORKERS)])
def test_a_guarded_page_opens_to_whom_it_is_for(
    role: Role, guard: Callable[[rules.View], rules.View], let_in: set[Role]
) -> None:
    request = HttpRequest()
    request.user = person(role, UnitFactory.create())
    if role in let_in:
        assert guard(page)(request, 1, batch=2).content == b"(1,) {'batch': 2}"
    else:
        with pytest.raises(PermissionDenied):
            guard(page)(request, 1, batch=2)


@pytest.mark.parametrize("role", Role)
def test_before_whom_nothing_lies_reads_points_by_role_alone(role: Role, block: RoundGroup) -> None:
    user = person(role, UnitFactory.create())
    assert rules.may_read_points(user) is (role in READERS)
    assert list(rules.point_blocks_for(user)) == ([block] if role in READERS else [])
    assert rules.closed_answers(user) == set()


def test_a_guarded_page_keeps_its_name() -> None:
    assert (rules.readers_only(page).__name__, rules.readers_only(page).__doc__) == ("page", "Trang thử.")
