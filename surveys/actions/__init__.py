"""The verbs that write to the survey."""

from .batches import (
    Outcome,
    check_ballots,
    check_figures,
    commit_batch,
    discard_batch,
    import_ballots,
    import_figures,
    undo_batch,
    unpack_faults,
)
from .scores import import_scores, rebuild_tallies, refresh_scores

__all__ = [
    "Outcome",
    "check_ballots",
    "check_figures",
    "commit_batch",
    "discard_batch",
    "import_ballots",
    "import_figures",
    "import_scores",
    "rebuild_tallies",
    "refresh_scores",
    "undo_batch",
    "unpack_faults",
]
