"""The unit's pages: thin ways in and out. Ids in, one action or query, answer."""

from .autosave import autosave
from .copying import copy_all, copy_last_year
from .files import document, documents, paper, place, replace
from .pages import assessment, check, home, receipt
from .scoring import attach, criterion, detach, preview, upload
from .steps import hand_over, open_, reopen, send_back, submit
from .workbook import workbook, workbook_again, workbook_apply, workbook_preview, workbook_upload

__all__ = [
    "assessment",
    "attach",
    "autosave",
    "check",
    "copy_all",
    "copy_last_year",
    "criterion",
    "detach",
    "document",
    "documents",
    "hand_over",
    "home",
    "open_",
    "paper",
    "place",
    "preview",
    "receipt",
    "reopen",
    "replace",
    "send_back",
    "submit",
    "upload",
    "workbook",
    "workbook_again",
    "workbook_apply",
    "workbook_preview",
    "workbook_upload",
]
