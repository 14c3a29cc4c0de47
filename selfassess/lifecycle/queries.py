"""Reads of where assessments stand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet

from criteria.calendar import queries as calendar
from criteria.models import Criterion, Round, RoundGroup, Source, Stage
from criteria.queries import round_groups
from selfassess.models import SelfAssessment, Transition
from units import rules as people
from units.models import UNIT_ROLES, Unit, User, by_name


def history(assessment: SelfAssessment) -> QuerySet[Transition]:
    return assessment.transitions.select_related("actor").order_by("at", "pk")


@dataclass(frozen=True, slots=True)
class AssessmentProgress:
    """One assessment in a list: how far it is."""

    assessment: SelfAssessment
    scored: int
    leaves: int
    last_saved: datetime | None


def progress(assessments: QuerySet[SelfAssessment]) -> list[AssessmentProgress]:
    """Progress of many assessments, two queries."""
    done = Q(scores__points__isnull=False) | Q(scores__na_claimed=True)
    rows = list(
        assessments.annotate(
            scored=Count("scores", filter=done),
            last_saved=Max("scores__updated_at"),
        ).order_by("round_group__group__position", *by_name())
    )
    sets = {row.round_group.criteria_set_id for row in rows}
    counted = Criterion.objects.filter(criteria_set__in=sets, is_leaf=True, source=Source.SELF).order_by()
    leaves = dict(counted.values("criteria_set").annotate(n=Count("pk")).values_list("criteria_set", "n"))
    return [AssessmentProgress(a, a.scored, leaves.get(a.round_group.criteria_set_id, 0), a.last_saved) for a in rows]


def closing(assessment: SelfAssessment) -> datetime | None:
    """When the unit's self-assessment closes, extensions counted."""
    return calendar.closing(calendar.stage(assessment.round_group.round, Stage.Kind.SELF_ASSESSMENT), assessment.unit)


def blocks() -> QuerySet[RoundGroup]:
    """Blocks of all rounds, with the names a page shows."""
    return RoundGroup.objects.select_related("round", "group")


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """A unit in a block that measures it, with its assessment when there is one."""

    unit: Unit
    round_group: RoundGroup
    assessment: SelfAssessment | None


def own_places(units: list[Unit], round_: Round) -> list[OwnPlace]:
    """Each of the units that this round measures; two queries."""
    groups = {block.group_id: block for block in round_groups(round_)}
    rows = SelfAssessment.objects.filter(round_group__round=round_, unit__in=units).order_by("pk")
    standing = {row.unit_id: row for row in rows}
    return [OwnPlace(unit, groups[unit.group_id], standing.get(unit.pk)) for unit in units if unit.group_id in groups]


def open_work(user: User) -> Iterator[str]:
    """Self-assessments of the person's units that are not submitted, for who takes over. One query."""
    units = [unit for unit, role in people.grants(user).unit_roles if role in UNIT_ROLES]
    rows = SelfAssessment.objects.filter(unit__in=units).exclude(state=SelfAssessment.State.SUBMITTED)
    for row in rows.select_related("unit", "round_group__round").order_by("round_group__round__year", "pk"):
        yield f"Bản tự đánh giá năm {row.round_group.round.year} của {row.unit}: {row.get_state_display()}."
