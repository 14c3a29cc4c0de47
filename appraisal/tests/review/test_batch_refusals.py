"""Which batches of recognitions are not undone, each with its own sentence and nothing written."""

import pytest
from django.core.exceptions import PermissionDenied

from appraisal.core import digests as core_digests
from appraisal.review.bulk import actions as bulk
from appraisal.review.decisions import actions as decisions
from appraisal.review.undo import actions as undo
from appraisal.tests.factories import Council, assign, council, fresh, release_row
from appraisal.tests.pages import WORDS
from appraisal.tests.refusing import adjust, recognise, refused
from cchc_index.lib.faults import Conflict
from units.auditlog.models import LogEntry
from units.models import Role
from units.tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


def meeting(case: Council) -> None:
    """Both rounds are released: the council's meeting decides, recorded by the index manager."""
    for stage in ("round1", "round2"):
        release_row(case.round_group, stage)


def test_only_the_author_takes_a_batch_back_and_only_one_that_is(case: Council) -> None:
    cell = (case.first.pk, case.leaf.pk, 0)
    bulk.bulk_recognise(actor=case.member, round_group_id=case.round_group.pk, cells=[cell])
    batch = LogEntry.objects.get(verb=core_digests.VERB_BULK)
    rival = person(Role.COUNCIL_MEMBER)
    assign(rival, case.round_group)
    for actor, batch_id in ((rival, batch.pk), (case.member, batch.pk - 1)):
        with refused("Chỉ người ghi hàng loạt", PermissionDenied):
            bulk.undo_batch(actor=actor, round_group_id=case.round_group.pk, batch_id=batch_id, cells=[(*cell[:2], 1)])


def recognised_at_once(case: Council) -> LogEntry:
    cells = [(unit.pk, case.leaf.pk, 0) for unit in (case.first, case.second)]
    bulk.bulk_recognise(actor=case.member, round_group_id=case.round_group.pk, cells=cells)
    return LogEntry.objects.get(verb=core_digests.VERB_BULK)


def take_back(case: Council, log: LogEntry, seen: int = 1) -> int:
    """The first unit's cell of the batch."""
    cell = (case.first.pk, case.leaf.pk, seen)
    return bulk.undo_batch(actor=fresh(case.member), round_group_id=case.round_group.pk, batch_id=log.pk, cells=[cell])


def test_a_batch_is_taken_back_only_where_one_still_judges_and_the_unit_stands_submitted(case: Council) -> None:
    batch = recognised_at_once(case)
    case.round_group.assessments.filter(unit=case.first).update(state="draft", submitted_at=None)
    with refused("chưa nộp"):
        take_back(case, batch)
    case.member.assignments.all().delete()
    with refused("không thuộc phần được phân công", PermissionDenied):
        take_back(case, batch)


def test_one_decision_is_no_batch(case: Council) -> None:
    recognise(case)
    with refused("Chỉ người ghi hàng loạt", PermissionDenied):
        take_back(case, LogEntry.objects.get(verb=core_digests.VERB_RECOGNISE))


def test_a_cell_of_a_batch_that_moved_and_came_back_is_a_conflict_for_whoever_saw_it_before(case: Council) -> None:
    batch = recognised_at_once(case)
    adjust(case, 1)
    undo.undo(actor=case.member, **case.cell(), seen_version=2)
    with refused("chưa hoàn tác gì", Conflict):
        take_back(case, batch)
    assert take_back(case, batch, seen=3) == 1


def test_a_cell_of_a_batch_that_is_no_longer_decided_is_a_conflict(case: Council) -> None:
    batch = recognised_at_once(case)
    undo.undo(actor=case.member, **case.cell(), seen_version=1)
    with refused("chưa hoàn tác gì", Conflict):
        take_back(case, batch, seen=2)


def test_taking_back_what_one_has_since_decided_anew_is_a_conflict(case: Council) -> None:
    recognise(case)
    adjust(case, 1)
    with refused("Chưa hoàn tác gì", Conflict):
        undo.undo(actor=case.member, **case.cell(), seen_version=1)


def test_what_another_manager_has_taken_back_is_a_conflict(case: Council) -> None:
    meeting(case)
    second = person(Role.INDEX_MANAGER)
    decisions.recognise(actor=case.manager, **case.cell(), comment=WORDS, seen_version=0)
    undo.undo(actor=second, **case.cell(), seen_version=1)
    with refused("Chưa hoàn tác gì", Conflict):
        undo.undo(actor=case.manager, **case.cell(), seen_version=1)
