"""Who judges for a verifying agency: people of the agency, never about their own unit."""

from django.db.models import Exists, OuterRef, QuerySet

from appraisal.models import VerifyingAgency
from selfassess.models import Evidence, SelfAssessment
from units import rules as people
from units.models import Role

from .reach import closed_units

SPEAKING = (Role.UNIT_OFFICER, Role.UNIT_HEAD, Role.COUNCIL_MEMBER)


def agencies_of(user: people.AnyUser) -> frozenset[int]:
    """The units for which the person would speak."""
    return frozenset(unit for unit, role in people.grants(user).unit_roles if role in SPEAKING)


def may_verify(user: people.AnyUser, row: VerifyingAgency, unit_id: int) -> bool:
    """Whether the person may give the agency's opinion on a unit: never on their own, nor at a declared interest."""
    return row.active and row.agency_id in agencies_of(user) and unit_id not in closed_units(user)


def verified_by(user: people.AnyUser) -> QuerySet[VerifyingAgency]:
    """The leaves that the person's agencies verify."""
    return VerifyingAgency.objects.filter(active=True, agency__in=agencies_of(user)).order_by("round_group", "pk")


def evidence_to_verify(user: people.AnyUser) -> QuerySet[Evidence]:
    """The submitted evidence of those leaves, but of closed units."""
    mine = verified_by(user).filter(
        round_group=OuterRef("score__assessment__round_group"), criterion=OuterRef("score__criterion")
    )
    rows = Evidence.objects.filter(
        Exists(mine.order_by()), score__assessment__state=SelfAssessment.State.SUBMITTED, removed_at=None
    )
    return rows.exclude(score__assessment__unit__in=closed_units(user))
