"""`check_year`: what a year lacks before its next stage, and that it lacks nothing once that is there."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command

from appraisal.reasons.actions import ensure_reasons
from appraisal.tests.factories import assign
from cchc_index.lib import clock
from cchc_index.readiness.queries import Missing, readiness
from criteria.models import Criterion, RoundGroup, Source, Stage
from criteria.tests.factories import open_stage, small_round, stage_named
from surveys.models import RespondentGroup, Survey
from units.models import Role
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


def lacking(block: RoundGroup) -> list[tuple[str, str]]:
    return [(one.what, one.before) for one in readiness(block.round.year).missing]


def soon(block: RoundGroup, name: str) -> Stage:
    now = clock.now()
    return open_stage(block.round, name, opens=now + timedelta(days=1), closes=now + timedelta(days=2))


def with_head(block: RoundGroup, code: str = "SNV", name: str = "Sở Nội vụ") -> None:
    person(Role.UNIT_HEAD, UnitFactory.create(group=block.group, code=code, name=name))


def with_respondents(block: RoundGroup) -> None:
    survey = Survey.objects.create(round_group=block)
    RespondentGroup.objects.create(survey=survey, code="nguoi-dan", name="Người dân")


@pytest.fixture
def block() -> RoundGroup:
    """A year before its first stage, whose unit has a head and whose survey somebody to ask."""
    block = small_round()
    with_head(block)
    with_respondents(block)
    soon(block, "self_assessment")
    return block


def test_year_with_heads_and_hours_is_ready_for_the_self_assessment(block: RoundGroup) -> None:
    found = readiness(block.round.year)
    assert (found.ready, found.missing) == (True, [])
    assert found.following == stage_named(block.round, "self_assessment")


def test_unit_without_a_head_is_named(block: RoundGroup) -> None:
    unit = UnitFactory.create(group=block.group, code="SYT", name="Sở Y tế")
    person(Role.UNIT_OFFICER, unit)
    person(Role.UNIT_HEAD, unit, is_active=False)
    assert lacking(block) == [("Sở Y tế (SYT) chưa có thủ trưởng đơn vị", "self_assessment")]


def test_unit_that_the_year_does_not_measure_needs_no_head(block: RoundGroup) -> None:
    UnitFactory.create(group=block.group, valid_to=block.round.assessed_from - timedelta(days=1))
    assert lacking(block) == []


def test_stage_without_hours_is_named(block: RoundGroup) -> None:
    Stage.objects.filter(round=block.round).update(opens_at=None, closes_at=None)
    assert lacking(block) == [("Tự đánh giá chưa đặt giờ mở, giờ đóng", "self_assessment")]


def test_appraisal_waits_for_a_library_of_reasons(block: RoundGroup) -> None:
    open_stage(block.round, "self_assessment")
    soon(block, "round1")
    wanted = ("thư viện lý do điều chỉnh chưa có lý do nào", "round1")
    assert wanted in lacking(block)
    ensure_reasons()
    assert wanted not in lacking(block)


def test_appraisal_waits_until_every_criterion_of_every_unit_has_a_member(block: RoundGroup) -> None:
    ensure_reasons()
    open_stage(block.round, "self_assessment")
    soon(block, "round1")
    leaves = Criterion.objects.filter(criteria_set=block.criteria_set, is_leaf=True, source=Source.SELF).count()
    assert leaves > 0
    assert lacking(block) == [
        (f"khối {block.group} còn {leaves} lượt tiêu chí chưa có thành viên Hội đồng thẩm định", "round1")
    ]

    assign(person(Role.COUNCIL_MEMBER), block)

    assert lacking(block) == []


def test_group_whose_points_contradict_its_criteria_is_named(block: RoundGroup) -> None:
    Criterion.objects.filter(code="1").update(max_points=99)
    (fault,) = lacking(block)
    assert "tiêu chí 1: điểm tối đa in là 99 nhưng tổng các tiêu chí thành phần là 4" in fault[0]


def test_survey_needs_somebody_to_ask(block: RoundGroup) -> None:
    RespondentGroup.objects.all().delete()
    assert lacking(block) == [(f"khối {block.group} chưa có nhóm đối tượng điều tra", "survey")]

    Criterion.objects.filter(is_leaf=True).update(source=Source.SELF)

    assert lacking(block) == []


def test_publication_needs_one_who_proposes_and_one_who_approves(block: RoundGroup) -> None:
    for stage in Stage.objects.filter(round=block.round).exclude(kind=Stage.Kind.PUBLICATION):
        open_stage(block.round, stage.name)
    soon(block, "publication")
    person(Role.INDEX_MANAGER)
    assert [what.partition(":")[0] for what, _ in lacking(block)] == ["cần hai người quản lý Chỉ số"]

    person(Role.INDEX_MANAGER)

    assert lacking(block) == []


def test_year_whose_stages_have_all_begun_lacks_nothing() -> None:
    block = small_round()
    for stage in Stage.objects.filter(round=block.round):
        open_stage(block.round, stage.name)
    assert readiness(block.round.year).ready


def test_year_without_units_says_so() -> None:
    block = small_round()
    with_respondents(block)
    soon(block, "self_assessment")
    assert lacking(block) == [(f"khối {block.group} chưa có đơn vị nào được đánh giá", "self_assessment")]


def answer(year: int, *options: str) -> tuple[int, str]:
    out, code = io.StringIO(), 0
    try:
        call_command("check_year", "--year", str(year), *options, stdout=out)
    except SystemExit as stopped:
        code = int(str(stopped.code))
    return code, out.getvalue()


def test_command_ends_with_0_when_ready_and_with_2_when_not(block: RoundGroup) -> None:
    year = block.round.year
    assert answer(year, "--format", "json") == (0, json.dumps({"ready": True, "missing": []}, indent=1) + "\n")
    assert answer(year) == (0, f"Kỳ {year} không thiếu gì trước giai đoạn Tự đánh giá.\n")
    UnitFactory.create(group=block.group, code="SYT", name="Sở Y tế")

    code, out = answer(year, "--format", "json")
    listed: dict[str, Any] = json.loads(out)

    what = "Sở Y tế (SYT) chưa có thủ trưởng đơn vị"
    assert code == 2
    assert listed == {"ready": False, "missing": [{"what": what, "where": "Người dùng", "before": "self_assessment"}]}
    assert answer(year) == (
        2,
        f"Kỳ {year} còn thiếu 1 điều:\n- Trước giai đoạn Tự đánh giá: {what} (Người dùng).\n",
    )


def test_year_that_nobody_made_lacks_its_round() -> None:
    assert readiness(2077).missing == [Missing("chưa có kỳ 2077", "Điều hành", "self_assessment")]
    assert answer(2077, "--format", "json")[0] == 2
