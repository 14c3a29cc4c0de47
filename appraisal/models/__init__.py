"""The council's records. Django finds the classes of an app in its `models`: so they are named here once."""

from .assignments import Assignment
from .consistency import Acknowledgement, Justification
from .council import PDF, SINGLE_SEATS, VOTING_SEATS, Council, CouncilPaper, Seat, SilenceRule
from .entries import Action, Appraisal, AppraisalEntry
from .interests import Confirmation, Interest
from .meetings import AgendaItem, Attendance, Dissent, Meeting, Vote
from .opinions import BlindCriterion, Opinion
from .questions import Message, Question
from .reasons import Reason
from .replies import ReplyDraft, ReplyReceipt
from .samples import Sample, SampledCell
from .stages import Release
from .verifying import VerifyingAgency, VerifyingOpinion

__all__ = [
    "PDF",
    "SINGLE_SEATS",
    "VOTING_SEATS",
    "Acknowledgement",
    "Action",
    "AgendaItem",
    "Appraisal",
    "AppraisalEntry",
    "Assignment",
    "Attendance",
    "BlindCriterion",
    "Confirmation",
    "Council",
    "CouncilPaper",
    "Dissent",
    "Interest",
    "Justification",
    "Meeting",
    "Message",
    "Opinion",
    "Question",
    "Reason",
    "Release",
    "ReplyDraft",
    "ReplyReceipt",
    "Sample",
    "SampledCell",
    "Seat",
    "SilenceRule",
    "VerifyingAgency",
    "VerifyingOpinion",
    "Vote",
]
