"""Units and people as spreadsheets. Password hashes never leave; new accounts come without a password."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from cchc_index.lib import codes
from cchc_index.lib.faults import Fault
from cchc_index.lib.sheets import table as sheet
from cchc_index.lib.sheets.cells import day_of

from .actions import locked_groups
from .administration.resources import SPELLING, Code, CodeText, Day, SheetResource, YesNo, column
from .models import Unit, UnitGroup, User
from .roles.access import note_address
from .settled import REPAIR, SettledYears, Span, change_of_list


class UnitResource(SheetResource):
    """Units, found by block and code."""

    required = ("Mã khối", "Mã", "Tên đơn vị")
    group = column("group", "Mã khối", Code(UnitGroup, "code"))
    code = column("code", "Mã", CodeText())
    name = column("name", "Tên đơn vị")
    subtype = column("subtype", "Loại")
    valid_from = column("valid_from", "Hiệu lực từ", Day())
    valid_to = column("valid_to", "Hiệu lực đến", Day())
    source = column("source", "Nguồn tên gọi")
    doubt = column("doubt", "Nội dung cần xác minh")

    def faults_of(self, table: sheet.Table) -> Iterator[Fault]:
        """New codes that differ from a known one in nothing but how they are written: slips, not units."""
        exact = set(Unit.objects.values_list("group__code", "code"))
        known = {(group, codes.key(code)): code for group, code in exact}
        for row in table.rows:
            group, code = row.text("Mã khối"), row.text("Mã")
            other = known.get((group, codes.key(code)))
            if other is not None and (group, code) not in exact:
                message = f"mã “{code}” chỉ khác “{other}” đã có {SPELLING}"
                yield row.fault("Mã", message, "gõ đúng mã đã có")
        yield from self._of_published_years(table)

    def _of_published_years(self, table: sheet.Table) -> Iterator[Fault]:
        """Days by which a published year would gain or lose a unit. A column that the file lacks changes nothing."""
        if table.faults:
            return  # a day that cannot be read is the first thing to mend
        groups = {group.code: group for group in locked_groups({row.text("Mã khối") for row in table.rows})}
        settled = SettledYears([group.pk for group in groups.values()])
        known = {(unit.group_id, unit.code): unit for unit in Unit.objects.filter(group__in=groups.values())}
        for row in table.rows:
            group, code = groups.get(row.text("Mã khối")), row.text("Mã")
            if group is None or not settled.days(group.pk):
                continue
            unit = known.get((group.pk, code))
            before = unit.span if unit else None
            first = self._day(row, "Hiệu lực từ", unit.valid_from if unit else None)
            last = self._day(row, "Hiệu lực đến", unit.valid_to if unit else None)
            day = settled.broken(group.pk, code, before, Span(first, last))
            if day:
                yield row.fault("Mã", change_of_list(row.text("Tên đơn vị"), day), REPAIR)

    @staticmethod
    def _day(row: sheet.SheetRow, name: str, before: date | None) -> date | None:
        return day_of(row[name]) if name in row.table.index else before

    class Meta(SheetResource.Meta):
        model = Unit
        fields = ("group", "code", "name", "subtype", "valid_from", "valid_to", "source", "doubt")
        import_id_fields = ("group", "code")
        select_related = ("group",)


class UserResource(SheetResource):
    """Accounts, found by user name. Staff and superuser marks are never taken from a file."""

    required = ("Tên đăng nhập", "Họ và tên")
    repair_of_unknown = "xóa cột này rồi tải lại; vai trò, đơn vị ghi ở trang của từng tài khoản"
    username = column("username", "Tên đăng nhập", CodeText())
    full_name = column("full_name", "Họ và tên")
    email = column("email", "Thư điện tử")
    is_active = column("is_active", "Đang dùng", YesNo())

    def before_save_instance(self, instance: User, row: Any, **kwargs: Any) -> None:
        actor = kwargs.get("user")
        if instance.is_superuser and not getattr(actor, "is_superuser", False):
            raise ValidationError({"username": "Chỉ người quản trị tối cao được sửa tài khoản này."})
        if instance.pk is None:
            instance.set_unusable_password()
        else:
            former = User.objects.values_list("email", flat=True).get(pk=instance.pk)
            if former != instance.email:
                note_address(instance, former)

    def validate_instance(self, instance: User, *args: Any, **kwargs: Any) -> None:
        if instance.pk is None:
            instance.set_unusable_password()
        super().validate_instance(instance, *args, **kwargs)

    class Meta(SheetResource.Meta):
        model = User
        fields = ("username", "full_name", "email", "is_active")
        import_id_fields = ("username",)
