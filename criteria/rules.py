"""Who may set up a year: decisions, sets, phases and extensions belong to the index manager."""

from django.db.models import QuerySet

from units import rules as people

from .models import CriteriaSet, Phase, Round


def may_manage(user: people.AnyUser) -> bool:
    """Whether the person may import sets, move phases and grant extensions (Sở Nội vụ)."""
    return people.is_index_manager(user)


def rounds_managed_by(user: people.AnyUser) -> QuerySet[Round]:
    """The rounds the person may set up; `may_manage` as a queryset."""
    return Round.objects.all() if may_manage(user) else Round.objects.none()


def sets_managed_by(user: people.AnyUser) -> QuerySet[CriteriaSet]:
    return CriteriaSet.objects.all() if may_manage(user) else CriteriaSet.objects.none()


def phases_managed_by(user: people.AnyUser) -> QuerySet[Phase]:
    return Phase.objects.all() if may_manage(user) else Phase.objects.none()
