"""Two reviewers, one score, a thousand times over: none lost, and whoever comes second sees both values with
their own words kept. On PostgreSQL the two work at once; SQLite lets one writer in at a time, so there they
take turns, fewer times."""

import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import TypeVar
from unittest import mock

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from appraisal import ledger
from appraisal.core.actions.entries import Verdict
from appraisal.core.actions.locks import LockedCell
from appraisal.models import Appraisal, AppraisalEntry
from appraisal.review.decisions import actions as decisions
from appraisal.tests.factories import Council, assign, council
from appraisal.tests.pages import adjust_form, sign_in
from cchc_index.lib.faults import Conflict
from criteria.models import Criterion, Source
from selfassess.models import SelfAssessment, SelfScore
from units.models import Role, Unit, User
from units.tests.factories import person

AT_ONCE = connection.vendor == "postgresql"
PAIRS = 1_000 if AT_ONCE else 60
UNCHECKED = 30
BY_PAGE = 12
LEAVES = 100

pytestmark = pytest.mark.django_db(transaction=True)

Cell = tuple[int, int]
T = TypeVar("T")
Judge = Callable[[int, Cell], object]


@pytest.fixture
def case() -> Council:
    made = council()
    enlarge(made)
    return made


@pytest.fixture
def other(case: Council) -> User:
    second = person(Role.COUNCIL_MEMBER)
    assign(second, case.round_group)
    return second


def enlarge(case: Council) -> None:
    """A hundred leaves and as many units as the pairs need, everything submitted with a point and a half."""
    criteria_set = case.round_group.criteria_set
    leaves = Criterion.objects.bulk_create(
        Criterion(
            criteria_set=criteria_set,
            code=f"8.{n}",
            name="Tiêu chí",
            position=100 + n,
            max_points=2,
            source=Source.SELF,
        )
        for n in range(LEAVES)
    )
    group = case.round_group.group
    units = Unit.objects.bulk_create(
        Unit(group=group, code=f"HAI{n}", name=f"Đơn vị hai {n}") for n in range(-(-PAIRS // LEAVES))
    )
    submitted = SelfAssessment.objects.get(unit=case.first)
    shared = {"round_group": case.round_group, "state": submitted.state, "submitted_at": submitted.submitted_at}
    assessments = SelfAssessment.objects.bulk_create(
        SelfAssessment(unit=unit, imported=True, **shared) for unit in units
    )
    SelfScore.objects.bulk_create(
        SelfScore(assessment=assessment, criterion=leaf, points=Decimal("1.5"), explanation="Có.")
        for assessment in assessments
        for leaf in leaves
    )


def cells_of(case: Council, count: int) -> list[Cell]:
    scores = SelfScore.objects.filter(assessment__unit__code__startswith="HAI").order_by("pk")
    return list(scores.values_list("assessment__unit_id", "criterion_id"))[:count]


def words_of(reviewer: int, number: int) -> str:
    return f"Người thứ {reviewer + 1} xem ô {number}."


def in_pairs(judge: Callable[[int, Cell], T], cells: list[Cell]) -> Iterator[tuple[T, T]]:
    """What both reviewers got for each cell. On PostgreSQL they start each one together."""
    found: list[dict[int, T]] = [{} for _ in cells]
    gate = threading.Barrier(2)

    def work(reviewer: int) -> None:
        try:
            for number, cell in enumerate(cells):
                if AT_ONCE:
                    gate.wait(timeout=60)
                found[number][reviewer] = judge(reviewer, cell)
        except BaseException:
            gate.abort()
            raise
        finally:
            if AT_ONCE:
                connection.close()

    if AT_ONCE:
        threads = [threading.Thread(target=work, args=(reviewer,)) for reviewer in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    else:
        for reviewer in (0, 1):
            work(reviewer)
    return ((pair[0], pair[1]) for pair in found)


def by_action(case: Council, reviewers: tuple[User, User]) -> Judge:
    """Reviewer 0 says 1 point, reviewer 1 half a point; both have seen a cell that nobody had judged."""

    def judge(reviewer: int, cell: Cell) -> object:
        try:
            return decisions.adjust(
                actor=reviewers[reviewer],
                round_group_id=case.round_group.pk,
                unit_id=cell[0],
                criterion_id=cell[1],
                points=(Decimal(1), Decimal("0.5"))[reviewer],
                reason_id=case.reason.pk,
                comment=words_of(reviewer, cell[1]),
                seen_version=0,
            )
        except Conflict as conflict:
            return conflict

    return judge


def test_of_a_thousand_pairs_none_is_lost(case: Council, other: User) -> None:
    reviewers = (case.member, other)
    cells = cells_of(case, PAIRS)
    ends = list(in_pairs(by_action(case, reviewers), cells))
    assert len(ends) == PAIRS
    standings = {(row.unit_id, row.criterion_id): row for row in Appraisal.objects.order_by("pk")}
    for cell, pair in zip(cells, ends, strict=True):
        winner = next(n for n, end in enumerate(pair) if isinstance(end, Appraisal))
        told = pair[1 - winner]
        assert isinstance(told, Conflict), pair
        standing = standings[cell]
        assert (standing.points, standing.version) == ((Decimal(1), Decimal("0.5"))[winner], 1)
        assert str(reviewers[winner]) in str(told)
        assert ("1,00 điểm", "0,50 điểm")[winner] in str(told)
    assert AppraisalEntry.objects.count() == PAIRS
    assert list(ledger.check()) == []


def test_without_the_look_at_the_version_every_pair_loses_one(case: Council, other: User) -> None:
    """Negative control: both are told that theirs was saved, and one of the two values is gone."""
    decide = decisions._decide

    def unchecked(desk: LockedCell, verdict: Verdict, seen_version: int | None) -> Appraisal:
        found = Appraisal.objects.filter(unit=desk.assessment.unit_id, criterion=desk.criterion).first()
        return decide(desk, verdict, found.version if found else 0)

    with mock.patch.object(decisions, "_decide", unchecked):
        ends = list(in_pairs(by_action(case, (case.member, other)), cells_of(case, UNCHECKED)))
    assert all(isinstance(end, Appraisal) for pair in ends for end in pair)
    assert Appraisal.objects.count() == UNCHECKED  # one value each, of two that were "saved"


def test_whoever_comes_second_sees_both_values_and_their_own_words(case: Council, other: User) -> None:
    """The same by the pages: one goes on to the next criterion, the other gets their form back."""
    clients = (sign_in(case.member), sign_in(other))
    names = dict(Unit.objects.values_list("pk", "code")), dict(Criterion.objects.values_list("pk", "code"))

    def judge(reviewer: int, cell: Cell) -> tuple[int, str]:
        address = reverse("appraisal:cell", args=["so", names[0][cell[0]], names[1][cell[1]]])
        return post(clients[reviewer], address, reviewer, cell)

    def post(client: Client, address: str, reviewer: int, cell: Cell) -> tuple[int, str]:
        points = ("1", "0,5")[reviewer]
        form = adjust_form(points=points, reason=case.reason.pk, comment=words_of(reviewer, cell[1]))
        answer = client.post(address, form)
        return answer.status_code, answer.text if answer.status_code == 409 else ""

    cells = cells_of(case, BY_PAGE)
    for cell, pair in zip(cells, in_pairs(judge, cells), strict=True):
        assert sorted(status for status, _ in pair) == [302, 409]
        loser = next(n for n, (status, _) in enumerate(pair) if status == 409)
        page = pair[loser][1]
        assert ("0,50 điểm", "1,00 điểm")[loser] in page  # what stands now
        assert f'value="{("1", "0,5")[loser]}"' in page  # what was typed
        assert words_of(loser, cell[1]) in page
    assert AppraisalEntry.objects.count() == BY_PAGE
