"""Who may set up a year: decisions, sets, stages and extensions belong to the index manager."""

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from units import rules as people
from units.models import User
from units.seconding import may_second, secondable

from .models import Correction, CriteriaSet, Round, Stage


def may_manage(user: people.AnyUser) -> bool:
    """Whether the person may import sets, move stages and grant extensions (Sở Nội vụ)."""
    return people.is_index_manager(user)


def manager(user: people.AnyUser) -> User:
    """The person as one who may set up a year. Raises PermissionDenied for everybody else."""
    if not may_manage(user) or not isinstance(user, User):
        raise PermissionDenied
    return user


def require_manager(actor: User | None) -> None:
    """Raises PermissionDenied for whoever may not set up a year. `actor` None is the command line, which may."""
    if actor is not None and not may_manage(actor):
        raise PermissionDenied("Chỉ người quản lý Chỉ số của Sở Nội vụ được làm việc này.")


def rounds_managed_by(user: people.AnyUser) -> QuerySet[Round]:
    """The rounds the person may set up; `may_manage` as a queryset."""
    return Round.objects.all() if may_manage(user) else Round.objects.none()


def sets_managed_by(user: people.AnyUser) -> QuerySet[CriteriaSet]:
    return CriteriaSet.objects.all() if may_manage(user) else CriteriaSet.objects.none()


def stages_managed_by(user: people.AnyUser) -> QuerySet[Stage]:
    return Stage.objects.all() if may_manage(user) else Stage.objects.none()


def may_confirm_correction(user: people.AnyUser, correction: Correction) -> bool:
    """The second person: another index manager than the one who proposed, whose role is no longer fresh."""
    return correction.state == Correction.State.OPEN and may_second(user, correction.proposed_by_id)


def corrections_confirmable_by(user: people.AnyUser) -> QuerySet[Correction]:
    """`may_confirm_correction` as a queryset."""
    return secondable(Correction.objects.filter(state=Correction.State.OPEN), user)
