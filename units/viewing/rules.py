"""Who sees a page as whom. Never as somebody who sees more: a manager reads what units write anyway, but not what
members of the council hold for themselves, nor another manager's or administrator's pages."""

from datetime import timedelta

from units.models import Role, User
from units.rules import AnyUser, grants, is_index_manager

SEEN_AS = frozenset({Role.UNIT_OFFICER, Role.UNIT_HEAD, Role.SURVEY_OPERATOR, Role.OBSERVER})
"""Roles whose pages hold nothing that an index manager may not read."""
LASTS = timedelta(minutes=30)


def may_view_as(actor: AnyUser, target: User) -> bool:
    """An index manager, as an open account that holds roles of `SEEN_AS` alone and no powers of administration."""
    if not is_index_manager(actor) or not target.is_active or actor.pk == target.pk:
        return False
    roles = grants(target).roles
    return bool(roles) and roles <= SEEN_AS and not target.is_staff and not target.is_superuser
