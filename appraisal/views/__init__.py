"""The council's pages and the unit's replies."""

from .assignments import (
    assignment_add,
    assignment_edit,
    assignment_hand_over,
    assignment_split,
    assignments,
    assignments_block,
    progress,
    remind,
)
from .batches import batch, batches
from .bulk import bulk
from .cell import cell
from .consistency import consistency_page
from .council import by_criterion, by_unit, home, release
from .grid import grid, grid_cell, grid_now
from .interests import interests
from .opinions import blind
from .questions import ask, asked_list, asked_one, question, questions
from .reasons import reason, reasons
from .replies import document, replies, reply
from .undo import undo

__all__ = [
    "ask",
    "asked_list",
    "asked_one",
    "assignment_add",
    "assignment_edit",
    "assignment_hand_over",
    "assignment_split",
    "assignments",
    "assignments_block",
    "batch",
    "batches",
    "blind",
    "bulk",
    "by_criterion",
    "by_unit",
    "cell",
    "consistency_page",
    "document",
    "grid",
    "grid_cell",
    "grid_now",
    "home",
    "interests",
    "progress",
    "question",
    "questions",
    "reason",
    "reasons",
    "release",
    "remind",
    "replies",
    "reply",
    "undo",
]
