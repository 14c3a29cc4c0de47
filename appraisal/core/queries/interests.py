"""Why a unit is closed to a member."""

from appraisal.models import Interest
from units import rules as people
from units.models import Unit


def standing_interest(user: people.AnyUser, unit: Unit) -> Interest | None:
    """What the person declared about the unit and has not withdrawn."""
    return Interest.objects.filter(member=user.pk, unit=unit, withdrawn_at=None).first()
