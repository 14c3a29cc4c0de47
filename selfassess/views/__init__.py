"""The unit's pages: thin ways in and out. Ids in, one action or query, answer."""

from .files import document, documents
from .pages import assessment, check, home, receipt
from .scoring import attach, criterion, detach, preview, upload
from .steps import hand_over, open_, reopen, send_back, submit

__all__ = [
    "assessment",
    "attach",
    "check",
    "criterion",
    "detach",
    "document",
    "documents",
    "hand_over",
    "home",
    "open_",
    "preview",
    "receipt",
    "reopen",
    "send_back",
    "submit",
    "upload",
]
