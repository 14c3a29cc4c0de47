"""A list of units for the next year never changes whom a published year measured."""

import io
from datetime import date, timedelta

import openpyxl
import pytest

from cchc_index.lib.faults import ImportRefused
from criteria.models import Round
from results.models import Publication
from results.tests.published import publish
from units.actions import UnitImport, import_units
from units.models import Unit

pytestmark = pytest.mark.django_db
HEADINGS = ("Mã", "Tên đơn vị", "Hiệu lực từ", "Hiệu lực đến", "Thay cho")


@pytest.fixture
def year() -> Round:
    return publish().round


def bring(*rows: tuple[str, ...], group: str = "so") -> UnitImport:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in (HEADINGS, *rows):
        book.worksheets[0].append(row)
    book.save(out)
    out.seek(0)
    return import_units(actor=None, source=out, name="don-vi.xlsx", group_code=group)


def counted(round_: Round) -> set[str]:
    rows = Unit.objects.filter(group__code="so").valid_between(round_.assessed_from, round_.assessed_to)
    return set(rows.values_list("code", flat=True))


def typed(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def old_unit() -> Unit:
    return Unit.objects.filter(group__code="so").order_by("code")[0]


def test_a_new_unit_without_a_first_day_begins_after_the_published_year(year: Round) -> None:
    before, after = counted(year), year.assessed_to + timedelta(days=1)
    said = bring(("MOI", "Sở Mới", "", "", "")).said
    assert counted(year) == before
    assert Unit.objects.get(code="MOI").valid_from == after
    assert any(f"được tính từ {typed(after)} vì các năm trước đã công bố: Sở Mới (MOI)" in one for one in said)


def test_where_nothing_is_in_force_it_counts_in_every_year(year: Round) -> None:
    Publication.objects.update(state="withdrawn")
    bring(("MOI", "Sở Mới", "", "", ""))
    assert "MOI" in counted(year)


def test_a_block_that_the_year_did_not_measure_is_free(year: Round) -> None:
    bring(("MOI", "Xã Mới", "", "", ""), group="xa")
    assert Unit.objects.get(code="MOI").valid_from is None


@pytest.mark.parametrize("kind", ["enters", "ends", "is replaced", "is replaced from another block"])
def test_days_that_reach_into_a_published_year_are_refused(year: Round, kind: str) -> None:
    old, inside = old_unit(), typed(year.assessed_to - timedelta(days=30))
    new = ("MOI", "Sở Mới", inside, "", old.code if "replaced" in kind else "")
    row = (old.code, old.name, "", inside, "") if kind == "ends" else new
    before = counted(year)
    with pytest.raises(ImportRefused, match=f"danh sách đơn vị của năm {year.year} đã công bố"):
        bring(row, group="xa" if "another" in kind else "so")
    assert counted(year) == before


def test_the_next_year_reorganises_as_it_likes(year: Round) -> None:
    old, before = old_unit(), counted(year)
    bring(("MOI", "Sở Mới", typed(year.assessed_to + timedelta(days=60)), "", old.code))
    assert counted(year) == before
    old.refresh_from_db()
    assert old.valid_to == year.assessed_to + timedelta(days=59)
