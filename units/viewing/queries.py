"""Whose page a session is looking at."""

from typing import Any

from cchc_index.lib import clock
from units.models import User
from units.rules import AnyUser

from .rules import may_view_as


def account(pk: int) -> User | None:
    return User.objects.filter(pk=pk).first()


def target_of(actor: AnyUser, ticket: Any) -> User | None:
    """The account of a ticket in the session, while it lasts and the actor may; rights are looked at each time."""
    if ticket["until"] <= clock.now().timestamp():
        return None
    target = account(ticket["user"])
    return target if target is not None and may_view_as(actor, target) else None
