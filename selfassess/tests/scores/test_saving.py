"""Saving one score."""

from decimal import Decimal
from typing import Any

import pytest

from cchc_index.lib.faults import Conflict, Invalid, Refused
from cchc_index.lib.tests.present import present
from criteria.models import Criterion
from criteria.tests.factories import CriteriaSetFactory, CriterionFactory, DecisionFactory
from selfassess.models import SelfAssessment, SelfScore
from selfassess.scores import actions as scores
from selfassess.tests.factories import BANDS, leaf
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(assessment: SelfAssessment) -> User:
    return person(Role.UNIT_OFFICER, assessment.unit)


@pytest.fixture
def head(assessment: SelfAssessment) -> User:
    return person(Role.UNIT_HEAD, assessment.unit)


def save(actor: User, assessment: SelfAssessment, criterion: Criterion, **typed: object) -> SelfScore:
    given: dict[str, Any] = {
        "figures": {},
        "points": "",
        "explanation": "",
        "na_claimed": False,
        "na_reason": "",
        "seen_version": 0,
        **typed,
    }
    return scores.save_score(actor=actor, assessment_id=assessment.pk, criterion_id=criterion.pk, **given)


def test_first_score_freezes_the_set_and_is_logged_with_before_and_after(
    assessment: SelfAssessment, officer: User
) -> None:
    score = save(officer, assessment, leaf(assessment), points="1,5")
    assessment.round_group.refresh_from_db()
    entry = LogEntry.objects.get(verb="selfassess.score")
    assert (score.points, score.version, score.updated_by) == (Decimal("1.5"), 1, officer)
    assert assessment.round_group.frozen_at is not None
    assert (entry.before, present(entry.after)["points"], entry.unit, entry.actor) == (
        None,
        "1.5",
        assessment.unit,
        officer,
    )


def test_points_come_from_the_rule_and_never_from_the_client(assessment: SelfAssessment, officer: User) -> None:
    criterion = leaf(assessment, rule=BANDS)
    score = save(officer, assessment, criterion, figures={"numerator": "45", "denominator": "50,0"}, points="2")
    assert score.points == Decimal(1)  # exactly 90 % is not over 90 %
    assert score.figures == {"numerator": "45", "denominator": "50"}


def test_half_declared_figures_are_kept_and_not_scored(assessment: SelfAssessment, officer: User) -> None:
    score = save(officer, assessment, leaf(assessment, rule=BANDS), figures={"numerator": "45"})
    assert (score.figures, score.points, score.is_scored) == ({"numerator": "45"}, None, False)


def test_not_scored_zero_and_not_applicable_stay_three_states(assessment: SelfAssessment, officer: User) -> None:
    zero = save(officer, assessment, leaf(assessment, "1.1"), points="0")
    claimed = save(officer, assessment, leaf(assessment, "1.2"), points="1", na_claimed=True, na_reason="Không có")
    assert (zero.points, zero.is_scored) == (Decimal(0), True)
    assert (claimed.points, claimed.na_claimed, claimed.is_scored) == (None, True, True)
    emptied = save(officer, assessment, leaf(assessment, "1.1"), points="", seen_version=1)
    assert (emptied.points, emptied.is_scored) == (None, False)


def test_the_same_save_again_makes_no_new_version_and_no_log_entry(assessment: SelfAssessment, officer: User) -> None:
    first = save(officer, assessment, leaf(assessment), points="1,50")
    again = save(officer, assessment, leaf(assessment), points="1.5")
    assert (again.pk, again.version) == (first.pk, 1)
    assert LogEntry.objects.filter(verb="selfassess.score").count() == 1


def test_who_saved_second_is_told_and_nothing_is_overwritten(
    assessment: SelfAssessment, officer: User, head: User
) -> None:
    save(officer, assessment, leaf(assessment), points="1")
    with pytest.raises(Conflict) as refused:
        save(head, assessment, leaf(assessment), points="2", seen_version=0)
    assert isinstance(refused.value.current, SelfScore)
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
def test_wrong_values_are_refused_by_field_and_nothing_is_saved(
    assessment: SelfAssessment, officer: User, typed: dict[str, Any], field: str, said: str
) -> None:
    with pytest.raises(Invalid) as refused:
        save(officer, assessment, leaf(assessment), **typed)
    assert said in refused.value.errors[field]
    assert not SelfScore.objects.exists()


def test_figures_that_make_no_sense_together_are_named(assessment: SelfAssessment, officer: User) -> None:
    with pytest.raises(Invalid) as refused:
        save(officer, assessment, leaf(assessment, rule=BANDS), figures={"numerator": "1", "denominator": "0"})
    assert "bằng 0" in refused.value.errors["figures"]
    with pytest.raises(Invalid) as refused:
        save(officer, assessment, leaf(assessment, rule=BANDS), figures={"numerator": "1.234", "denominator": "-5"})
    assert set(refused.value.errors) == {"figure_numerator", "figure_denominator"}


def test_survey_leaves_and_leaves_of_another_set_are_not_self_assessed(
    assessment: SelfAssessment, officer: User
) -> None:
    other_set = CriteriaSetFactory.create(decision=DecisionFactory.create(number="02/QĐ-THU"))
    for criterion in (leaf(assessment, "1.3"), CriterionFactory.create(criteria_set=other_set)):
        with pytest.raises(Refused):
            save(officer, assessment, criterion, points="1")
