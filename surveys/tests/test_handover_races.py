"""Two sign at once; a table is received while its points change."""

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from cchc_index.lib.faults import Refused
from criteria.models import RoundGroup
from surveys.handover import actions, queries
from surveys.models import TableSignature
from surveys.scores import actions as scores
from surveys.tests.factories import surveyed_round
from units.auditlog.models import LogEntry
from units.models import Role, Unit
from units.tests.factories import person

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def block() -> RoundGroup:
    block = surveyed_round()
    move(block, "0.5")
    return block


def move(block: RoundGroup, points: str) -> None:
    """Other points of one cell."""
    cell = Unit.objects.get(code="SNV").pk, block.criteria_set.criteria.get(code="1.3").pk
    scores.import_scores(actor=None, round_group=block, rows={cell: Decimal(points)})


def together(*works: Callable[[], object]) -> list[object]:
    """All at once; what each gave, or the sentence that refused it."""
    given: list[object] = []

    def run(work: Callable[[], object]) -> None:
        try:
            given.append(work())
        except Refused as refused:
            given.append(str(refused))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


def test_of_ten_who_sign_at_once_one_has_signed(block: RoundGroup) -> None:
    seen = queries.standing(block).digest
    people = [person(Role.SURVEY_OPERATOR) for _ in range(10)]
    given = together(
        *[lambda one=one: actions.sign_table(actor=one, round_group_id=block.pk, seen=seen).pk for one in people]
    )
    assert sorted(map(str, given))[1:] == ["Bảng điểm này đã được ký."] * 9
    assert TableSignature.objects.count() == 1
    assert LogEntry.objects.filter(verb="surveys.sign_table").count() == 1


def received_after_a_change(block: RoundGroup, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether a table is received although its points have moved meanwhile: the move comes between look and receipt."""
    operator, manager = person(Role.SURVEY_OPERATOR), person(Role.INDEX_MANAGER)
    seen = queries.standing(block).digest
    row = actions.sign_table(actor=operator, round_group_id=block.pk, seen=seen)
    looked, moved = threading.Event(), threading.Event()
    look = queries.standing

    def slowly(block: RoundGroup) -> queries.TableStanding:
        now = look(block)
        looked.set()
        moved.wait(2)
        return now

    def change() -> None:
        looked.wait(5)
        move(block, "0.25")
        moved.set()

    monkeypatch.setattr(actions, "standing", slowly)
    together(lambda: actions.receive_table(actor=manager, signature_id=row.pk).pk, change)
    steps = LogEntry.objects.filter(verb__in=["surveys.receive_table", "surveys.import_scores"]).order_by("-number")
    return steps[0].verb == "surveys.receive_table"


def test_what_is_received_is_what_stands(block: RoundGroup, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not received_after_a_change(block, monkeypatch)
    assert queries.standing(block).has_changed


def test_negative_control_without_the_blocks_lock_an_old_table_is_received(
    block: RoundGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = QuerySet.select_for_update

    def but_for_blocks(rows: QuerySet[Any], **options: Any) -> QuerySet[Any]:
        return rows if rows.model is RoundGroup else lock(rows, **options)

    monkeypatch.setattr(QuerySet, "select_for_update", but_for_blocks)
    assert received_after_a_change(block, monkeypatch)
