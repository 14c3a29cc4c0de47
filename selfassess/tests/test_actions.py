"""The verbs: saving a score, evidence, submitting."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from cchc_index.lib import clock
from cchc_index.lib.faults import Conflict, Invalid, Refused
from criteria.models import Criterion, Extension, Phase
from criteria.tests.factories import CriteriaSetFactory, CriterionFactory, DecisionFactory, open_phase
from selfassess.evidence import actions as evidence
from selfassess.lifecycle import actions as lifecycle
from selfassess.lifecycle.digests import content_digest
from selfassess.models import SelfAssessment, SelfScore, Transition
from selfassess.scores import actions as scores
from selfassess.tests.factories import DocumentFactory, EvidenceFactory, SelfScoreFactory, small_assessment
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db

BANDS = {
    "kind": "bands",
    "numerator": "Số hồ sơ đúng hạn",
    "denominator": "Tổng số hồ sơ",
    "bands": [{"from": "90", "from_open": True, "points": "2"}, {"from": "70", "points": "1"}, {"points": "0"}],
}


@pytest.fixture
def assessment() -> SelfAssessment:
    made = small_assessment()
    open_phase(made.round_group.round, Phase.Kind.SELF_ASSESSMENT)
    return made


@pytest.fixture
def officer(assessment: SelfAssessment) -> User:
    return person(Role.UNIT_OFFICER, assessment.unit)


@pytest.fixture
def head(assessment: SelfAssessment) -> User:
    return person(Role.UNIT_HEAD, assessment.unit)


def leaf(assessment: SelfAssessment, code: str = "1.1", **changes: object) -> Criterion:
    found = Criterion.objects.get(criteria_set=assessment.round_group.criteria_set, code=code)
    for name, value in changes.items():
        setattr(found, name, value)
    found.save()
    return found


def save(actor: User, assessment: SelfAssessment, criterion: Criterion, **typed: object) -> SelfScore:
    given = {
        "figures": {},
        "points": "",
        "explanation": "",
        "na_claimed": False,
        "na_reason": "",
        "seen_version": 0,
        **typed,
    }
    return scores.save_score(actor=actor, assessment_id=assessment.pk, criterion_id=criterion.pk, **given)


def complete(assessment: SelfAssessment) -> None:
    for code in ("1.1", "1.2"):
        SelfScoreFactory(
            assessment=assessment, criterion=leaf(assessment, code), points=1, explanation="Có sổ theo dõi"
        )


# --- saving ---------------------------------------------------------------------------------------


def test_first_score_freezes_the_set_and_is_logged_with_before_and_after(assessment, officer) -> None:
    score = save(officer, assessment, leaf(assessment), points="1,5")
    assessment.round_group.refresh_from_db()
    entry = LogEntry.objects.get(verb="selfassess.score")
    assert (score.points, score.version, score.updated_by) == (Decimal("1.5"), 1, officer)
    assert assessment.round_group.frozen_at is not None
    assert (entry.before, entry.after["points"], entry.unit, entry.actor) == (None, "1.5", assessment.unit, officer)


def test_points_come_from_the_rule_and_never_from_the_client(assessment, officer) -> None:
    criterion = leaf(assessment, rule=BANDS)
    score = save(officer, assessment, criterion, figures={"numerator": "45", "denominator": "50,0"}, points="2")
    assert score.points == Decimal(1)  # exactly 90 % is not over 90 %
    assert score.figures == {"numerator": "45", "denominator": "50"}


def test_half_declared_figures_are_kept_and_not_scored(assessment, officer) -> None:
    score = save(officer, assessment, leaf(assessment, rule=BANDS), figures={"numerator": "45"})
    assert (score.figures, score.points, score.is_scored) == ({"numerator": "45"}, None, False)


def test_not_scored_zero_and_not_applicable_stay_three_states(assessment, officer) -> None:
    zero = save(officer, assessment, leaf(assessment, "1.1"), points="0")
    claimed = save(officer, assessment, leaf(assessment, "1.2"), points="1", na_claimed=True, na_reason="Không có")
    assert (zero.points, zero.is_scored) == (Decimal(0), True)
    assert (claimed.points, claimed.na_claimed, claimed.is_scored) == (None, True, True)
    emptied = save(officer, assessment, leaf(assessment, "1.1"), points="", seen_version=1)
    assert (emptied.points, emptied.is_scored) == (None, False)


def test_the_same_save_again_makes_no_new_version_and_no_log_entry(assessment, officer) -> None:
    first = save(officer, assessment, leaf(assessment), points="1,50")
    again = save(officer, assessment, leaf(assessment), points="1.5")
    assert (again.pk, again.version) == (first.pk, 1)
    assert LogEntry.objects.filter(verb="selfassess.score").count() == 1


def test_who_saved_second_is_told_and_nothing_is_overwritten(assessment, officer, head) -> None:
    save(officer, assessment, leaf(assessment), points="1")
    with pytest.raises(Conflict) as refused:
        save(head, assessment, leaf(assessment), points="2", seen_version=0)
    assert refused.value.current.points == Decimal(1)
    assert save(head, assessment, leaf(assessment), points="2", seen_version=1).version == 2


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"points": "1.234"}, "points", "hai cách"),
        ({"points": "2,5"}, "points", "từ 0 đến 2"),
        ({"points": "-1"}, "points", "từ 0 đến 2"),
        ({"points": "NaN"}, "points", "không phải số"),
        ({"points": "1e3"}, "points", "không phải số"),
        ({"na_claimed": True}, "na_reason", "lý do"),
        ({"explanation": "a" * 10_001}, "explanation", "tối đa"),
    ],
)
def test_wrong_values_are_refused_by_field_and_nothing_is_saved(assessment, officer, typed, field, said) -> None:
    with pytest.raises(Invalid) as refused:
        save(officer, assessment, leaf(assessment), **typed)
    assert said in refused.value.errors[field]
    assert not SelfScore.objects.exists()


def test_figures_that_make_no_sense_together_are_named(assessment, officer) -> None:
    with pytest.raises(Invalid) as refused:
        save(officer, assessment, leaf(assessment, rule=BANDS), figures={"numerator": "1", "denominator": "0"})
    assert "bằng 0" in refused.value.errors["figures"]
    with pytest.raises(Invalid) as refused:
        save(officer, assessment, leaf(assessment, rule=BANDS), figures={"numerator": "1.234", "denominator": "-5"})
    assert set(refused.value.errors) == {"figure_numerator", "figure_denominator"}


def test_survey_leaves_and_leaves_of_another_set_are_not_self_assessed(assessment, officer) -> None:
    other_set = CriteriaSetFactory(decision=DecisionFactory(number="02/QĐ-THU"))
    for criterion in (leaf(assessment, "1.3"), CriterionFactory(criteria_set=other_set)):
        with pytest.raises(Refused):
            save(officer, assessment, criterion, points="1")


# --- evidence -------------------------------------------------------------------------------------


def attach(actor: User, assessment: SelfAssessment, document: object, **place: object) -> object:
    criterion = leaf(assessment)
    return evidence.attach(
        actor=actor, assessment_id=assessment.pk, criterion_id=criterion.pk, document_id=document.pk, **place
    )


def test_a_document_supports_a_score_at_a_page_that_it_has(assessment, officer) -> None:
    document = DocumentFactory(unit=assessment.unit, pages=3)
    evidence = attach(officer, assessment, document, page=3, section="II")
    assert (evidence.page, evidence.section, evidence.score.is_scored) == (3, "II", False)
    with pytest.raises(Invalid) as refused:
        attach(officer, assessment, document, page=4)
    assert "3 trang" in refused.value.errors["page"]


def test_attaching_again_moves_the_page_and_the_same_again_changes_nothing(assessment, officer) -> None:
    document = DocumentFactory(unit=assessment.unit, pages=3)
    first = attach(officer, assessment, document, page=1)
    assert attach(officer, assessment, document, page=2).pk == first.pk
    attach(officer, assessment, document, page=2)
    assert LogEntry.objects.filter(verb="selfassess.attach").count() == 2


def test_another_units_document_cannot_be_attached(assessment, officer) -> None:
    with pytest.raises(Invalid):
        attach(officer, assessment, DocumentFactory())


def test_detached_evidence_stays_with_its_time_and_can_be_attached_again(assessment, officer) -> None:
    document = DocumentFactory(unit=assessment.unit)
    link = attach(officer, assessment, document)
    for _ in range(2):
        evidence.detach(actor=officer, assessment_id=assessment.pk, evidence_id=link.pk)
    link.refresh_from_db()
    assert link.removed_at is not None
    assert LogEntry.objects.filter(verb="selfassess.detach").count() == 1
    assert attach(officer, assessment, document).pk != link.pk


# --- submitting -----------------------------------------------------------------------------------


def submit(actor: User, assessment: SelfAssessment) -> SelfAssessment:
    return lifecycle.submit(actor=actor, assessment_id=assessment.pk)


def test_head_submits_and_gets_a_receipt(assessment, head) -> None:
    complete(assessment)
    before = assessment.round_group.inputs_version
    done = submit(head, assessment)
    assessment.round_group.refresh_from_db()
    assert done.receipt_number == f"TDG-2031-SO-{assessment.unit.code}-0001"
    assert len(done.receipt_digest) == 64
    assert (done.state, done.submitted_by) == ("submitted", head)
    assert assessment.round_group.inputs_version == before + 1


def test_submitting_twice_is_one_submission_one_entry_and_the_same_receipt(assessment, head) -> None:
    complete(assessment)
    first, second = submit(head, assessment), submit(head, assessment)
    assert (first.receipt_number, first.submitted_at) == (second.receipt_number, second.submitted_at)
    assert LogEntry.objects.filter(verb="selfassess.submit").count() == 1
    assert Transition.objects.filter(verb="submit").count() == 1


def test_officer_cannot_submit(assessment, officer) -> None:
    complete(assessment)
    with pytest.raises(PermissionDenied):
        submit(officer, assessment)


@pytest.mark.parametrize("late", [timedelta(0), timedelta(microseconds=1)])
def test_closing_instant_refuses_itself_and_takes_the_microsecond_before(assessment, head, monkeypatch, late) -> None:
    complete(assessment)
    closes = clock.now()
    open_phase(assessment.round_group.round, Phase.Kind.SELF_ASSESSMENT, closes=closes)
    monkeypatch.setattr(clock, "now", lambda: closes + late)
    with pytest.raises(Refused, match="gia hạn"):
        submit(head, assessment)
    monkeypatch.setattr(clock, "now", lambda: closes - timedelta(microseconds=1))
    assert submit(head, assessment).state == "submitted"


def test_an_extension_counts_for_its_unit_alone(assessment, head) -> None:
    complete(assessment)
    now = clock.now()
    phase = open_phase(assessment.round_group.round, Phase.Kind.SELF_ASSESSMENT, closes=now)
    later = {"phase": phase, "closes_at": now + timedelta(hours=1), "reason": "mất điện", "granted_by": head}
    Extension.objects.create(unit=UnitFactory(group=assessment.unit.group), **later)
    with pytest.raises(Refused):
        submit(head, assessment)
    Extension.objects.create(unit=assessment.unit, **later)
    assert submit(head, assessment).state == "submitted"


def test_incomplete_assessment_is_not_submitted(assessment, head) -> None:
    SelfScoreFactory(assessment=assessment, criterion=leaf(assessment, "1.1"), points=0)  # neither evidence nor words
    SelfScoreFactory(assessment=assessment, criterion=leaf(assessment, "1.2"), na_claimed=True, na_reason="Không có")
    with pytest.raises(Refused, match="1 tiêu chí"):
        submit(head, assessment)
    EvidenceFactory(score=assessment.scores.get(criterion__code="1.1"))
    assert submit(head, assessment).state == "submitted"


def test_removed_evidence_does_not_count(assessment, head) -> None:
    complete(assessment)
    score = assessment.scores.first()
    score.explanation = ""
    score.save()
    EvidenceFactory(score=score, removed_at=clock.now())
    with pytest.raises(Refused):
        submit(head, assessment)


def test_receipt_digest_speaks_for_every_score_word_and_file(assessment, head) -> None:
    complete(assessment)
    evidence = EvidenceFactory(score=assessment.scores.first())
    digests = set()
    for change in ({}, {"page": 1}, {"section": "II"}):
        for name, value in change.items():
            setattr(evidence, name, value)
        evidence.save()
        digests.add(content_digest(assessment))
    SelfScore.objects.filter(pk=evidence.score_id).update(explanation="Khác")
    digests.add(content_digest(assessment))
    assert len(digests) == 4


def test_reopened_assessment_is_submitted_anew_with_a_new_receipt(assessment, head) -> None:
    complete(assessment)
    first = submit(head, assessment).receipt_number
    manager = person(Role.INDEX_MANAGER)
    with pytest.raises(Refused, match="lý do"):
        lifecycle.reopen(actor=manager, assessment_id=assessment.pk, reason="  ")
    lifecycle.reopen(actor=manager, assessment_id=assessment.pk, reason="Sai số liệu 1.1")
    second = submit(head, assessment).receipt_number
    assert (first[-4:], second[-4:]) == ("0001", "0002")
    assert list(Transition.objects.values_list("verb", flat=True)) == ["submit", "reopen", "submit"]


def test_unit_opens_its_assessment_once(assessment, officer) -> None:
    given = {"round_group": assessment.round_group, "unit": assessment.unit}
    assert lifecycle.open_assessment(actor=officer, **given) == assessment
    with pytest.raises(PermissionDenied):
        lifecycle.open_assessment(actor=person(Role.INDEX_MANAGER), **given)
