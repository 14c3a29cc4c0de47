"""Who is due a reminder today."""

from datetime import datetime

from cchc_index.lib import clock
from criteria.models import RoundGroup, Stage
from selfassess.models import SelfAssessment
from units.models import UNITS_BY_NAME, Unit

DAYS = (1, 3, 7)


def open_stages() -> list[Stage]:
    """Self-assessment stages with an end that have begun."""
    now = clock.now()
    found = Stage.objects.filter(kind=Stage.Kind.SELF_ASSESSMENT, closes_at__isnull=False).select_related("round")
    return [stage for stage in found.order_by("pk") if stage.opens_at is None or stage.opens_at <= now]


def due_step(closes: datetime | None) -> int | None:
    """Which of DAYS a closing has reached, by the calendar of Hà Nội; None before the first and after
    the closing itself."""
    if closes is None or closes <= clock.now():
        return None
    left = (clock.hanoi(closes).date() - clock.today()).days
    return next((step for step in DAYS if left <= step), None)


def measured_units(stage: Stage) -> list[Unit]:
    """The units a phase concerns, of every block of its round."""
    period = stage.round
    groups = RoundGroup.objects.filter(round=period).order_by().values("group")
    measured = Unit.objects.valid_between(period.assessed_from, period.assessed_to).filter(group__in=groups)
    return list(measured.order_by("group", *UNITS_BY_NAME))


def states(stage: Stage) -> dict[int, str]:
    """{unit: state of its assessment} of those that have begun."""
    found = SelfAssessment.objects.filter(round_group__round=stage.round).order_by("pk")
    return dict(found.values_list("unit_id", "state"))
