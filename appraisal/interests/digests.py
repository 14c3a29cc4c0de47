"""What the log takes of a declared and of a withdrawn interest."""

from appraisal.core.digests import moment
from appraisal.models import Interest
from cchc_index.lib.canonical import digest

VERB_DECLARE = "appraisal.declare_interest"
VERB_WITHDRAW = "appraisal.withdraw_interest"


def interest_digest(row: Interest) -> str:
    return digest([row.member_id, row.unit_id, row.reason, moment(row.declared_at), row.declared_by_id])


def withdrawal_digest(row: Interest) -> str:
    at = moment(row.withdrawn_at) if row.withdrawn_at else None
    return digest([row.pk, row.member_id, row.unit_id, at, row.withdrawn_by_id, row.withdrawal_reason])
