"""What another system sent, read with every fault by its place. Pure: no database."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from cchc_index.lib.days import is_plausible_year
from cchc_index.lib.faults import Fault, ImportRefused
from cchc_index.lib.text import clean

from .shapes import SentFigure

MAX_FIGURES = 500
_VALUE = re.compile(r"\d{1,16}(\.\d{1,4})?")
_LENGTHS = {"reference": 100, "group": 30, "unit": 30, "criterion": 40, "field": 60, "source": 300}
_NAMES = tuple(SentFigure.__annotations__)
SHAPE = 'gửi JSON dạng {"year": 2025, "figures": [{…}]}, xem tài liệu giao diện'


@dataclass(frozen=True, slots=True)
class SentRow:
    """One figure as it came, its texts cleaned; `row` counts from 1."""

    row: int
    reference: str
    group: str
    unit: str
    criterion: str
    field: str
    value: Decimal
    as_of: datetime
    source: str


def read(data: bytes, now: datetime) -> tuple[int, list[SentRow]]:
    """Year and figures. Raises ImportRefused with every fault of the body."""
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        raise ImportRefused([Fault(0, "", "nội dung không phải JSON", SHAPE)]) from None
    year, figures = (body.get("year"), body.get("figures")) if isinstance(body, dict) else (None, None)
    if type(year) is not int or not isinstance(figures, list) or not figures:
        raise ImportRefused([Fault(0, "", "thiếu year hoặc figures", SHAPE)])
    if len(figures) > MAX_FIGURES:
        said = f"có {len(figures)} số liệu, mỗi lần gửi tối đa {MAX_FIGURES}"
        raise ImportRefused([Fault(0, "figures", said, "chia thành nhiều lần gửi")])
    faults = [fault for row, given in enumerate(figures, 1) for fault in _faults(row, given, now)]
    faults += _twice(figures)
    if faults:
        raise ImportRefused(faults)
    return year, [_row(row, given) for row, given in enumerate(figures, 1)]


def _faults(row: int, given: Any, now: datetime) -> Iterator[Fault]:
    if not isinstance(given, dict):
        yield Fault(row, "", "không phải một đối tượng", f"gửi đủ các trường {', '.join(_NAMES)}")
        return
    for name in sorted(given.keys() - set(_NAMES)):
        yield Fault(row, str(name)[:60], "trường này không có trong giao diện", f"chỉ gửi {', '.join(_NAMES)}")
    for name, longest in _LENGTHS.items():
        text = given.get(name)
        if not isinstance(text, str) or not clean(text):
            yield Fault(row, name, "thiếu hoặc không phải chữ", "ghi giá trị trong ngoặc kép")
        elif len(clean(text)) > longest:
            yield Fault(row, name, f"dài {len(clean(text))} ký tự, tối đa {longest}", "viết gọn lại")
    if not isinstance(given.get("value"), str) or not _VALUE.fullmatch(given["value"]):
        said = "không phải số từ 0 trở lên với nhiều nhất 4 chữ số thập phân"
        yield Fault(row, "value", said, 'viết thành chữ, dấu chấm thập phân, ví dụ "1234.5"')
    moment = _moment(given.get("as_of"))
    if moment is None:
        yield Fault(row, "as_of", "không phải thời điểm có múi giờ", 'ghi dạng "2025-06-30T17:00:00+07:00"')
    elif not is_plausible_year(moment.year):
        yield Fault(row, "as_of", f"có năm {moment.year:04d}, không thể là năm của số liệu", "kiểm tra lại năm")
    elif moment > now:
        yield Fault(row, "as_of", "ở tương lai", "ghi thời điểm của số liệu, không muộn hơn lúc gửi")


def _twice(figures: list[Any]) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for row, given in enumerate(figures, 1):
        reference = given.get("reference") if isinstance(given, dict) else None
        if isinstance(reference, str) and (first := seen.setdefault(clean(reference), row)) != row:
            yield Fault(row, "reference", f"trùng với số liệu thứ {first}", "mỗi số liệu một mã riêng")


def _moment(given: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(given)
        return moment if moment.utcoffset() is not None else None
    except (TypeError, ValueError):
        return None


def _row(row: int, given: dict[str, str]) -> SentRow:
    texts = {name: clean(given[name]) for name in _LENGTHS}
    return SentRow(row=row, value=Decimal(given["value"]), as_of=datetime.fromisoformat(given["as_of"]), **texts)
