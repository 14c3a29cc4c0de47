"""Every way a sheet comes in, each as a person uses it: a command, or the pages of an upload to their end."""

import html
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from cchc_index.lib.commands import CommandRefused
from cchc_index.lib.numbers import exact_text
from cchc_index.lib.sheets.book import open_book
from cchc_index.lib.sheets.cells import Uncomputed
from criteria.models import Criterion, RoundGroup
from criteria.tests.factories import CriterionFactory, RoundGroupFactory, open_stage
from selfassess.models import SelfScore
from selfassess.tests.workbooks import large_assessment, template
from selfassess.workbook.layout import MAIN
from surveys.models import Ballot, SatisfactionFigure
from surveys.tests.factories import asked_group, surveyed_round
from units.models import Membership, Role, Unit, User
from units.tests.factories import UnitFactory, UnitGroupFactory, UserFactory, person

from .sheet_writers import Rows, Sheet

Stored = dict[str, str]
"""Record → what is stored of it, as text."""


@dataclass(slots=True)
class Outcome:
    """What became of a file: everything stored, and everything said about it."""

    stored: Stored
    said: str


@dataclass(slots=True)
class Way:
    """A way in. `records` are three good rows and a fourth for a second sheet; `take` gives the outcome.

    `code`, `number` and `words` are columns: the record's code, a number, stored text. `repeats` is a column of
    codes that may stand in several rows, `alike` spellings of the first record's code that look the same.
    """

    headings: list[str]
    records: Rows
    stored: list[tuple[str, str]]
    take: Callable[[bytes, str, bool], Outcome]
    code: int
    number: int | None = None
    words: int | None = None
    repeats: int | None = None
    above: Rows = field(default_factory=list)
    below_headings: Rows = field(default_factory=list)
    more: list[Sheet] = field(default_factory=list)
    name: str = "Trang 1"
    alike: Sequence[str] = ("a-1", "Ａ-１", "A–1", "А-1")
    printed: bool = False
    knows_all: bool = False
    """A column that nothing names is a fault."""
    refuses: frozenset[str] = frozenset()
    """Kinds that others take or word otherwise: here each is a fault by row and column, and nothing is stored."""

    def rows(self) -> Rows:
        return [*self.above, [*self.headings], *self.below_headings, *[list(record) for record in self.records[:3]]]

    @property
    def heading_row(self) -> int:
        """From 0."""
        return len(self.above)

    @property
    def first(self) -> int:
        """The row of the first record, from 0."""
        return len(self.above) + 1 + len(self.below_headings)

    def expected(self, *which: int) -> Stored:
        return dict(self.stored[n] for n in (which or range(3)))


def _run(path: Path, *arguments: str, take_hidden: bool) -> str:
    """A command's standard output, or its refusal."""
    out, err = io.StringIO(), io.StringIO()
    hidden = ["--hidden", "take"] if take_hidden else []
    try:
        call_command(*arguments, str(path), *hidden, stdout=out, stderr=err)
    except CommandRefused as refused:
        return "\n".join(refused.lines)
    return out.getvalue()


def command(
    folder: Path, name: str, *arguments: str, stored: Callable[[], Stored]
) -> Callable[[bytes, str, bool], Outcome]:
    def take(data: bytes, ending: str, take_hidden: bool) -> Outcome:
        path = folder / f"tep{ending}"
        path.write_bytes(data)
        said = _run(path, name, *arguments, take_hidden=take_hidden)
        return Outcome(stored(), said)

    return take


def _block(group: str = "so") -> list[str]:
    return ["--year", "2031", "--group", group]


def shown(value: Decimal | None) -> str:
    return exact_text(value) or ""


def scores_stored() -> Stored:
    """The units' own scores by unit and criterion."""
    rows = SelfScore.objects.values_list("assessment__unit__code", "criterion__code", "points")
    return {f"{unit}/{code}": shown(points) for unit, code, points in rows}


# --- the ways ---------------------------------------------------------------------------------------


def units(folder: Path) -> Way:
    def stored() -> Stored:
        return dict(Unit.objects.values_list("code", "name"))

    records: Rows = [["A-1", "Sở Nội vụ"], ["A-2", "Sở Tài chính"], ["A-3", "Sở Tư pháp"], ["A-4", "Sở Y tế"]]
    take = command(folder, "import_units", "--group", "so", stored=stored)
    return Way(["Mã", "Tên đơn vị"], records, [(str(c), str(n)) for c, n in records], take, code=0, words=1)


def criteria(folder: Path) -> Way:
    def stored() -> Stored:
        rows = Criterion.objects.filter(is_leaf=True)
        return {row.code: f"{shown(row.max_points)} {row.name}" for row in rows}

    records: Rows = [[f"1.{n}", f"Nội dung thứ {w}", n] for n, w in enumerate(("nhất", "hai", "ba", "tư"), start=1)]
    return Way(
        ["Mã", "Nội dung", "Điểm tối đa"],
        records,
        [(str(code), f"{points} {name}") for code, name, points in records],
        command(folder, "import_criteria", *_block(), "--decision", "1/QĐ-UBND", "--source", "ĐTXHH", stored=stored),
        code=0,
        number=2,
        words=1,
        below_headings=[["1", "Lĩnh vực một", None]],
        alike=("１.１",),
        printed=True,
    )


def scores(folder: Path) -> Way:
    block = _four_units()

    records: Rows = [[f"A-{n}", "1.1", n / 4] for n in range(1, 5)]
    return Way(
        ["Mã đơn vị", "Mã tiêu chí", "Điểm tự đánh giá"],
        records,
        [(f"A-{n}/1.1", shown(Decimal(n) / 4)) for n in range(1, 5)],
        command(folder, "import_scores", *_block(block.group.code), stored=scores_stored),
        code=0,
        number=2,
        repeats=0,
    )


def ballots(folder: Path) -> Way:
    block = _four_units()
    asked_group(block, "1.3", code="dan")

    def stored() -> Stored:
        rows = Ballot.objects.values_list("code", "unit__code", "answers")
        return {code: f"{unit} {bytes(answers)[0]}" for code, unit, answers in rows}

    records: Rows = [[f"A-{n}", "A-1", n] for n in range(1, 5)]
    return Way(
        ["Mã phiếu", "Mã đơn vị", "1.3"],
        records,
        [(f"A-{n}", f"A-1 {n}") for n in range(1, 5)],
        command(folder, "import_ballots", *_block(), "--respondents", "dan", stored=stored),
        code=0,
        repeats=1,
    )


def figures(folder: Path) -> Way:
    _four_units()

    def stored() -> Stored:
        rows = SatisfactionFigure.objects.select_related("unit", "criterion")
        return {f"{r.unit.code}/{r.criterion.code}": f"{shown(r.percent)} {r.source_document}" for r in rows}

    records: Rows = [[f"A-{n}", "2", 80 + n, "Báo cáo số 1"] for n in range(1, 5)]
    return Way(
        ["Mã đơn vị", "Mã tiêu chí", "Tỷ lệ %", "Nguồn số liệu"],
        records,
        [(f"A-{n}/2", f"{80 + n} Báo cáo số 1") for n in range(1, 5)],
        command(folder, "import_figures", *_block(), stored=stored),
        code=0,
        number=2,
        words=3,
        repeats=0,
    )


def _four_units() -> RoundGroup:
    block = surveyed_round(0)
    open_stage(block.round, "self_assessment")
    for n in range(1, 5):
        UnitFactory.create(group=block.group, code=f"A-{n}")
    return block


def workbook(folder: Path) -> Way:
    """The unit's own workbook, through the pages: upload, preview, apply."""
    assessment = large_assessment(4, rules=({},))
    client = Client()
    client.force_login(person(Role.UNIT_OFFICER, assessment.unit))

    def take(data: bytes, ending: str, take_hidden: bool) -> Outcome:
        posted = {"file": SimpleUploadedFile(f"tep{ending}", data)} | ({"take_hidden": "1"} if take_hidden else {})
        page = client.post(reverse("selfassess:workbook-upload", args=[assessment.pk]), posted, follow=True)
        said = words(page.content)
        ticket = re.search(r'name="ticket" value="([^"]+)"', page.content.decode())
        if ticket:
            values = {"ticket": ticket[1]} | (
                {"take_hidden": "1"} if 'name="take_hidden"' in page.content.decode() else {}
            )
            client.post(reverse("selfassess:workbook-apply", args=[assessment.pk]), values)
        rows = SelfScore.objects.values_list("criterion__code", "points", "explanation")
        return Outcome({code: f"{shown(points)} {text}" for code, points, text in rows}, said)

    main, *others = [
        Sheet([*page.rows()], page.name, page.visible) for page in open_book(io.BytesIO(template(assessment))).pages
    ]
    assert main.name == MAIN
    rows = [[None if isinstance(cell, Uncomputed) else cell for cell in row] for row in main.rows]
    headings = list(map(str, rows[3]))
    number, text = headings.index("Điểm tự đánh giá"), headings.index("Giải trình cách chấm")
    for n, row in enumerate(rows[5:], start=1):
        row[number], row[text] = n / 4, f"Theo báo cáo số {n}"
    return Way(
        headings,
        rows[5:],
        [(f"1.{n}", f"{shown(Decimal(n) / 4)} Theo báo cáo số {n}") for n in range(1, 5)],
        take,
        code=0,
        number=number,
        words=text,
        above=rows[:3],
        below_headings=[rows[4]],
        more=others,
        name=MAIN,
        alike=("１.１",),
    )


def unit_catalogue(folder: Path) -> Way:
    UnitGroupFactory.create()

    def stored() -> Stored:
        return dict(Unit.objects.values_list("code", "name"))

    records: Rows = [["so", f"A-{n}", f"Sở thứ {w}"] for n, w in enumerate(("nhất", "hai", "ba", "tư"), start=1)]
    return Way(
        ["Mã khối", "Mã", "Tên đơn vị"],
        records,
        [(str(code), str(name)) for _, code, name in records],
        _administration("units", "unit", stored),
        code=1,
        words=2,
        repeats=0,
    )


def people_catalogue(folder: Path) -> Way:
    def stored() -> Stored:
        return dict(User.objects.exclude(username="goc").values_list("username", "full_name"))

    records: Rows = [[f"A-{n}", f"Nguyễn Văn {w}"] for n, w in enumerate(("Nhất", "Hai", "Ba", "Tư"), start=1)]
    return Way(
        ["Tên đăng nhập", "Họ và tên"],
        records,
        [(str(code), str(name)) for code, name in records],
        _administration("units", "user", stored),
        code=0,
        words=1,
        knows_all=True,
    )


def people(folder: Path) -> Way:
    """People who read: a role that one person may give."""
    person(Role.INDEX_MANAGER, username="quan-ly")

    def stored() -> Stored:
        rows = Membership.objects.exclude(role=Role.INDEX_MANAGER)
        return {row.user.email: row.user.full_name for row in rows.select_related("user")}

    records: Rows = [
        [f"a-{n}@example.vn", f"Nguyễn Văn {w}", "quan sát"] for n, w in enumerate(("Nhất", "Hai", "Ba", "Tư"), start=1)
    ]
    return Way(
        ["Thư điện tử", "Họ tên", "Vai trò"],
        records,
        [(str(email), str(name)) for email, name, _ in records],
        command(folder, "import_people", stored=stored),
        code=0,
        words=1,
        repeats=2,
        knows_all=True,
        refuses=NO_PEOPLE,
    )


NO_PEOPLE = frozenset(
    {
        *("code_that_is_a_number_with_a_fraction", "code_that_became_a_date", "code_under_a_percent_format"),
        *("code_with_a_fraction_of_libreoffice", "code_with_a_fraction_of_excel_97"),
        *(f"look-alike code {n}" for n in range(4)),
        *("semicolons_with_a_comma_in_a_heading", "column_that_nothing_names"),
    }
)
"""An address of mail is no code: what is none is named as such, and every column is known."""


def criteria_catalogue(folder: Path) -> Way:
    block = RoundGroupFactory.create()
    CriterionFactory.create(
        criteria_set=block.criteria_set, code="8", is_leaf=False, source="", name="Lĩnh vực", position=0
    )
    number = block.criteria_set.decision.number

    def stored() -> Stored:
        rows = Criterion.objects.filter(is_leaf=True)
        return {row.code: f"{shown(row.max_points)} {row.name}" for row in rows}

    words_ = ("nhất", "hai", "ba", "tư")
    records: Rows = [
        [number, "so", f"9.{n}", f"Nội dung thứ {w}", n, "Tự đánh giá", n] for n, w in enumerate(words_, start=1)
    ]
    return Way(
        ["Quyết định", "Mã khối", "Mã", "Nội dung", "Điểm tối đa", "Nguồn", "Thứ tự"],
        records,
        [(str(row[2]), f"{row[4]} {row[3]}") for row in records],
        _administration("criteria", "criterion", stored),
        code=2,
        number=4,
        words=3,
        repeats=0,
        alike=("９.１",),
    )


def _administration(app: str, model: str, stored: Callable[[], Stored]) -> Callable[[bytes, str, bool], Outcome]:
    """The administration's import: upload, preview, confirm."""
    client = Client()
    client.force_login(UserFactory.create(username="goc", is_staff=True, is_superuser=True))
    address = f"/quan-tri/{app}/{model}/"
    formats = {".xlsx": "0", ".csv": "1", ".ods": "2", ".xls": "3"}

    def take(data: bytes, ending: str, take_hidden: bool) -> Outcome:
        posted: dict[str, object] = {"import_file": SimpleUploadedFile(f"tep{ending}", data), "resource": "0"}
        posted |= {"format": formats[ending]} | ({"take_hidden": "on"} if take_hidden else {})
        page = client.post(f"{address}import/", posted)
        form = page.context.get("confirm_form")
        if form is not None:
            client.post(f"{address}process_import/", form.initial)
        return Outcome(stored(), words(page.content))

    return take


def words(page: bytes) -> str:
    """A page as it reads."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.decode())).split())


WAYS: dict[str, Callable[[Path], Way]] = {
    "units": units,
    "criteria": criteria,
    "scores": scores,
    "ballots": ballots,
    "figures": figures,
    "people": people,
    "workbook": workbook,
    "administration of units": unit_catalogue,
    "administration of people": people_catalogue,
    "administration of criteria": criteria_catalogue,
}
