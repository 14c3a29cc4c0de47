"""Who may see what stands before publication, and who may publish."""

from units import rules as people
from units.rules import AnyUser


def may_see_preview(user: AnyUser | None) -> bool:
    """Whether the person may see results before they are published: index managers and observers. `user` None is the
    public, which may not."""
    return user is not None and (people.is_index_manager(user) or people.is_observer(user))


def may_publish(user: AnyUser) -> bool:
    """Who proposes, approves and withdraws publications."""
    return people.is_index_manager(user)
