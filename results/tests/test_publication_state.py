"""What stands in the way of publishing beside missing points, and what keeps two publications apart."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command

from cchc_index.lib.commands import CommandRefused
from cchc_index.lib.faults import Refused
from criteria.models import RoundGroup
from results import actions, queries
from results.models import Publication
from selfassess.models import SelfAssessment
from units import actions as people
from units.models import Role, Unit
from units.tests.factories import person

from .factories import block, give

pytestmark = pytest.mark.django_db
DAY = date(2032, 3, 1)


@pytest.fixture
def ready() -> RoundGroup:
    found = block("A", "B")
    give(found, {code: {"1": "60", "2": "30"} for code in "AB"})
    return found


def publish(found: RoundGroup, number: str) -> Publication:
    return actions.publish(round_id=found.round_id, number=number, dated=DAY)


def test_assessment_open_again_stands_in_the_way(ready: RoundGroup) -> None:
    opened = SelfAssessment.objects.filter(unit__code="A")
    opened.update(state="draft", submitted_at=None, submitted_by=None)
    with pytest.raises(Refused, match="chưa nộp.*Đơn vị thử A"):
        publish(ready, "1/QĐ")
    assert not Publication.objects.exists()


def test_two_numbers_never_share_one_address(ready: RoundGroup) -> None:
    publish(ready, "12/3-QĐ")
    with pytest.raises(Refused, match="trùng địa chỉ"):
        publish(ready, "12-3/QĐ")


def test_nothing_is_published_past_a_proposal_that_waits(ready: RoundGroup) -> None:
    actions.propose(actor=person(Role.INDEX_MANAGER), round_id=ready.round_id, number="1/QĐ", dated=DAY)
    with pytest.raises(Refused, match="chờ người thứ hai"):
        publish(ready, "2/QĐ")


def test_proposal_is_withdrawn_with_a_reason_only(ready: RoundGroup) -> None:
    manager = person(Role.INDEX_MANAGER)
    proposal = actions.propose(actor=manager, round_id=ready.round_id, number="1/QĐ", dated=DAY)
    with pytest.raises(Refused, match="lý do"):
        actions.withdraw(actor=manager, publication_id=proposal.pk, reason=" ")
    actions.withdraw(actor=manager, publication_id=proposal.pk, reason="Sai ngày.")


def test_new_unit_makes_the_ranking_outdated(ready: RoundGroup) -> None:
    actions.recompute(round_group_id=ready.pk)
    assert not queries.outdated().exists()
    Unit.objects.create(group=ready.group, code="C", name="Đơn vị mới")
    people.units_changed([ready.group_id])
    assert list(queries.outdated()) == [ready]
    actions.recompute(round_group_id=ready.pk)
    assert not queries.outdated().exists()


@pytest.mark.parametrize("in_the_way", ["chi-so-cchc-2031.pdf", ".chi-so-cchc-2031.xlsx.part"])
def test_what_cannot_be_written_is_not_published(ready: RoundGroup, tmp_path: Path, in_the_way: str) -> None:
    (tmp_path / in_the_way).mkdir()
    arguments = ("--year", "2031", "--number", "1/QĐ", "--date", "2032-03-01", "--out", str(tmp_path))
    with pytest.raises(CommandRefused):
        call_command("publish_index", *arguments)
    assert not Publication.objects.exists()
