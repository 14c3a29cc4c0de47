"""Making the survey's points anew under a corrected maximum, in the transaction that corrects it."""

from cchc_index.lib.faults import Refused
from criteria.models import RoundGroup
from surveys.scores.actions import recompute
from units.models import User


def remake(actor: User, block: RoundGroup) -> int:
    """Bring the points of a block, which the caller has locked, to what its tallies and figures give under the maxima
    that stand now; how many cells moved. Tallies stay as they are, and so do points from an archive. Raises Refused
    as the computation does."""
    try:
        return recompute(actor, block)
    except Refused as refused:
        raise Refused(f"{block}: {refused}") from refused
