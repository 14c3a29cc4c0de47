"""Criteria and rounds in the administrators' pages: a set in use is closed, an open one counts at once."""

import io
from collections.abc import Sequence
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cchc_index.lib.clock import hanoi
from cchc_index.lib.sheets.book import read_cells
from cchc_index.lib.tests.answers import Answer
from cchc_index.lib.tests.present import first_sheet, present
from criteria.actions import freeze
from criteria.models import Criterion, Decision, Extension, RoundGroup, Source
from criteria.tests.factories import RoundFactory, RoundGroupFactory, open_stage, small_round
from units.auditlog.models import LogEntry
from units.tests.factories import UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
CRITERION = "/quan-tri/criteria/criterion/"
SET = "/quan-tri/criteria/criteriaset/"
HEADINGS = ("Quyết định", "Mã khối", "Mã", "Thuộc mã", "Nội dung", "Điểm tối đa", "Nguồn", "Thứ tự")


@pytest.fixture
def page(client: Client) -> Client:
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def block() -> RoundGroup:
    return small_round()


def form_of(criterion: Criterion, **changes: object) -> dict[str, object]:
    return {
        "criteria_set": criterion.criteria_set_id, "parent": criterion.parent_id or "", "code": criterion.code,
        "name": criterion.name, "position": criterion.position, "is_leaf": "on", "source": criterion.source,
        "kind": criterion.kind, "max_points": "2", "rule": "{}", "provenance": criterion.provenance, **changes,
    }  # fmt: skip


def preview(client: Client, *rows: Sequence[object]) -> Answer:
    book = openpyxl.Workbook()
    for row in (HEADINGS, *rows):
        first_sheet(book).append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    file = SimpleUploadedFile("tieu-chi.xlsx", stream.getvalue())
    return client.post(f"{CRITERION}import/", {"import_file": file, "format": "0", "resource": "0"})


def confirm(client: Client, answer: Answer) -> None:
    client.post(f"{CRITERION}process_import/", answer.context["confirm_form"].initial)


def test_open_set_is_edited_logged_and_the_ranking_asked_for(page: Client, block: RoundGroup) -> None:
    leaf = Criterion.objects.get(code="1.1")
    page.post(f"{CRITERION}{leaf.pk}/change/", form_of(leaf, name="Kế hoạch CCHC"))

    leaf.refresh_from_db()
    block.refresh_from_db()
    assert leaf.name == "Kế hoạch CCHC"
    assert block.inputs_version == 1
    assert present(LogEntry.objects.get().after)["name"] == "Kế hoạch CCHC"


def test_set_in_use_is_shown_with_the_reason_and_cannot_be_changed(page: Client, block: RoundGroup) -> None:
    freeze(block.pk)
    leaf = Criterion.objects.get(code="1.1")
    for address, data in (
        (f"{CRITERION}{leaf.pk}/change/", form_of(leaf, name="Khác")),
        (f"{SET}{block.criteria_set_id}/change/", {"na_policy": "full"}),
        (f"/quan-tri/criteria/roundgroup/{block.pk}/change/", {}),
    ):
        assert page.post(address, data).status_code == 403, address
    assert "đã khóa" in page.get(f"{CRITERION}{leaf.pk}/change/").content.decode()
    assert page.post(f"{CRITERION}{leaf.pk}/delete/", {"post": "yes"}).status_code == 403
    leaf.refresh_from_db()
    assert leaf.name != "Khác"


def test_set_in_use_takes_no_new_row(page: Client, block: RoundGroup) -> None:
    freeze(block.pk)
    leaf = Criterion.objects.get(code="1.1")
    answer = page.post(f"{CRITERION}add/", form_of(leaf, code="1.9", position=9))
    assert "đã khóa" in answer.content.decode()
    assert not Criterion.objects.filter(code="1.9").exists()


def test_rows_picked_together_are_not_deleted_from_a_set_in_use(page: Client, block: RoundGroup) -> None:
    freeze(block.pk)
    picked = list(Criterion.objects.values_list("pk", flat=True))
    page.post(CRITERION, {"action": "delete_selected", "_selected_action": picked, "post": "yes"})
    assert Criterion.objects.count() == len(picked)


def test_file_cannot_change_a_set_in_use(page: Client, block: RoundGroup) -> None:
    number = block.criteria_set.decision.number
    answer = preview(page, (number, "so", "1.1", "1", "Tên mới", 2, "Tự đánh giá", 1))
    freeze(block.pk)
    confirm(page, answer)
    assert not Criterion.objects.filter(name="Tên mới").exists()
    again = preview(page, (number, "so", "1.1", "1", "Tên mới", 2, "Tự đánh giá", 1))
    assert "đã khóa" in again.content.decode()


def test_file_changes_and_adds_rows(page: Client, block: RoundGroup) -> None:
    number = block.criteria_set.decision.number
    answer = preview(
        page,
        (number, "so", "1", None, "Lĩnh vực 1", "4,5", None, 0),
        (number, "so", "1.1", "1", "Kế hoạch", "2,5", "tu danh gia", 1),
        (number, "so", "3", None, "Lĩnh vực 3", "0,5", None, 9),
        (number, "so", "3.1", "3", "Tiêu chí 3.1", 0.5, "SIPAS", 10),
    )
    confirm(page, answer)

    changed, new = Criterion.objects.get(code="1.1"), Criterion.objects.get(code="3.1")
    assert (changed.name, changed.max_points) == ("Kế hoạch", Decimal("2.5"))
    assert (present(new.parent).code, new.source, new.is_leaf, new.max_points) == (
        "3",
        Source.SIPAS,
        True,
        Decimal("0.5"),
    )
    block.refresh_from_db()
    assert block.inputs_version == 1


def test_file_whose_sums_contradict_each_other_is_refused(page: Client, block: RoundGroup) -> None:
    number = block.criteria_set.decision.number
    row = (number, "so", "1", None, "Lĩnh vực 1", 99, None, 0)
    words = "tiêu chí 1: điểm tối đa in là 99 nhưng tổng các tiêu chí thành phần là 4"
    assert words in preview(page, row).content.decode()
    assert Criterion.objects.get(code="1").max_points == Decimal(4)
    assert words not in preview(page, (*row[:5], 4, *row[6:])).content.decode()


def test_row_whose_sum_stands_open_is_named_when_it_is_saved(page: Client, block: RoundGroup) -> None:
    leaf = Criterion.objects.get(code="1.2")
    answer = page.post(f"{CRITERION}{leaf.pk}/change/", form_of(leaf, max_points="2"), follow=True)
    assert "tiêu chí 1: điểm tối đa in là 4 nhưng tổng các tiêu chí thành phần là 5" in answer.content.decode()
    answer = page.post(f"{CRITERION}{leaf.pk}/change/", form_of(leaf, max_points="1"), follow=True)
    assert "tổng các tiêu chí thành phần" not in answer.content.decode()


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({5: "1.234"}, "hai cách"),
        ({5: -1}, "Dòng 2"),
        ({6: "Khác"}, "không có trong các giá trị"),
        ({3: "9"}, "không có tiêu chí “9”"),
        ({0: "99/QĐ"}, "Dòng 2, cột A (Quyết định): không có bộ tiêu chí “99/QĐ”"),
        ({4: ""}, "Dòng 2, cột E (Nội dung)"),
    ],
)
def test_faults_of_a_file_are_named(page: Client, block: RoundGroup, cells: dict[int, object], words: str) -> None:
    row: list[object] = [block.criteria_set.decision.number, "so", "1.1", "1", "Kế hoạch", 2, "Tự đánh giá", 1]
    for position, value in cells.items():
        row[position] = value
    answer = preview(page, row)
    assert words in answer.content.decode()
    assert Criterion.objects.get(code="1.1").name != "Kế hoạch"


def test_tree_goes_out_and_comes_back_unchanged(page: Client, block: RoundGroup) -> None:
    Criterion.objects.filter(code="1.2").update(guidance="- Kế hoạch\n- Báo cáo")
    answer = page.post(f"{CRITERION}export/", {"format": "0", "resource": "0"})
    assert read_cells(io.BytesIO(answer.content), name="a.xlsx")[0][:3] == ["Quyết định", "Mã khối", "Mã"]
    file = SimpleUploadedFile("a.xlsx", answer.content)
    again = page.post(f"{CRITERION}import/", {"import_file": file, "format": "0", "resource": "0"})
    assert again.context["result"].totals["skip"] == 5


def test_scoring_rule_is_checked(page: Client, block: RoundGroup) -> None:
    leaf = Criterion.objects.get(code="1.1")
    answer = page.post(f"{CRITERION}{leaf.pk}/change/", form_of(leaf, rule='{"kind": "bands"}'))
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors["rule"]


def test_row_cannot_stand_under_itself(page: Client, block: RoundGroup) -> None:
    leaf = Criterion.objects.get(code="1.1")
    answer = page.post(f"{CRITERION}{leaf.pk}/change/", form_of(leaf, parent=leaf.pk))
    assert "chính nó" in answer.content.decode()


def test_extension_names_who_granted_it(page: Client, block: RoundGroup) -> None:
    stage = open_stage(block.round, "self_assessment")
    unit = UnitFactory.create()
    page.post(
        "/quan-tri/criteria/extension/add/",
        {"stage": stage.pk, "unit": unit.pk, "closes_at_0": "01/12/2031", "closes_at_1": "17:00", "reason": "lũ lụt"},
    )
    extension = Extension.objects.get()
    assert extension.granted_by.is_superuser
    assert hanoi(extension.closes_at).strftime("%d.%m.%Y %H:%M") == "01.12.2031 17:00"
    assert LogEntry.objects.get().object_type == "criteria.extension"


@pytest.mark.parametrize("page_name", ["criterion", "criteriaset", "roundgroup", "stage", "round", "extension"])
def test_lists_ask_a_constant_number_of_questions(page: Client, page_name: str) -> None:
    counts = []
    for years in ((2033,), (2034, 2035, 2036)):
        for year in years:
            block = small_round(year=year)
            block.criteria_set.decision = Decision.objects.create(number=f"{year}/QĐ")
            block.criteria_set.save()
            stage = open_stage(block.round, "self_assessment")
            by = UserFactory.create()
            Extension.objects.create(
                stage=stage, unit=UnitFactory.create(), closes_at=present(stage.closes_at), reason="x", granted_by=by
            )
        with CaptureQueriesContext(connection) as asked:
            assert page.get(f"/quan-tri/criteria/{page_name}/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_choice_of_a_criterion_shows_its_year_and_block(client: Client) -> None:
    """In the list that is searched, and of the one that is chosen already."""
    block = small_round(year=2031)
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    asked = {"app_label": "criteria", "model_name": "criterion", "field_name": "parent", "term": "1.1"}
    found = client.get(reverse("admin:autocomplete"), asked).json()["results"]
    assert [row["text"].partition(" – ")[2] for row in found] == [f"{block.group}, năm 2031"]
    RoundGroupFactory.create(round=RoundFactory.create(year=2032), criteria_set=block.criteria_set)
    found = client.get(reverse("admin:autocomplete"), asked).json()["results"]
    assert found[0]["text"].endswith("năm 2031–2032")
    leaf = block.criteria_set.criteria.get(code="1.1")
    page = client.get(reverse("admin:criteria_criterion_change", args=[leaf.pk])).text
    assert f"{leaf.parent} – {block.group}, năm 2031–2032" in page
