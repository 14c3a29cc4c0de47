"""Which blind opinions wait to be settled."""

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from appraisal.models import Appraisal, Opinion
from criteria.models import RoundGroup, Stage
from selfassess.models import SelfAssessment, SelfScore
from units.models import User, by_name


def current(round_group: RoundGroup, stage: Stage | None) -> QuerySet[Opinion]:
    """The opinions of sets that are not settled: on the standing and the unit's score as they are now."""
    cell = {"round_group": OuterRef("round_group"), "unit": OuterRef("unit"), "criterion": OuterRef("criterion")}
    standing = Appraisal.objects.filter(**cell).order_by().values("version")
    score = SelfScore.objects.filter(
        assessment__round_group=OuterRef("round_group"),
        assessment__unit=OuterRef("unit"),
        assessment__state=SelfAssessment.State.SUBMITTED,
        criterion=OuterRef("criterion"),
    )
    rows = Opinion.objects.filter(round_group=round_group, stage=stage).annotate(
        standing_now=Coalesce(Subquery(standing), 0),
        score_now=Coalesce(Subquery(score.order_by().values("version")), 0),
    )
    now = rows.filter(standing_version=F("standing_now"), score_version=F("score_now"))
    return now.order_by(*by_name(), "criterion__position", "seat")


def given_by(user: User, round_group: RoundGroup, stage: Stage | None) -> frozenset[tuple[int, int]]:
    """The cells (unit, criterion) on which the person has said what they think, and nothing is settled."""
    return frozenset(current(round_group, stage).filter(member=user).values_list("unit_id", "criterion_id"))
