"""Who signs: the survey operator, for the institute. Who receives: another person, an index manager of some
standing."""

from django.db.models import QuerySet

from surveys.assent.rules import may_second
from surveys.models import TableSignature
from units import rules as people
from units.models import Role, User

DECIDABLE = (TableSignature.State.SIGNED, TableSignature.State.RECEIVED)
"""What may still be given back."""


def may_sign(user: people.AnyUser) -> bool:
    return people.is_survey_operator(user)


def may_receive(user: people.AnyUser, row: TableSignature) -> bool:
    return row.state == TableSignature.State.SIGNED and may_second(user, row.signed_by_id)


def may_give_back(user: people.AnyUser, row: TableSignature) -> bool:
    return row.state in DECIDABLE and may_second(user, row.signed_by_id)


def receivable_by(user: people.AnyUser) -> QuerySet[TableSignature]:
    """`may_receive` as a queryset."""
    if not isinstance(user, User) or not people.is_index_manager(user):
        return TableSignature.objects.none()
    if people.waits_until(user, Role.INDEX_MANAGER) is not None:
        return TableSignature.objects.none()
    return TableSignature.objects.filter(state=TableSignature.State.SIGNED).exclude(signed_by=user.pk)
