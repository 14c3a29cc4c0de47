"""The council's records. Django finds the classes of an app in its `models`: so they are named here once."""

from .assignments import Assignment
from .consistency import Acknowledgement, Justification
from .entries import Action, Appraisal, AppraisalEntry
from .interests import Confirmation, Interest
from .opinions import BlindCriterion, Opinion
from .questions import Message, Question
from .reasons import Reason
from .replies import ReplyDraft, ReplyReceipt
from .stages import Release

__all__ = [
    "Acknowledgement",
    "Action",
    "Appraisal",
    "AppraisalEntry",
    "Assignment",
    "BlindCriterion",
    "Confirmation",
    "Interest",
    "Justification",
    "Message",
    "Opinion",
    "Question",
    "Reason",
    "Release",
    "ReplyDraft",
    "ReplyReceipt",
]
