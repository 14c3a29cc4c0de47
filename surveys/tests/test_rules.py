"""The survey: who works, who reads, and that its pages ask."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from criteria.models import RoundGroup
from criteria.tests.factories import RoundFactory, RoundGroupFactory, small_round
from surveys import rules
from surveys.models import ImportBatch
from surveys.tests.factories import asked_group
from units.models import Role, User
from units.tests.factories import UnitFactory, UserFactory, person

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


@pytest.mark.parametrize("role", Role)
def test_readers_see_every_block_and_batch_newest_first_others_none(role: Role, block: RoundGroup) -> None:
    set_ = {"criteria_set": block.criteria_set, "group": block.group}
    later = RoundGroupFactory.create(round=RoundFactory.create(year=block.round.year + 1), **set_)
    group = asked_group(block, "1.3")
    make = ImportBatch.objects.create
    batches = [make(round_group=block, respondent_group=group, file_name=name) for name in ("a.csv", "b.csv")]
    user = person(role, UnitFactory.create())
    seen = [later, block], batches[::-1]
    assert (list(rules.blocks_for(user)), list(rules.batches_for(user))) == (seen if role in READERS else ([], []))


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


def test_a_guarded_page_keeps_its_name() -> None:
    assert (rules.readers_only(page).__name__, rules.readers_only(page).__doc__) == ("page", "Trang thử.")
