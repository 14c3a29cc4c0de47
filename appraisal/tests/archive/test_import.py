"""Archived appraised points: one batch, changed cells only, repeatable."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisal import ledger
from appraisal.archive import actions as archive
from appraisal.models import Appraisal, AppraisalEntry
from appraisal.reasons.actions import DEFAULT_REASONS, ensure_reasons
from appraisal.review.decisions import actions as decisions
from appraisal.tests.factories import council
from appraisal.tests.pages import sign_in
from appraisal.tests.standings import standings_by_cell
from cchc_index.lib.faults import Refused
from units.auditlog.models import LogEntry

pytestmark = pytest.mark.django_db


def test_an_archive_is_written_once_and_repeated_without_effect() -> None:
    case = council(None)
    rows = {
        (case.first.pk, case.leaf.pk): Decimal("1.5"),
        (case.first.pk, case.other_leaf.pk): Decimal(0),
        (case.second.pk, case.leaf.pk): None,
    }
    assert archive.import_standings(actor=None, round_group=case.round_group, rows=rows) == 3
    assert standings_by_cell(case.round_group) == {
        (case.first.pk, case.leaf.pk): (Decimal("1.5"), False),
        (case.first.pk, case.other_leaf.pk): (Decimal(0), False),
        (case.second.pk, case.leaf.pk): (None, True),
    }
    assert archive.import_standings(actor=None, round_group=case.round_group, rows=rows) == 0
    assert LogEntry.objects.count() == 1
    found = set(Appraisal.objects.values_list("stage__name", "action"))
    assert found == {("import", "recognise"), ("import", "adjust")}


def test_only_changed_cells_get_a_step() -> None:
    case = council(None)
    cell, other = (case.first.pk, case.leaf.pk), (case.second.pk, case.leaf.pk)
    archive.import_standings(actor=None, round_group=case.round_group, rows={cell: Decimal(1), other: Decimal(2)})
    changed = archive.import_standings(
        actor=None, round_group=case.round_group, rows={cell: Decimal(0), other: Decimal(2)}
    )
    assert changed == 1
    assert AppraisalEntry.objects.count() == 3
    assert case.standing().points == Decimal(0)
    assert case.standing().version == 2
    assert list(ledger.check()) == []


def test_a_decision_of_the_council_is_not_overwritten_by_a_file() -> None:
    case = council()
    decisions.recognise(actor=case.member, **case.cell(), seen_version=0)
    rows = {(case.first.pk, case.leaf.pk): Decimal(2), (case.second.pk, case.leaf.pk): Decimal(2)}
    with pytest.raises(Refused, match="đã được Hội đồng"):
        archive.import_standings(actor=None, round_group=case.round_group, rows=rows)
    assert Appraisal.objects.count() == 1


def test_standings_take_one_query() -> None:
    case = council(None)
    for points in (Decimal(1), Decimal(2)):
        archive.import_standings(
            actor=None,
            round_group=case.round_group,
            rows={(unit.pk, case.leaf.pk): points for unit in (case.first, case.second)},
        )
        with CaptureQueriesContext(connection) as asked:
            standings_by_cell(case.round_group)
        assert len(asked) == 1


def test_reasons_are_added_once_and_edited_texts_kept() -> None:
    assert ensure_reasons() == len(DEFAULT_REASONS)
    assert ensure_reasons() == 0


def test_a_release_counts_what_the_units_will_see_of_it_and_not_the_archive() -> None:
    case = council()
    rows = {(case.second.pk, case.leaf.pk): Decimal("1.5"), (case.second.pk, case.other_leaf.pk): Decimal(1)}
    archive.import_standings(actor=None, round_group=case.round_group, rows=rows)
    decisions.recognise(actor=case.member, **case.cell(), seen_version=0)
    client = sign_in(case.manager)
    found = {
        stage: client.get(reverse("appraisal:release", args=["so", stage])).context["counts"]
        for stage in ("round1", "import")
    }
    assert [(c.recognised, c.adjusted, c.pending) for c in found.values()] == [(1, 0, 3), (1, 1, 0)]
    apart = "Không tính 2 lượt tiêu chí có kết quả nhập từ hồ sơ lưu"
    assert apart in client.get(reverse("appraisal:release", args=["so", "round1"])).text
    assert "Không tính" not in client.get(reverse("appraisal:release", args=["so", "import"])).text
    said = "không có báo cáo rà soát tính thống nhất: đối chiếu với hồ sơ gốc"
    assert said in client.get(reverse("appraisal:release", args=["so", "import"])).text
    assert said not in client.get(reverse("appraisal:release", args=["so", "round1"])).text
