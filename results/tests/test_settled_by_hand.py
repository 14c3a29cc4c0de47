"""No way to write a unit by hand changes whom a published year measured; each may change a year that is not."""

import io
from collections.abc import Callable
from datetime import date, timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from cchc_index.lib.tests.answers import Answer
from cchc_index.lib.tests.present import first_sheet, present
from criteria.models import Round, RoundGroup
from results.models import Publication
from results.tests.published import publish
from units.models import Succession, Unit, UnitGroup, User
from units.tests.factories import UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
UNIT, SUCCESSION, BLOCK = "/quan-tri/units/unit/", "/quan-tri/units/succession/", "/quan-tri/units/unitgroup/"
SENTENCE = "danh sách đơn vị của năm {} đã công bố"


@pytest.fixture
def year() -> Round:
    return publish().round


@pytest.fixture
def page(client: Client) -> Client:
    root: User = UserFactory.create(is_staff=True, is_superuser=True)
    client.force_login(root)
    return client


def old() -> Unit:
    return Unit.objects.filter(group__code="so").order_by("code")[0]


def counted(round_: Round) -> set[str]:
    rows = Unit.objects.filter(group__code="so").valid_between(round_.assessed_from, round_.assessed_to)
    return set(rows.values_list("code", flat=True))


def typed(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def inside(round_: Round) -> date:
    return round_.assessed_to - timedelta(days=30)


def add(page: Client, year: Round) -> Answer:
    return page.post(f"{UNIT}add/", {"group": old().group_id, "code": "MOI", "name": "Sở Mới"})


def _change(page: Client, **days: str) -> Answer:
    unit = old()
    return page.post(f"{UNIT}{unit.pk}/change/", {"name": unit.name, "valid_from": "", "valid_to": ""} | days)


def end(page: Client, year: Round) -> Answer:
    return _change(page, valid_to=typed(inside(year)))


def begin_later(page: Client, year: Round) -> Answer:
    return _change(page, valid_from=typed(year.assessed_to + timedelta(days=1)))


def delete(page: Client, year: Round) -> Answer:
    return page.post(f"{UNIT}{old().pk}/delete/", {"post": "yes"})


def delete_many(page: Client, year: Round) -> Answer:
    return page.post(UNIT, {"action": "delete_selected", "_selected_action": [old().pk], "post": "yes"})


def _bring(page: Client, *rows: tuple[str, ...]) -> Answer:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        first_sheet(book).append(list(row))
    book.save(out)
    file = SimpleUploadedFile("don-vi.xlsx", out.getvalue())
    shown: Answer = page.post(f"{UNIT}import/", {"import_file": file, "format": "0", "resource": "0"})
    if "confirm_form" not in shown.context:
        return shown
    return page.post(f"{UNIT}process_import/", shown.context["confirm_form"].initial, follow=True)


def bring_new(page: Client, year: Round) -> Answer:
    return _bring(page, ("Mã khối", "Mã", "Tên đơn vị"), ("so", "MOI", "Sở Mới"))


def bring_last_day(page: Client, year: Round) -> Answer:
    unit = old()
    headings = ("Mã khối", "Mã", "Tên đơn vị", "Hiệu lực đến")
    return _bring(page, headings, ("so", unit.code, unit.name, typed(inside(year))))


WAYS = [add, end, begin_later, delete, delete_many, bring_new, bring_last_day]


@pytest.mark.parametrize("way", WAYS)
def test_no_way_by_hand_changes_a_published_year(
    page: Client, year: Round, way: Callable[[Client, Round], Answer]
) -> None:
    before = counted(year)
    answer = way(page, year)
    assert counted(year) == before
    assert SENTENCE.format(year.year) in answer.content.decode()


@pytest.mark.parametrize("way", WAYS)
def test_each_of_them_changes_a_year_that_nobody_published(
    page: Client, year: Round, way: Callable[[Client, Round], Answer]
) -> None:
    Publication.objects.update(state="withdrawn")
    before = counted(year)
    way(page, year)
    assert counted(year) != before


def test_names_and_later_days_are_free(page: Client, year: Round) -> None:
    unit, later = old(), year.assessed_to + timedelta(days=1)
    page.post(f"{UNIT}{unit.pk}/change/", {"name": "Sở Có Tên Khác", "valid_from": "", "valid_to": typed(later)})
    page.post(f"{UNIT}add/", {"group": unit.group_id, "code": "MOI", "name": "Sở Mới", "valid_from": typed(later)})
    unit.refresh_from_db()
    assert (unit.name, unit.valid_to) == ("Sở Có Tên Khác", later)
    assert Unit.objects.get(code="MOI").valid_from == later


@pytest.mark.parametrize("way", ["by a later first day", "by deletion", "by file"])
def test_what_was_not_published_may_leave_the_list_again(page: Client, year: Round, way: str) -> None:
    """A unit that an earlier version of the program let in keeps nobody from putting it right."""
    stray = UnitFactory.create(group=old().group, code="LAC", name="Sở Lạc")
    after = typed(year.assessed_to + timedelta(days=1))
    if way == "by deletion":
        page.post(f"{UNIT}{stray.pk}/delete/", {"post": "yes"})
    elif way == "by file":
        _bring(page, ("Mã khối", "Mã", "Tên đơn vị", "Hiệu lực từ"), ("so", "LAC", "Sở Lạc", after))
    else:
        page.post(f"{UNIT}{stray.pk}/change/", {"name": stray.name, "valid_from": after, "valid_to": ""})
    assert "LAC" not in counted(year)


@pytest.mark.parametrize(("days", "written"), [(-30, False), (0, False), (1, True)])
def test_a_succession_may_not_end_a_unit_before_a_year_that_measured_it(
    page: Client, year: Round, days: int, written: bool
) -> None:
    ended = old()
    new = UnitFactory.create(code="MOI", name="Sở Mới", valid_from=year.assessed_to + timedelta(days=1))
    on = typed(year.assessed_to + timedelta(days=days))
    form = {"predecessor": ended.pk, "successor": new.pk, "kind": "merge", "on": on}
    answer = page.post(f"{SUCCESSION}add/", form)
    assert Succession.objects.exists() is written
    assert (SENTENCE.format(year.year) in answer.content.decode()) is not written


def test_a_succession_of_a_year_that_nobody_published_is_free(page: Client, year: Round) -> None:
    Publication.objects.update(state="withdrawn")
    form = {"predecessor": old().pk, "kind": "abolition", "on": typed(inside(year))}
    page.post(f"{SUCCESSION}add/", form)
    assert Succession.objects.get().on == inside(year)


@pytest.mark.parametrize("published", [True, False])
def test_the_code_of_a_published_block_stays(page: Client, year: Round, published: bool) -> None:
    if not published:
        Publication.objects.update(state="withdrawn")
    block = UnitGroup.objects.get(code="so")
    answer = page.post(f"{BLOCK}{block.pk}/change/", {"code": "khac", "name": "Tên khác", "position": "1"})
    block.refresh_from_db()
    assert block.code == ("so" if published else "khac")
    assert ("Mã khối đứng trong kết quả đã công bố" in answer.content.decode()) is published


@pytest.mark.parametrize("scored", [True, False])
def test_the_period_of_a_year_with_scores_stays_in_the_administration_too(
    page: Client, year: Round, scored: bool
) -> None:
    if scored:
        RoundGroup.objects.update(frozen_at="2025-01-01T00:00:00Z")
    address, last = f"/quan-tri/criteria/round/{year.pk}/change/", inside(year)
    form = present(page.get(address).context["adminform"]).form
    typed_ = {name: form[name].value() or "" for name in form.fields} | {"assessed_to": typed(last)}
    typed_ |= {"assessed_from": typed(year.assessed_from)}
    for formset in page.get(address).context["inline_admin_formsets"]:
        prefix, total = formset.formset.prefix, len(formset.formset.forms)
        typed_ |= {f"{prefix}-TOTAL_FORMS": total, f"{prefix}-INITIAL_FORMS": total}
        typed_ |= {f"{prefix}-{n}-id": one.instance.pk for n, one in enumerate(formset.formset.forms)}
    answer = page.post(address, typed_)
    before = year.assessed_to
    year.refresh_from_db()
    assert year.assessed_to == (before if scored else last)
    assert ("không đổi được thời kỳ đánh giá" in answer.content.decode()) is scored


def test_the_official_frame_leaves_a_published_year_as_it_is(year: Round) -> None:
    before, out = counted(year), io.StringIO()
    call_command("load_official", stdout=out)
    assert counted(year) == before
    assert f"để nguyên; ngày này đổi {SENTENCE.format(year.year)}" in out.getvalue()
    Publication.objects.update(state="withdrawn")
    call_command("load_official", stdout=io.StringIO())
    assert counted(year) > before
