"""What the signed paper must be: signed and unchanged, and of this publication. Pure: a reading in, sentences out."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from cchc_index.lib.days import letter_day
from selfassess.examination import signatures
from selfassess.examination.text_reading import READ


def problems(told: Mapping[str, Any], number: str, dated: date, *, seen: bool) -> list[str]:
    """Why the paper cannot stand beside a publication of this number and day; none when it can. `seen`: a person says
    to have compared number and day on a scan, whose letters nobody can read."""
    return [*_signature_problems(told), *_number_problems(told, number, dated, seen=seen)]


def is_legible(told: Mapping[str, Any]) -> bool:
    """Whether the paper has letters that are text."""
    return bool(told.get("text") == READ)


def _signature_problems(told: Mapping[str, Any]) -> list[str]:
    found = list(told.get("signatures") or [])
    if not told.get("signed") or not found:
        return ["Tệp chưa có chữ ký số: tải lên bản Quyết định đã ký số."]
    sentences = []
    for one in found:
        by = one["by"] or "người ký không rõ tên"
        if one["state"] == signatures.CHANGED:
            sentences.append(f"Tệp đã bị sửa sau khi {by} ký: lấy lại bản gốc từ văn thư.")
        elif one["state"] == signatures.ADDED:
            sentences.append(
                f"Sau chữ ký của {by} tệp có nội dung được thêm mà không ai ký: lấy lại bản gốc từ văn thư."
            )
        elif one["state"] == signatures.UNREADABLE:
            sentences.append("Không kiểm tra được chữ ký số trong tệp: lấy lại bản gốc từ văn thư.")
        elif one["trusted"] is False:
            sentences.append(f"Chứng thư số của {by} không thuộc danh sách tin cậy của hệ thống.")
    return sentences


def _number_problems(told: Mapping[str, Any], number: str, dated: date, *, seen: bool) -> list[str]:
    if not is_legible(told):
        if seen:
            return []
        compare = (
            f"Không đọc được chữ trong tệp nên không so được số và ngày: mở tệp, đối chiếu với số {number} ngày "
            f"{letter_day(dated)}, rồi đánh dấu đã đối chiếu."
        )
        return [compare]
    facts = told.get("facts") or {}
    sentences = []
    if told.get("number_found") is not True:
        carries = f"; văn bản mang số {facts['number']}" if facts.get("number") else ""
        sentences.append(f"Số {number} của công bố không phải số của văn bản này{carries}.")
    if facts.get("issued_on") != dated.isoformat():
        on = f"ngày {letter_day(date.fromisoformat(facts['issued_on']))}" if facts.get("issued_on") else "không rõ ngày"
        sentences.append(f"Công bố đề ngày {letter_day(dated)}, văn bản {on}.")
    return sentences
