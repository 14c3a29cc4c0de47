"""What other systems send and get, as typed dictionaries, and the document made of them (OpenAPI). Pure."""

from typing import Any, TypedDict

from cchc_index.lib.openapi import schema


class SentFigure(TypedDict):
    """Một số liệu gửi đến. reference: mã riêng của số liệu, gửi lại cùng mã thì không ghi thêm; value: số thập phân
    viết thành chữ, dấu chấm thập phân; as_of: thời điểm của số liệu, có múi giờ; source: báo cáo hoặc bảng lấy số
    liệu."""

    reference: str
    group: str
    unit: str
    criterion: str
    field: str
    value: str
    as_of: str
    source: str


class SentBody(TypedDict):
    """Một lần gửi: ghi tất cả hoặc không ghi gì; tối đa 500 số liệu."""

    year: int
    figures: list[SentFigure]


class DeliveryShape(TypedDict):
    """Kết quả một lần gửi: stored số liệu mới, unchanged số liệu đã có từ trước với đúng nội dung này."""

    stored: int
    unchanged: int


class KeptFigure(TypedDict):
    """Một số liệu hệ thống này đã gửi."""

    number: int
    reference: str
    group: str
    unit: str
    criterion: str
    field: str
    value: str
    as_of: str
    source: str
    received_at: str


class KeptBody(TypedDict):
    """Tối đa 500 số liệu theo thứ tự nhận; next là giá trị của after cho trang sau, null khi hết."""

    year: int
    figures: list[KeptFigure]
    next: int | None


class FieldShape(TypedDict):
    """Một số liệu mà bộ tiêu chí hỏi đơn vị."""

    group: str
    criterion: str
    name: str
    field: str
    label: str
    unit: str


class FieldBody(TypedDict):
    """Những số liệu có thể gửi cho một năm."""

    year: int
    fields: list[FieldShape]


class SentFault(TypedDict):
    """Một lỗi: số liệu thứ row (từ 1; 0 là cả lần gửi), trường field, câu báo và cách sửa."""

    row: int
    field: str
    message: str
    repair: str


class RefusalShape(TypedDict):
    """Vì sao không nhận."""

    detail: str
    faults: list[SentFault]


_YEAR = {"name": "year", "in": "query", "required": True, "schema": {"type": "integer"}, "description": "năm chỉ số"}
_AFTER = {
    "name": "after",
    "in": "query",
    "required": False,
    "schema": {"type": "integer"},
    "description": "chỉ số liệu có number lớn hơn",
}
_FAULTS = {
    "401": "thiếu khóa, khóa không đúng, đã ngắt hoặc hết hạn",
    "403": "hệ thống không được gửi số liệu",
    "404": "năm này chưa có kỳ đánh giá",
    "413": "nội dung quá lớn",
    "422": "nội dung có lỗi; mỗi lỗi có vị trí và cách sửa",
    "429": "gọi quá nhiều; Retry-After cho biết bao nhiêu giây nữa",
}


def document(root: str, version: str) -> dict[str, Any]:
    """The whole document; `root` is the address under which the paths lie."""
    shapes: dict[str, Any] = {}
    sent = {"required": True, "content": {"application/json": {"schema": schema(SentBody, shapes)}}}
    paths = {
        "/fields": {"get": _operation("Những số liệu có thể gửi", FieldBody, shapes, parameters=[_YEAR])},
        "/figures": {
            "get": _operation("Số liệu đã gửi", KeptBody, shapes, parameters=[_YEAR, _AFTER]),
            "post": _operation("Gửi số liệu", DeliveryShape, shapes, requestBody=sent),
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Chỉ số cải cách hành chính thành phố Hà Nội: trao đổi số liệu",
            "version": version,
            "description": "Mỗi lần gọi mang khóa của hệ thống (Authorization: Bearer …) và được ghi vào nhật ký.",
        },
        "servers": [{"url": root}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {"schemas": shapes, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _operation(title: str, shape: type, shapes: dict[str, Any], **more: Any) -> dict[str, Any]:
    answered = {"application/json": {"schema": schema(shape, shapes)}}
    refused = {"application/json": {"schema": schema(RefusalShape, shapes)}}
    faults = {code: {"description": words, "content": refused} for code, words in _FAULTS.items()}
    return {"summary": title, "responses": {"200": {"description": title, "content": answered}, **faults}, **more}
