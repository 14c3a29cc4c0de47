"""Spreadsheets in and out of the admin: guarded reading, Vietnamese headings, one log entry per file.

django-import-export gives the pages, the preview and the comparison; what it would do unsafely for an
upload (openpyxl on a far cell, formulas out, invalid rows skipped silently) is done here instead.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

import tablib
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import CheckConstraint, Model, Q, QuerySet
from django.utils.safestring import mark_safe
from import_export import fields, resources, widgets
from import_export.formats import base_formats

from cchc_index.lib import codes, numbers
from cchc_index.lib.cells import safe_cell, stored_text, workbook_cell
from cchc_index.lib.faults import Fault, ImportRefused
from cchc_index.lib.sheets import table as sheet
from cchc_index.lib.sheets.cells import cell_text, day_of, is_date
from cchc_index.lib.text import clean, clean_lines, fold


class UploadedSheet(tablib.Dataset):
    """A file not yet read: only the resource knows which columns to look for, and what each of them holds."""

    def __init__(self, data: bytes, name: str):
        super().__init__(headers=["?"])
        self.append([""])
        self.source, self.name = data, name


class _Guarded:
    """Mixed into a format: reads through the guards, writes text that no spreadsheet runs."""

    def is_binary(self) -> bool:
        return True

    def get_read_mode(self) -> str:
        return "rb"

    def create_dataset(self, in_stream: bytes, **kwargs: Any) -> tablib.Dataset:
        return UploadedSheet(in_stream, f"upload.{self.get_extension()}")  # type: ignore[attr-defined]

    def _escape_formulae(self, dataset: tablib.Dataset) -> None:
        for _ in range(len(dataset)):
            row = dataset.lpop()
            dataset.append([self.written(cell) if isinstance(cell, str) else cell for cell in row])

    written = staticmethod(safe_cell)


class Xlsx(_Guarded, base_formats.XLSX):
    written = staticmethod(workbook_cell)


class Csv(_Guarded, base_formats.CSV):
    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        # The mark lets Excel read the accents.
        text: str = super().export_data(dataset, **kwargs)
        return f"\ufeff{text}".encode()


class _OnlyRead(_Guarded, base_formats.Format):
    """Mixed into a format that is imported but never exported."""

    extension = ""

    def __init__(self, encoding: str | None = None):
        self.encoding = encoding

    def get_title(self) -> str:
        return self.extension

    def get_extension(self) -> str:
        return self.extension

    def can_import(self) -> bool:
        return True


class Ods(_OnlyRead):
    extension = "ods"


class Xls(_OnlyRead):
    extension = "xls"


FORMATS = [Xlsx, Csv, Ods, Xls]


SPELLING = "ở chữ hoa, thường hoặc kiểu chữ, gạch nối"
"""In what two spellings of one code differ, at the end of a sentence."""


class Text(widgets.CharWidget):
    """One line of NFC text; a number keeps no `.0`, a cell that Excel made a date is refused."""

    holds = sheet.TEXT

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        if is_date(value):
            raise ValueError(f"Excel đã đổi ô này thành ngày tháng ({cell_text(value)}); định dạng cột thành Văn bản")
        return stored_text(cell_text(value))


class CodeText(Text):
    """A code of the record's own: a number with a fraction is refused, since 1.10 would have become 1.1."""

    holds = sheet.CODE
    ahead = True

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        code = super().clean(value, row, **kwargs)
        if odd := codes.foreign_signs(code, ".-_/@+"):
            raise ValueError(f"mã “{code[:60]}” có ký tự không dùng được: {odd[:10]}; chỉ dùng chữ, số và . - _ /")
        return code


class Lines(widgets.CharWidget):
    """Text of several lines; each is cleaned, the breaks stay."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return stored_text("\n".join(map(clean, clean_lines(value).split("\n"))))


class Points(widgets.DecimalWidget):
    """Points as Decimals: comma or dot, at most four decimals."""

    holds = sheet.NUMBER
    ahead = True

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Decimal | None:
        return numbers.parse_decimal(value)


class Day(widgets.Widget):
    """A day: a date cell, or as officials write one."""

    holds = sheet.DAY

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> date | None:
        return day_of(value)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return f"{value:%d/%m/%Y}" if value else ""


class Whole(widgets.IntegerWidget):
    """A whole number."""

    holds = sheet.NUMBER
    ahead = True

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int | None:
        number = numbers.parse_decimal(value, places=0, count=True)
        return None if number is None else int(number)


class YesNo(widgets.Widget):
    """Có / Không."""

    ahead = True

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        word = fold(value)
        if isinstance(value, bool):
            return value
        if word in ("co", "x", "1", "true", "dung"):
            return True
        if word in ("khong", "", "0", "false", "sai"):
            return False
        raise ValueError(f"“{cell_text(value)[:40]}” không phải Có hoặc Không; gõ Có hoặc Không")

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "Có" if value else "Không"


class Choice(widgets.Widget):
    """A choice by its Vietnamese label (or its stored value)."""

    ahead = True

    def __init__(self, choices: list[tuple[str, str]], default: str | None = None):
        super().__init__()
        self.labels, self.default = dict(choices), default

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        word = fold(value)
        if not word and self.default is not None:
            return self.default
        for stored, label in self.labels.items():
            if word in (fold(label), fold(stored)):
                return stored
        known = ", ".join(str(label) for label in self.labels.values())
        raise ValueError(f"“{cell_text(value)[:40]}” không có trong các giá trị: {known}")

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(self.labels.get(value, value))


class Code(widgets.ForeignKeyWidget):
    """A record by its code; an unknown code is named in Vietnamese."""

    holds = sheet.CODE
    ahead = True
    within = ""
    """The column of the record within which the codes are known; "" for all of them."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Model | None:
        code = Text().clean(value)
        if not code:
            return None
        record: Model | None = self.get_queryset(code, row).filter(**{self.field: code}).first()
        if record is None:
            known = self.get_queryset(code, row).values_list(self.field, flat=True)
            meant = next((other for other in known if codes.key(other) == codes.key(code)), "")
            if meant:
                raise ValueError(f"mã “{code[:60]}” chỉ khác “{meant}” đã có {SPELLING}; gõ đúng mã đã có")
            name = self.model._meta.verbose_name
            raise ValueError(f"không có {name} “{code[:60]}”; ghi đúng mã đã có trong danh mục")
        return record


def column(attribute: str, heading: str, widget: widgets.Widget | None = None, **options: Any) -> fields.Field:
    """A field of a resource under its Vietnamese heading."""
    return fields.Field(attribute=attribute, column_name=heading, widget=widget or Text(), **options)


class Compared(resources.Diff):
    """Old and new text side by side, without the inline styles that the security policy refuses."""

    def as_html(self) -> list[str]:
        # Safe as it comes: the differ escapes both texts.
        return [mark_safe(_STYLE.sub(r"<\1>", text)) for text in super().as_html()]  # noqa: S308


_STYLE = re.compile(r'<(ins|del) style="background:#[0-9a-f]{6};">')


class SheetResource(resources.ModelResource):
    """A resource with Vietnamese headings matched without case or accents; all or nothing."""

    required: tuple[str, ...] = ()
    """Headings without which a file is refused."""

    repair_of_unknown = ""
    """What to do about a column that no field names, where a file with one is refused; "" where it is left out."""

    @classmethod
    def get_diff_class(cls) -> type[Compared]:
        return Compared

    said: Sequence[str] = ()
    """What was left out of the file, or understood otherwise than it stands there: sentences for people."""
    places: Sequence[str] = ()
    """Where each row of the dataset stands in the file."""

    column_names: Mapping[str, str] = {}
    """Where each field of the record stands in the file."""

    def columns(self) -> list[sheet.Column]:
        """The columns a file may have, with what each holds."""
        return [
            sheet.Column(
                field.column_name,
                field.column_name,
                required=field.column_name in self.required,
                holds=getattr(field.widget, "holds", sheet.TEXT),
            )
            for field in self.get_import_fields()
        ]

    def import_data(self, dataset: UploadedSheet, *args: Any, **kwargs: Any) -> Any:
        result = super().import_data(dataset, *args, **kwargs)
        result.said, result.places, result.columns = self.said, self.places, self.column_names
        return result

    def before_import(self, dataset: UploadedSheet, **kwargs: Any) -> None:
        """Reads the file into `dataset`. Raises ImportRefused with every fault of its cells and headings."""
        source, name = io.BytesIO(dataset.source), dataset.name
        dataset.wipe()
        table = sheet.read_table(source, self.columns(), name=name, take_hidden=kwargs.get("take_hidden", False))
        self.said, self.places = table.said_with_columns(), [row.place for row in table.rows]
        fields_ = [field for field in self.get_import_fields() if field.column_name in table.index]
        self.column_names = {field.attribute: f"cột {table.column_name(field.column_name)}" for field in fields_}
        faults = [*table.faults, *self._cell_faults(table), *self._twins(table)]
        faults += [*self._unknown(table), *self.faults_of(table)]
        if faults:
            raise ImportRefused(faults)
        dataset.headers = list(table.index)
        for row in table.rows:
            dataset.append(["" if row[key] is None else row[key] for key in table.index])

    def faults_of(self, table: sheet.Table) -> Iterator[Fault]:
        """The faults of the rows that are not known yet; by default none."""
        yield from ()

    def _unknown(self, table: sheet.Table) -> Iterator[Fault]:
        """Columns that hold something and that no field names, where that is a fault."""
        for position, heading in table.extra.items() if self.repair_of_unknown else ():
            if table.holds_something(position):
                message = f"cột “{heading[:60]}” không nhập được từ tệp này"
                yield Fault(table.heading_row, table.name_of(position), message, self.repair_of_unknown)

    def _cell_faults(self, table: sheet.Table) -> Iterator[Fault]:
        """Cells that their widget cannot take, where it needs no other row of the file to know. A code within a record
        that is unknown itself is not asked about."""
        widgets_of = {field.column_name: field.widget for field in self.get_import_fields()}
        ahead = {key: widget for key, widget in widgets_of.items() if getattr(widget, "ahead", False)}
        problem_of = lru_cache(maxsize=None, typed=True)(partial(_problem, ahead))
        for row in table.rows:
            for key in table.index.keys() & ahead.keys():
                within = getattr(ahead[key], "within", "")
                if within and problem_of(within, row[within], "", None):
                    continue
                problem = problem_of(key, row[key], within, row[within] if within else None)
                if problem:
                    message, _, repair = problem.partition("; ")
                    yield row.fault(key, message, repair)

    def _twins(self, table: sheet.Table) -> Iterator[Fault]:
        """Rows that name one record twice, in whatever spelling: the second would silently win."""
        keys = [self.fields[name].column_name for name in self._meta.import_id_fields]
        first: dict[tuple[str, ...], sheet.SheetRow] = {}
        for row in table.rows:
            spelt = tuple(codes.key(row.text(key)) for key in keys)
            if all(spelt) and first.setdefault(spelt, row) is not row:
                message = f"mã “{row.text(keys[-1])}” đã có ở {first[spelt].place}"
                yield row.fault(keys[-1], message, "xóa dòng thừa hoặc sửa mã cho đúng")

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """What a constraint refuses is said of a column: of the last one that it compares."""
        try:
            super().validate_instance(instance, import_validation_errors, validate_unique)
        except ValidationError as error:
            raise ValidationError(self._by_column(error.update_error_dict({}))) from None

    def _by_column(self, errors: Mapping[str, Any]) -> dict[str, list[Any]]:
        by_name: dict[str, list[Any]] = {}
        for name, found in errors.items():
            for one in found:
                place = self._constrained(one) if name == NON_FIELD_ERRORS else name
                by_name.setdefault(place, []).append(_SAID_OF_FIELDS.get(one.code, one))
        return by_name

    def _constrained(self, error: ValidationError) -> str:
        checks = (one for one in self._meta.model._meta.constraints if isinstance(one, CheckConstraint))
        broken = next((one for one in checks if one.violation_error_message in error.messages), None)
        compared = reversed([*_names(broken.condition)]) if broken is not None else ()
        return next((name for name in compared if name in self.column_names), NON_FIELD_ERRORS)

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        if all(cell_text(cell) == "" for cell in row.values()):
            return True
        return bool(super().skip_row(instance, original, row, import_validation_errors))

    def filter_export(self, queryset: QuerySet[Any], **kwargs: Any) -> QuerySet[Any]:
        return queryset.select_related(*getattr(self._meta, "select_related", ()))

    class Meta:
        use_transactions = True
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True


_SAID_OF_FIELDS = {
    **dict.fromkeys(("blank", "null", "required"), "ô này để trống; gõ giá trị của ô"),
    **dict.fromkeys(("max_digits", "max_whole_digits"), "số quá lớn; kiểm tra lại số"),
}
"""What Django says of a field, as it is said of a cell."""


def _names(condition: object) -> Iterator[str]:
    """The fields that a condition asks about, in its order."""
    for child in condition.children if isinstance(condition, Q) else ():
        if isinstance(child, tuple):
            yield child[0].partition("__")[0]
        else:
            yield from _names(child)


def _problem(ahead: Mapping[str, widgets.Widget], key: str, value: Any, within: str, above: Any) -> str:
    """Why the widget of a column cannot take a cell; "" when it can."""
    try:
        ahead[key].clean(value, {within: above})
    except ValueError as problem:
        return str(problem)
    return ""


def read_problem(error: Exception) -> str:
    """Why an uploaded file could not be read, for people; never an exception's own words."""
    if isinstance(error, ImportRefused):
        return " ".join(str(fault) for fault in error.faults)
    return "Không đọc được tệp. Lưu lại bằng Excel hoặc LibreOffice dạng .xlsx rồi tải lại."
