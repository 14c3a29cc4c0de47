"""What the browser walk of ballots in the app begins with."""

from datetime import timedelta

from cchc_index.lib import clock
from cchc_index.lib.tests.browser import PASSWORD
from criteria.models import Stage
from surveys.tests.factories import asked_group, surveyed_round
from units.models import Role, Unit
from units.tests.factories import person

QUESTIONS = {
    "1.3": "Chất lượng tham mưu xây dựng và tổ chức thực hiện các văn bản của cơ quan",
    "1.4": "Tính kịp thời, công khai của việc giải quyết thủ tục hành chính cho người dân, doanh nghiệp",
}


def seed() -> None:
    """A survey that is open, its one group with questions, an operator."""
    block = surveyed_round()
    Unit.objects.filter(code="SNV").update(name="Sở Nội vụ")
    Unit.objects.filter(code="STC").update(name="Sở Tài chính")
    for code, name in QUESTIONS.items():
        block.criteria_set.criteria.filter(code=code).update(name=name)
    asked_group(block, code="dan", name="Người dân, doanh nghiệp", planned_ballots=20, max_blank_share=1)
    Stage.objects.update_or_create(
        round=block.round,
        kind=Stage.Kind.SURVEY,
        defaults={
            "name": "survey",
            "title": "Điều tra",
            "position": 1,
            "opens_at": clock.now() - timedelta(days=1),
            "closes_at": clock.now() + timedelta(days=1),
        },
    )
    operator = person(Role.SURVEY_OPERATOR)
    operator.username = "dieutra.pc"
    operator.set_password(PASSWORD)
    operator.save()


def close() -> None:
    """The phase is over."""
    Stage.objects.filter(kind=Stage.Kind.SURVEY).update(closes_at=clock.now())


def open_again() -> None:
    """The phase is open once more."""
    Stage.objects.filter(kind=Stage.Kind.SURVEY).update(closes_at=clock.now() + timedelta(days=1))
