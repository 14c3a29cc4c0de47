"""What is new on a cell stands out: replies after round 1, scores and evidence after the council's decision."""

from collections.abc import Iterable
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisal.core.queries.cells import read_sheet
from appraisal.replies import actions as replies
from appraisal.review.decisions import actions as decisions
from appraisal.review.undo import actions as undo
from appraisal.rules import stages
from appraisal.tests.again import handed_in_again, reopened, rescore
from appraisal.tests.factories import Council, council, document, release_stage, submitted
from appraisal.tests.pages import WORDS, cell_page, sign_in, unit_page
from criteria.tests.factories import open_stage
from selfassess.evidence import actions as evidence
from selfassess.models import Document
from units.tests.factories import UnitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


def lower(case: Council, version: int = 0, **cell: int) -> None:
    decisions.adjust(
        actor=case.member,
        **(cell or case.cell()),
        points=Decimal("0.5"),
        reason_id=case.reason.pk,
        comment=WORDS,
        seen_version=version,
    )


def released(case: Council) -> None:
    """Both leaves decided in round 1, released; the request for explanation is open."""
    lower(case)
    decisions.recognise(actor=case.member, **case.cell(leaf=case.other_leaf), seen_version=0)
    release_stage(case.manager, case.round_group, "round1")
    open_stage(case.round_group.round, "explanation")


def reply(case: Council, *, agree: bool, papers: Iterable[Document] = ()) -> None:
    words = "" if agree else "Có báo cáo quý IV."
    replies.reply(
        actor=case.head,
        appraisal_id=case.standing().pk,
        agree=agree,
        comment=words,
        document_ids=[paper.pk for paper in papers],
    )


def news(case: Council) -> dict[str, tuple[str, ...]]:
    leaves = {leaf.pk: leaf.code for leaf in (case.leaf, case.other_leaf)}
    calendar = stages.calendar(case.round_group)
    sheet = read_sheet(case.round_group, [case.first], [case.leaf, case.other_leaf], calendar=calendar, changes=True)
    return {leaves[leaf]: words for (_, leaf), words in sheet.changed.items()}


def test_decided_and_left_alone_is_nothing_new(case: Council) -> None:
    lower(case)
    assert news(case) == {}
    released_page = sign_in(case.member).get(unit_page(case.first) + "?loc=da-doi").text
    assert "Thay đổi từ lần trước (0)" in released_page


@pytest.mark.parametrize(
    ("agree", "with_paper", "said"),
    [
        (True, False, "đơn vị đồng ý với lần 1"),
        (False, False, "đơn vị giải trình"),
        (False, True, "đơn vị giải trình, thêm tài liệu"),
    ],
)
def test_a_reply_after_round_one_stands_out(case: Council, agree: bool, with_paper: bool, said: str) -> None:
    released(case)
    papers = [document(case.first, case.officer)] if with_paper else []
    reply(case, agree=agree, papers=papers)
    assert news(case) == {"1.1": (said,)}
    page = sign_in(case.member).get(unit_page(case.first) + "?loc=da-doi").text
    assert f"<b>Thay đổi:</b> {said}</div>" in page
    assert "Thay đổi từ lần trước (1)" in page
    assert case.other_leaf.name not in page


def test_decisions_of_round_two_stand_out_until_they_are_taken_back(case: Council) -> None:
    released(case)
    reply(case, agree=False)
    open_stage(case.round_group.round, "round2")
    decisions.recognise(actor=case.member, **case.cell(), seen_version=2)
    lower(case, 1, **case.cell(leaf=case.other_leaf))
    assert news(case) == {"1.1": ("đơn vị giải trình", "lần 2 công nhận"), "1.2": ("lần 2 điều chỉnh",)}
    undo.undo(actor=case.member, **case.cell(), seen_version=3)
    undo.undo(actor=case.member, **case.cell(leaf=case.other_leaf), seen_version=2)
    assert news(case) == {"1.1": ("đơn vị giải trình",)}


def test_a_score_changed_after_the_decision_stands_out_once_it_is_submitted(case: Council) -> None:
    lower(case)
    key = reopened(case)
    rescore(case, key, "1")
    assert news(case) == {}  # a draft is the unit's own business
    handed_in_again(case, key)
    assert news(case) == {"1.1": ("đơn vị sửa điểm, số liệu hoặc giải trình cách chấm",)}
    lower(case, 1)
    assert news(case) == {}


def test_evidence_changed_after_the_decision_stands_out(case: Council) -> None:
    lower(case)
    key = reopened(case)
    paper = document(case.first, case.officer)
    link = evidence.attach(
        actor=case.officer, **key, criterion_id=case.leaf.pk, document_id=paper.pk, page=1, section=""
    )
    handed_in_again(case, key)
    assert news(case) == {"1.1": ("đơn vị đổi tài liệu kiểm chứng",)}
    lower(case, 1)
    assert news(case) == {}
    key = reopened(case)
    evidence.detach(actor=case.officer, **key, evidence_id=link.pk)
    handed_in_again(case, key)
    assert news(case) == {"1.1": ("đơn vị đổi tài liệu kiểm chứng",)}


def test_a_change_of_a_cell_nobody_has_decided_is_simply_waiting(case: Council) -> None:
    key = reopened(case)
    rescore(case, key, "1")
    handed_in_again(case, key)
    assert news(case) == {}


def test_one_goes_on_from_one_changed_cell_to_the_next(case: Council) -> None:
    lower(case)
    lower(case, **case.cell(case.second))
    release_stage(case.manager, case.round_group, "round1")
    open_stage(case.round_group.round, "explanation")
    reply(case, agree=False)
    open_stage(case.round_group.round, "round2")
    client = sign_in(case.member)
    listed = client.get(reverse("appraisal:criterion", args=["so", case.leaf.code]) + "?loc=da-doi").text
    assert case.first.name in listed
    assert f">{case.second.name}</a>" not in listed
    page = client.get(cell_page(case) + "?theo=tieu-chi&loc=da-doi").text
    assert 'data-key="j"' not in page


def test_who_has_not_answered_is_listed_and_leaves_the_list_with_the_answer(case: Council) -> None:
    released(case)
    client = sign_in(case.member)
    address = unit_page(case.first) + "?loc=cho-giai-trinh"
    assert "Đơn vị chưa giải trình (1)" in client.get(address).text
    assert case.leaf.name in client.get(address).text
    assert case.other_leaf.name not in client.get(address).text
    reply(case, agree=False)
    assert "Đơn vị chưa giải trình (0)" in client.get(address).text


def test_three_units_ask_no_more_questions_than_one(case: Council) -> None:
    def asked() -> int:
        client = sign_in(case.member)
        address = reverse("appraisal:criterion", args=["so", case.leaf.code])
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            client.get(address)
        return len(found)

    released(case)
    reply(case, agree=False)
    reopened(case)
    handed_in_again(case, {"assessment_id": case.round_group.assessments.get(unit=case.first).pk})
    few = asked()
    for _ in range(2):
        unit = UnitFactory.create(group=case.round_group.group)
        submitted(case.round_group, unit, {"1.1": "2", "1.2": "1"})
    assert asked() == few
