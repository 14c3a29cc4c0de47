"""An adjustment that stands against the unit's objection: a decision of its own, one by one and many at once."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from appraisal import ledger
from appraisal.models import AppraisalEntry
from appraisal.replies import actions as replies
from appraisal.review.decisions import actions as decisions
from appraisal.tests.factories import Council, council
from appraisal.tests.pages import adjusted_and_released, cell_page, sign_in
from cchc_index.lib import clock
from cchc_index.lib.faults import Conflict, Refused
from cchc_index.lib.tests.present import present
from criteria.models import Stage
from criteria.tests.factories import open_stage
from units.auditlog.models import LogEntry

pytestmark = pytest.mark.django_db


def objected() -> Council:
    """The unit does not agree with what was adjusted on 1.1."""
    found = council()
    standing = adjusted_and_released(found)
    replies.reply(actor=found.head, appraisal_id=standing.pk, agree=False, comment="Có đủ.", document_ids=[])
    return found


@pytest.fixture
def case() -> Council:
    """The unit does not agree with what was adjusted on 1.1; round 2 is open."""
    found = objected()
    open_stage(found.round_group.round, "round2")
    return found


def keep(case: Council, **more: Any) -> None:
    decisions.keep(actor=case.member, **case.cell(), **{"seen_version": 2, **more})


def test_the_result_stands_as_a_decision_of_the_second_round(case: Council) -> None:
    before = case.standing()
    keep(case, comment="Tài liệu gửi thêm không đúng năm.")
    now, step = case.standing(), AppraisalEntry.objects.latest("pk")
    assert (now.points, now.action, now.stage.name) == (before.points, before.action, "round2")
    assert step.reason == case.reason
    assert step.comment == "Giữ nguyên kết quả Thẩm định lần 1. Tài liệu gửi thêm không đúng năm."
    assert LogEntry.objects.latest("number").verb == "appraisal.keep"
    assert list(ledger.check()) == []


def test_sent_twice_it_is_written_once_and_a_stale_page_is_told(case: Council) -> None:
    keep(case)
    keep(case)
    assert AppraisalEntry.objects.count() == 3
    with pytest.raises(Refused, match="không có kết quả điều chỉnh"):
        keep(case, seen_version=3)


def test_somebody_else_was_faster(case: Council) -> None:
    with pytest.raises(Conflict):
        keep(case, seen_version=1)


def test_nothing_is_kept_where_nothing_was_adjusted(case: Council) -> None:
    with pytest.raises(Refused, match="không có kết quả điều chỉnh"):
        decisions.keep(actor=case.member, **case.cell(leaf=case.other_leaf), seen_version=0)


def test_the_page_offers_it_first_and_writes_it(case: Council) -> None:
    client = sign_in(case.member)
    page = client.get(cell_page(case)).text
    assert page.index("Giữ nguyên kết quả lần 1: 1,00 điểm") < page.index("Theo đơn vị: công nhận 1,50 điểm")
    answer = client.post(cell_page(case), {"verb": "keep", "seen_version": "2"})
    assert answer.status_code == 302
    assert case.standing().stage.name == "round2"
    assert "Giữ nguyên kết quả lần 1" not in client.get(cell_page(case)).text


def test_grounds_typed_for_keeping_come_back_in_their_own_field() -> None:
    """In a year whose meeting settles the objections to its only appraisal."""
    case = objected()
    Stage.objects.filter(round=case.round_group.round, name="round2").delete()
    Stage.objects.filter(round=case.round_group.round, name="explanation").update(closes_at=clock.now())
    stale = {"verb": "keep", "seen_version": "1", "comment": "Căn cứ đã gõ"}
    answer = sign_in(case.manager).post(cell_page(case), stale)
    assert answer.status_code == 409
    fields = re.findall(r'<input id="id_(\w+)_comment" name="comment" value="([^"]*)"', answer.text)
    assert fields == [("keep", "Căn cứ đã gõ"), ("recognise", "")]


def test_many_are_kept_after_a_preview_and_taken_back_as_one(case: Council, client: Client) -> None:
    client = sign_in(case.member)
    address = reverse("appraisal:bulk", args=["so"])
    chosen = {"cells": f"{case.first.pk}:{case.leaf.pk}:2", "verb": "keep"}
    assert "Giữ nguyên kết quả của 1 tiêu chí" in client.post(address, chosen).text
    assert case.standing().stage.name == "round1"
    assert client.post(address, {**chosen, "confirm": "1"}).status_code == 302
    assert case.standing().stage.name == "round2"
    log = LogEntry.objects.latest("number")
    assert (log.verb, present(log.after)["entries"]) == ("appraisal.bulk_keep", 1)
    batch = reverse("appraisal:batch", args=["so", log.pk])
    assert client.post(batch, {"cells": f"{case.first.pk}:{case.leaf.pk}:3"}).status_code == 302
    assert case.standing().stage.name == "round1"
    assert list(ledger.check()) == []
