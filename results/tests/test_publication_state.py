"""What stands in the way of publishing beside missing points, and what keeps two publications apart."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command

from appraisal.archive import actions as archive
from appraisal.models import Reason
from appraisal.review.decisions import actions as decisions
from appraisal.tests.factories import Council, acknowledged, council
from cchc_index.lib.commands import CommandRefused
from cchc_index.lib.faults import Refused
from criteria.models import Criterion, RoundGroup
from results.computation import actions as computation
from results.computation import queries as computed
from results.models import Publication
from results.publication import actions as publications
from results.publication import queries as publication_queries
from selfassess.models import SelfAssessment
from surveys.scores import actions as scores
from units import actions as people
from units.models import Role, Unit
from units.tests.factories import person

from .factories import block, give, signed

pytestmark = pytest.mark.django_db
DAY = date(2032, 3, 1)
WHY = "Thành phố yêu cầu công bố trước ngày họp."


@pytest.fixture
def ready() -> RoundGroup:
    round_group = block("A", "B")
    give(round_group, {code: {"1": "60", "2": "30"} for code in "AB"})
    return round_group


def publish(round_group: RoundGroup, number: str) -> Publication:
    standing = publication_queries.published(round_group.round)
    return publications.publish(
        round_id=round_group.round_id,
        number=number,
        dated=DAY,
        signers=signed(reason=WHY),
        supersedes=standing.number if standing else "",
        errata="Sửa điểm." if standing else "",
    )


def test_points_above_a_corrected_maximum_stand_in_the_way(ready: RoundGroup) -> None:
    Criterion.objects.filter(criteria_set=ready.criteria_set_id, code="1").update(max_points=Decimal(50))
    with pytest.raises(Refused, match="Chưa công bố được"):
        publish(ready, "1/QĐ")
    assert not Publication.objects.exists()


def test_assessment_open_again_stands_in_the_way(ready: RoundGroup) -> None:
    opened = SelfAssessment.objects.filter(unit__code="A")
    opened.update(state="draft", submitted_at=None, submitted_by=None)
    with pytest.raises(Refused, match="chưa nộp.*Đơn vị thử A"):
        publish(ready, "1/QĐ")
    assert not Publication.objects.exists()


@pytest.fixture
def judged() -> Council:
    """A complete year, decided by the council: 0.5 taken from the first unit, 1 from the second, for
    different reasons."""
    case = council()
    lower(case, case.first, "1", case.reason)
    lower(case, case.second, "0.5", Reason.objects.get(code="ngoai-thoi-ky"))
    for unit in (case.first, case.second):
        decisions.recognise(actor=case.member, **case.cell(unit, case.other_leaf), seen_version=0)
    own = {(case.home.pk, leaf.pk): Decimal(1) for leaf in (case.leaf, case.other_leaf)}
    archive.import_standings(actor=None, round_group=case.round_group, rows=own)
    leaves = case.round_group.criteria_set.criteria.filter(source__in=["survey", "sipas"], is_leaf=True)
    units = (case.first, case.second, case.home)
    rows = {(unit.pk, leaf.pk): Decimal("0.5") for unit in units for leaf in leaves}
    scores.import_scores(actor=None, round_group=case.round_group, rows=rows)
    return case


def lower(case: Council, unit: Unit, points: str, reason: Reason, seen_version: int = 0) -> None:
    decisions.adjust(
        actor=case.member,
        **case.cell(unit),
        points=Decimal(points),
        reason_id=reason.pk,
        comment="Thiếu báo cáo quý IV.",
        seen_version=seen_version,
    )


def test_deductions_that_contradict_each_other_stand_in_the_way(judged: Council) -> None:
    """The same criterion, the same reason, another deduction: decided alike, or somebody says why not."""
    lower(judged, judged.second, "0.5", judged.reason, seen_version=1)
    with pytest.raises(
        Refused, match=r"1 trường hợp cùng tiêu chí, cùng lý do.*1\.1 – Thiếu tài liệu.*Báo cáo rà soát tính thống nhất"
    ):
        publish(judged.round_group, "1/QĐ")
    assert not Publication.objects.exists()
    acknowledged(judged.manager, judged.round_group)
    publish(judged.round_group, "1/QĐ")


def test_decided_alike_nothing_stands_in_the_way(judged: Council) -> None:
    lower(judged, judged.second, "1", judged.reason, seen_version=1)
    publish(judged.round_group, "1/QĐ")


def test_a_contradiction_that_came_after_the_proposal_stops_the_second_person(judged: Council) -> None:
    """The points are the same: only the reason makes it one."""
    proposal = publications.propose(
        actor=judged.manager, round_id=judged.round_group.round_id, number="1/QĐ", dated=DAY, reason=WHY
    )
    lower(judged, judged.second, "0.5", judged.reason, seen_version=1)
    second = person(Role.INDEX_MANAGER)
    with pytest.raises(Refused, match="cùng lý do"):
        publications.approve(actor=second, publication_id=proposal.pk, reason=WHY)
    acknowledged(judged.manager, judged.round_group)
    publications.approve(actor=second, publication_id=proposal.pk, reason=WHY)


def test_two_numbers_never_share_one_address(ready: RoundGroup) -> None:
    publish(ready, "12/QĐ-A-B")
    with pytest.raises(Refused, match="trùng địa chỉ"):
        publish(ready, "12/QĐ-A&B")


def test_nothing_is_published_past_a_proposal_that_waits(ready: RoundGroup) -> None:
    publications.propose(actor=person(Role.INDEX_MANAGER), round_id=ready.round_id, number="1/QĐ", dated=DAY)
    with pytest.raises(Refused, match="chờ người thứ hai"):
        publish(ready, "2/QĐ")


def test_proposal_is_withdrawn_with_a_reason_only(ready: RoundGroup) -> None:
    manager = person(Role.INDEX_MANAGER)
    proposal = publications.propose(actor=manager, round_id=ready.round_id, number="1/QĐ", dated=DAY)
    with pytest.raises(Refused, match="lý do"):
        publications.withdraw(actor=manager, publication_id=proposal.pk, reason=" ")
    publications.withdraw(actor=manager, publication_id=proposal.pk, reason="Sai ngày.")


def test_new_unit_makes_the_ranking_outdated(ready: RoundGroup) -> None:
    computation.recompute(round_group_id=ready.pk)
    assert not computed.outdated().exists()
    Unit.objects.create(group=ready.group, code="C", name="Đơn vị mới")
    people.units_changed([ready.group_id])
    assert list(computed.outdated()) == [ready]
    computation.recompute(round_group_id=ready.pk)
    assert not computed.outdated().exists()


@pytest.mark.parametrize("in_the_way", ["chi-so-cchc-2031.pdf", ".chi-so-cchc-2031.xlsx.part"])
def test_what_cannot_be_written_is_not_published(ready: RoundGroup, tmp_path: Path, in_the_way: str) -> None:
    (tmp_path / in_the_way).mkdir()
    arguments = ("--year", "2031", "--number", "1/QĐ", "--date", "2032-03-01", "--out", str(tmp_path))
    with pytest.raises(CommandRefused):
        call_command("publish_index", *arguments)
    assert not Publication.objects.exists()
