"""What the log says of people: the powers of an account, and the verbs that give or take roles and powers."""

from datetime import UTC
from typing import Any

from cchc_index.lib.canonical import digest

from .models import Membership, RoleProposal, Unit, UnitGroup, User

POWERS = {"is_active": "hiệu lực", "is_staff": "quyền vào trang quản trị", "is_superuser": "quyền quản trị cao nhất"}
NAMES = {"username": "tên đăng nhập", "full_name": "họ và tên", "email": "thư điện tử"}
"""By these an account is found, and its owner gets the letters that open it."""
ROLE_VERBS = ("grant_role", "revoke_role", "confirm_role", "end_role")
PROPOSAL_VERBS = ("propose_role", "confirm_role", "refuse_role")
ADMIN_VERBS = ("admin_add", "admin_change", "admin_import")
PEOPLE_VERBS = (*ROLE_VERBS, *ADMIN_VERBS, "create_account", "close_account", "set_address")


def membership_facts(row: Membership) -> dict[str, Any]:
    """A role as the log keeps it."""
    return {
        "membership": row.pk,
        "role": row.role,
        "unit": row.unit_id,
        "active": row.active,
        "confirmed_at": row.confirmed_at.astimezone(UTC).isoformat() if row.confirmed_at else None,
        "valid_from": row.valid_from.isoformat() if row.valid_from else None,
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
    }


def proposal_facts(row: RoleProposal) -> dict[str, Any]:
    """A proposed role as the log keeps it; who proposed and who decided are the actors of the entries."""
    return {
        "proposal": row.pk,
        "role": row.role,
        "unit": row.unit_id,
        "valid_from": row.valid_from.isoformat() if row.valid_from else None,
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
        "state": row.state,
        "reason": row.reason,
        **({"brings_back": True} if row.brings_back else {}),
    }


def group_mark(row: UnitGroup) -> str:
    """What a block is called and where it stands in every list and paper."""
    return digest([row.code, row.name, row.position])


def unit_mark(row: Unit) -> str:
    """All of a unit but the key by which its name is sorted, which follows from the name."""
    names = ("group_id", "code", "name", "subtype", "valid_from", "valid_to", "source", "doubt")
    return digest([getattr(row, name) for name in names])


def access_mark(row: User) -> str:
    """Whether the password is somebody else's, to be changed first, and when somebody else last changed how the account
    is opened: it decides nothing for a while."""
    at = row.access_changed_at
    return digest([row.one_time_password, at.astimezone(UTC).isoformat() if at else None])


def password_mark(row: User) -> str:
    """A digest of the stored hash; its salt keeps everybody from guessing by it."""
    return digest(row.password)
