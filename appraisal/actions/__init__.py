"""The verbs that write: the council's, the replying unit's, and the archive's."""

from .archive import import_standings
from .assignments import assign, hand_over, reassign, remind, split, unassign
from .consistency import acknowledge_consistency
from .council import adjust, bulk_recognise, recognise, release, withdraw
from .interests import confirm_no_interest, declare_interest, withdraw_interest
from .opinions import give_opinion, mark_blind, unmark_blind
from .questions import answer, ask, ask_again, assign_question, close_question
from .reasons import add_reason, delete_reason, reword_reason, set_reason_active
from .replies import reply
from .taking_back import undo, undo_batch

__all__ = [
    "acknowledge_consistency",
    "add_reason",
    "adjust",
    "answer",
    "ask",
    "ask_again",
    "assign",
    "assign_question",
    "bulk_recognise",
    "close_question",
    "confirm_no_interest",
    "declare_interest",
    "delete_reason",
    "give_opinion",
    "hand_over",
    "import_standings",
    "mark_blind",
    "reassign",
    "recognise",
    "release",
    "remind",
    "reply",
    "reword_reason",
    "set_reason_active",
    "split",
    "unassign",
    "undo",
    "undo_batch",
    "unmark_blind",
    "withdraw",
    "withdraw_interest",
]
