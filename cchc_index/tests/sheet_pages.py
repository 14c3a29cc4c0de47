"""The pages that take a sheet, each used to its end: looked at, then brought in."""

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cchc_index.lib.sheets.book import open_book
from cchc_index.lib.sheets.cells import Uncomputed
from cchc_index.lib.tests.read_pages import words
from criteria.models import Criterion, RoundGroup
from criteria.tests.factories import CriterionFactory, RoundGroupFactory
from selfassess.models import SelfAssessment, SelfScore
from selfassess.tests.workbooks import large_assessment, template
from selfassess.workbook.layout import MAIN
from surveys.models import ImportBatch, RespondentGroup
from units.models import Role, Unit, User
from units.tests.factories import UnitGroupFactory, UserFactory, person

from . import sheet_commands as commands
from .sheet_way import Bring, Stored, Way, shown
from .sheet_writers import Rows, Sheet


def workbook_upload(assessment: SelfAssessment) -> Bring:
    client = Client()
    client.force_login(person(Role.UNIT_OFFICER, assessment.unit))

    def bring(data: bytes, ending: str, take_hidden: bool) -> str:
        posted = {"file": SimpleUploadedFile(f"tep{ending}", data)} | ({"take_hidden": "1"} if take_hidden else {})
        page = client.post(reverse("selfassess:workbook-upload", args=[assessment.pk]), posted, follow=True)
        ticket = re.search(r'name="ticket" value="([^"]+)"', page.content.decode())
        if ticket:
            values = {"ticket": ticket[1]} | (
                {"take_hidden": "1"} if 'name="take_hidden"' in page.content.decode() else {}
            )
            client.post(reverse("selfassess:workbook-apply", args=[assessment.pk]), values)
        return words(page.content)

    return bring


def workbook(folder: Path) -> Way:
    """The unit's own workbook, through the pages: upload, preview, apply."""
    assessment = large_assessment(4, rules=({},))

    def stored() -> Stored:
        scored = SelfScore.objects.values_list("criterion__code", "points", "explanation")
        return {code: f"{shown(points)} {text}" for code, points, text in scored}

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
        workbook_upload(assessment),
        stored,
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
        _administration("units", "unit"),
        stored,
        code=1,
        more_codes=(0,),
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
        _administration("units", "user"),
        stored,
        code=0,
        words=1,
        knows_all=True,
    )


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
        _administration("criteria", "criterion"),
        stored,
        code=2,
        more_codes=(1,),
        number=4,
        words=3,
        repeats=0,
        alike=("９.１",),
    )


def _administration(app: str, model: str) -> Bring:
    """The administration's import: upload, preview, confirm."""
    client = Client()
    client.force_login(UserFactory.create(username="goc", is_staff=True, is_superuser=True))
    address = f"/quan-tri/{app}/{model}/"
    formats = {".xlsx": "0", ".csv": "1", ".ods": "2", ".xls": "3"}

    def bring(data: bytes, ending: str, take_hidden: bool) -> str:
        posted: dict[str, object] = {"import_file": SimpleUploadedFile(f"tep{ending}", data), "resource": "0"}
        posted |= {"format": formats[ending]} | ({"take_hidden": "on"} if take_hidden else {})
        page = client.post(f"{address}import/", posted)
        form = page.context.get("confirm_form")
        if form is not None:
            client.post(f"{address}process_import/", form.initial)
        return words(page.content)

    return bring


# --- the pages of what has a command too ------------------------------------------------------------


def _upload(client: Client, address: str, given: Mapping[str, str], confirm: Mapping[str, str]) -> Bring:
    """A page that looks at a file first and takes it at a second press."""

    def bring(data: bytes, ending: str, take_hidden: bool) -> str:
        hidden = {"take_hidden": "on"} if take_hidden else {}
        page = client.post(address, {**given, **hidden, "file": SimpleUploadedFile(f"tep{ending}", data)})
        if "ticket" in page.context and "repairs" not in page.context:
            client.post(address, {"ticket": page.context["ticket"], **confirm})
        return words(page.content)

    return bring


def _signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(User.objects.filter(memberships__role=role).first() or person(role))
    return client


def units_upload() -> Bring:
    given = {"group": "", "code": "so", "name": "Sở"}
    return _upload(_signed_in(Role.INDEX_MANAGER), reverse("agencies:upload"), given, {})


def units_page(folder: Path) -> Way:
    return replace(commands.units(folder), bring=units_upload())


def people_page(folder: Path) -> Way:
    way = commands.people(folder)
    return replace(way, bring=_upload(_signed_in(Role.INDEX_MANAGER), reverse("people:upload"), {}, {}))


def criteria_page(folder: Path) -> Way:
    UnitGroupFactory.create(code="so", name="Sở")
    given = {"decision": "1/QĐ-UBND", "source": "survey"}
    bring = _upload(_signed_in(Role.INDEX_MANAGER), reverse("annex:upload", args=[2031, "so"]), given, {"confirm": "1"})
    return replace(commands.criteria(folder), bring=bring)


def scores_upload(block: RoundGroup) -> Bring:
    address = reverse("results:import-scores", args=[block.round.year, block.group.code])
    return _upload(_signed_in(Role.INDEX_MANAGER), address, {}, {})


def scores_page(folder: Path) -> Way:
    way = commands.scores(folder)
    return replace(way, bring=scores_upload(RoundGroup.objects.get()))


def ballots_page(folder: Path) -> Way:
    way = commands.ballots(folder)
    return replace(way, bring=survey_upload(f"phieu-{RespondentGroup.objects.get().pk}"))


def figures_page(folder: Path) -> Way:
    way = commands.figures(folder)
    return replace(way, bring=survey_upload(f"so-lieu-{RoundGroup.objects.get().pk}"))


_FAULT = re.compile(
    r'<th scope="row"[^>]*>(.*?)</th>'
    + "".join(f'<td data-label="{label}">(.*?)</td>' for label in ("Cột", "Lỗi", "Cách sửa"))
)


def survey_upload(target: str, **given: str) -> Bring:
    """The upload of the survey: a file is kept as a batch, its faults in a table, and brought in from there."""
    client = _signed_in(Role.SURVEY_OPERATOR)

    def bring(data: bytes, ending: str, take_hidden: bool) -> str:
        posted = {**given, "target": target, "file": SimpleUploadedFile(f"tep{ending}", data)}
        page = client.post(
            reverse("surveys:upload"), posted | ({"take_hidden": "on"} if take_hidden else {}), follow=True
        )
        batch = ImportBatch.objects.order_by("pk").last()
        if batch is not None and batch.state == ImportBatch.State.CHECKED:
            client.post(reverse("surveys:commit", args=[batch.pk]))
        return " ".join([words(page.content), *_faults(page.content)])

    return bring


def _faults(page: bytes) -> list[str]:
    """The rows of the table of faults, told as a sentence tells them."""
    rows = _FAULT.findall(re.sub(r">\s+<", "><", page.decode()))
    return [
        words(f"Dòng {row}, cột {column}: {message}. Cách sửa: {repair}".encode())
        for row, column, message, repair in rows
    ]
