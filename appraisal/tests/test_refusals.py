"""What the council's verbs refuse, each with its own sentence and nothing written."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from appraisal import actions, ledger
from appraisal.models import AppraisalEntry, Stage
from appraisal.tests.factories import Council, acknowledged, assign, council, fresh, release_row
from appraisal.tests.pages import WORDS
from appraisal.tests.refusing import adjust, elsewhere, recognise, refused
from cchc_index.lib import clock
from cchc_index.lib.faults import Conflict
from criteria.models import Phase
from criteria.tests.factories import CriterionFactory, open_phase
from units.auditlog.models import LogEntry
from units.models import Role
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


def meeting(case: Council) -> None:
    """Both rounds are released: the council's meeting decides, recorded by the index manager."""
    for stage in (Stage.ROUND1, Stage.ROUND2):
        release_row(case.round_group, stage)


def test_a_criterion_of_another_set_is_refused(case):
    with refused("không thuộc bộ tiêu chí"):
        recognise(case, criterion_id=elsewhere().pk)


def test_a_unit_without_any_assessment_is_refused(case):
    unit = UnitFactory(group=case.round_group.group)
    with refused("chưa nộp"):
        recognise(case, unit_id=unit.pk)


def test_the_own_unit_is_named_as_the_reason(case):
    with refused("đơn vị của mình", PermissionDenied):
        recognise(case, unit_id=case.home.pk)


def test_who_is_not_on_the_council_is_turned_away_whether_the_stage_is_open_or_not(case):
    case.member = person(Role.OBSERVER)
    with refused(kind=PermissionDenied):
        recognise(case)
    Phase.objects.all().delete()
    with refused(kind=PermissionDenied):
        recognise(case)


def test_recognising_nothing_is_refused(case):
    with refused("Chưa chọn"):
        actions.bulk_recognise(actor=case.member, round_group_id=case.round_group.pk, cells=[])


def test_a_draft_is_not_recognised_among_many(case):
    case.round_group.assessments.filter(unit=case.first).update(state="draft", submitted_at=None)
    cells = [(unit.pk, case.leaf.pk, 0) for unit in (case.second, case.first)]
    with refused("chưa nộp"):
        actions.bulk_recognise(actor=case.member, round_group_id=case.round_group.pk, cells=cells)


def test_the_meeting_recognises_one_by_one_and_with_words(case):
    meeting(case)
    cell = case.cell()
    with refused("Ghi căn cứ"):
        actions.recognise(actor=case.manager, **cell, comment="  ", seen_version=0)
    cells = [(cell["unit_id"], cell["criterion_id"], 0)]
    with refused("quyết định riêng"):
        actions.bulk_recognise(actor=case.manager, round_group_id=case.round_group.pk, cells=cells)


def test_a_decision_that_was_seen_and_is_not_there_is_a_conflict(case):
    with refused("không còn", Conflict):
        recognise(case, seen=1)


def test_a_form_that_names_no_version_has_seen_no_decision(case):
    first = recognise(case, seen=None)
    assert recognise(case, seen=None) == first
    adjust(case, 1)
    with refused(kind=Conflict):
        recognise(case, seen=None)


def test_the_same_form_sent_twice_is_one_step_but_not_after_others_have_moved(case):
    first = adjust(case, 0)
    assert adjust(case, 0) == first
    rival = person(Role.COUNCIL_MEMBER)
    assign(rival, case.round_group)
    actions.recognise(actor=rival, **case.cell(), seen_version=1)
    adjust(case, 2)
    with refused(kind=Conflict):
        adjust(case, 0)
    assert AppraisalEntry.objects.count() == 3


def test_only_a_leaf_that_units_score_takes_two_opinions(case):
    surveyed = CriterionFactory(criteria_set=case.round_group.criteria_set, source="survey", code="8", position=80)
    for leaf in (surveyed, elsewhere()):
        with refused("Chỉ chọn được"):
            actions.mark_blind(
                actor=case.manager, round_group_id=case.round_group.pk, criterion_id=leaf.pk, tolerance=Decimal(0)
            )


def test_what_is_no_stage_to_release_is_not_released(case):
    for stage in (Stage.IMPORT, Stage.EXPLANATION, "khac"):
        with refused("Chưa đến lúc"):
            actions.release(actor=case.manager, round_group_id=case.round_group.pk, stage=stage)


def test_a_report_looked_at_too_early_releases_nothing_after_the_phase_was_put_off(case):
    acknowledged(case.manager, case.round_group)
    tomorrow = clock.now() + timedelta(days=1)
    open_phase(case.round_group.round, Phase.Kind.ROUND1, opens=tomorrow, closes=tomorrow + timedelta(days=9))
    with refused("Chưa đến lúc"):
        actions.release(actor=case.manager, round_group_id=case.round_group.pk, stage=Stage.ROUND1)


def test_what_nobody_released_cannot_be_taken_back(case):
    open_phase(case.round_group.round, Phase.Kind.ROUND2)
    for stage in Stage.ROUND1, Stage.ROUND2:
        with refused("chưa công bố"):
            actions.withdraw(actor=case.manager, round_group_id=case.round_group.pk, stage=stage, reason="Nhầm.")


def test_only_the_author_takes_a_batch_back_and_only_one_that_is(case):
    cell = (case.first.pk, case.leaf.pk, 0)
    actions.bulk_recognise(actor=case.member, round_group_id=case.round_group.pk, cells=[cell])
    batch = LogEntry.objects.get(verb=ledger.VERB_BULK)
    rival = person(Role.COUNCIL_MEMBER)
    assign(rival, case.round_group)
    for actor, batch_id in ((rival, batch.pk), (case.member, batch.pk - 1)):
        with refused("Chỉ người công nhận hàng loạt", PermissionDenied):
            actions.undo_batch(
                actor=actor, round_group_id=case.round_group.pk, batch_id=batch_id, cells=[(*cell[:2], 1)]
            )


def recognised_at_once(case: Council) -> LogEntry:
    cells = [(unit.pk, case.leaf.pk, 0) for unit in (case.first, case.second)]
    actions.bulk_recognise(actor=case.member, round_group_id=case.round_group.pk, cells=cells)
    return LogEntry.objects.get(verb=ledger.VERB_BULK)


def take_back(case: Council, log: LogEntry, seen: int = 1) -> int:
    """The first unit's cell of the batch."""
    cell = (case.first.pk, case.leaf.pk, seen)
    return actions.undo_batch(
        actor=fresh(case.member), round_group_id=case.round_group.pk, batch_id=log.pk, cells=[cell]
    )


def test_a_batch_is_taken_back_only_where_one_still_judges_and_the_unit_stands_submitted(case):
    batch = recognised_at_once(case)
    case.round_group.assessments.filter(unit=case.first).update(state="draft", submitted_at=None)
    with refused("chưa nộp"):
        take_back(case, batch)
    case.member.assignments.all().delete()
    with refused("không thuộc phần được phân công", PermissionDenied):
        take_back(case, batch)


def test_one_decision_is_no_batch(case):
    recognise(case)
    with refused("Chỉ người công nhận hàng loạt", PermissionDenied):
        take_back(case, LogEntry.objects.get(verb=ledger.VERB_RECOGNISE))


def test_a_cell_of_a_batch_that_moved_and_came_back_is_a_conflict_for_whoever_saw_it_before(case):
    batch = recognised_at_once(case)
    adjust(case, 1)
    actions.undo(actor=case.member, **case.cell(), seen_version=2)
    with refused("chưa rút lại gì", Conflict):
        take_back(case, batch)
    assert take_back(case, batch, seen=3) == 1


def test_a_cell_of_a_batch_that_is_no_longer_decided_is_a_conflict(case):
    batch = recognised_at_once(case)
    actions.undo(actor=case.member, **case.cell(), seen_version=1)
    with refused("chưa rút lại gì", Conflict):
        take_back(case, batch, seen=2)


def test_taking_back_what_one_has_since_decided_anew_is_a_conflict(case):
    recognise(case)
    adjust(case, 1)
    with refused("Chưa rút lại gì", Conflict):
        actions.undo(actor=case.member, **case.cell(), seen_version=1)


def test_what_another_manager_has_taken_back_is_a_conflict(case):
    meeting(case)
    second = person(Role.INDEX_MANAGER)
    actions.recognise(actor=case.manager, **case.cell(), comment=WORDS, seen_version=0)
    actions.undo(actor=second, **case.cell(), seen_version=1)
    with refused("Chưa rút lại gì", Conflict):
        actions.undo(actor=case.manager, **case.cell(), seen_version=1)
