"""The files of `cases/`: inputs that the system once got wrong, each through every way in."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from openpyxl import load_workbook

from criteria.models import RoundGroup, Source
from criteria.tests.factories import CriterionFactory, RoundFactory, RoundGroupFactory, open_stage
from selfassess.models import SelfAssessment, SelfScore
from selfassess.tests.workbooks import large_assessment, template
from selfassess.workbook.layout import MAIN, SEAL
from surveys.models import Ballot, SatisfactionFigure
from surveys.tests.test_mapping import EXPORTS
from units.models import Unit
from units.tests.factories import UnitFactory

from .sheet_commands import command, scores_stored
from .sheet_pages import scores_upload, survey_upload, units_upload, workbook_upload
from .sheet_way import Bring, Stored, shown
from .sheet_ways import WAYS
from .sheet_writers import WRITERS, Sheet

pytestmark = pytest.mark.django_db
CASES = Path(__file__).parent / "cases"
RESEALED = "10-loi-dan-gia-tri.xlsx"
"""A unit's workbook; its seal is another machine's."""
OTHERS = re.compile("thiếu cột|không có dòng tiêu đề|không phải mẫu của hệ thống|không phải bảng tính")
"""What every way says of a file that is not for it."""
NEARLY_FOR = {
    ("workbook", RESEALED): re.compile("mã phiên bản của tệp đã bị sửa hoặc mất"),
    # A unit's workbook has the columns of an annex; its codes are what no annex would hold.
    ("criteria", RESEALED): re.compile("Dòng 6, cột A \\(Mã\\): mã “1.12” in sai"),
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


def units_stored() -> Stored:
    return dict(Unit.objects.values_list("code", "name"))


def ballots_stored() -> Stored:
    rows = Ballot.objects.values_list("code", "unit__code", "answers")
    return {code: f"{unit} {bytes(answers)[0]}" for code, unit, answers in rows}


def figures_stored() -> Stored:
    rows = SatisfactionFigure.objects.select_related("unit", "criterion")
    return {f"{r.unit.code}/{r.criterion.code}": f"{shown(r.percent)} {r.source_document}" for r in rows}


BLOCK = ("--year", "2031", "--group", "so")
COMMANDS: dict[str, tuple[str, ...]] = {
    "units": ("import_units", "--group", "so"),
    "ballots": ("import_ballots", *BLOCK, "--respondents", "dan"),
    "figures": ("import_figures", *BLOCK),
    "scores": ("import_scores", *BLOCK),
}
STORED: dict[str, Callable[[], Stored]] = {
    "units": units_stored,
    "ballots": ballots_stored,
    "figures": figures_stored,
    "scores": scores_stored,
}


def by_command(way: str, folder: Path) -> Bring:
    if way != "units":
        units_and_leaves()
    return command(folder, *COMMANDS[way])


def by_page(way: str, folder: Path) -> Bring:
    if way == "units":
        return units_upload()
    block = units_and_leaves()
    if way == "scores":
        return scores_upload(block)
    return survey_upload(f"so-lieu-{block.pk}" if way == "figures" else f"moi-{block.pk}", new_group="dan")


@pytest.mark.parametrize("door", [by_command, by_page])
@pytest.mark.parametrize("case", CASES_OF, ids=lambda case: f"{case.file}-{case.take_hidden}")
def test_the_way_it_was_made_for(tmp_path: Path, case: Case, door: Callable[[str, Path], Bring]) -> None:
    bring = door(case.way, tmp_path)
    said = bring((CASES / case.file).read_bytes(), Path(case.file).suffix, case.take_hidden)
    assert STORED[case.way]() == case.stored, said
    for sentence in case.said:
        assert sentence in said


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
    said = by_command("figures", tmp_path)(data, ending, False)
    assert figures_stored() == {f"{unit}/{leaf}": "80 BC 1" for unit, leaf in places}
    assert "Ô gộp được hiểu là cùng một giá trị cho từng dòng: A2:A3, A4:A5, A6:A7." in said


OF_PAGES = {f"page of {kind}": kind for kind in ("units", "ballots", "figures")} | {
    "page of finished scores": "scores",
    "page of an annex": "criteria",
}


@pytest.mark.parametrize("name", WAYS)
def test_every_other_way_says_that_it_is_not_for_it(tmp_path: Path, name: str) -> None:
    way = WAYS[name](tmp_path)
    kind = OF_PAGES.get(name, name)
    files = [path for path in CASES.iterdir() if (kind, path.name) not in {(case.way, case.file) for case in CASES_OF}]
    files += [] if kind == "ballots" else EXPORTS.iterdir()  # those enter by a mapping: `surveys/tests/test_mapping.py`
    before = way.read()
    for file in sorted(files):
        outcome = way.take(file.read_bytes(), file.suffix, False)
        assert outcome.stored == before, file
        expected = NEARLY_FOR.get((kind, file.name), OTHERS)
        assert expected.search(outcome.said), (file, outcome.said)


def resealed(assessment: SelfAssessment, pasted: object) -> bytes:
    """The workbook of the case as one of this unit, another value pasted where it has #N/A."""
    book = load_workbook(CASES / RESEALED)
    book[SEAL]["A2"] = load_workbook(io.BytesIO(template(assessment)))[SEAL]["A2"].value
    cell = book[MAIN]["G6"]
    cell.value = pasted
    if pasted == "#N/A":
        cell.data_type = "e"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


_ERROR = "Dòng 6, cột G (Điểm tự đánh giá): ô đang báo lỗi #{}. Cách sửa: sửa công thức hoặc gõ lại giá trị"


@pytest.mark.parametrize(
    ("pasted", "stored", "sentence"),
    [
        ("#N/A", {"1.12": "0.5"}, _ERROR.format("N/A")),
        ("#REF!", {"1.12": "0.5"}, _ERROR.format("REF!")),
        ("=VLOOKUP(1,A1:B2,2)", {"1.12": "0.5"}, "Dòng 6, cột G (Điểm tự đánh giá): ô là công thức chưa có kết quả"),
        (1 - 0.9, {"1.12": "0.1", "1.13": "0.75"}, "2 tiêu chí"),
        (None, {"1.12": "", "1.13": "0.75"}, "2 tiêu chí"),
    ],
)
def test_a_value_pasted_into_the_units_workbook(tmp_path: Path, pasted: object, stored: Stored, sentence: str) -> None:
    """An error that was pasted clears no score that stands; a cell that somebody emptied does."""
    assessment = large_assessment(13, rules=({},))
    leaf = assessment.round_group.criteria_set.criteria.get(code="1.12")
    SelfScore.objects.create(assessment=assessment, criterion=leaf, points=Decimal("0.5"))
    said = workbook_upload(assessment)(resealed(assessment, pasted), ".xlsx", False)
    rows = SelfScore.objects.values_list("criterion__code", "points")
    assert {code: shown(points) for code, points in rows} == stored, said
    assert sentence in said


def test_every_file_is_tried() -> None:
    mine = {case.file for case in CASES_OF} | {RESEALED}
    assert {path.name for path in CASES.iterdir()} == mine


def test_the_table_of_ways_in_the_documents_is_the_one_that_is_tried() -> None:
    document = (settings.BASE_DIR / "docs" / "spreadsheets.md").read_text(encoding="utf-8")
    table = document[document.index("| way in") : document.index("| in the file")]
    named = [name for row in table.splitlines()[2:] if row for name in re.findall("`([^`]+)`", row.split(" | ")[0])]
    assert sorted(named) == sorted(WAYS)
