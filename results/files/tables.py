"""What is published as plain tables beside the ranking: every cell, and the criteria. Pure: a bundle in, bytes out.

CSV as the ranking's: UTF-8 with its mark (Excel reads it as such), comma separated, dots as decimal signs.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cchc_index.lib.cells import safe_cell

MARK = "\ufeff"
CELL_COLUMNS = (
    "year", "group", "unit", "name", "criterion", "criterion_name", "area", "source", "kind", "max_points", "state",
    "self_points", "points", "ballots", "publication", "illustrative",
)  # fmt: skip
CELL_CODEBOOK = (
    ("year", "Năm chỉ số", "số nguyên"),
    ("group", "Mã khối", "chữ"),
    ("unit", "Mã đơn vị", "chữ"),
    ("name", "Tên đơn vị", "chữ"),
    ("criterion", "Mã tiêu chí thành phần; một mã có thể mang nội dung khác ở khối khác, năm khác", "chữ"),
    ("criterion_name", "Nội dung tiêu chí", "chữ"),
    ("area", "Mã lĩnh vực", "chữ"),
    ("source", "Nguồn điểm: self thẩm định, survey ĐTXHH, sipas, papi", "chữ"),
    ("kind", "normal trong thang điểm; bonus điểm thưởng, penalty điểm trừ", "chữ"),
    ("max_points", "Điểm tối đa của tiêu chí", "điểm"),
    (
        "state",
        "scored đã có điểm (kể cả 0); not_scored chưa chấm; not_applicable không áp dụng; no_ballots không có phiếu",
        "chữ",
    ),
    ("self_points", "Điểm đơn vị tự đánh giá; trống nếu không có", "điểm"),
    ("points", "Điểm công bố; trống khi state khác scored", "điểm"),
    ("ballots", "Số phiếu hợp lệ; trống khi không lấy từ phiếu hoặc không công bố", "số nguyên"),
    ("publication", "Số quyết định công bố", "chữ"),
    ("illustrative", "“minh họa”: số liệu tạo để trình diễn; trống: số liệu thật", "chữ"),
)
CRITERION_COLUMNS = (
    "year", "group", "criterion", "printed_code", "name", "parent", "area", "is_leaf", "source", "kind", "max_points",
    "provenance", "publication", "illustrative",
)  # fmt: skip
CRITERION_CODEBOOK = (
    ("year", "Năm chỉ số", "số nguyên"),
    ("group", "Mã khối", "chữ"),
    ("criterion", "Mã của dòng: lĩnh vực, tiêu chí hoặc tiêu chí thành phần", "chữ"),
    ("printed_code", "Mã in trong văn bản, khi khác criterion", "chữ"),
    ("name", "Nội dung", "chữ"),
    ("parent", "Mã của dòng cấp trên; trống ở lĩnh vực", "chữ"),
    ("area", "Mã lĩnh vực", "chữ"),
    ("is_leaf", "true: dòng được chấm điểm; false: nhóm", "true/false"),
    ("source", "Nguồn điểm của dòng được chấm: self, survey, sipas, papi", "chữ"),
    ("kind", "normal, bonus (thưởng), penalty (trừ)", "chữ"),
    ("max_points", "Điểm tối đa", "điểm"),
    ("provenance", "official: theo văn bản; illustrative: nội dung minh họa", "chữ"),
    ("publication", "Số quyết định công bố", "chữ"),
    ("illustrative", "“minh họa”: số liệu tạo để trình diễn; trống: số liệu thật", "chữ"),
)
GROUNDS_CODEBOOK = (
    ("rules", "Quy tắc chấm, mỗi tiêu chí thành phần một dòng: criterion, rule", "danh sách"),
    ("entries", "Căn cứ theo đơn vị và tiêu chí: unit, criterion, reason, documents", "danh sách"),
    ("criterion", "Mã tiêu chí thành phần", "chữ"),
    ("rule", "Quy tắc bằng chữ", "chữ"),
    ("unit", "Mã đơn vị", "chữ"),
    ("reason", "Lý do của quyết định điều chỉnh trong thư viện lý do; null khi công nhận", "chữ hoặc null"),
    ("documents", "Tên các tài liệu kiểm chứng: number, date, abstract; không có tệp", "danh sách"),
    ("number", "Số ký hiệu của tài liệu", "chữ"),
    ("date", "Ngày ban hành; null khi không ghi", "năm-tháng-ngày hoặc null"),
    ("abstract", "Trích yếu như đơn vị ghi", "chữ"),
)
"""Of the JSON alone, where the round lets the public read on what each point rests."""
_NUMBERS = {"year", "max_points", "self_points", "points", "ballots"}


def cells_csv(bundle: Mapping[str, Any]) -> bytes:
    """Every unit on every leaf, one line per cell."""
    return _csv(CELL_COLUMNS, (line for group in bundle["groups"] for line in _cells(bundle, group)))


def criteria_csv(bundle: Mapping[str, Any]) -> bytes:
    """The criteria of every block, groups and leaves."""
    return _csv(CRITERION_COLUMNS, (line for group in bundle["groups"] for line in _criteria(bundle, group)))


def _head(bundle: Mapping[str, Any], group: Mapping[str, Any]) -> dict[str, Any]:
    mark = "minh họa" if bundle["illustrative"] else ""
    return {
        "year": bundle["year"],
        "publication": bundle["number"],
        "illustrative": mark,
        "group": group["code"],
    }


def _cells(bundle: Mapping[str, Any], group: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    head = _head(bundle, group)
    rows = {row["code"]: row for row in group["criteria"]}
    names = {unit["code"]: unit["name"] for unit in group["units"]}
    areas = area_codes(group["criteria"])
    for cell in group["cells"]:
        code = cell["criterion"]
        told = {key: rows[code][key] for key in ("source", "kind", "max_points")}
        more = {"criterion_name": rows[code]["name"], "area": areas[code], "name": names[cell["unit"]]}
        yield {**head, **cell, **told, **more}


def _criteria(bundle: Mapping[str, Any], group: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    head, areas = _head(bundle, group), area_codes(group["criteria"])
    for row in group["criteria"]:
        is_leaf = "true" if row["is_leaf"] else "false"
        yield {**row, **head, "criterion": row["code"], "area": areas[row["code"]], "is_leaf": is_leaf}


def area_codes(criteria: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Code → code of its area; a parent stands before its children."""
    areas: dict[str, str] = {}
    for row in criteria:
        areas[row["code"]] = areas.get(row["parent"] or "", row["code"])
    return areas


def _csv(columns: Sequence[str], lines: Iterable[Mapping[str, Any]]) -> bytes:
    out = io.StringIO(newline="")
    out.write(MARK)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for line in lines:
        writer.writerow([_harmless(key, line.get(key)) for key in columns])
    return out.getvalue().encode()


def _harmless(key: str, value: object) -> str:
    """Text that a spreadsheet would run as a formula is led by an apostrophe."""
    text = "" if value is None else str(value)
    return text if key in _NUMBERS else safe_cell(text)
