"""The two people who sign an import into a published year."""

from typing import Any

from django.core.management.base import CommandParser

from cchc_index.lib.faults import Refused
from surveys.assent.actions import Signed
from units.models import User
from units.queries import account_named


def add_signed(parser: CommandParser) -> None:
    parser.add_argument("--proposed-by", metavar="USER", help="năm đã công bố: tên đăng nhập của người đề nghị")
    parser.add_argument(
        "--approved-by", metavar="USER", help="năm đã công bố: tên đăng nhập của người quản lý Chỉ số xác nhận"
    )
    parser.add_argument("--reason", default="", metavar="TEXT", help="năm đã công bố: lý do thay đổi")


def signed_of(options: dict[str, Any]) -> Signed | None:
    """The two accounts by their names; None when neither is given. Raises Refused for one alone, for a reason that
    nobody signs, and an unknown name."""
    first, second, reason = (options[name] for name in ("proposed_by", "approved_by", "reason"))
    if first is None and second is None and not reason:
        return None
    if first is None or second is None:
        raise Refused("Ghi cả hai: --proposed-by (người đề nghị) và --approved-by (người xác nhận).")
    return Signed(_account(first, "--proposed-by"), _account(second, "--approved-by"), reason)


def _account(name: str, option: str) -> User:
    account = account_named(name.strip())
    if account is None:
        raise Refused(f"Không có tài khoản “{name[:60]}” ({option}): ghi đúng tên đăng nhập.")
    return account
