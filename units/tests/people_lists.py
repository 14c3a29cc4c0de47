"""Lists of people as offices make them, and what reading and confirming them needs."""

import io
from collections.abc import Sequence
from typing import Any

import openpyxl

from cchc_index.lib.tests.present import first_sheet
from units.models import Membership, User
from units.people import actions, planning

HEADINGS = ("Họ tên", "Thư điện tử", "Vai trò", "Mã đơn vị", "Khối", "Từ ngày", "Đến ngày")
OFFICER = ("Trần Thu Hà", "ha.tt@hanoi.gov.vn", "Công chức phụ trách", "SNV", "Sở")
HEAD = ("Nguyễn Đình Hòa", "hoa.nd@hanoi.gov.vn", "Thủ trưởng đơn vị", "SNV", "")


def book(*rows: Sequence[object], headings: Sequence[str] = HEADINGS, above: Sequence[Sequence[object]] = ()) -> bytes:
    """A workbook with `above` over its headings."""
    made = openpyxl.Workbook()
    for row in (*above, headings, *rows):
        first_sheet(made).append(list(row))
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def bring(*rows: Sequence[object], actor: User | None = None, **layout: Any) -> planning.PeoplePlan:
    return actions.import_people(actor=actor, source=io.BytesIO(book(*rows, **layout)), name="nguoi-dung.xlsx")


def again(user: User) -> User:
    """The person in the next request."""
    return User.objects.get(pk=user.pk)


def held(email: str) -> list[str]:
    rows = Membership.objects.in_force().filter(user__email=email).order_by("role")
    return list(rows.values_list("role", flat=True))
