"""Bands of a criteria set: [{"name": "Tốt", "from": "80"}, …], highest first. Pure."""

from decimal import Decimal
from typing import Any

from cchc_index.lib.numbers import NumberProblem, exact, parse_decimal

Band = dict[str, str]


def tidy(raw: Any) -> list[Band]:
    """The bands in their one form: trimmed names, exact texts, highest edge first.

    Raises ValueError with a Vietnamese sentence: not a list of names and edges, an edge outside 0–100 or
    not an exact number, a name or an edge twice.
    """
    if not isinstance(raw, list):
        raise ValueError('Mức xếp loại phải là danh sách, ví dụ [{"name": "Tốt", "from": "80"}].')
    bands = [_one(item) for item in raw]
    names, edges = [name for name, _ in bands], [edge for _, edge in bands]
    if len(set(names)) != len(names) or len(set(edges)) != len(edges):
        raise ValueError("Mức xếp loại trùng tên hoặc trùng ngưỡng: giữ mỗi tên và mỗi ngưỡng một lần.")
    bands.sort(key=lambda band: band[1], reverse=True)
    return [{"name": name, "from": exact(edge)} for name, edge in bands]


def _one(item: Any) -> tuple[str, Decimal]:
    name = str(item.get("name", "")).strip() if isinstance(item, dict) else ""
    raw = item.get("from") if isinstance(item, dict) else None
    if not name or len(name) > 60 or isinstance(raw, float):
        raise ValueError('Mỗi mức cần tên và ngưỡng viết trong ngoặc kép, ví dụ {"name": "Tốt", "from": "80"}.')
    try:
        edge = parse_decimal(raw, places=2)
    except NumberProblem as problem:
        raise ValueError(f"Ngưỡng của mức “{name}” {problem}.") from None
    if edge is None or not 0 <= edge <= 100:
        raise ValueError(f"Ngưỡng của mức “{name}” phải từ 0 đến 100.")
    return name, edge
