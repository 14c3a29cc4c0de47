"""A box that nobody opens keeps a protected block silent; two people may leave it, and its number is told."""

import random

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from cchc_index.lib.faults import Refused
from criteria.models import RoundGroup
from surveys import ledger
from surveys.models import Ballot, BallotLink, RespondentGroup, SealedBallot, SurveyRequest, SurveyScore
from surveys.online import actions as online
from surveys.requests import actions as requests
from surveys.scores.queries import tells_nothing_yet, waits_for
from surveys.tests.factories import asked_group, surveyed_round
from surveys.tests.test_versions import SMALL, History, protect
from units.models import Role, User
from units.tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def history() -> History:
    """Twelve ballots of a file, three in the box, two links unused; the phase is over."""
    block = surveyed_round()
    asked_group(block, code="dan")
    protect(block, SMALL)
    history = History(block, random.Random(1))
    history.phase(opened=True)
    history.take("A", history.born(12))
    group, unit = group_of(block), block.group.units.get(code="SNV")
    links = online.make_links(actor=None, group_id=group.pk, numbers={unit.pk: 5})
    for link in links[:3]:
        online.send_ballot(token=link.token, answers=bytes((4, 4)))
    history.phase(opened=False)
    return history


def group_of(block: RoundGroup) -> RespondentGroup:
    return block.survey.respondent_groups.get()


def page_of(user: User, address: str) -> str:
    client = Client()
    client.force_login(user)
    return client.get(address).content.decode()


def test_pages_say_what_waits_for_whom(history: History) -> None:
    block, reader = history.block, person(Role.OBSERVER)
    for address in (reverse("surveys:home"), reverse("surveys:scores", args=[block.pk])):
        page = page_of(reader, address)
        assert "Đang chờ: hòm phiếu của nhóm Nhóm dan (3 phiếu) chưa mở" in page
        assert "Đang chờ: giai đoạn" not in page
    history.phase(opened=True)
    assert "Đang chờ: giai đoạn điều tra xã hội học đóng" in page_of(reader, reverse("surveys:home"))
    protect(block, None)
    assert "Đang chờ" not in page_of(reader, reverse("surveys:home"))


def test_two_people_leave_it_and_the_rest_is_told(history: History) -> None:
    block = history.block
    operator, manager = person(Role.SURVEY_OPERATOR), person(Role.INDEX_MANAGER)
    client = Client()
    client.force_login(operator)
    box = reverse("surveys:box", args=[block.pk])
    assert "Đề nghị không dùng hòm phiếu của Nhóm dan" in page_of(operator, box)
    client.post(reverse("surveys:leave-box", args=[group_of(block).pk]), {"reason": "Mất khóa niêm phong"})
    row = SurveyRequest.objects.get()
    assert SealedBallot.objects.count() == 3
    assert tells_nothing_yet(block)
    page = page_of(manager, reverse("surveys:request", args=[row.pk]))
    assert "Nhóm Nhóm dan" in page
    assert "3 phiếu của 1 đơn vị" in page
    with pytest.raises(Refused, match="khác người đề nghị"):
        requests.confirm(actor=operator, request_id=row.pk)
    requests.confirm(actor=manager, request_id=row.pk)
    assert (SealedBallot.objects.count(), BallotLink.objects.count(), Ballot.objects.count()) == (0, 0, 12)
    assert waits_for(block) is None
    assert set(SurveyScore.objects.values_list("ballots", flat=True)) <= {11, 12}
    assert SurveyScore.objects.exists()
    assert list(ledger.check()) == []
    quality = page_of(operator, reverse("surveys:quality", args=[block.pk]))
    assert "3 phiếu không được mở và không được tính" in " ".join(quality.split())
    assert "Mất khóa niêm phong" in quality
    assert "xác nhận" in page_of(operator, box)


def test_what_is_refused(history: History) -> None:
    block = history.block
    operator, group = person(Role.SURVEY_OPERATOR), group_of(history.block)
    with pytest.raises(PermissionDenied):
        online.propose_unused(actor=person(Role.OBSERVER), group_id=group.pk, reason="Thử")
    with pytest.raises(Refused, match="lý do"):
        online.propose_unused(actor=operator, group_id=group.pk, reason=" ")
    row = online.propose_unused(actor=operator, group_id=group.pk, reason="Mất khóa")
    with pytest.raises(Refused, match="đã có đề nghị"):
        online.propose_unused(actor=operator, group_id=group.pk, reason="Mất khóa")
    history.phase(opened=True)
    with pytest.raises(Refused, match="sau khi giai đoạn điều tra đóng"):
        requests.confirm(actor=person(Role.INDEX_MANAGER), request_id=row.pk)
    (link,) = online.make_links(actor=None, group_id=group.pk, numbers={block.group.units.get(code="STC").pk: 1})
    online.send_ballot(token=link.token, answers=bytes((1, 1)))
    history.phase(opened=False)
    with pytest.raises(Refused, match="đã thay đổi"):
        requests.confirm(actor=person(Role.INDEX_MANAGER), request_id=row.pk)
    assert SealedBallot.objects.count() == 4
    online.open_box(actor=operator, group_id=group.pk)
    with pytest.raises(Refused, match="trống"):
        requests.confirm(actor=person(Role.INDEX_MANAGER), request_id=row.pk)


def test_a_box_emptied_behind_the_programs_back_is_found(history: History) -> None:
    SealedBallot.objects.all()[0].delete()
    assert any("hòm có 2 phiếu, 3 liên kết" in line for line in ledger.check())
