"""What two people decide together: one proposes with a reason, another index manager of some standing confirms.

Who may be the second is asked here alone, and so is what every such row goes through; what it asks for, its words and
its entry in the log belong to the feature.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol, TypeGuard, TypeVar

from django.db import IntegrityError, models, transaction

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean_lines

from .models import Role, User
from .rules import AnyUser, is_index_manager, waits_until

Asked = TypeVar("Asked", bound=models.Model)


def confirms(user: AnyUser) -> TypeGuard[User]:
    """Whether the person confirms what others propose: an index manager whose role is no longer fresh."""
    return isinstance(user, User) and is_index_manager(user) and waits_until(user, Role.INDEX_MANAGER) is None


def may_second(user: AnyUser, proposer_id: int | None) -> bool:
    """Whether the person may confirm what `proposer_id` proposed: nobody what is their own."""
    return confirms(user) and user.pk != proposer_id


def secondable(
    rows: "models.QuerySet[Asked]", user: AnyUser, proposer: str = "proposed_by"
) -> "models.QuerySet[Asked]":
    """`may_second` over rows that wait; `proposer` is the column that says whose they are."""
    return rows.exclude(**{proposer: user.pk}) if confirms(user) else rows.none()


def told_reason(reason: str, missing: str) -> str:
    """The reason as it is kept. Raises Refused with the sentence `missing` where there is none."""
    words = clean_lines(reason)
    if not words:
        raise Refused(missing)
    return words


@contextmanager
def one_open(taken: str) -> Iterator[None]:
    """Around the creation of a row of which one may wait at a time. Raises Refused with the sentence `taken`."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise Refused(taken) from None


class DecidedRow(Protocol):
    """What two people decide together, as it is stored."""

    state: Any
    decided_at: datetime | None
    decided_by: User | None
    decision_reason: Any

    def save(self, *, update_fields: Any) -> None: ...


def decide(row: DecidedRow, actor: User, state: str, words: str = "") -> None:
    """Write who decided, when, and why not; the row is locked and still waits."""
    row.state, row.decided_at, row.decided_by, row.decision_reason = state, clock.now(), actor, words
    row.save(update_fields=["state", "decided_at", "decided_by", "decision_reason"])
