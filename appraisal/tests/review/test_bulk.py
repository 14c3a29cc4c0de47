"""Many cells recognised at once: all or nothing, one log entry."""

import pytest

from appraisal import ledger
from appraisal.models import Appraisal, AppraisalEntry
from appraisal.review.bulk import actions as bulk
from appraisal.tests.factories import council, submitted
from cchc_index.lib.faults import Conflict, Refused
from units.auditlog.models import LogEntry
from units.tests.factories import UnitFactory

pytestmark = pytest.mark.django_db


def test_bulk_is_all_or_nothing_and_one_log_entry() -> None:
    case = council()
    cells = [(u.pk, leaf.pk, 0) for u in (case.first, case.second) for leaf in (case.leaf, case.other_leaf)]
    assert bulk.bulk_recognise(actor=case.member, round_group_id=case.round_group.pk, cells=cells) == 4
    assert LogEntry.objects.count() == 1
    with pytest.raises(Conflict):
        bulk.bulk_recognise(actor=case.member, round_group_id=case.round_group.pk, cells=cells)
    assert AppraisalEntry.objects.count() == 4
    assert list(ledger.check()) == []


def test_bulk_refuses_an_unscored_leaf_and_saves_nothing() -> None:
    case = council()
    unit = UnitFactory.create(group=case.round_group.group)
    submitted(case.round_group, unit, {})
    with pytest.raises(Refused, match="chưa chấm"):
        bulk.bulk_recognise(
            actor=case.member,
            round_group_id=case.round_group.pk,
            cells=[(case.first.pk, case.leaf.pk, 0), (unit.pk, case.leaf.pk, 0)],
        )
    assert not Appraisal.objects.exists()
