"""How an account is opened: noted when somebody else changes its address."""

from cchc_index.lib import clock
from units.models import User


def note_address(user: User, former: str) -> None:
    """Somebody else gives the account another address: it decides nothing for a while, and the former address is kept
    beside the row until it has been told. Does not save."""
    user.access_changed_at = clock.now()
    user._former_address = former  # type: ignore[attr-defined]


def former_address(user: User) -> str | None:
    """The address that was noted; None when it did not change."""
    return getattr(user, "_former_address", None)
