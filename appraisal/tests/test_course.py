"""How often a year appraises is data: rows added walk from self-assessment to publication, and none need be there."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from appraisal import ledger
from appraisal.core.queries.cells import GridCell, read_sheet
from appraisal.models import Appraisal, AppraisalEntry, Release
from appraisal.releases import actions as releases
from appraisal.replies import actions as replies
from appraisal.replies.queries import ReplyRow, reply_rows
from appraisal.review.decisions import actions as decisions
from appraisal.rules import answering, reading, stages
from appraisal.tests.factories import Council, council, release_stage, stage_of
from cchc_index.lib.faults import Refused
from criteria.calendar import actions as calendar
from criteria.tests.factories import open_stage
from units.mail.models import Mail
from units.models import Role
from units.tests.factories import person

pytestmark = pytest.mark.django_db


def names(case: Council) -> list[str]:
    return [stage.name for stage in stages.calendar(case.round_group).stages]


@pytest.fixture
def case() -> Council:
    return council(stage=None)


@pytest.fixture
def three(case: Council) -> Council:
    """A year with a reply after the second appraisal, and a third appraisal before the meeting: two rows more."""
    year: dict[str, Any] = {"actor": case.manager, "round_id": case.round_group.round_id}
    reply = calendar.add_stage(**year, kind="reply", title="Giải trình lần 2", after="round2")
    flags: dict[str, Any] = {"two_opinions": True, "report_required": True}
    calendar.add_stage(**year, kind="appraisal", title="Thẩm định lần 3", after=reply.name, **flags)
    return case


@pytest.fixture
def one(case: Council) -> Council:
    """A year as the two sources know it: one appraisal, nobody is asked, no meeting."""
    for name in ("explanation", "round2", "final"):
        calendar.remove_stage(actor=case.manager, stage_id=stage_of(case.round_group, name).pk)
    return case


def adjust(case: Council, points: str) -> Appraisal:
    why: dict[str, Any] = {"reason_id": case.reason.pk, "comment": "Thiếu báo cáo quý IV."}
    found = Appraisal.objects.filter(**case.cell()).first()
    seen = found.version if found else 0
    return decisions.adjust(actor=case.member, **case.cell(), **why, points=Decimal(points), seen_version=seen)


def object_to(case: Council, stage: str) -> AppraisalEntry:
    open_stage(case.round_group.round, stage)
    pk = case.standing().pk
    return replies.reply(actor=case.head, appraisal_id=pk, agree=False, comment="Có ở trang 3.", document_ids=[])


def row_of_the_unit(case: Council) -> ReplyRow:
    (found,) = reply_rows(reading.entries_open_to_units([case.first.pk]))
    return found


def cell(case: Council) -> GridCell:
    now = stages.calendar(case.round_group)
    found = read_sheet(case.round_group, [case.first], [case.leaf], calendar=now, changes=True)
    return found.cell(case.first, case.leaf, may_decide=True)


def test_rows_added_stand_where_they_were_put(three: Council) -> None:
    assert names(three) == [
        *("self_assessment", "round1", "explanation", "round2", "explanation2", "round3"),
        *("final", "publication", "survey", "import"),
    ]


def test_a_third_appraisal_is_walked_from_the_first_to_the_meeting(three: Council) -> None:
    block, round_ = three.round_group, three.round_group.round
    for name, reply, points in (("round1", "explanation", "0.5"), ("round2", "explanation2", "0.75")):
        open_stage(round_, name)
        assert stages.calendar(block).stage == stage_of(block, name)
        adjust(three, points)
        with pytest.raises(Refused, match="không trong thời gian giải trình"):
            object_to(three, reply)  # nobody answers what was not released
        release_stage(three.manager, block, name)
        assert row_of_the_unit(three).status == ("wait", "chưa trả lời")
        assert cell(three).awaits_reply
        assert object_to(three, reply).stage.name == reply
        assert (cell(three).is_disputed, cell(three).awaits_reply) == (True, False)
    assert cell(three).status == ("wait", "không đồng ý, chờ lần 3")
    assert row_of_the_unit(three).status == ("wait", "không đồng ý, chờ lần 3")
    open_stage(round_, "round3")
    recognised = decisions.recognise(actor=three.member, **three.cell(), seen_version=4)
    assert (recognised.stage.name, recognised.points) == ("round3", Decimal("1.5"))
    assert cell(three).changes == ("đơn vị giải trình", "lần 3 công nhận")
    release_stage(three.manager, block, "round3")
    with pytest.raises(Refused, match="đã thẩm định lại"):
        object_to(three, "explanation2")
    assert row_of_the_unit(three).status == ("ok", "đã công nhận")
    assert stages.calendar(block).stage == stage_of(block, "final")
    release_stage(three.manager, block, "final")
    assert stages.calendar(block).stage is None
    steps = three.standing().entries.order_by("sequence").values_list("stage__name", flat=True)
    assert list(steps) == ["round1", "explanation", "round2", "explanation2", "round3"]
    assert list(ledger.check()) == []


def test_silence_of_a_later_appraisal_keeps_what_stood(three: Council) -> None:
    block = three.round_group
    open_stage(block.round, "round1")
    adjust(three, "0.5")
    release_stage(three.manager, block)
    object_to(three, "explanation")
    open_stage(block.round, "round2")
    release_stage(three.manager, block, "round2")
    assert not cell(three).is_disputed
    assert row_of_the_unit(three).status == ("low", "giữ kết quả lần 1")
    with pytest.raises(Refused, match="không trong thời gian giải trình"):
        object_to(three, "explanation2")  # the second appraisal adjusted nothing here


def test_one_appraisal_asks_nobody_and_ends_the_year(one: Council) -> None:
    block = one.round_group
    open_stage(block.round, "round1")
    adjust(one, "0.5")
    Mail.objects.all().delete()
    release_stage(one.manager, block)
    now = stages.calendar(block)
    assert (now.stage, now.reply_now, now.next_appraisal(now.deciding[0].pk)) == (None, None, "")
    assert row_of_the_unit(one).status == ("low", "điều chỉnh")
    assert (cell(one).awaits_reply, cell(one).is_disputed) == (False, False)
    assert not answering.can_reply(one.head, one.standing())
    assert "giải trình" not in "".join(Mail.objects.values_list("subject", flat=True))
    assert list(ledger.check()) == []


def test_stages_are_released_in_the_order_of_their_rows(three: Council) -> None:
    for name in ("round1", "round2", "round3"):
        open_stage(three.round_group.round, name)
    for name in ("round3", "final", "round2"):
        with pytest.raises(Refused, match="Chưa đến lúc"):
            releases.release(actor=three.manager, round_group_id=three.round_group.pk, stage=name)
    for name in ("round1", "round2", "round3", "final"):
        release_stage(three.manager, three.round_group, name)
    released = Release.objects.order_by("pk").values_list("stage__name", flat=True)
    assert list(released) == ["round1", "round2", "round3", "final"]


# --- the list itself ----------------------------------------------------------------------------------


def test_nothing_is_put_before_or_taken_from_what_has_results(three: Council) -> None:
    block = three.round_group
    open_stage(block.round, "round1")
    adjust(three, "0.5")
    year: dict[str, Any] = {"actor": three.manager, "round_id": block.round_id}
    with pytest.raises(Refused, match="Thẩm định lần 1 đã có kết quả"):
        calendar.add_stage(**year, kind="appraisal", title="Sơ thẩm", after="self_assessment")
    with pytest.raises(Refused, match="không bỏ được"):
        calendar.remove_stage(actor=three.manager, stage_id=stage_of(block, "round1").pk)
    first = stage_of(block, "round1")
    with pytest.raises(Refused, match="khi đang thực hiện"):
        calendar.change_stage(
            actor=three.manager, stage_id=first.pk, title="Vòng 1", two_opinions=False, report_required=True
        )
    renamed = calendar.change_stage(
        actor=three.manager, stage_id=first.pk, title="Vòng 1", two_opinions=True, report_required=True
    )
    assert (renamed.name, renamed.title) == ("round1", "Vòng 1")
    assert calendar.add_stage(**year, kind="appraisal", title="Thẩm định lần 4", after="round3").name == "round4"


WRONG_PLACES = {
    "a reply after nothing it could answer": ("reply", "self_assessment", "ngay sau lần thẩm định"),
    "a second reply": ("reply", "explanation", "ngay sau lần thẩm định"),
    "an appraisal before the unit's own": ("appraisal", "nowhere", "đứng ngay trước"),
    "an appraisal after the meeting": ("appraisal", "final", "Sau Hội đồng quyết định"),
    "a meeting after publication": ("meeting", "publication", "phải đứng sau mọi lần thẩm định"),
    "a second publication": ("publication", "final", "Chỉ thêm được"),
}


@pytest.mark.parametrize("wrong", WRONG_PLACES)
def test_what_makes_no_sense_is_refused(case: Council, wrong: str) -> None:
    kind, after, words = WRONG_PLACES[wrong]
    before = names(case)
    with pytest.raises(Refused, match=words):
        calendar.add_stage(actor=case.manager, round_id=case.round_group.round_id, kind=kind, title="Thêm", after=after)
    assert names(case) == before


def test_a_year_keeps_one_appraisal_and_every_reply_its_own(case: Council) -> None:
    with pytest.raises(Refused, match="ngay sau lần thẩm định"):
        calendar.remove_stage(actor=case.manager, stage_id=stage_of(case.round_group, "round1").pk)
    calendar.remove_stage(actor=case.manager, stage_id=stage_of(case.round_group, "explanation").pk)
    calendar.remove_stage(actor=case.manager, stage_id=stage_of(case.round_group, "round1").pk)
    with pytest.raises(Refused, match="ít nhất một lần thẩm định"):
        calendar.remove_stage(actor=case.manager, stage_id=stage_of(case.round_group, "round2").pk)
    for name in ("self_assessment", "survey", "publication", "import"):
        with pytest.raises(Refused, match="không bỏ được"):
            calendar.remove_stage(actor=case.manager, stage_id=stage_of(case.round_group, name).pk)


def test_a_stage_is_moved_and_the_log_says_both_orders(three: Council) -> None:
    moved = calendar.move_stage(
        actor=three.manager, stage_id=stage_of(three.round_group, "round3").pk, after="self_assessment"
    )
    assert names(three)[:3] == ["self_assessment", "round3", "round1"]
    assert stages.calendar(three.round_group).short(moved.pk) == "lần 1"


@pytest.mark.parametrize("role", [role for role in Role if role != Role.INDEX_MANAGER])
def test_only_the_index_manager_changes_the_list(case: Council, role: Role) -> None:
    someone = person(role, case.first)
    stage = stage_of(case.round_group, "round2").pk
    words: dict[str, Any] = {"title": "Khác", "two_opinions": True, "report_required": True}
    tries = (
        lambda: calendar.add_stage(
            actor=someone, round_id=case.round_group.round_id, kind="reply", title="Thêm", after="round2"
        ),
        lambda: calendar.change_stage(actor=someone, stage_id=stage, **words),
        lambda: calendar.move_stage(actor=someone, stage_id=stage, after="round1"),
        lambda: calendar.remove_stage(actor=someone, stage_id=stage),
    )
    before = names(case)
    for attempt in tries:
        with pytest.raises(PermissionDenied, match="người quản lý Chỉ số"):
            attempt()
    assert names(case) == before
