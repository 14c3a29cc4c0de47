"""What goes with a block when an annex brings it another set, from the rooms to the right.

Here nobody knows questionnaires or assignments; who does registers a follower when the system starts
(`AppConfig.ready`).
"""

from collections.abc import Callable, Mapping

from criteria.models import RoundGroup
from units.models import User

Follower = Callable[[User | None, RoundGroup, Mapping[int, int]], list[str]]
"""Takes who acts, the block and what each criterion of its former set became; gives sentences of what it did."""

_followers: dict[str, Follower] = {}


def register(name: str, follower: Follower) -> None:
    _followers[name] = follower


def follow(actor: User | None, block: RoundGroup, became: Mapping[int, int]) -> list[str]:
    """What every follower did."""
    return [sentence for follower in _followers.values() for sentence in follower(actor, block, became)]
