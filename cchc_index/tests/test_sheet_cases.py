"""The files of `cases/`: inputs that the system once got wrong, each through every way in."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from criteria.models import RoundGroup, Source
from criteria.tests.factories import CriterionFactory, RoundFactory, RoundGroupFactory, open_stage
from surveys.models import Ballot, SatisfactionFigure
from units.models import Unit
from units.tests.factories import UnitFactory

from .sheet_ways import WAYS, Outcome, Stored, command, scores_stored, shown
from .sheet_writers import WRITERS, Sheet

pytestmark = pytest.mark.django_db
CASES = Path(__file__).parent / "cases"
OTHERS = re.compile("thiếu cột|không có dòng tiêu đề|không phải mẫu của hệ thống|không phải bảng tính")
"""What every way says of a file that is not for it."""
NEARLY_FOR = {
    ("workbook", "10-loi-dan-gia-tri.xlsx"): re.compile("mã phiên bản của tệp đã bị sửa hoặc mất"),
    # A unit's workbook has the columns of an annex; its codes are what no annex would hold.
    ("criteria", "10-loi-dan-gia-tri.xlsx"): re.compile("Dòng 6, cột A \\(Mã\\): mã “1.12” in sai"),
}
"""What else is said of the files that have the columns of another way."""


@dataclass(slots=True)
class Case:
    """A file for one way in: what is stored, what is said."""

    way: str
    file: str
    stored: Stored = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    take_hidden: bool = False


_AS_NUMBER = "mã ở dạng số ({}), Excel có thể đã bỏ số 0 ở cuối: 1.10 thành 1.1. Cách sửa: định dạng cột là Văn bản"
CASES_OF = [
    Case("units", "01-don-vi.csv", {"A1": "Sở Alpha, thành phố Hà Nội", "A2": "Sở Beta"}),
    Case(
        "units",
        "03-eth.xlsx",
        {"BD": "UBND quận Ba Đình", "DD": "UBND quận Đống Đa", "TX": "UBND quận Thanh Xuân", "HD": "UBND quận Hà Đông"},
    ),
    Case("units", "04-tcvn3.xlsx", said=["Dòng 2, cột B (Tên đơn vị): “Së Néi vô” viết bằng bảng mã TCVN3"]),
    Case("units", "04-question-marks.xlsx", said=["Dòng 2, cột B (Tên đơn vị): “S? N?i v?” có chữ đã mất dấu"]),
    Case(
        "ballots",
        "05-loc.xlsx",
        {"P0": "A1 1", "P1": "A1 1", "P2": "A1 1"},
        ["Không tính 5 dòng đang ẩn: dòng 5, 6, 7, 8, 9.", "D (Trạng thái)"],
    ),
    Case(
        "ballots",
        "05-loc.xlsx",
        {f"P{n}": f"A1 {1 if n < 3 else 5}" for n in range(8)},
        ["Vẫn tính 5 dòng đang ẩn: dòng 5, 6, 7, 8, 9."],
        take_hidden=True,
    ),
    Case("figures", "06-phan-tram.xlsx", {"A1/1.3": "92 BC 1", "A2/1.3": "85 BC 1", "A3/1.3": "88 BC 1"}),
    Case(
        "figures",
        "07-ma-so.xlsx",
        said=[
            f"Dòng {n}, cột B (Mã tiêu chí): {_AS_NUMBER.format(c)}" for n, c in ((2, "1.9"), (3, "1.1"), (4, "1.11"))
        ],
    ),
    Case("scores", "08-diem.xlsx", {"A1/1.12": "0.1"}),
    Case(
        "ballots",
        "23-case.xlsx",
        said=["Dòng 3, cột A (Mã phiếu): mã phiếu “q-001” trùng với dòng 2 (viết là “Q-001”)"],
    ),
    Case("ballots", "23-full-width.xlsx", said=["Dòng 3, cột A (Mã phiếu): mã phiếu “Q-００１” trùng với dòng 2"]),
    Case(
        "ballots",
        "36-hai-trang.xlsx",
        {"P1": "A1 5", "P2": "A1 5", "P3": "A1 1", "P4": "A1 1"},
        ["Đọc 2 trang cùng tiêu đề: “Đợt 1”, “Đợt 2”."],
    ),
]


def units_and_leaves() -> RoundGroup:
    """Units A1 to A3; survey leaves 1.1 and 1.3, a leaf 1.12 that the units score."""
    block = RoundGroupFactory.create(round=RoundFactory.create(year=2031))
    for code, source in (("1.1", Source.SURVEY), ("1.3", Source.SURVEY), ("1.12", Source.SELF)):
        CriterionFactory.create(criteria_set=block.criteria_set, code=code, source=source, max_points=Decimal(100))
    for n in (1, 2, 3):
        UnitFactory.create(group=block.group, code=f"A{n}")
    open_stage(block.round, "self_assessment")
    return block


def _units(folder: Path) -> Callable[[bytes, str, bool], Outcome]:
    return command(
        folder, "import_units", "--group", "so", stored=lambda: dict(Unit.objects.values_list("code", "name"))
    )


def _ballots(folder: Path) -> Callable[[bytes, str, bool], Outcome]:
    def stored() -> Stored:
        rows = Ballot.objects.values_list("code", "unit__code", "answers")
        return {code: f"{unit} {bytes(answers)[0]}" for code, unit, answers in rows}

    units_and_leaves()
    block = ("--year", "2031", "--group", "so", "--respondents", "dan")
    return command(folder, "import_ballots", *block, stored=stored)


def _figures(folder: Path) -> Callable[[bytes, str, bool], Outcome]:
    def stored() -> Stored:
        rows = SatisfactionFigure.objects.select_related("unit", "criterion")
        return {f"{r.unit.code}/{r.criterion.code}": f"{shown(r.percent)} {r.source_document}" for r in rows}

    units_and_leaves()
    return command(folder, "import_figures", "--year", "2031", "--group", "so", stored=stored)


def _scores(folder: Path) -> Callable[[bytes, str, bool], Outcome]:
    units_and_leaves()
    return command(folder, "import_scores", "--year", "2031", "--group", "so", stored=scores_stored)


MADE_FOR = {"units": _units, "ballots": _ballots, "figures": _figures, "scores": _scores}


@pytest.mark.parametrize("case", CASES_OF, ids=lambda case: f"{case.file}-{case.take_hidden}")
def test_the_way_it_was_made_for(tmp_path: Path, case: Case) -> None:
    take = MADE_FOR[case.way](tmp_path)
    outcome = take((CASES / case.file).read_bytes(), Path(case.file).suffix, case.take_hidden)
    assert outcome.stored == case.stored, outcome.said
    for sentence in case.said:
        assert sentence in outcome.said


@pytest.mark.parametrize("ending", [".xlsx", ".ods", ".xls"])
def test_a_units_code_merged_over_its_rows_counts_for_each_of_them(tmp_path: Path, ending: str) -> None:
    headings: list[object] = ["Mã đơn vị", "Mã tiêu chí", "Tỷ lệ %", "Nguồn số liệu"]
    places = [(unit, leaf) for unit in ("A1", "A2", "A3") for leaf in ("1.1", "1.3")]
    rows: list[list[object]] = [headings]
    rows += [[unit, leaf, 80, "BC 1"] for unit, leaf in places]
    merged = [(top, 0, top + 1, 0) for top in (1, 3, 5)]
    for top, column, _, _ in merged:
        rows[top + 1][column] = None
    data = WRITERS[ending[1:]]([Sheet(rows, merged=merged)])
    outcome = _figures(tmp_path)(data, ending, False)
    assert outcome.stored == {f"{unit}/{leaf}": "80 BC 1" for unit, leaf in places}
    assert "Ô gộp được hiểu là cùng một giá trị cho từng dòng: A2:A3, A4:A5, A6:A7." in outcome.said


@pytest.mark.parametrize("name", WAYS)
def test_every_other_way_says_that_it_is_not_for_it(tmp_path: Path, name: str) -> None:
    way = WAYS[name](tmp_path)
    files = {path.name for path in CASES.iterdir()} - {case.file for case in CASES_OF if case.way == name}
    before = way.take(b"-", ".csv", False).stored
    for file in sorted(files):
        outcome = way.take((CASES / file).read_bytes(), Path(file).suffix, False)
        assert outcome.stored == before, file
        expected = NEARLY_FOR.get((name, file), OTHERS)
        assert expected.search(outcome.said), (file, outcome.said)


def test_every_file_is_tried() -> None:
    mine = {case.file for case in CASES_OF} | {"10-loi-dan-gia-tri.xlsx"}  # its seal is another machine's
    assert {path.name for path in CASES.iterdir()} == mine
