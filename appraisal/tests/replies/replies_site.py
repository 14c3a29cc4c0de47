"""What the reply's browser tests stand on: a unit with two lowered criteria, released, its reply open."""

from decimal import Decimal

from appraisal.review.decisions import actions as decisions
from appraisal.tests.factories import council, release_stage
from appraisal.tests.review.review_site import RULE
from cchc_index.lib.tests.browser import PASSWORD
from criteria.models import Criterion
from criteria.tests.factories import open_stage
from selfassess.models import SelfScore
from selfassess.tests.factories import EvidenceFactory


def seed() -> None:
    """Accounts: canbo.gt, thutruong.gt."""
    case = council()
    for user, name in ((case.officer, "canbo.gt"), (case.head, "thutruong.gt")):
        user.username = name
        user.set_password(PASSWORD)
        user.save()
    Criterion.objects.filter(pk=case.leaf.pk).update(rule=RULE)
    score = SelfScore.objects.get(assessment__unit=case.first, criterion=case.leaf)
    score.figures, score.explanation = {"numerator": "75", "denominator": "100"}, "Theo sổ theo dõi hồ sơ."
    score.save()
    EvidenceFactory.create(score=score)
    for leaf, points in ((case.leaf, Decimal(1)), (case.other_leaf, Decimal(1))):
        decisions.adjust(
            actor=case.member,
            **case.cell(leaf=leaf),
            points=points,
            reason_id=case.reason.pk,
            comment="Thiếu báo cáo quý IV.",
            seen_version=0,
        )
    release_stage(case.manager, case.round_group)
    open_stage(case.round_group.round, "explanation")
