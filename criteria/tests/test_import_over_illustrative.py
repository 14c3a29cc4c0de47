"""An officer replaces the illustrative half: nothing invented stays under the decision's number unmarked."""

from typing import Any

import pytest

from criteria import actions, ledger
from criteria.annex.actions import import_criteria
from criteria.models import CriteriaSet, Criterion, Provenance
from criteria.tests.factories import CriterionFactory, RoundGroupFactory
from criteria.tests.sheets import workbook

pytestmark = pytest.mark.django_db


def test_official_row_loses_the_invented_rule_guidance_and_the_note_of_the_set() -> None:
    block = RoundGroupFactory.create()
    CriteriaSet.objects.filter(pk=block.criteria_set_id).update(note="nội dung tiêu chí là minh họa")
    CriterionFactory.create(
        criteria_set=block.criteria_set,
        code="1.1",
        rule={"kind": "yes_no"},
        guidance="hướng dẫn dựng",
        provenance=Provenance.ILLUSTRATIVE,
    )
    outcome = import_criteria(
        actor=None,
        file=workbook([["Mã", "Nội dung", "Điểm tối đa"], ["1.1", "Tiêu chí của văn bản", 2]]),
        year=block.round.year,
        group=block.group.code,
        decision=block.criteria_set.decision.number,
        source="Tự đánh giá",
    )
    row = Criterion.objects.get(criteria_set=block.criteria_set)
    assert (row.provenance, row.rule, row.guidance) == (Provenance.OFFICIAL, {}, "")
    assert CriteriaSet.objects.get(pk=block.criteria_set_id).note == ""
    assert any("1.1" in notice and "minh họa" in notice for notice in outcome.notices)


def test_policy_changed_on_a_frozen_set_is_said_and_the_ledger_knows() -> None:
    block = RoundGroupFactory.create()
    arguments: dict[str, Any] = {
        "actor": None,
        "year": block.round.year,
        "group": block.group.code,
        "decision": block.criteria_set.decision.number,
    }
    rows: list[list[Any]] = [["Mã", "Nội dung", "Điểm tối đa"], ["1", "Tiêu chí", 2]]
    import_criteria(file=workbook(rows), **arguments)
    actions.freeze(block.pk)
    outcome = import_criteria(file=workbook(rows), na_policy="full", **arguments)
    assert any("không áp dụng đổi từ rescale sang full" in notice for notice in outcome.notices)
    assert not list(ledger.check())
    CriteriaSet.objects.filter(pk=block.criteria_set_id).update(na_policy="shrink")
    assert list(ledger.check())
