"""Who may see what stands before publication, and who may publish."""

from django.core.exceptions import PermissionDenied

from units import rules as people
from units.models import User
from units.rules import AnyUser


def may_see_preview(user: AnyUser | None) -> bool:
    """Whether the person may see results before they are published: index managers and observers. `user` None is the
    public, which may not."""
    return user is not None and (people.is_index_manager(user) or people.is_observer(user))


def may_publish(user: AnyUser) -> bool:
    """Who proposes, approves and withdraws publications."""
    return people.is_index_manager(user)


def publisher(user: AnyUser) -> User:
    """The person as one who may publish. Raises PermissionDenied for everybody else."""
    if not may_publish(user) or not isinstance(user, User):
        raise PermissionDenied
    return user
