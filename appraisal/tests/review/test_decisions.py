"""The council's verbs: what stands afterwards, what is refused, what a second press does."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from appraisal import ledger
from appraisal.models import Action, Appraisal, AppraisalEntry, Release
from appraisal.replies import actions as replies
from appraisal.review.bulk import actions as bulk
from appraisal.review.decisions import actions as decisions
from appraisal.rules import deciding, reach
from appraisal.tests.factories import Council, assign, council, document, release_row, release_stage, submitted
from cchc_index.lib.faults import Conflict, Refused
from criteria.tests.factories import open_stage
from units.auditlog.models import LogEntry
from units.models import Membership, Role
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


def lower(case: Council, points: str | None = "1", **extra: object) -> Appraisal:
    fields: dict[str, Any] = {
        "actor": case.member,
        **case.cell(),
        "points": None if points is None else Decimal(points),
        "reason_id": case.reason.pk,
        "comment": "Thiếu báo cáo quý IV.",
        "seen_version": 0,
        **extra,
    }
    return decisions.adjust(**fields)


def to_explanation(case: Council) -> Appraisal:
    """Round 1 adjusted 1.1 down, was released and the request for explanation is open."""
    lower(case)
    release_stage(case.manager, case.round_group)
    open_stage(case.round_group.round, "explanation")
    return case.standing()


def test_recognising_takes_the_units_own_score() -> None:
    case = council()
    before = case.round_group.inputs_version
    standing = decisions.recognise(actor=case.member, **case.cell(), seen_version=0)
    assert (standing.points, standing.action, standing.stage.name) == (Decimal("1.5"), Action.RECOGNISE, "round1")
    entry = standing.entries.get()
    assert (entry.sequence, entry.actor, entry.points) == (1, case.member, Decimal("1.5"))
    assert entry.log.verb == "appraisal.recognise"
    case.round_group.refresh_from_db()
    assert case.round_group.inputs_version == before + 1


def test_zero_not_applicable_and_unscored_are_three_things() -> None:
    case = council()
    unit = UnitFactory.create(group=case.round_group.group)
    submitted(case.round_group, unit, {"1.2": None})
    zero = decisions.recognise(actor=case.member, **case.cell(leaf=case.other_leaf), seen_version=0)
    absent = decisions.recognise(actor=case.member, **case.cell(unit, case.other_leaf), seen_version=0)
    assert (zero.points, zero.not_applicable) == (Decimal(0), False)
    assert (absent.points, absent.not_applicable) == (None, True)
    with pytest.raises(Refused, match="chưa chấm"):
        decisions.recognise(actor=case.member, **case.cell(unit), seen_version=0)
    assert not Appraisal.objects.filter(unit=unit, criterion=case.leaf).exists()
    given = lower(case, "0", **case.cell(unit))
    assert given.points == Decimal(0)


def test_adjusting_needs_points_in_range_a_reason_and_words() -> None:
    case = council()
    for wrong in (
        {"points": Decimal("2.01")},
        {"points": Decimal("-0.1")},
        {"points": Decimal("0.12345")},
        {"points": None},
        {"points": Decimal(1), "not_applicable": True},
        {"reason_id": None},
        {"reason_id": 0},
        {"comment": "  "},
        {"points": Decimal("1.50")},
    ):
        with pytest.raises(Refused):
            lower(case, **wrong)
    assert not AppraisalEntry.objects.exists()
    assert not LogEntry.objects.exists()


def test_an_inactive_reason_is_refused() -> None:
    case = council()
    case.reason.active = False
    case.reason.save()
    with pytest.raises(Refused, match="lý do"):
        lower(case)


def test_adjusting_to_not_applicable() -> None:
    standing = lower(council(), None, not_applicable=True)
    assert (standing.points, standing.not_applicable, standing.action) == (None, True, Action.ADJUST)


def test_member_cannot_appraise_own_unit() -> None:
    case = council()
    with pytest.raises(PermissionDenied):
        decisions.recognise(actor=case.member, **case.cell(case.home), seen_version=0)
    with pytest.raises(PermissionDenied):
        lower(case, **case.cell(case.home))
    with pytest.raises(PermissionDenied):
        bulk.bulk_recognise(
            actor=case.member,
            round_group_id=case.round_group.pk,
            cells=[(case.first.pk, case.leaf.pk, 0), (case.home.pk, case.leaf.pk, 0)],
        )
    assert not Appraisal.objects.exists()


def test_another_role_at_a_unit_bars_from_it_too() -> None:
    case = council()
    Membership.objects.create(user=case.member, role=Role.UNIT_OFFICER, unit=case.second)
    with pytest.raises(PermissionDenied):
        decisions.recognise(actor=case.member, **case.cell(case.second), seen_version=0)


def test_only_the_assigned_branch_and_units() -> None:
    case = council()
    narrow = person(Role.COUNCIL_MEMBER)
    assign(narrow, case.round_group, branch=case.leaf, units=[case.first])
    decisions.recognise(actor=narrow, **case.cell(), seen_version=0)
    for cell in (case.cell(leaf=case.other_leaf), case.cell(case.second)):
        with pytest.raises(PermissionDenied):
            decisions.recognise(actor=narrow, **cell, seen_version=0)


def test_a_branch_covers_the_leaves_below_it() -> None:
    case = council()
    narrow = person(Role.COUNCIL_MEMBER)
    assign(narrow, case.round_group, branch=case.leaf.parent)
    assert deciding.can_appraise(narrow, case.round_group, case.first, case.other_leaf)


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.SURVEY_OPERATOR, Role.UNIT_HEAD, Role.INDEX_MANAGER])
def test_other_roles_do_not_appraise_even_when_assigned(role: Role) -> None:
    case = council()
    someone = person(role, case.second if role == Role.UNIT_HEAD else None)
    assign(someone, case.round_group)
    with pytest.raises(PermissionDenied):
        decisions.recognise(actor=someone, **case.cell(), seen_version=0)


def test_a_member_whose_role_ended_appraises_no_more() -> None:
    case = council()
    Membership.objects.filter(user=case.member).update(active=False)
    with pytest.raises(PermissionDenied):
        decisions.recognise(actor=case.member, **case.cell(), seen_version=0)


def test_an_assessment_that_is_not_submitted_is_not_appraised() -> None:
    case = council()
    case.round_group.assessments.filter(unit=case.first).update(state="draft", submitted_at=None, submitted_by=None)
    with pytest.raises(Refused, match="chưa nộp"):
        decisions.recognise(actor=case.member, **case.cell(), seen_version=0)
    with pytest.raises(Refused, match="chưa nộp"):
        lower(case)


def test_a_survey_leaf_is_not_appraised() -> None:
    case = council()
    survey = case.round_group.criteria_set.criteria.get(code="1.3")
    with pytest.raises(PermissionDenied):
        lower(case, **case.cell(leaf=survey))


def test_the_second_of_two_reviewers_sees_the_first_and_nothing_is_lost() -> None:
    case = council()
    decisions.recognise(actor=case.member, **case.cell(), seen_version=0)
    other = person(Role.COUNCIL_MEMBER)
    assign(other, case.round_group)
    with pytest.raises(Conflict) as caught:
        lower(case, actor=other, seen_version=0)
    assert caught.value.current == case.standing()
    assert str(case.member) in str(caught.value)
    assert "1,50" in str(caught.value)
    assert case.standing().entries.count() == 1
    lower(case, actor=other, seen_version=1)
    assert [e.sequence for e in case.standing().entries.all()] == [1, 2]


def test_without_the_version_the_first_decision_would_be_lost() -> None:
    """Negative control: the same two presses, the second one claiming to have seen the first."""
    case = council()
    decisions.recognise(actor=case.member, **case.cell(), seen_version=0)
    lower(case, seen_version=case.standing().version)
    assert case.standing().points == Decimal(1)


def test_the_same_form_sent_twice_is_one_step() -> None:
    case = council()
    for _ in range(3):
        lower(case)
        decisions.recognise(actor=case.member, **case.cell(case.second), seen_version=0)
    assert AppraisalEntry.objects.count() == 2
    assert LogEntry.objects.count() == 2


def test_the_whole_year_of_one_cell() -> None:
    case = council()
    standing = to_explanation(case)
    paper = document(case.first, case.officer)
    replies.reply(
        actor=case.head, appraisal_id=standing.pk, agree=False, comment="Có báo cáo.", document_ids=[paper.pk]
    )
    assert case.standing().points == Decimal(1)
    open_stage(case.round_group.round, "round2")
    decisions.recognise(actor=case.member, **case.cell(), seen_version=2)
    release_stage(case.manager, case.round_group, "round2")
    decisions.adjust(
        actor=case.manager,
        **case.cell(),
        points=Decimal("1.25"),
        reason_id=case.reason.pk,
        comment="Hội đồng kết luận.",
        seen_version=3,
    )
    steps = case.standing().entries.order_by("sequence").values_list("stage__name", "action", "points")
    assert list(steps) == [
        ("round1", "adjust", Decimal(1)),
        ("explanation", "disagree", None),
        ("round2", "recognise", Decimal("1.5")),
        ("final", "adjust", Decimal("1.25")),
    ]
    assert case.standing().points == Decimal("1.25")
    assert list(ledger.check()) == []


def test_the_meeting_never_decides_on_the_managers_own_unit() -> None:
    case = council()
    for stage in ("round1", "round2"):
        release_row(case.round_group, stage)
    fields: dict[str, Any] = {"actor": case.manager, "points": Decimal(1), "seen_version": 0}
    lower(case, **fields)
    with pytest.raises(PermissionDenied):
        lower(case, **fields, **case.cell(case.home))
    with pytest.raises(PermissionDenied):
        lower(case, **(fields | {"actor": case.member}), **case.cell(case.second))


STATES = {
    "nothing open": (None, ()),
    "round 1": ("round1", ()),
    "round 1 released": ("round1", ("round1",)),
    "explanation": ("explanation", ("round1",)),
    "explanation before release": ("explanation", ()),
    "round 2": ("round2", ("round1",)),
    "round 2 before release of round 1": ("round2", ()),
    "round 2 released": ("round2", ("round1", "round2")),
    "final released": ("round2", ("round1", "round2", "final")),
}
MAY = {
    "nothing open": set(),
    "round 1": {"member decides", "release round1"},
    "round 1 released": set(),
    "explanation": {"unit replies"},
    "explanation before release": set(),
    "round 2": {"member decides", "release round2"},
    "round 2 before release of round 1": set(),
    "round 2 released": {"manager decides", "release final"},
    "final released": set(),
}


@pytest.mark.parametrize("state", STATES)
def test_state_by_action(state: Any) -> None:
    case = council(None)
    kind, released = STATES[state]
    open_stage(case.round_group.round, "round1")
    standing = lower(case)
    case.round_group.round.stages.update(opens_at=None, closes_at=None)
    if kind:
        open_stage(case.round_group.round, kind)
    for stage in released:
        release_row(case.round_group, stage)
    tries: dict[str, Callable[[], object]] = {
        "member decides": lambda: decisions.recognise(actor=case.member, **case.cell(), seen_version=1),
        "manager decides": lambda: lower(case, "0.5", actor=case.manager, seen_version=1),
        "unit replies": lambda: replies.reply(
            actor=case.head, appraisal_id=standing.pk, agree=True, comment="", document_ids=[]
        ),
        **{
            f"release {stage}": partial(release_stage, case.manager, case.round_group, stage)
            for stage in ("round1", "round2", "final")
            if stage not in released
        },
    }
    assert {name for name, attempt in tries.items() if succeeds(attempt)} == MAY[state]


def succeeds(attempt: Callable[[], object]) -> bool:
    """Try and undo: the next attempt finds the same state. A refusal must have written nothing."""
    before = (AppraisalEntry.objects.count(), LogEntry.objects.count(), Release.objects.count())
    try:
        with transaction.atomic():
            attempt()
            transaction.set_rollback(True)
    except (Refused, PermissionDenied):
        assert before == (AppraisalEntry.objects.count(), LogEntry.objects.count(), Release.objects.count())
        return False
    return True


def test_the_predicate_and_the_queryset_agree() -> None:
    case = council()
    narrow = person(Role.COUNCIL_MEMBER, case.second)
    assign(narrow, case.round_group, branch=case.leaf, units=[case.first, case.second])
    for user in (case.member, narrow, case.manager, case.officer):
        listed = set(reach.units_appraisable_by(user, case.round_group))
        allowed = {
            unit
            for unit in (case.first, case.second, case.home)
            if deciding.can_appraise(user, case.round_group, unit, case.leaf)
        }
        assert listed == allowed


def test_the_database_refuses_an_adjustment_without_words() -> None:
    case = council()
    entry = lower(case).entries.get()
    with pytest.raises(IntegrityError, match="adjustment_has_words"), transaction.atomic():
        AppraisalEntry.objects.filter(pk=entry.pk).update(comment="")
