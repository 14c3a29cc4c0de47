"""Standings equal their entries, and whoever edits the tables directly is found."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from appraisal import ledger
from appraisal.archive import actions as archive
from appraisal.models import Appraisal, AppraisalEntry
from appraisal.replies import actions as replies
from appraisal.review.bulk import actions as bulk
from appraisal.review.decisions import actions as decisions
from appraisal.tests.factories import Council, council, document, next_year, release_stage, stage_of
from cchc_index.lib.tests.present import present
from criteria.tests.factories import open_stage
from units.auditlog.models import LogEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def decided() -> Council:
    """Single decisions, a batch, a reply with a document and an imported cell."""
    case = council()
    decisions.adjust(
        actor=case.member,
        **case.cell(),
        points=Decimal(1),
        reason_id=case.reason.pk,
        comment="Thiếu.",
        seen_version=0,
    )
    bulk.bulk_recognise(
        actor=case.member,
        round_group_id=case.round_group.pk,
        cells=[(case.second.pk, case.leaf.pk, 0), (case.second.pk, case.other_leaf.pk, 0)],
    )
    release_stage(case.manager, case.round_group)
    open_stage(case.round_group.round, "explanation")
    paper = document(case.first, case.officer)
    replies.reply(actor=case.head, appraisal_id=case.standing().pk, agree=False, comment="Có.", document_ids=[paper.pk])
    archive.import_standings(
        actor=None, round_group=case.round_group, rows={(case.home.pk, case.leaf.pk): Decimal("1.5")}
    )
    return case


def entries() -> QuerySet[AppraisalEntry]:
    return AppraisalEntry.objects.order_by("pk")


def remove(entry: AppraisalEntry) -> None:
    """As the owner of the database would."""
    entry.documents.clear()
    entries().filter(pk=entry.pk)._raw_delete("default")


def test_an_untouched_ledger_is_whole(decided: Council) -> None:
    assert list(ledger.check()) == []


@pytest.mark.parametrize(
    "edit",
    [
        {"points": Decimal(2)},
        {"comment": "Khác."},
        {"not_applicable": True, "points": None},
        {"at": "2020-01-01T00:00:00+07:00"},
        {"reason": None, "action": "recognise"},
    ],
)
def test_an_edited_step_is_found(decided: Council, edit: dict[str, Any]) -> None:
    entries().filter(appraisal=decided.standing(), sequence=1).update(**edit)
    assert any("mã kiểm tra" in fault for fault in ledger.check())


def test_a_stage_of_another_year_and_a_kind_that_is_not_its_own_are_found(decided: Council) -> None:
    foreign = stage_of(next_year(decided).round_group, "round1")
    standing = decided.standing()
    own = standing.stage
    for rows in (Appraisal.objects.filter(pk=standing.pk), entries().filter(appraisal=standing, stage=own)):
        rows.update(stage=foreign)
        assert any("giai đoạn của kỳ khác" in fault for fault in ledger.check())
        rows.model.objects.filter(stage=foreign).update(stage=own)
    assert list(ledger.check()) == []
    entries().filter(appraisal=standing, stage=own).update(stage_kind="meeting")
    assert [fault for fault in ledger.check() if "loại giai đoạn" in fault]


def test_an_edited_actor_is_found_in_a_single_and_in_a_batch(decided: Council) -> None:
    for unit in (decided.first, decided.second):
        step = present(entries().filter(appraisal__unit=unit).first())
        entries().filter(pk=step.pk).update(actor=decided.manager)
        assert any("mã kiểm tra" in fault for fault in ledger.check())
        entries().filter(pk=step.pk).update(actor=decided.member)
    assert list(ledger.check()) == []


def test_a_deleted_step_is_found_wherever_it_stood(decided: Council) -> None:
    for step in list(entries()):
        kept = AppraisalEntry(**{f.attname: getattr(step, f.attname) for f in AppraisalEntry._meta.concrete_fields})
        papers = list(step.documents.all())
        remove(step)
        assert any("bị xóa" in fault for fault in ledger.check())
        kept.save(force_insert=True)
        kept.documents.set(papers)
    assert list(ledger.check()) == []


def test_a_standing_and_its_steps_deleted_together_are_found(decided: Council) -> None:
    standing = decided.standing(decided.home)
    remove(standing.entries.get())
    Appraisal.objects.filter(pk=standing.pk)._raw_delete("default")
    assert any("bị xóa" in fault for fault in ledger.check())


def test_a_standing_moved_without_a_step_is_found(decided: Council) -> None:
    final = stage_of(decided.round_group, "final")
    for edit in ({"points": Decimal("1.5")}, {"stage": final}, {"action": "recognise"}):
        before = decided.standing()
        Appraisal.objects.filter(pk=before.pk).update(**edit)
        assert any("không bằng bước cuối" in fault for fault in ledger.check())
        before.save()
    assert list(ledger.check()) == []


def test_a_step_and_its_standing_edited_alike_are_found(decided: Council) -> None:
    standing = decided.standing()
    entries().filter(appraisal=standing, sequence=1).update(points=Decimal("1.5"))
    Appraisal.objects.filter(pk=standing.pk).update(points=Decimal("1.5"))
    assert any("mã kiểm tra" in fault for fault in ledger.check())


def test_a_standing_moved_to_another_unit_is_found(decided: Council) -> None:
    home = decided.standing(decided.home)
    Appraisal.objects.filter(pk=home.pk).update(criterion=decided.other_leaf)
    assert any("mã kiểm tra" in fault for fault in ledger.check())


def test_an_invented_step_is_found(decided: Council) -> None:
    standing = decided.standing(decided.second)
    foreign = LogEntry.objects.get(verb="appraisal.release")
    later = stage_of(decided.round_group, "round2")
    AppraisalEntry.objects.create(
        appraisal=standing,
        sequence=2,
        stage=later,
        stage_kind=later.kind,
        action="recognise",
        points=Decimal(2),
        at=standing.updated_at,
        log=foreign,
    )
    Appraisal.objects.filter(pk=standing.pk).update(stage=later, points=Decimal(2), version=2)
    assert any("không thuộc việc thẩm định" in fault for fault in ledger.check())


def test_an_exchanged_document_is_found(decided: Council) -> None:
    step = entries().get(action="disagree")
    step.documents.set([document(decided.first, decided.officer, "13/BC-THU")])
    assert any("mã kiểm tra" in fault for fault in ledger.check())


def test_checking_asks_the_same_number_of_questions_for_one_and_for_many(decided: Council) -> None:
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert list(ledger.check()) == []
        return len(found)

    few = asked()
    archive.import_standings(
        actor=None,
        round_group=decided.round_group,
        rows={(decided.home.pk, decided.other_leaf.pk): Decimal(0), (decided.first.pk, decided.other_leaf.pk): None},
    )
    assert asked() == few
