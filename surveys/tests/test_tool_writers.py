"""Files as the tools' own programs write them: LimeSurvey's by the rules of its published writer (`CsvWriter`,
`Writer`), KoboToolbox' made by its own exporter, formpack. Each enters with one mapping, and next week none is new."""

import io
from pathlib import Path
from typing import Any

import pytest

from criteria.models import RoundGroup
from surveys.models import Ballot
from surveys.tests.test_mapping import LEAVES, PLAIN, UNITS, block, stored, take

__all__ = ["block"]
EXPORTS = Path(__file__).parent / "exports"
NAMES = ("Tác động của tuyên truyền", "Chất lượng văn bản", "Tính kịp thời", "Sử dụng nguồn lực", "Công tác chỉ đạo")
WORDS = ("", "Rất kém", "Kém", "Trung bình", "Tốt", "Rất tốt")
ROWS = [(unit, [int(answer) for answer in answers]) for unit, answers in (one.split() for one in PLAIN.split(", "))]
QUESTION = "Ông/Bà đánh giá thế nào về các nội dung sau đây của cơ quan?"


def cut(text: str, length: int | None) -> str:
    """`flatEllipsizeText` of a text that is too long."""
    return text if length is None or len(text) <= length else f"{text[:length]}.. "


def heading(style: str, at: int) -> str:
    """A question's heading in the four styles that the export offers."""
    code, sub = f"G01Q02[SQ00{at + 1}]", f"{LEAVES[at]} {NAMES[at]}"
    length = 15 if style == "abbreviated" else None
    text = f"{cut(QUESTION, length)} [{cut(sub, length)}]"
    return {"code": code, "codetext": f"{code}. {text}"}.get(style, text)


def unit_heading(style: str) -> str:
    text = "Đơn vị được đánh giá"
    return {"code": "MADV", "codetext": f"MADV. {text}"}.get(style, cut(text, 15 if style == "abbreviated" else None))


def limesurvey(style: str, separator: str, *, long: bool) -> bytes:
    """A mark, every cell in quotation marks, lines that end as Windows ends them, and an empty line at the end."""
    own = ["id", "submitdate", "lastpage", "startlanguage", "seed"]
    if style != "code":
        own = ["ID hồi đáp", "Ngày nộp", "Trang cuối", "Ngôn ngữ bắt đầu", "Nguồn"]
    lines = [[*own, unit_heading(style), *(heading(style, at) for at in range(5))]]
    for n, (unit, answers) in enumerate(ROWS, start=1):
        told = [WORDS[answer] if long else f"A{answer}" for answer in answers]
        lines.append([str(n), "2024-10-01 08:10:00", "3", "vi", "1827", UNITS[unit] if long else unit, *told])
    quoted = (separator.join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines)
    return ("\ufeff" + "\r\n".join(quoted) + "\r\n\r\n").encode()


def mapping_of(style: str, *, long: bool) -> dict[str, Any]:
    """What is said once of such a file."""
    given: dict[str, Any] = {"ballot": "id" if style == "code" else "ID hồi đáp", "unit": unit_heading(style)}
    if style == "code":
        given["questions"] = {heading(style, at): LEAVES[at] for at in range(5)}
    if not long:
        given["answers"] = {f"A{n}": n for n in range(1, 6)}
    return given


@pytest.mark.parametrize("long", [True, False])
@pytest.mark.parametrize("separator", [";", ","])
@pytest.mark.parametrize("style", ["code", "full", "abbreviated", "codetext"])
def test_limesurvey_in_every_style(block: RoundGroup, style: str, separator: str, long: bool) -> None:
    data, given = limesurvey(style, separator, long=long), mapping_of(style, long=long)
    take(block, io.BytesIO(data), given, name="results-survey1.csv")
    assert ", ".join(stored()) == PLAIN
    again = take(block, io.BytesIO(data + b"\r\n"), given, name="results-survey1-2.csv")
    assert not again.fresh
    assert Ballot.objects.count() == len(ROWS)


KOBO: dict[str, dict[str, Any]] = {
    "labels": {"ballot": "_uuid", "unit": "Đơn vị được đánh giá"},
    "labels-groups": {"ballot": "_uuid", "unit": "Đơn vị được đánh giá"},
    "names": {"ballot": "_uuid", "unit": "don_vi", "questions": {f"q{n}": code for n, code in enumerate(LEAVES, 1)}},
    "names-groups": {
        "ballot": "_uuid",
        "unit": "don_vi",
        "questions": {f"danh_gia/q{n}": code for n, code in enumerate(LEAVES, 1)},
    },
}
"""By the two choices of the export: labels or names, with or without the names of groups before them."""


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", KOBO)
def test_kobotoolbox_in_every_style(block: RoundGroup, kind: str, ending: str) -> None:
    """formpack 3.0.0 made the files of a form with a group of five questions; its other columns stand in them too."""
    name = f"formpack-{kind}.{ending}"
    take(block, EXPORTS / name, KOBO[kind])
    assert ", ".join(stored()) == PLAIN
    other = EXPORTS / f"formpack-{kind}.{'xlsx' if ending == 'csv' else 'csv'}"
    assert not take(block, other, KOBO[kind]).fresh
    assert Ballot.objects.count() == len(ROWS)


@pytest.mark.parametrize("kind", ["labels", "labels-groups"])
def test_kobotoolbox_with_labels_needs_no_mapping(block: RoundGroup, kind: str) -> None:
    take(block, EXPORTS / f"formpack-{kind}.csv")
    assert ", ".join(stored()) == PLAIN
