"""What the log takes of a declared and of a withdrawn interest, and of the word that there is no other."""

from appraisal.core.digests import moment
from appraisal.models import Confirmation, Interest
from cchc_index.lib.canonical import digest
from units.auditlog.digests import RowKind, register_rows

VERB_DECLARE = "appraisal.declare_interest"
VERB_WITHDRAW = "appraisal.withdraw_interest"


def interest_digest(row: Interest) -> str:
    return digest([row.member_id, row.unit_id, row.reason, moment(row.declared_at), row.declared_by_id])


def withdrawal_digest(row: Interest) -> str:
    at = moment(row.withdrawn_at) if row.withdrawn_at else None
    return digest([row.pk, row.member_id, row.unit_id, at, row.withdrawn_by_id, row.withdrawal_reason])


def confirmation_mark(row: Confirmation) -> str:
    return digest([row.round_id, row.member_id, moment(row.at)])


def register_marks() -> None:
    """Called where the app starts."""
    rows = Confirmation.objects.select_related("round", "member").order_by("pk")
    register_rows(RowKind(Confirmation, confirmation_mark, rows.all))
