"""What the administration deletes: never what work rests on, and what rests on it is counted, not read."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appraisal.models import Assignment
from appraisal.tests.factories import Council, council, submitted
from cchc_index.lib.tests.read_pages import words
from criteria.actions import freeze
from criteria.models import Criterion, RoundGroup
from criteria.tests.factories import CriterionFactory, RoundGroupFactory
from surveys.models import Survey
from units.administration import queries
from units.auditlog.models import LogEntry
from units.models import Succession, Unit
from units.tests.factories import UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client: Client) -> Client:
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def case() -> Council:
    return council()


def address(record: Model) -> str:
    return f"/quan-tri/{record._meta.app_label}/{record._meta.model_name}/{record.pk}/delete/"


def kept(case: Council) -> dict[str, tuple[Model, str]]:
    block = case.round_group
    return {
        "round": (block.round, "Bản tự đánh giá: 3"),
        "block": (block, "Bản tự đánh giá: 3"),
        "set": (block.criteria_set, "Khối trong kỳ: 1"),
        "criterion": (case.leaf, "Điểm tự đánh giá: 3"),
        "decision": (block.criteria_set.decision, "Bộ tiêu chí: 1"),
        "unit": (case.first, "Bản tự đánh giá: 1"),
        "group": (block.group, "Đơn vị: 3"),
    }


@pytest.mark.parametrize("which", ["round", "block", "set", "criterion", "decision", "unit", "group"])
def test_what_work_rests_on_stays_and_the_page_names_the_work(page: Client, case: Council, which: str) -> None:
    record, sentence = kept(case)[which]
    said = words(page.get(address(record)).content)
    assert sentence in said
    page.post(address(record), {"post": "yes"})
    assert type(record)._base_manager.filter(pk=record.pk).exists()
    assert not LogEntry.objects.filter(verb="admin_delete").exists()


@pytest.mark.parametrize("which", ["round", "block", "set", "unit", "group"])
def test_a_year_of_more_units_asks_no_more_of_the_database(page: Client, case: Council, which: str) -> None:
    record, _ = kept(case)[which]
    page.get(address(record))
    before = queries_of(page, record)
    for _ in range(20):
        submitted(case.round_group, UnitFactory.create(group=case.round_group.group), {"1.1": "1"})
    assert queries_of(page, record) == before


def queries_of(page: Client, record: Model) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert page.get(address(record)).status_code == 200
    return len(asked)


def test_a_block_that_nobody_used_goes_whole_and_the_page_counts_what_goes(page: Client) -> None:
    block = RoundGroupFactory.create()
    Assignment.objects.create(round_group=block, member=UserFactory.create())
    said = words(page.get(address(block)).content)
    assert f"Xóa khối trong kỳ “{block}” và những dữ liệu dưới đây?" in said
    assert "Phân công: 1" in said
    assert "object (" not in said
    page.post(address(block), {"post": "yes"})
    assert not RoundGroup.objects.exists()
    assert not Assignment.objects.exists()
    assert LogEntry.objects.filter(verb="admin_delete").count() == 1


def test_what_may_not_be_deleted_is_not_deleted_with_another(page: Client) -> None:
    block = RoundGroupFactory.create()
    Survey.objects.create(round_group=block)
    assert "không có quyền xóa: cuộc điều tra" in words(page.get(address(block)).content)
    assert page.post(address(block), {"post": "yes"}).status_code == 403
    assert RoundGroup.objects.filter(pk=block.pk).exists()


def test_more_rows_than_a_hand_means_are_not_deleted_at_once(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST", 2)
    first = CriterionFactory.create()
    for _ in range(3):
        CriterionFactory.create(criteria_set=first.criteria_set)
    assert "Tiêu chí: hơn 2" in words(page.get(address(first.criteria_set)).content)
    picked: dict[str, Any] = {"_selected_action": list(Criterion.objects.values_list("pk", flat=True)), "post": "yes"}
    page.post("/quan-tri/criteria/criterion/", picked | {"action": "delete_selected"})
    assert Criterion.objects.count() == 4


def test_a_kind_that_names_a_record_twice_stands_there_once(page: Client) -> None:
    """A unit is one that was replaced and one that replaces: both are successions."""
    first, second, third = UnitFactory.create_batch(3)
    for before, after in ((first, second), (second, third)):
        Succession.objects.create(predecessor=before, successor=after, on=date(2025, 7, 1), kind=Succession.Kind.MERGE)
    said = words(page.get(address(second)).content)
    assert said.count(f"{Succession._meta.verbose_name}: ".capitalize()) == 1
    assert f"{Succession._meta.verbose_name}: 2".capitalize() in said


def test_a_row_picked_with_what_rests_on_it_is_counted_once(page: Client) -> None:
    above = CriterionFactory.create(code="1", is_leaf=False, source="")
    below = CriterionFactory.create(criteria_set=above.criteria_set, code="1.1", parent=above)
    picked = {"action": "delete_selected", "_selected_action": [above.pk, below.pk]}
    said = words(page.post("/quan-tri/criteria/criterion/", picked).content)
    assert "Tiêu chí: 1" not in said
    assert str(above) in said
    assert str(below) in said


def test_a_leaf_of_a_set_in_use_that_nothing_rests_on_stays(page: Client) -> None:
    block = RoundGroupFactory.create()
    leaf = CriterionFactory.create(criteria_set=block.criteria_set)
    freeze(block.pk)
    page.post(
        "/quan-tri/criteria/criterion/",
        {"action": "delete_selected", "_selected_action": [leaf.pk], "post": "yes"},
    )
    assert Criterion.objects.filter(pk=leaf.pk).exists()


def test_rows_picked_together_are_kept_for_what_rests_on_one_of_them(page: Client, case: Council) -> None:
    alone = UnitFactory.create(group=case.round_group.group)
    picked = {"action": "delete_selected", "_selected_action": [alone.pk, case.first.pk], "post": "yes"}
    assert "Bản tự đánh giá: 1" in words(page.post("/quan-tri/units/unit/", picked).content)
    assert Unit.objects.filter(pk=alone.pk).exists()
