"""What a correction of a frozen criterion does to the points that units have given: it never moves one by itself."""

from decimal import Decimal

import pytest

from criteria.editing import actions as editing
from criteria.editing.actions import CriterionWords
from criteria.models import RoundGroup
from criteria.scoring import in_words
from selfassess.models import SelfAssessment, SelfScore
from selfassess.tests.factories import BANDS, leaf
from units.mail.models import Mail
from units.models import Role, User
from units.tests.factories import person

from .test_saving import save

pytestmark = pytest.mark.django_db
FIGURES = {"numerator": "45", "denominator": "50"}
"""90 %: 1 point under the first rule, 2 under the corrected one."""
AS_IT_STANDS, KINDER = in_words(BANDS), "≥ 90 %: 2; 70–90 %: 1; < 70 %: 0"


@pytest.fixture
def officer(assessment: SelfAssessment) -> User:
    person(Role.UNIT_HEAD, assessment.unit, email="thutruong@example.vn")
    return person(Role.UNIT_OFFICER, assessment.unit)


@pytest.fixture
def score(assessment: SelfAssessment, officer: User) -> SelfScore:
    return save(officer, assessment, leaf(assessment, rule=BANDS), figures=FIGURES)


def correct(block: RoundGroup, score: SelfScore, **changed: str) -> None:
    """By two managers."""
    given = {"name": score.criterion.name, "rule": AS_IT_STANDS, "guidance": "", "evidence": "", **changed}
    first, second = person(Role.INDEX_MANAGER), person(Role.INDEX_MANAGER)
    waiting = editing.propose_correction(
        actor=first,
        block=block,
        criterion_id=score.criterion_id,
        words=CriterionWords(**given),
        reason="Văn bản 12/SNV.",
    )
    editing.confirm_correction(actor=second, block=block, correction_id=waiting.pk)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"name": "Kế hoạch (đính chính)"}, "Chỉ đổi chữ: không điểm nào thay đổi."),
        ({"guidance": "Tính cả quý IV."}, "Chỉ đổi chữ: không điểm nào thay đổi."),
        ({"evidence": "Báo cáo năm."}, "Chỉ đổi chữ: không điểm nào thay đổi."),
    ],
)
def test_corrected_words_move_no_point_and_the_letter_says_so(
    assessment: SelfAssessment, score: SelfScore, changed: dict[str, str], told: str
) -> None:
    correct(assessment.round_group, score, **changed)
    stored = SelfScore.objects.get(pk=score.pk)
    assert (stored.points, stored.version) == (Decimal(1), score.version)
    assert told in Mail.objects.get(recipient__email="thutruong@example.vn").body


def test_a_corrected_rule_counts_a_draft_anew_and_the_letter_says_so(
    assessment: SelfAssessment, score: SelfScore
) -> None:
    correct(assessment.round_group, score, rule=KINDER)
    stored = SelfScore.objects.get(pk=score.pk)
    assert (stored.points, stored.version) == (Decimal(2), score.version + 1)
    letter = Mail.objects.get(recipient__email="thutruong@example.vn").body
    assert "điểm được tính lại theo quy tắc mới" in letter


def test_what_is_saved_again_after_a_corrected_rule_is_counted_by_it(
    assessment: SelfAssessment, officer: User, score: SelfScore
) -> None:
    correct(assessment.round_group, score, rule=KINDER)
    again = save(officer, assessment, score.criterion, figures=FIGURES, seen_version=score.version)
    assert again.points == Decimal(2)
