"""What the council's verbs refuse, each with its own sentence and nothing written."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from appraisal.models import AppraisalEntry
from appraisal.review.bulk import actions as bulk
from appraisal.review.decisions import actions as decisions
from appraisal.tests.factories import Council, assign, council, release_row
from appraisal.tests.pages import cell_page, sign_in
from appraisal.tests.refusing import adjust, elsewhere, recognise, refused
from cchc_index.lib.faults import Conflict
from criteria.models import Stage
from units.models import Role
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


def meeting(case: Council) -> None:
    """Both rounds are released: the council's meeting decides, recorded by the index manager."""
    for stage in ("round1", "round2"):
        release_row(case.round_group, stage)


def test_a_criterion_of_another_set_is_refused(case: Council) -> None:
    with refused("không thuộc bộ tiêu chí"):
        recognise(case, criterion_id=elsewhere().pk)


def test_a_unit_without_any_assessment_is_refused(case: Council) -> None:
    unit = UnitFactory.create(group=case.round_group.group)
    with refused("chưa nộp"):
        recognise(case, unit_id=unit.pk)


def test_the_own_unit_is_named_as_the_reason(case: Council) -> None:
    with refused("đơn vị của mình", PermissionDenied):
        recognise(case, unit_id=case.home.pk)


def test_who_is_not_on_the_council_is_turned_away_whether_the_stage_is_open_or_not(case: Council) -> None:
    case.member = person(Role.OBSERVER)
    with refused(kind=PermissionDenied):
        recognise(case)
    Stage.objects.all().delete()
    with refused(kind=PermissionDenied):
        recognise(case)


def test_recognising_nothing_is_refused(case: Council) -> None:
    with refused("Chưa chọn"):
        bulk.bulk_recognise(actor=case.member, round_group_id=case.round_group.pk, cells=[])


def test_a_draft_is_not_recognised_among_many(case: Council) -> None:
    case.round_group.assessments.filter(unit=case.first).update(state="draft", submitted_at=None)
    cells = [(unit.pk, case.leaf.pk, 0) for unit in (case.second, case.first)]
    with refused("chưa nộp"):
        bulk.bulk_recognise(actor=case.member, round_group_id=case.round_group.pk, cells=cells)


def test_the_meeting_recognises_one_by_one_and_with_words(case: Council) -> None:
    meeting(case)
    cell = case.cell()
    with refused("Nhập căn cứ"):
        decisions.recognise(actor=case.manager, **cell, comment="  ", seen_version=0)
    cells = [(cell["unit_id"], cell["criterion_id"], 0)]
    with refused("quyết định riêng"):
        bulk.bulk_recognise(actor=case.manager, round_group_id=case.round_group.pk, cells=cells)


def test_a_decision_that_was_seen_and_is_not_there_is_a_conflict(case: Council) -> None:
    with refused("không còn", Conflict):
        recognise(case, seen=1)


def test_a_form_that_names_no_version_has_seen_no_decision(case: Council) -> None:
    first = recognise(case, seen=None)
    assert recognise(case, seen=None) == first
    adjust(case, 1)
    with refused(kind=Conflict):
        recognise(case, seen=None)


def test_the_same_form_sent_twice_is_one_step_but_not_after_others_have_moved(case: Council) -> None:
    first = adjust(case, 0)
    assert adjust(case, 0) == first
    rival = person(Role.COUNCIL_MEMBER)
    assign(rival, case.round_group)
    decisions.recognise(actor=rival, **case.cell(), seen_version=1)
    adjust(case, 2)
    with refused(kind=Conflict):
        adjust(case, 0)
    assert AppraisalEntry.objects.count() == 3


def test_who_only_reads_hears_that_before_any_form_is_looked_at(case: Council) -> None:
    """An observer's empty form is no form with faults; a member's is."""
    cell, ask = cell_page(case), reverse("appraisal:ask", args=["so", case.first.code, case.leaf.code])
    observer, member = sign_in(person(Role.OBSERVER)), sign_in(case.member)
    assert observer.get(cell).status_code == 200
    for address in (cell, ask):
        assert observer.post(address, {}).status_code == 403
        assert member.post(address, {}).status_code == 422
