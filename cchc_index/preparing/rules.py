"""Who prepares a year: whoever brings in units or people, before any role exists; the rest is the index managers'."""

from criteria.rules import may_manage
from units.rules import AnyUser, is_observer, may_manage_people, may_manage_units


def may_see_preparation(user: AnyUser) -> bool:
    """Whether the person sees how far a year is prepared: who has a part in it, and observers."""
    return may_manage(user) or is_observer(user) or may_manage_people(user) or may_manage_units(user)
