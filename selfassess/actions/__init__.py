"""The verbs that write to self-assessments, scores, documents and evidence.

Each takes ids, locks the assessment, checks role, state and time inside the transaction and logs last.
They raise PermissionDenied for a wrong role, `Refused` (a sentence) for a wrong state or input,
`entry.Invalid` for wrong fields and `Conflict` when somebody else saved first.
"""

from .archive import import_scores
from .copying import Copied, copy_last_year
from .evidence import add_document, add_evidence, attach, detach
from .examining import examine, log_reading, rescan
from .lifecycle import hand_over, open_assessment, reopen, send_back, submit
from .scores import save_score
from .versions import move_place, replace_document
from .workbook import Line, apply_workbook

__all__ = [
    "Copied",
    "Line",
    "add_document",
    "add_evidence",
    "apply_workbook",
    "attach",
    "copy_last_year",
    "detach",
    "examine",
    "hand_over",
    "import_scores",
    "log_reading",
    "move_place",
    "open_assessment",
    "reopen",
    "replace_document",
    "rescan",
    "save_score",
    "send_back",
    "submit",
]
