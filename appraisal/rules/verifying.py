"""Who judges for a verifying agency: people of the agency, never about their own unit."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet, Value

from appraisal.models import VerifyingAgency
from cchc_index.lib import clock
from criteria.models import Round, RoundGroup, Stage
from selfassess.models import Evidence, SelfAssessment
from units import rules as people
from units.models import Role, Unit

from .reach import closed_units
from .stages import Calendar, in_order

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


@dataclass(frozen=True)
class PlaceInYear:
    """What the frame of a page asks of the council's side: the calendars of the person's blocks (of all, for who has
    none), and whether an agency of theirs verifies something in the year."""

    calendars: list[Calendar]
    verifies: bool

    def phase(self, kinds: Collection[str]) -> Stage | None:
        """The stage that the blocks are in, first among `kinds`, else that of the block which is least far."""
        found = [stage for one in self.calendars if (stage := one.phase(kinds))]
        own = (stage for stage in found if stage.kind in kinds)
        return next(own, None) or min(found, key=lambda stage: (stage.position, stage.pk), default=None)


def _has_unit_of(user: people.AnyUser) -> Exists | Value:
    """Whether a block has a unit of the person's own."""
    if not (home := people.grants(user).home_units):
        return Value(False)
    return Exists(Unit.objects.filter(pk__in=home, group=OuterRef("group")).order_by())


def _is_verified_by(user: people.AnyUser) -> Exists | Value:
    """Whether an agency of the person's verifies a leaf of a block."""
    if not (agencies := agencies_of(user)):
        return Value(False)
    mine = VerifyingAgency.objects.filter(round_group=OuterRef("pk"), active=True, agency__in=agencies)
    return Exists(mine.order_by())


def place_in_year(user: people.AnyUser, round_: Round) -> PlaceInYear:
    """One query, which asks nothing about units or agencies that the person has none of; the round's stages have been
    read with it."""
    rows = RoundGroup.objects.filter(round=round_).order_by("pk")
    rows = rows.annotate(own=_has_unit_of(user), verifies=_is_verified_by(user))
    released: dict[int, set[int]] = {}
    own, verifies = set(), False
    for pk, is_own, is_verified, stage in rows.values_list("pk", "own", "verifies", "releases__stage_id"):
        released.setdefault(pk, set()).update([stage] if stage else [])
        own |= {pk} if is_own else set()
        verifies = verifies or is_verified
    shown = {pk: stages for pk, stages in released.items() if pk in own or not own}
    at = clock.arrived()
    listed = in_order(round_.stages.all())
    return PlaceInYear([Calendar(listed, frozenset(stages), at) for stages in shown.values()], verifies)


def evidence_to_verify(user: people.AnyUser) -> QuerySet[Evidence]:
    """The submitted evidence of those leaves, but of closed units."""
    mine = verified_by(user).filter(
        round_group=OuterRef("score__assessment__round_group"), criterion=OuterRef("score__criterion")
    )
    rows = Evidence.objects.filter(
        Exists(mine.order_by()), score__assessment__state=SelfAssessment.State.SUBMITTED, removed_at=None
    )
    return rows.exclude(score__assessment__unit__in=closed_units(user))
