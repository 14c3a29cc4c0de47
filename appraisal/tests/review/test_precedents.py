"""How the same criterion was decided elsewhere: what counts, who reads it, when it is withheld."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appraisal.interests import actions as interests
from appraisal.models import Appraisal, Reason
from appraisal.opinions import actions as opinions
from appraisal.replies import actions as replies
from appraisal.review.decisions import actions as decisions
from appraisal.review.precedents import queries as precedents_queries
from appraisal.review.precedents.queries import Precedent, Precedents
from appraisal.review.undo import actions as undo
from appraisal.rules import reach, reading
from appraisal.tests.factories import Council, assign, council, fresh, release_stage, submitted
from appraisal.tests.pages import WORDS, adjust_form, cell_page, sign_in
from cchc_index.lib.tests.present import present
from criteria.tests.factories import RoundFactory, RoundGroupFactory, open_stage
from selfassess.models import SelfAssessment, SelfScore
from units.models import Role, Unit, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(client: Client) -> Council:
    return council()


def adjust(
    case: Council,
    unit: Unit,
    points: str | None,
    *,
    who: User | None = None,
    reason: Reason | None = None,
    seen: int = 0,
) -> Appraisal:
    """`points` None: not applicable."""
    given = {"points": Decimal(points)} if points else {"points": None, "not_applicable": True}
    return decisions.adjust(
        actor=who or case.member,
        **case.cell(unit),
        **given,
        reason_id=(reason or case.reason).pk,
        comment=WORDS,
        seen_version=seen,
    )


def beside(case: Council, unit: Unit | None = None, *, user: User | None = None, owes: bool = False) -> Precedents:
    """What the person sees beside a cell of the first leaf: what the rule says, read as the page reads it."""
    scope = reach.scope_of(fresh(user or case.member), case.round_group)
    at = unit or case.first
    rows = reading.precedents_visible_to(scope, case.round_group, at.pk, case.leaf.pk, owes_opinion=owes)
    if not reading.may_read_precedents(scope, at.pk, case.leaf.pk, owes_opinion=owes):
        assert not rows.exists()
        return Precedents(0, ())
    found = precedents_queries.read(case.round_group, at, case.leaf, closed=reading.closed_precedents(scope))
    assert found.recognised + found.adjusted == rows.values("appraisal").distinct().count()
    return found


def other_unit(case: Council, points: str | None = "1.5") -> Unit:
    unit = UnitFactory.create(group=case.round_group.group)
    submitted(case.round_group, unit, {"1.1": points})
    return unit


def code_of(row: Precedent) -> str:
    return Unit.objects.get(name=row.unit).code


def taken(found: Precedents) -> list[tuple[str, Decimal | None]]:
    return [(code_of(row), row.taken) for row in found.rows]


# --- what counts ------------------------------------------------------------------------------------


def test_a_precedent_is_an_adjustment_of_the_same_criterion_at_another_unit(case: Council) -> None:
    adjust(case, case.second, "1")
    adjust(case, case.first, "0.5")
    leaf = case.cell(case.second, case.other_leaf)
    words: dict[str, Any] = {"reason_id": case.reason.pk, "comment": WORDS, "seen_version": 0}
    decisions.adjust(actor=case.member, **leaf, points=Decimal("0.5"), **words)
    found = beside(case)
    assert taken(found) == [("DV2", Decimal("0.5"))]
    assert (found.recognised, present(found.rows[0].reason).pk, found.rows[0].comment) == (0, case.reason.pk, WORDS)


def test_the_newest_comes_first_and_recognitions_are_counted(case: Council) -> None:
    third = other_unit(case)
    decisions.recognise(actor=case.member, **case.cell(third), seen_version=0)
    adjust(case, case.second, "1")
    fourth = other_unit(case)
    adjust(case, fourth, "1.25")
    found = beside(case)
    assert (found.recognised, taken(found)) == (1, [(fourth.code, Decimal("0.25")), ("DV2", Decimal("0.5"))])


def test_only_what_stands_is_a_precedent(case: Council) -> None:
    adjust(case, case.second, "1")
    adjust(case, case.second, "0.75", seen=1)
    assert taken(beside(case)) == [("DV2", Decimal("0.75"))]
    undo.undo(actor=case.member, **case.cell(case.second), seen_version=2)
    assert taken(beside(case)) == [("DV2", Decimal("0.5"))]
    decisions.recognise(actor=case.member, **case.cell(case.second), seen_version=3)
    found = beside(case)
    assert (found.recognised, found.adjusted) == (1, 0)


def test_a_decision_taken_back_is_none(case: Council) -> None:
    adjust(case, case.second, "1")
    undo.undo(actor=case.member, **case.cell(case.second), seen_version=1)
    found = beside(case)
    assert (found.recognised, found.adjusted) == (0, 0)


def test_not_applicable_and_unscored_have_no_deduction(case: Council) -> None:
    adjust(case, case.second, None)
    unscored = UnitFactory.create(group=case.round_group.group)
    submitted(case.round_group, unscored, {})
    adjust(case, unscored, "0.5")
    found = beside(case)
    assert [(row.taken, row.in_words) for row in found.rows] == [(None, "cho 0,50 điểm"), (None, "không áp dụng")]
    assert precedents_queries.differing(found, case.reason.pk, Decimal("0.5")) == []


def test_the_points_of_a_unit_that_scores_again_measure_nothing(case: Council) -> None:
    adjust(case, case.second, "1")
    SelfAssessment.objects.filter(unit=case.second).update(state="draft", submitted_at=None)
    assert taken(beside(case)) == [("DV2", None)]


def test_another_year_is_no_precedent(case: Council) -> None:
    adjust(case, case.second, "1")
    elsewhere = RoundGroupFactory.create(
        round=RoundFactory.create(year=2032), criteria_set=case.round_group.criteria_set
    )
    assign(case.member, elsewhere)
    scope = reach.scope_of(case.member, elsewhere)
    assert scope.shows(case.first.pk, case.leaf.pk)
    rows = reading.precedents_visible_to(scope, elsewhere, case.first.pk, case.leaf.pk, owes_opinion=False)
    assert not rows.exists()


# --- the same reason, other points ------------------------------------------------------------------


def test_the_same_reason_with_other_points_is_named(case: Council) -> None:
    adjust(case, case.second, "1")
    adjust(case, other_unit(case), "1.25", reason=Reason.objects.get(code="cham-tien-do"))
    found = beside(case)
    said = precedents_queries.differing(found, case.reason.pk, Decimal("0.25"))
    assert precedents_queries.warning(said) == "Cùng lý do này ở Đơn vị thử DV2 đã trừ 0,50."
    assert precedents_queries.differing(found, case.reason.pk, Decimal("0.5")) == []
    assert precedents_queries.differing(found, None, Decimal("0.25")) == []


def test_many_are_named_by_the_newest_three(case: Council) -> None:
    for _ in range(4):
        adjust(case, other_unit(case), "1")
    said = precedents_queries.warning(precedents_queries.differing(beside(case), case.reason.pk, Decimal(1)))
    assert said.count("đã trừ 0,50") == 3
    assert said.endswith("; và 1 đơn vị khác.")


def test_a_deduction_below_nothing_is_an_addition() -> None:
    assert precedents_queries.taken_in_words(Decimal("-0.25")) == "cộng 0,25"
    assert precedents_queries.taken_in_words(Decimal(0)) == "giữ nguyên điểm"


def test_one_reason_with_two_deductions_is_marked(case: Council) -> None:
    adjust(case, case.second, "1")
    same = other_unit(case)
    adjust(case, same, "1")
    (group,) = beside(case).by_reason
    assert [(len(one.rows), one.first.in_words) for one in group.alike] == [(2, "trừ 0,50")]
    assert not group.differ
    adjust(case, other_unit(case), "0.5")
    (group,) = beside(case).by_reason
    assert group.differ


# --- who reads it -----------------------------------------------------------------------------------


def test_a_member_reads_decisions_of_units_assigned_to_others(case: Council) -> None:
    colleague = person(Role.COUNCIL_MEMBER)
    assign(colleague, case.round_group, units=[case.first])
    adjust(case, case.second, "1")
    assert not reading.entries_visible_to(fresh(colleague)).exists()
    assert taken(beside(case, user=colleague)) == [("DV2", Decimal("0.5"))]


def test_never_those_of_the_own_unit_nor_of_a_declared_one(case: Council) -> None:
    outsider = person(Role.COUNCIL_MEMBER)
    assign(outsider, case.round_group)
    adjust(case, case.home, "1", who=outsider)
    adjust(case, case.second, "1", who=outsider)
    assert [code for code, _ in taken(beside(case))] == ["DV2"]
    assert {code for code, _ in taken(beside(case, user=outsider))} == {"DV2", "NHA"}
    interests.declare_interest(actor=case.member, member=case.member, unit=case.second, reason="Người thân.")
    assert taken(beside(case)) == []
    assert "Đơn vị thử DV2" not in sign_in(fresh(case.member)).get(cell_page(case)).text


def test_nothing_beside_a_cell_that_is_not_ones_own_to_read(case: Council) -> None:
    colleague = person(Role.COUNCIL_MEMBER)
    assign(colleague, case.round_group, units=[case.second])
    adjust(case, case.second, "1")
    assert taken(beside(case, user=colleague)) == []
    assert taken(beside(case, case.home)) == []
    assert taken(beside(case, user=case.officer)) == []


def test_managers_and_observers_read_all(case: Council) -> None:
    outsider = person(Role.COUNCIL_MEMBER)
    assign(outsider, case.round_group)
    adjust(case, case.home, "1", who=outsider)
    for reader in (case.manager, person(Role.OBSERVER)):
        assert [code for code, _ in taken(beside(case, user=reader))] == ["NHA"]


# --- blind leaves -----------------------------------------------------------------------------------


@pytest.fixture
def blind(case: Council) -> Council:
    """Two members agreed on DV2; the first leaf takes two opinions."""
    block, leaf = case.round_group.pk, case.leaf.pk
    opinions.mark_blind(actor=case.manager, round_group_id=block, criterion_id=leaf, tolerance=Decimal("0.25"))
    for who in (case.member, colleague_of(case)):
        opinion(case, who, case.second, "0.75")
    return case


def colleague_of(case: Council) -> User:
    found = person(Role.COUNCIL_MEMBER)
    assign(found, case.round_group)
    return found


def opinion(case: Council, who: User, unit: Unit, points: str) -> None:
    words: dict[str, Any] = {"reason_id": case.reason.pk, "comment": WORDS, "seen_version": 0}
    opinions.give_opinion(actor=who, **case.cell(unit), recognising=False, points=Decimal(points), **words)


WITHHELD = "Tiền lệ hiện ra sau khi bạn ghi ý kiến độc lập"


def test_precedents_wait_until_the_own_opinion_is_given(blind: Council) -> None:
    page = sign_in(blind.member).get(cell_page(blind)).text
    assert WITHHELD in page
    assert "trừ 0,75" not in page
    opinion(blind, blind.member, blind.first, "1")
    page = sign_in(blind.member).get(cell_page(blind)).text
    assert WITHHELD not in page
    assert "trừ 0,75" in page


def test_whoever_decides_between_two_opinions_reads_precedents(blind: Council) -> None:
    opinion(blind, colleague_of(blind), blind.first, "1")
    opinion(blind, colleague_of(blind), blind.first, "0")
    page = sign_in(blind.member).get(cell_page(blind)).text
    assert "Bạn quyết định giữa hai ý kiến" in page
    assert "trừ 0,75" in page


def test_a_settled_cell_shows_them_again_and_a_reader_always(blind: Council) -> None:
    assert "trừ 0,75" in sign_in(blind.manager).get(cell_page(blind)).text
    opinion(blind, blind.member, blind.first, "1")
    opinion(blind, colleague_of(blind), blind.first, "1")
    assert "trừ 0,75" in sign_in(blind.member).get(cell_page(blind)).text


def test_the_rule_itself_withholds(blind: Council) -> None:
    assert beside(blind, owes=True).rows == ()
    assert beside(blind, owes=False).rows != ()


# --- on the page ------------------------------------------------------------------------------------


def test_the_page_shows_reason_points_and_words_elsewhere(case: Council) -> None:
    adjust(case, case.second, "1")
    page = sign_in(case.member).get(cell_page(case)).text
    for said in ("0 công nhận, 1 điều chỉnh", "Thiếu tài liệu kiểm chứng", "trừ 0,50: Đơn vị thử DV2", WORDS):
        assert said in page


def test_saving_other_points_for_the_same_reason_says_so(case: Council) -> None:
    adjust(case, case.second, "1")
    client = sign_in(case.member)
    page = client.post(cell_page(case), adjust_form(points="0,75", reason=case.reason.pk), follow=True).text
    assert "Cùng lý do này ở Đơn vị thử DV2 đã trừ 0,50." in page
    page = client.post(
        cell_page(case), adjust_form(points="1", reason=case.reason.pk, seen_version="1"), follow=True
    ).text
    assert "Cùng lý do này" not in page


def test_recognising_compares_with_nothing(case: Council) -> None:
    adjust(case, case.second, "1")
    page = sign_in(case.member).post(cell_page(case), {"verb": "recognise", "seen_version": "0"}, follow=True).text
    assert "Cùng lý do này" not in page


def test_what_overturned_in_round_two_is_the_precedent(case: Council) -> None:
    standing = adjust(case, case.second, "1")
    release_stage(case.manager, case.round_group)
    open_stage(case.round_group.round, "explanation")
    head = person(Role.UNIT_HEAD, case.second)
    replies.reply(actor=head, appraisal_id=standing.pk, agree=False, comment="Có đủ.", document_ids=[])
    open_stage(case.round_group.round, "round2")
    decisions.recognise(actor=case.member, **case.cell(case.second), seen_version=2)
    found = beside(case)
    assert (found.recognised, found.adjusted) == (1, 0)


# --- size -------------------------------------------------------------------------------------------


def test_twenty_precedents_ask_as_many_questions_as_one(case: Council) -> None:
    adjust(case, case.second, "1")
    one = asked(case)
    for number in range(20):
        adjust(case, other_unit(case), "1" if number % 2 else "0.5")
    SelfScore.objects.filter(criterion=case.leaf).update(explanation="Như nhau.")
    assert asked(case) == one


def asked(case: Council) -> int:
    client = sign_in(fresh(case.member))
    client.get(cell_page(case))
    with CaptureQueriesContext(connection) as found:
        assert client.get(cell_page(case)).status_code == 200
    return len(found)
