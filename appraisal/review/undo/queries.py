"""Which decision an undo would take back next."""

from appraisal.core import digests as core_digests
from appraisal.models import AppraisalEntry
from appraisal.rules import deciding
from criteria.models import RoundGroup
from units.models import User


def newest(user: User, round_group: RoundGroup) -> AppraisalEntry | None:
    """The person's own last decision of the block that can still be taken back one by one; a batch is taken back
    as one, on its page."""
    rows = deciding.steps_undoable_by(user, round_group).filter(actor=user)
    single = rows.exclude(log__verb__in=core_digests.BATCH_VERBS)
    return single.select_related("appraisal__unit", "appraisal__criterion").order_by("-at", "-pk").first()
