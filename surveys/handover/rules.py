"""Who signs: the survey operator, for the institute. Who receives: another person, an index manager of some
standing."""

from django.db.models import QuerySet

from surveys.models import TableSignature
from units import rules as people
from units.seconding import may_second, secondable

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
    return secondable(TableSignature.objects.filter(state=TableSignature.State.SIGNED), user, "signed_by")
