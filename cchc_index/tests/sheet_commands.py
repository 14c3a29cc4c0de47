"""The commands that take a sheet."""

import io
from decimal import Decimal
from pathlib import Path

from django.core.management import call_command

from cchc_index.lib.commands import CommandRefused
from criteria.models import Criterion, RoundGroup
from criteria.tests.factories import open_stage
from selfassess.models import SelfScore
from surveys.models import Ballot, SatisfactionFigure
from surveys.tests.factories import asked_group, surveyed_round
from units.models import Membership, Role, Unit
from units.tests.factories import UnitFactory, person

from .sheet_way import Bring, Stored, Way, shown
from .sheet_writers import Rows


def _run(path: Path, *arguments: str, take_hidden: bool) -> str:
    """A command's standard output, or its refusal."""
    out, err = io.StringIO(), io.StringIO()
    hidden = ["--hidden", "take"] if take_hidden else []
    try:
        call_command(*arguments, str(path), *hidden, stdout=out, stderr=err)
    except CommandRefused as refused:
        return "\n".join(refused.lines)
    return out.getvalue()


def command(folder: Path, name: str, *arguments: str) -> Bring:
    def bring(data: bytes, ending: str, take_hidden: bool) -> str:
        path = folder / f"tep{ending}"
        path.write_bytes(data)
        return _run(path, name, *arguments, take_hidden=take_hidden)

    return bring


def _block(group: str = "so") -> list[str]:
    return ["--year", "2031", "--group", group]


def scores_stored() -> Stored:
    """The units' own scores by unit and criterion."""
    rows = SelfScore.objects.values_list("assessment__unit__code", "criterion__code", "points")
    return {f"{unit}/{code}": shown(points) for unit, code, points in rows}


# --- the ways ---------------------------------------------------------------------------------------


def units(folder: Path) -> Way:
    def stored() -> Stored:
        return dict(Unit.objects.values_list("code", "name"))

    records: Rows = [["A-1", "Sở Nội vụ"], ["A-2", "Sở Tài chính"], ["A-3", "Sở Tư pháp"], ["A-4", "Sở Y tế"]]
    bring = command(folder, "import_units", "--group", "so")
    return Way(["Mã", "Tên đơn vị"], records, [(str(c), str(n)) for c, n in records], bring, stored, code=0, words=1)


def criteria(folder: Path) -> Way:
    def stored() -> Stored:
        rows = Criterion.objects.filter(is_leaf=True)
        return {row.code: f"{shown(row.max_points)} {row.name}" for row in rows}

    records: Rows = [[f"1.{n}", f"Nội dung thứ {w}", n] for n, w in enumerate(("nhất", "hai", "ba", "tư"), start=1)]
    return Way(
        ["Mã", "Nội dung", "Điểm tối đa"],
        records,
        [(str(code), f"{points} {name}") for code, name, points in records],
        command(folder, "import_criteria", *_block(), "--decision", "1/QĐ-UBND", "--source", "ĐTXHH"),
        stored,
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
        command(folder, "import_scores", *_block(block.group.code)),
        scores_stored,
        code=0,
        more_codes=(1,),
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
        command(folder, "import_ballots", *_block(), "--respondents", "dan"),
        stored,
        code=0,
        more_codes=(1,),
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
        command(folder, "import_figures", *_block()),
        stored,
        code=0,
        more_codes=(1,),
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
        command(folder, "import_people"),
        stored,
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
