"""What an insider would leave, on a block that has been worked on: each line leads to its cell."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings

from appraisal.consistency.queries import oversight
from appraisal.consistency.queries import report as consistency_report
from appraisal.consistency.queries.oversight import Oversight
from appraisal.models import Appraisal, AppraisalEntry
from appraisal.releases import actions as releases
from appraisal.review.decisions import actions as decisions
from appraisal.review.undo import actions as undo
from appraisal.rules import stages
from appraisal.tests.factories import Council, assign, council, release_stage
from appraisal.tests.pages import sign_in
from cchc_index.lib import clock
from cchc_index.lib.tests.present import present
from criteria import queries as criteria_queries
from criteria.calendar import actions as criteria
from criteria.models import Criterion
from criteria.tests.factories import CriteriaSetFactory, RoundGroupFactory, open_stage
from selfassess.lifecycle import actions as lifecycle
from selfassess.models import SelfAssessment
from selfassess.scores import actions as scores
from units.models import Role, Unit, User
from units.tests.factories import UnitGroupFactory, person

pytestmark = pytest.mark.django_db
MONDAY = datetime(2032, 1, 12, 10, 0, tzinfo=clock.HANOI)
LATE, OTHER, OFTEN, HOURS, AFTER = (
    "Đổi điểm trong giờ cuối",
    "Sửa kết quả của người khác",
    "Tiêu chí của một đơn vị bị đổi điểm nhiều lần trong một giai đoạn",
    "Đổi điểm ngoài giờ làm việc",
    "Đổi điểm sau khi đã thông báo kết quả cho đơn vị",
)


@pytest.fixture
def case() -> Council:
    """The phase closes on Friday at 17:00; nothing is done yet."""
    case = council()
    closes = MONDAY + timedelta(days=4, hours=7)
    case.round_group.round.stages.update(opens_at=MONDAY - timedelta(days=7), closes_at=closes)
    return case


def lower(
    case: Council,
    at: datetime,
    points: str = "1",
    *,
    actor: User | None = None,
    version: int = 0,
    leaf: Criterion | None = None,
    unit: Unit | None = None,
) -> Appraisal:
    with clock.at(at):
        return decisions.adjust(
            actor=actor or case.member,
            **case.cell(unit, leaf),
            points=Decimal(points),
            reason_id=case.reason.pk,
            comment="Thiếu.",
            seen_version=version,
        )


def look(case: Council, at: datetime = MONDAY + timedelta(days=3)) -> Oversight:
    with clock.at(at):
        report = consistency_report.report(case.round_group).findings
        units = criteria_queries.units_of(case.round_group)
        known = oversight.names(report, units, criteria_queries.tree(case.round_group.criteria_set_id))
        return oversight.oversight(report, known, stages.calendar(case.round_group).by_name)


def lines(found: Oversight, title: str) -> list[Any]:
    return next((list(section.shown) for section in found.sections if section.title == title), [])


def test_an_ordinary_decision_is_not_worth_a_line(case: Council) -> None:
    lower(case, MONDAY)
    with clock.at(MONDAY):
        decisions.recognise(actor=case.member, **case.cell(case.second), seen_version=0)
    found = look(case)
    assert found.count == 0
    assert found.moves == 1
    assert found.quiet == [LATE, OTHER, OFTEN, HOURS, AFTER]


def test_the_last_hour_before_the_closing_before_the_release_and_just_now(case: Council) -> None:
    closing = MONDAY + timedelta(days=4, hours=7)
    lower(case, closing - timedelta(minutes=61))
    lower(case, closing - timedelta(minutes=60), unit=case.second)
    assert [line.unit for line in lines(look(case), LATE)] == [case.second]
    released = closing - timedelta(minutes=30)
    with clock.at(released):
        release_stage(case.manager, case.round_group)
    found = lines(look(case, closing + timedelta(days=9)), LATE)
    assert [(line.unit, line.note) for line in found] == [
        (case.first, "giờ trước khi thông báo kết quả Thẩm định lần 1"),
        (case.second, "giờ cuối trước hạn đóng Thẩm định lần 1; giờ trước khi thông báo kết quả Thẩm định lần 1"),
    ]
    now = lines(look(case, closing - timedelta(minutes=1)), LATE)
    assert "trong một giờ vừa qua" in now[-1].note
    assert now[-1].change == "tự đánh giá 1,50 → 1,00"


def test_where_the_work_has_only_begun_nothing_is_late(case: Council) -> None:
    at = MONDAY + timedelta(hours=2)
    lower(case, at)
    lower(case, at, unit=case.second)
    assert lines(look(case, at + timedelta(minutes=30)), LATE) == [], "all of it within the hour"
    with clock.at(at + timedelta(hours=3)):
        undo.undo(actor=case.member, **case.cell(), seen_version=1)
    listed = lines(look(case, at + timedelta(hours=3, minutes=30)), LATE)
    assert [(line.unit, line.note) for line in listed] == [(case.first, "trong một giờ vừa qua")]


def test_another_hand_and_again_and_again(case: Council) -> None:
    other = person(Role.COUNCIL_MEMBER, full_name="Trần Văn Khác")
    assign(other, case.round_group)
    lower(case, MONDAY)
    lower(case, MONDAY + timedelta(hours=1), "0.5", actor=other, version=1)
    found = look(case)
    assert [(line.member, line.change, line.note) for line in lines(found, OTHER)] == [
        (other, "1,00 → 0,50", f"trước đó do {case.member} quyết định")
    ]
    assert [line.change for line in lines(found, OFTEN)] == ["tự đánh giá 1,50 → 1,00", "1,00 → 0,50"]


def test_what_was_taken_back_is_told(case: Council) -> None:
    lower(case, MONDAY)
    with clock.at(MONDAY + timedelta(minutes=1)):
        undo.undo(actor=case.member, **case.cell(), seen_version=1)
    assert [line.change for line in lines(look(case), OFTEN)] == ["tự đánh giá 1,50 → 1,00", "1,00 → chờ thẩm định"]


def test_after_hours_says_the_day(case: Council, settings: Settings) -> None:
    lower(case, MONDAY.replace(hour=22))
    assert [line.note for line in lines(look(case), HOURS)] == ["thứ Hai"]
    settings.APPRAISAL_HOURS = (settings.APPRAISAL_HOURS[0], datetime(2032, 1, 1, 23).time())
    assert lines(look(case), HOURS) == []


def test_a_public_holiday_is_no_working_day_and_is_named(case: Council) -> None:
    case.round_group.round.stages.update(opens_at=MONDAY - timedelta(days=14))
    lower(case, datetime(2032, 1, 1, 10, 0, tzinfo=clock.HANOI))
    assert [line.note for line in lines(look(case), HOURS)] == ["thứ Năm, Tết Dương lịch"]


def test_a_release_taken_back_and_what_was_changed_before_the_next(case: Council) -> None:
    lower(case, MONDAY)
    with clock.at(MONDAY + timedelta(hours=2)):
        release_stage(case.manager, case.round_group)
    with clock.at(MONDAY + timedelta(hours=3)):
        releases.withdraw_release(
            actor=case.manager, round_group_id=case.round_group.pk, stage="round1", reason="Nhầm."
        )
    lower(case, MONDAY + timedelta(hours=4), "0.5", version=1)
    found = look(case)
    assert [line.change for line in lines(found, AFTER)] == ["1,00 → 0,50"]
    assert [(event.what, event.reason) for event in found.events] == [
        ("thu hồi thông báo kết quả Thẩm định lần 1", "Nhầm.")
    ]


def test_a_release_of_another_block_is_not_told(case: Council) -> None:
    criteria_set = CriteriaSetFactory.create(group=UnitGroupFactory.create(code="huyen"))
    other = RoundGroupFactory.create(round=case.round_group.round, criteria_set=criteria_set)
    with clock.at(MONDAY):
        release_stage(case.manager, other)
        releases.withdraw_release(actor=case.manager, round_group_id=other.pk, stage="round1", reason="Nhầm.")
    assert look(case).events == []


def test_a_reopening_and_the_scores_that_changed_since(case: Council) -> None:
    """A draft is the unit's own business; submitted again, its changes are told with their cell."""
    open_stage(case.round_group.round, "self_assessment")
    assessment = SelfAssessment.objects.get(unit=case.first)
    lifecycle.reopen(actor=case.manager, assessment_id=assessment.pk, reason="Nộp nhầm tệp.")
    scores.save_score(
        actor=case.officer,
        assessment_id=assessment.pk,
        criterion_id=case.leaf.pk,
        figures={},
        points="2",
        explanation="Đã hoàn thành theo kế hoạch.",
        na_claimed=False,
        na_reason="",
        seen_version=0,
    )
    assert [event.what for event in look(case).events] == ["mở lại bản tự đánh giá đã nộp"]
    SelfAssessment.objects.filter(pk=assessment.pk).update(state="submitted", submitted_at=clock.now(), imported=True)
    told = look(case).events[0]
    assert (told.what, told.unit, told.criterion) == (
        "đơn vị đổi điểm tự đánh giá sau khi đã nộp: 1,5 → 2",
        case.first,
        case.leaf,
    )


def test_extensions_and_moved_deadlines_are_told(case: Council) -> None:
    stage = case.round_group.round.stages.get(name="round1")
    later = present(stage.closes_at) + timedelta(days=2)
    criteria.set_stage(
        actor=case.manager, round_id=stage.round_id, name=stage.name, opens_at=stage.opens_at, closes_at=later
    )
    with clock.at(MONDAY):
        criteria.grant_extension(
            actor=case.manager,
            stage_id=stage.pk,
            unit_id=case.first.pk,
            closes_at=later + timedelta(days=1),
            reason="Bão.",
        )
    words = [event.what for event in look(case).events]
    assert any("dời hạn đóng Thẩm định lần 1: 17:00 ngày 16/01/2032 → 17:00 ngày 18/01/2032" in one for one in words)
    assert any("gia hạn Thẩm định lần 1 đến 17:00 ngày 19/01/2032" in one for one in words)


def test_a_decision_written_behind_the_release_is_seen(case: Council) -> None:
    """As the owner of the database would: the log's proof finds it too, this page says where."""
    standing = lower(case, MONDAY)
    with clock.at(MONDAY + timedelta(hours=2)):
        release_stage(case.manager, case.round_group)
    AppraisalEntry.objects.filter(appraisal=standing).update(at=MONDAY + timedelta(hours=3))
    assert len(lines(look(case), AFTER)) == 1


def test_each_line_on_the_page_leads_to_its_cell(case: Council) -> None:
    lower(case, MONDAY.replace(hour=22))
    page = sign_in(case.manager).get("/tham-dinh/khoi/so/nhat-quan/").text
    assert 'href="/tham-dinh/khoi/so/don-vi/DV1/1.1/?nam=' in page
    assert "Đổi điểm ngoài giờ làm việc: 1" in page
    assert "Một dòng trong danh sách chưa phải là sai" in page
