"""Spreadsheets in and out of the admin: guarded reading, Vietnamese headings, one log entry per file.

django-import-export gives the pages, the preview and the comparison; what it would do unsafely for an
upload (openpyxl on a far cell, formulas out, invalid rows skipped silently) is done here instead.
"""

import io
import re
from decimal import Decimal
from typing import Any

import tablib
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.safestring import mark_safe
from import_export import fields, resources, widgets
from import_export.formats import base_formats

from cchc_index.lib import numbers
from cchc_index.lib.cells import safe_cell, stored_text
from cchc_index.lib.faults import ImportRefused
from cchc_index.lib.sheets import cell_text, is_date, read_cells
from cchc_index.lib.text import clean, fold


def guarded_dataset(data: bytes, name: str) -> tablib.Dataset:
    """The first sheet as a dataset, after all the guards of `lib.sheets`. Headings stand in the first row.

    Raises ImportRefused (not a spreadsheet, too large, far cell, no heading).
    """
    cells = read_cells(io.BytesIO(data), name=name)
    while cells and all(cell_text(cell) == "" for cell in cells[-1]):
        cells.pop()
    headings = [cell_text(cell) for cell in cells[0]] if cells else []
    while headings and not headings[-1]:
        headings.pop()
    dataset = tablib.Dataset(headers=headings or ["?"])
    for row in cells[1:]:
        dataset.append([*row, *[""] * len(headings)][: dataset.width])
    return dataset


class _Guarded:
    """Mixed into a format: reads through the guards, writes text that no spreadsheet runs."""

    def is_binary(self) -> bool:
        return True

    def get_read_mode(self) -> str:
        return "rb"

    def create_dataset(self, in_stream: bytes, **kwargs: Any) -> tablib.Dataset:
        return guarded_dataset(in_stream, f"upload.{self.get_extension()}")  # type: ignore[attr-defined]

    def _escape_formulae(self, dataset: tablib.Dataset) -> None:
        for _ in range(len(dataset)):
            row = dataset.lpop()
            dataset.append([safe_cell(cell) if isinstance(cell, str) else cell for cell in row])


class Xlsx(_Guarded, base_formats.XLSX):
    pass


class Csv(_Guarded, base_formats.CSV):
    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        # The mark lets Excel read the accents.
        text: str = super().export_data(dataset, **kwargs)
        return f"\ufeff{text}".encode()


FORMATS = [Xlsx, Csv]


class Text(widgets.CharWidget):
    """One line of NFC text; a number keeps no `.0`, a cell that Excel made a date is refused."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        if is_date(value):
            raise ValueError(f"Excel đã đổi ô này thành ngày tháng ({cell_text(value)}); định dạng cột thành Văn bản")
        return stored_text(cell_text(value))


class Lines(widgets.CharWidget):
    """Text of several lines; each is cleaned, the breaks stay."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        lines = str(value or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return stored_text("\n".join(clean(line) for line in lines).strip())


class Points(widgets.DecimalWidget):
    """Points as Decimals: comma or dot, at most four decimals."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Decimal | None:
        return numbers.parse_decimal(value)


class YesNo(widgets.Widget):
    """Có / Không."""

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

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Model | None:
        code = Text().clean(value)
        if not code:
            return None
        record: Model | None = self.get_queryset(code, row).filter(**{self.field: code}).first()
        if record is None:
            raise ValueError(
                f"Không có {self.model._meta.verbose_name} “{code[:60]}”; ghi đúng mã đã có trong danh mục."
            )
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

    @classmethod
    def get_diff_class(cls) -> type[Compared]:
        return Compared

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        known = {fold(field.column_name): field.column_name for field in self.fields.values()}
        dataset.headers = [known.get(fold(heading), heading) for heading in dataset.headers]
        missing = [heading for heading in self.required if heading not in dataset.headers]
        repeated = {h for h in dataset.headers if h in known.values() and dataset.headers.count(h) > 1}
        if missing or repeated:
            dataset.wipe()
            raise ValidationError(_heading_sentence(missing, sorted(repeated)))

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


def _heading_sentence(missing: list[str], repeated: list[str]) -> str:
    parts = []
    if missing:
        parts.append("Dòng 1 thiếu cột " + ", ".join(f"“{heading}”" for heading in missing) + ".")
    if repeated:
        parts.append("Dòng 1 có cột trùng tên: " + ", ".join(f"“{heading}”" for heading in repeated) + ".")
    return " ".join([*parts, "Sửa dòng tiêu đề rồi tải lại."])


def read_problem(error: Exception) -> str:
    """Why an uploaded file could not be read, for people; never an exception's own words."""
    if isinstance(error, ImportRefused):
        return " ".join(str(fault) for fault in error.faults)
    return "Không đọc được tệp. Lưu lại bằng Excel hoặc LibreOffice dạng .xlsx rồi tải lại."
