"""No stage is released before its consistency report was looked at, exactly as it stands."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisal import ledger
from appraisal.archive import actions as archive
from appraisal.consistency import actions as consistency
from appraisal.consistency.actions import Key
from appraisal.consistency.queries import report as consistency_report
from appraisal.core.queries import stood
from appraisal.models import Acknowledgement, Appraisal, AppraisalEntry, Justification, Release
from appraisal.releases import actions as releases
from appraisal.replies import actions as replies
from appraisal.review.decisions import actions as decisions
from appraisal.review.undo import actions as undo
from appraisal.rules import reach, stages
from appraisal.tests.factories import Council, acknowledged, council, release_row, release_stage
from appraisal.tests.large_block import large_block
from appraisal.tests.pages import sign_in
from cchc_index.lib.faults import Conflict, Refused
from criteria.actions import inputs_changed
from criteria.models import Criterion, Stage
from criteria.tests.factories import CriterionFactory, open_stage
from selfassess.models import SelfAssessment, SelfScore
from units.auditlog.models import LogEntry
from units.models import Role, Unit, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db
WORDS = "Đơn vị thứ hai thiếu một nửa số tài liệu."


@pytest.fixture
def case() -> Council:
    return council()


def lower(
    case: Council, unit: Unit | None = None, points: str = "1", seen_version: int = 0, leaf: Criterion | None = None
) -> Appraisal:
    return decisions.adjust(
        actor=case.member,
        **case.cell(unit, leaf),
        points=Decimal(points),
        reason_id=case.reason.pk,
        comment="Thiếu báo cáo quý IV.",
        seen_version=seen_version,
    )


def contradict(case: Council) -> None:
    """The same criterion, the same reason: 0.5 taken from one unit, 1 from the other."""
    lower(case, case.first, "1")
    lower(case, case.second, "0.5")


def report(case: Council) -> consistency_report.Report:
    return consistency_report.report(case.round_group)


def acknowledge(
    case: Council,
    *,
    words: Mapping[Key, str] | None = None,
    seen: str | None = None,
    actor: User | None = None,
    stage: str = "round1",
) -> Acknowledgement:
    return consistency.acknowledge_consistency(
        actor=actor or case.manager,
        round_group_id=case.round_group.pk,
        stage=stage,
        seen=report(case).fingerprint if seen is None else seen,
        words={(case.leaf.pk, case.reason.pk): WORDS} if words is None else words,
    )


def release(case: Council, stage: str = "round1") -> Release:
    return releases.release(actor=case.manager, round_group_id=case.round_group.pk, stage=stage)


# --- the gate ---------------------------------------------------------------------------------------


def test_a_stage_is_not_released_before_somebody_looked(case: Council) -> None:
    with pytest.raises(Refused, match=r"chưa có ai xác nhận.*Báo cáo rà soát tính thống nhất"):
        release(case)
    assert not Release.objects.exists()
    acknowledge(case, words={})
    assert release(case).stage.name == "round1"


def test_each_contradiction_needs_words(case: Council) -> None:
    contradict(case)
    for silence in ({}, {(case.leaf.pk, case.reason.pk): "  "}, {(case.other_leaf.pk, case.reason.pk): WORDS}):
        with pytest.raises(Refused, match=r"Còn 1 trường hợp.*1\.1 – Thiếu tài liệu kiểm chứng"):
            acknowledge(case, words=silence)
    assert not Acknowledgement.objects.exists()
    made = acknowledge(case)
    assert [(row.criterion, row.reason, row.words) for row in made.justifications.all()] == [
        (case.leaf, case.reason, WORDS)
    ]
    release(case)


def test_a_contradiction_that_is_decided_again_needs_none(case: Council) -> None:
    contradict(case)
    lower(case, case.second, "1", seen_version=1)
    assert report(case).contradictions == []
    acknowledge(case, words={})
    release(case)


@pytest.mark.parametrize(
    "change", ["decision", "first decision", "recognition", "resubmitted score", "reopened", "archive"]
)
def test_what_changes_after_the_look_must_be_looked_at_again(case: Council, change: str) -> None:
    contradict(case)
    acknowledge(case)
    score = SelfScore.objects.get(assessment__unit=case.first, criterion=case.leaf)
    if change == "decision":
        lower(case, case.first, "0.75", seen_version=1)
    elif change == "undo":
        undo.undo(actor=case.member, **case.cell(case.second), seen_version=1)
        assert [one.unit for one in report(case).decisions] == [case.first.pk]
    elif change == "first decision":
        lower(case, case.first, "0.5", leaf=case.other_leaf)
    elif change == "recognition":
        decisions.recognise(actor=case.member, **case.cell(case.second, case.other_leaf), seen_version=0)
    elif change == "resubmitted score":
        SelfScore.objects.filter(pk=score.pk).update(points=Decimal(2))
    elif change == "reopened":
        SelfAssessment.objects.filter(unit=case.first).update(state="draft", submitted_at=None)
    else:
        rows = {(case.home.pk, case.leaf.pk): Decimal("1.5")}
        archive.import_standings(actor=None, round_group=case.round_group, rows=rows)
    with pytest.raises(Refused, match="thay đổi sau khi .* xác nhận lúc"):
        release(case)
    acknowledged(case.manager, case.round_group)
    release(case)


def test_a_decision_changed_and_changed_back_must_be_looked_at_again(case: Council) -> None:
    lower(case, case.first, "1")
    acknowledge(case)
    lower(case, case.first, "0.5", seen_version=1)
    lower(case, case.first, "1", seen_version=2)
    with pytest.raises(Refused, match="thay đổi"):
        release(case)


def test_a_unit_s_reply_changes_nothing_that_was_looked_at(case: Council) -> None:
    standing = lower(case)
    release_stage(case.manager, case.round_group)
    seen = report(case).fingerprint
    open_stage(case.round_group.round, "explanation")
    replies.reply(actor=case.head, appraisal_id=standing.pk, agree=True, comment="", document_ids=[])
    assert report(case).fingerprint == seen


def test_what_was_seen_before_a_decision_is_not_acknowledged_after_it(case: Council) -> None:
    seen = report(case).fingerprint
    contradict(case)
    with pytest.raises(Conflict, match="chưa ghi gì"):
        acknowledge(case, seen=seen)
    assert not Acknowledgement.objects.exists()


def test_only_the_manager_acknowledges(case: Council) -> None:
    for someone in (case.member, case.officer, case.head, person(Role.OBSERVER), person(Role.SURVEY_OPERATOR)):
        with pytest.raises(PermissionDenied):
            acknowledge(case, actor=someone, words={})
        assert not stages.can_acknowledge(someone, case.round_group, "round1")
    assert stages.can_acknowledge(case.manager, case.round_group, "round1")


def test_a_manager_whose_own_unit_is_in_the_block_looks_and_still_decides_nothing(case: Council) -> None:
    assert case.home.pk in reach.closed_units(case.manager)
    acknowledge(case, words={})
    release_row(case.round_group, "round1")
    release_row(case.round_group, "round2")
    with pytest.raises(PermissionDenied):
        decisions.recognise(actor=case.manager, **case.cell(case.home), comment="Kết luận.", seen_version=0)


@pytest.mark.parametrize("stage", ["round2", "final", "import", "explanation", "khac", ""])
def test_only_the_stage_in_question_is_acknowledged(case: Council, stage: Any) -> None:
    with pytest.raises(Refused, match="chưa đến lúc"):
        acknowledge(case, words={}, stage=stage)


def test_nothing_is_in_question_before_the_first_round_begins() -> None:
    case = council(stage=None)
    assert stages.stage_to_review(stages.calendar(case.round_group)) is None
    with pytest.raises(Refused, match="chưa đến lúc"):
        acknowledge(case, words={})


def test_the_same_report_twice_is_one_acknowledgement(case: Council) -> None:
    assert acknowledge(case, words={}) == acknowledge(case, words={}, actor=person(Role.INDEX_MANAGER))
    assert Acknowledgement.objects.count() == LogEntry.objects.filter(verb="appraisal.acknowledge").count() == 1


def test_each_stage_is_looked_at_anew(case: Council) -> None:
    contradict(case)
    release_stage(case.manager, case.round_group)
    open_stage(case.round_group.round, "round2")
    with pytest.raises(Refused, match="chưa có ai xác nhận"):
        release(case, "round2")
    acknowledge(case, stage="round2")
    release(case, "round2")
    acknowledge(case, stage="final")
    release(case, "final")
    assert Justification.objects.count() == 3


def test_an_archive_is_released_without(case: Council) -> None:
    """Imported points carry neither reason nor member: there is nothing to compare."""
    rows = {(case.first.pk, case.leaf.pk): Decimal(1), (case.second.pk, case.leaf.pk): Decimal("0.5")}
    archive.import_standings(actor=None, round_group=case.round_group, rows=rows)
    assert report(case).contradictions == []
    assert report(case).moves == []
    assert report(case).judged == []
    release(case, "import")


def test_an_acknowledgement_is_written_once(case: Council) -> None:
    made = acknowledge(case, words={})
    with pytest.raises(TypeError):
        made.save()
    with pytest.raises(TypeError):
        made.delete()


# --- before publication -------------------------------------------------------------------------------


def test_what_is_unexplained_is_known_by_its_decisions(case: Council) -> None:
    contradict(case)
    assert [one.key for one in consistency_report.unexplained(case.round_group)] == [(case.leaf.pk, case.reason.pk)]
    acknowledge(case)
    assert consistency_report.unexplained(case.round_group) == []
    lower(case, case.second, "0.75", seen_version=1)
    assert len(consistency_report.unexplained(case.round_group)) == 1, "the words were about other points"


# --- the ledger ----------------------------------------------------------------------------------------


@pytest.fixture
def looked(case: Council) -> Council:
    contradict(case)
    acknowledge(case)
    return case


TAMPERINGS = {
    "words": lambda: Justification.objects.update(words="Khác."),
    "words deleted": lambda: Justification.objects.all()._raw_delete("default"),
    "fingerprint": lambda: Acknowledgement.objects.update(fingerprint="0" * 64),
    "stage": lambda: Acknowledgement.objects.update(stage=Stage.objects.get(name="final")),
    "time": lambda: Acknowledgement.objects.update(at="2020-01-01T00:00:00+07:00"),
    "which contradiction": lambda: Justification.objects.update(digest="0" * 64),
}


@pytest.mark.parametrize("edit", TAMPERINGS)
def test_an_edited_acknowledgement_is_found(looked: Council, edit: Any) -> None:
    assert list(ledger.check()) == []
    TAMPERINGS[edit]()
    assert any("xác nhận đã rà soát tính thống nhất" in fault for fault in ledger.check())


def test_an_exchanged_actor_and_a_removed_row_are_found(looked: Council) -> None:
    Acknowledgement.objects.update(actor=looked.member)
    assert any("không khớp mã kiểm tra" in fault for fault in ledger.check())
    Justification.objects.all()._raw_delete("default")
    Acknowledgement.objects.all()._raw_delete("default")
    assert any("đã bị xóa" in fault for fault in ledger.check())


def test_an_invented_acknowledgement_is_found(looked: Council) -> None:
    row = Acknowledgement.objects.get()
    Acknowledgement.objects.create(
        round_group=row.round_group,
        stage=Stage.objects.get(name="round2"),
        fingerprint=row.fingerprint,
        actor=row.actor,
        at=row.at,
        log=row.log,
    )
    assert any("xác nhận đã rà soát tính thống nhất" in fault for fault in ledger.check())


# --- the page ------------------------------------------------------------------------------------------


ADDRESS = "/tham-dinh/khoi/so/nhat-quan/"


def field(case: Council) -> str:
    return f"words-{case.leaf.pk}-{case.reason.pk}"


def form(case: Council, **fields: str) -> dict[str, str]:
    return {"stage": "round1", "seen": report(case).fingerprint, **fields}


def test_the_manager_acknowledges_on_the_page_and_is_led_to_the_release(case: Council) -> None:
    contradict(case)
    client = sign_in(case.manager)
    assert "Xem báo cáo rà soát tính thống nhất" in client.get(reverse("appraisal:release", args=["so", "round1"])).text
    page = client.get(ADDRESS).text
    assert "0,50" in page
    assert "chưa xác nhận" in page
    answer = client.post(ADDRESS, form(case, **{field(case): WORDS}))
    assert answer.status_code == 302
    assert "/cong-bo/round1/" in answer["Location"]
    page = client.get(answer["Location"]).text
    assert "Thông báo kết quả Thẩm định lần 1 cho các đơn vị" in page
    assert "Đã xác nhận rà soát tính thống nhất" in page
    page = client.get(ADDRESS).text
    assert "đã xác nhận" in page
    assert WORDS in page


def test_words_that_lack_are_named_and_what_was_typed_stays(case: Council) -> None:
    contradict(case)
    client = sign_in(case.manager)
    answer = client.post(ADDRESS, form(case, **{field(case): " "}))
    assert answer.status_code == 422
    assert f'href="#{field(case)}"' in answer.text
    seen = report(case).fingerprint
    lower(case, case.second, "0.25", seen_version=1)
    answer = client.post(ADDRESS, form(case, seen=seen, **{field(case): WORDS}))
    assert answer.status_code == 422
    assert "thay đổi sau khi bạn mở trang" in answer.text
    assert WORDS in answer.text
    assert report(case).fingerprint in answer.text, "the next press acts on what is shown now"


def test_earlier_words_on_the_same_decisions_are_offered_again(case: Council) -> None:
    contradict(case)
    acknowledge(case)
    release(case)
    open_stage(case.round_group.round, "round2")
    assert WORDS in sign_in(case.manager).get(ADDRESS).text.split('id="lan-xem"')[0]


def test_the_release_page_refuses_what_was_not_looked_at(case: Council) -> None:
    answer = sign_in(case.manager).post(reverse("appraisal:release", args=["so", "round1"]))
    assert answer.status_code == 422
    assert ADDRESS in answer.text
    assert not Release.objects.exists()


def test_who_reads_and_who_may_not_act(case: Council) -> None:
    for someone, expected in ((case.member, 403), (case.officer, 403), (person(Role.OBSERVER), 200)):
        client = sign_in(someone)
        answer = client.get(ADDRESS)
        assert answer.status_code == expected
        assert "Xác nhận đã rà soát" not in answer.text
        assert client.post(ADDRESS, form(case)).status_code == 403
    assert not Acknowledgement.objects.exists()


@pytest.mark.parametrize("name", ["words-x-1", "words-1", "words-1-2-3", "words-99999999999999999999-1", "words--1-1"])
def test_odd_fields_are_ignored(case: Council, name: str) -> None:
    assert sign_in(case.manager).post(ADDRESS, form(case, **{name: "x"})).status_code == 302


def test_empty_and_before_the_first_round() -> None:
    case = council(stage=None)
    page = sign_in(case.manager).get(ADDRESS).text
    assert "Chưa có kết quả thẩm định nào" in page
    assert "Xác nhận đã rà soát" not in page


def many(case: Council, area: int, units: int, leaves: int) -> None:
    """Units × leaves more, all decided by two members, one in three lowered for the same reason by
    varying points."""
    block, other = case.round_group, person(Role.COUNCIL_MEMBER)
    step = AppraisalEntry.objects.order_by("pk").first() or lower(case).entries.get()
    rows = [
        CriterionFactory.create(
            criteria_set=block.criteria_set, code=f"{area}.{n}", position=100 * area + n, max_points=2
        )
        for n in range(leaves)
    ]
    cells = [(unit, leaf) for unit in UnitFactory.create_batch(units, group=block.group) for leaf in rows]
    for unit in {unit for unit, _ in cells}:
        own = SelfAssessment.objects.create(
            round_group=block, unit=unit, state="submitted", submitted_at=step.at, imported=True
        )
        SelfScore.objects.bulk_create(SelfScore(assessment=own, criterion=leaf, points=Decimal(2)) for leaf in rows)
    values = [decided(n // leaves, n % leaves) for n in range(len(cells))]
    standings = Appraisal.objects.bulk_create(
        Appraisal(round_group=block, unit=unit, criterion=leaf, stage=step.stage, updated_at=step.at, **value)
        for (unit, leaf), value in zip(cells, values, strict=True)
    )
    AppraisalEntry.objects.bulk_create(
        AppraisalEntry(
            appraisal=standing,
            sequence=1,
            stage=step.stage,
            stage_kind=step.stage_kind,
            reason=case.reason if value["action"] == "adjust" else None,
            comment="Thiếu.",
            actor=case.member if n % 2 else other,
            at=step.at,
            log=step.log,
            **value,
        )
        for n, (standing, value) in enumerate(zip(standings, values, strict=True))
    )
    inputs_changed(block.pk)


def decided(unit: int, leaf: int) -> dict[str, object]:
    if leaf % 3:
        return {"action": "recognise", "points": Decimal(2)}
    return {"action": "adjust", "points": Decimal(1) if unit % 2 else Decimal("0.5")}


def asked_for(manager: User, address: str = ADDRESS) -> int:
    client = sign_in(manager)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_the_picture_comes_with_enough_units_to_compare(case: Council) -> None:
    client = sign_in(case.manager)
    contradict(case)
    assert "<svg" not in client.get(ADDRESS).text
    many(case, 7, units=5, leaves=6)
    page = client.get(ADDRESS).text
    assert "trung vị khối" in page
    assert page.count("<circle") == 7


def test_the_page_asks_the_same_number_of_questions_for_few_and_for_many(case: Council) -> None:
    many(case, 7, units=3, leaves=13)
    few = asked_for(case.manager)
    many(case, 8, units=8, leaves=27)
    stood.forget()  # no log entry tells of these rows
    assert asked_for(case.manager) == few <= 32
    assert asked_for(case.manager) == few - 8, "nothing has moved: the decisions are not read again"
    assert len(report(case).contradictions) > 10


def test_a_block_of_full_size_asks_no_more() -> None:
    """53 units × 100 leaves, decided, answered, released once."""
    block = large_block()
    address = f"/tham-dinh/khoi/{block.round_group.group.code}/nhat-quan/?nam={block.round_group.round.year}"
    assert asked_for(block.manager, address) <= 32
