"""What a verb would do, shown before it is done: the verb itself runs, and the database takes it back."""

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

VerbAnswer = TypeVar("VerbAnswer")


class _TakenBackError(Exception):
    """Ends the transaction of a verb that was only tried."""


def tried(verb: Callable[[], VerbAnswer]) -> VerbAnswer:
    """What `verb` answers; nothing that it wrote stays, and nothing that it asked for after the commit happens. Its
    refusals pass."""
    answers: list[VerbAnswer] = []
    try:
        with transaction.atomic():
            answers.append(verb())
            raise _TakenBackError
    except _TakenBackError:
        return answers[0]
