"""Who may be recorded with an interest, in which unit, and who has confirmed that there is no other."""

from django.db.models import QuerySet

from appraisal.models import Confirmation
from criteria.models import Round
from units import rules as people
from units.models import UNITS_BY_NAME, Membership, Role, Unit, User


def confirmation(user: User, round_: Round) -> Confirmation | None:
    """The person's word for the round."""
    return Confirmation.objects.filter(member=user, round=round_).first()


def own_units(user: User) -> list[Unit]:
    """The units that are closed to the person without a declaration, by name: also what their units came from and what
    became of them."""
    return list(people.own_units(user).order_by(*UNITS_BY_NAME))


def units() -> QuerySet[Unit]:
    """Every unit in which an interest may be declared."""
    return Unit.objects.select_related("group").order_by(*UNITS_BY_NAME, "pk")


def members() -> QuerySet[User]:
    """Whoever an index manager may record an interest for."""
    held = Membership.objects.in_force().filter(role__in=[Role.COUNCIL_MEMBER, Role.INDEX_MANAGER])
    return User.objects.filter(pk__in=held.order_by().values("user")).order_by("full_name", "username")
