"""Who types, who settles: people who may work in the survey. Who types a bundle settles nothing of it."""

from django.db.models import Q, QuerySet

from surveys import rules
from surveys.models import PaperBundle, TypedBallot
from units import rules as people

Typing = TypedBallot.Typing


def bundles_for(user: people.AnyUser) -> QuerySet[PaperBundle]:
    """The bundles the person may see the standing of: counts, never what was typed."""
    rows = PaperBundle.objects.select_related(
        "respondent_group__survey", "unit", "first_typist", "second_typist", "batch"
    )
    return rows.order_by("pk") if rules.may_read(user) else rows.none()


def typing_of(user: people.AnyUser, bundle: PaperBundle) -> Typing | None:
    """Which of the two typings of a bundle is the person's."""
    if not rules.may_work(user):
        return None
    typists = {bundle.first_typist_id: Typing.FIRST, bundle.second_typist_id: Typing.SECOND}
    return typists.get(user.pk or 0)


def typed_by(user: people.AnyUser) -> QuerySet[PaperBundle]:
    """`typing_of` as a queryset."""
    return bundles_for(user).filter(_typist(user)) if rules.may_work(user) else PaperBundle.objects.none()


def may_settle(user: people.AnyUser, bundle: PaperBundle) -> bool:
    """Whether the person may see both typings of a bundle and decide between them."""
    return rules.may_work(user) and typing_of(user, bundle) is None


def settled_by(user: people.AnyUser) -> QuerySet[PaperBundle]:
    """`may_settle` as a queryset."""
    return bundles_for(user).exclude(_typist(user)) if rules.may_work(user) else PaperBundle.objects.none()


def _typist(user: people.AnyUser) -> Q:
    return Q(first_typist=user.pk) | Q(second_typist=user.pk)
