"""Why a unit is closed to a member."""

from appraisal.models import Interest
from units import rules as people
from units.models import Unit
from units.queries import lines_of


def standing_interest(user: people.AnyUser, unit: Unit) -> Interest | None:
    """What the person declared about the unit, or about one it came from or became, and has not withdrawn."""
    line = lines_of([unit.pk])[unit.pk]
    return Interest.objects.filter(member=user.pk, unit__in=line, withdrawn_at=None).select_related("unit").first()
