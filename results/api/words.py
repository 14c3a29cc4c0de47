"""The document of the interface for programs (OpenAPI 3.1), made from the shapes that it answers. Pure."""

from typing import Any

from cchc_index.lib.openapi import schema

from . import tables

_NUMBER = {
    "name": "number",
    "in": "path",
    "required": True,
    "schema": {"type": "string"},
    "description": "số công bố viết thường, không dấu, nối bằng gạch: 1234/QĐ-UBND là 1234-qd-ubnd",
}
_YEAR = {"name": "year", "in": "path", "required": True, "schema": {"type": "integer"}, "description": "năm chỉ số"}
_GROUP = {"name": "group", "in": "path", "required": True, "schema": {"type": "string"}, "description": "mã khối"}
_CODE = {"name": "code", "in": "path", "required": True, "schema": {"type": "string"}, "description": "mã đơn vị"}
_ASKED = {"name": "group", "in": "query", "required": False, "schema": {"type": "string"}, "description": "mã khối"}
_ONE = "/publications/{year}/{number}"
PATHS: dict[str, tuple[str, type, list[dict[str, Any]]]] = {
    "/publications": ("Mọi bản công bố", tables.ListShape, []),
    _ONE: ("Một bản công bố và các khối", tables.HeadShape, [_YEAR, _NUMBER]),
    f"{_ONE}/ranking": ("Bảng xếp hạng", tables.RankingShape, [_YEAR, _NUMBER, _ASKED]),
    f"{_ONE}/criteria": ("Bộ tiêu chí", tables.CriteriaShape, [_YEAR, _NUMBER, _ASKED]),
    f"{_ONE}/units/{{group}}/{{code}}": (
        "Một đơn vị: kết quả và điểm từng tiêu chí",
        tables.UnitShape,
        [_YEAR, _NUMBER, _GROUP, _CODE],
    ),
    f"{_ONE}/grounds/{{group}}/{{code}}": (
        "Căn cứ của mọi điểm của một đơn vị, khi kỳ đánh giá công khai",
        tables.GroundsShape,
        [_YEAR, _NUMBER, _GROUP, _CODE],
    ),
}
"""Path under the root → (what it is, its shape, its parameters)."""
FAULTS = {
    # Those from 400 on are application/problem+json with the reason under "detail".
    "304": {"description": "chưa đổi so với ETag đã có"},
    "404": {"description": "không có"},
    "405": {"description": "chỉ để đọc: GET hoặc HEAD"},
    "410": {"description": "bản công bố đã được thu hồi; kèm lý do"},
}


def document(root: str, version: str) -> dict[str, Any]:
    """The whole document; `root` is the address under which the paths lie."""
    shapes: dict[str, Any] = {}
    paths = {path: {"get": _operation(*told, shapes)} for path, told in PATHS.items()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Chỉ số cải cách hành chính thành phố Hà Nội: kết quả đã công bố",
            "version": version,
            "description": "Chỉ đọc. Điểm và tỷ lệ là số thập phân chính xác viết thành chữ, dấu chấm thập phân.",
        },
        "servers": [{"url": root}],
        "paths": paths,
        "components": {"schemas": shapes},
    }


def _operation(title: str, shape: type, parameters: list[dict[str, Any]], shapes: dict[str, Any]) -> dict[str, Any]:
    answered = {"application/json": {"schema": schema(shape, shapes)}}
    responses = {"200": {"description": title, "content": answered}, **FAULTS}
    return {"summary": title, "parameters": parameters, "responses": responses}
