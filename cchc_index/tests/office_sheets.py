"""What a person of Sở Nội vụ holds when a year begins: lists under a letterhead with STT, annexes as Word tables with
a heading of two rows and merged cells, figures of a survey. None of them follows a template of the product."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

import openpyxl
from django.conf import settings

from cchc_index.lib.tests.present import first_sheet
from criteria.tests.word_files import BELOW, Tall, Wide, word_file

YEAR = 2025
DECISION = "5666/QĐ-UBND"
LETTERHEAD = (("UBND THÀNH PHỐ HÀ NỘI", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), ("SỞ NỘI VỤ", "", ""), ())
MANAGERS = ("Hoàng Anh Dũng", "Bùi Thanh Mai")
OPERATOR = "Đỗ Quang Huy"
MEMBERS = 15
AREAS = {"so": 8, "xa": 7}


class Paper(NamedTuple):
    """A file in somebody's folder."""

    name: str
    content: bytes


def _official() -> Iterable[dict[str, str]]:
    with (settings.BASE_DIR / "fixtures/official_2025/units.csv").open(encoding="utf-8", newline="") as rows:
        yield from csv.DictReader(rows)


UNITS = [(row["group"], row["code"], row["name"]) for row in _official()]
"""15 Sở and 126 phường, xã of 2025: block, code, name."""


def units_of(block: str) -> list[tuple[str, str]]:
    """Code and name of the units of a block."""
    return [(code, name) for group, code, name in UNITS if group == block]


def book(name: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Paper:
    """A sheet under a letterhead and a title, the rows numbered."""
    made = openpyxl.Workbook()
    above: list[Sequence[object]] = [*LETTERHEAD, (name.upper(),), (), ("STT", *headings)]
    for row in above:
        first_sheet(made).append(list(row))
    for number, row in enumerate(rows, start=1):
        first_sheet(made).append([number, *row])
    stream = io.BytesIO()
    made.save(stream)
    return Paper(f"{name}.xlsx", stream.getvalue())


def unit_list(block: str) -> Paper:
    return book(f"danh-sach-{block}", ("Mã", "Tên đơn vị"), units_of(block))


def annex(block: str) -> Paper:
    """A Word table of a decision: areas of two criteria each, 100 points of which 30 are the survey's."""
    areas = AREAS[block]
    heading = (
        (
            Tall("TT"),
            Tall("Lĩnh vực/Tiêu chí/Tiêu chí thành phần"),
            Tall("Điểm tối đa"),
            Wide("Điểm đánh giá"),
            Tall("Nguồn"),
        ),
        (BELOW, BELOW, BELOW, "Tự đánh giá", "Thẩm định", BELOW),
    )
    rows: list[tuple[str, ...]] = []
    own, survey = 70 // areas, 30 // areas
    for area in range(1, areas + 1):
        last = area == areas
        points = (own + (70 % areas if last else 0), survey + (30 % areas if last else 0))
        rows.append((str(area), f"LĨNH VỰC {area}", str(sum(points)), "", "", ""))
        rows.append((f"{area}.1", f"Kế hoạch {area}", str(points[0]), "", "", "Tự đánh giá"))
        rows.append((f"{area}.2.", f"Mức độ hài lòng {area}", str(points[1]), "", "", "Điều tra XHH"))
    stream = word_file(LETTERHEAD[:1], "PHỤ LỤC", (*heading, *rows), "Nơi nhận: …")
    return Paper(f"phu-luc-{block}.docx", stream.getvalue())


def head_of(code: str) -> str:
    return f"tt.{code.lower()}@hanoi.gov.vn"


def officer_of(code: str) -> str:
    return f"cc.{code.lower()}@hanoi.gov.vn"


def manager(number: int) -> str:
    return f"quanly{number}@hanoi.gov.vn"


def member(number: int) -> str:
    return f"hd{number}@hanoi.gov.vn"


def people() -> list[tuple[str, ...]]:
    """Two managers, a head and an officer of each unit, who runs the survey, the council: 300 lines."""
    rows = [(name, manager(number), "người quản lý Chỉ số", "", "") for number, name in enumerate(MANAGERS)]
    for block, code, name in UNITS:
        rows.append((f"Thủ trưởng {name}", head_of(code), "Thủ trưởng đơn vị", code, block))
        rows.append((f"Công chức {name}", officer_of(code), "Công chức phụ trách", code, block))
    rows.append((OPERATOR, "dieutra@hanoi.gov.vn", "phụ trách điều tra", "", ""))
    seats = ((f"Thành viên {n}", member(n), "thành viên Hội đồng thẩm định", "", "") for n in range(MEMBERS))
    return [*rows, *seats]


def people_list() -> Paper:
    return book("danh-sach-nguoi", ("Họ tên", "Thư điện tử", "Vai trò", "Mã đơn vị", "Khối"), people())


def finished_scores(block: str, without: str = "") -> Paper:
    """What the units of a block gave themselves at every criterion of their own, typed elsewhere; all but one unit."""
    rows = [
        (code, f"{area}.1", Decimal(70 // AREAS[block]) * (60 + place * 7 % 40) / 100)
        for place, (code, _) in enumerate(units_of(block))
        for area in range(1, AREAS[block] + 1)
        if code != without
    ]
    return book(f"diem-tu-danh-gia-{block}", ("Mã đơn vị", "Mã tiêu chí", "Điểm tự đánh giá"), rows)


def survey_figures(block: str) -> Paper:
    """The rate of satisfaction of every unit at every survey criterion, as a survey's contractor hands it over."""
    rows = [
        (code, f"{area}.2", 70 + (place * 7 + area * 3) % 29, "Báo cáo kết quả điều tra XHH năm 2025")
        for place, (code, _) in enumerate(units_of(block))
        for area in range(1, AREAS[block] + 1)
    ]
    return book(f"ket-qua-dieu-tra-{block}", ("Mã đơn vị", "Mã tiêu chí", "Tỷ lệ %", "Nguồn số liệu"), rows)
