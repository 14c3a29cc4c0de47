"""Taking a decision back before its stage is released: what stands then, who may, who else is told."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from appraisal import ledger
from appraisal.core import digests as core_digests
from appraisal.core.queries.cells import GridCell, read_sheet, tally
from appraisal.models import Action, Appraisal, AppraisalEntry
from appraisal.opinions import actions as opinions
from appraisal.opinions import queries as opinions_queries
from appraisal.replies import actions as replies
from appraisal.review.bulk import actions as bulk
from appraisal.review.decisions import actions as decisions
from appraisal.review.undo import actions as undo_actions
from appraisal.rules import deciding, reach, stages
from appraisal.tests.factories import Council, assign, council, release_row, release_stage, stage_of, submitted
from appraisal.tests.standings import standings_by_cell
from cchc_index.lib.faults import Conflict, Refused
from cchc_index.lib.tests.present import present
from criteria.tests.factories import open_stage
from selfassess.models import SelfAssessment, SelfScore
from units.auditlog.models import LogEntry
from units.models import Membership, Role, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


def recognise(case: Council, version: int = 0, **extra: object) -> Appraisal:
    given: dict[str, Any] = {"actor": case.member, **case.cell(), "seen_version": version, **extra}
    return decisions.recognise(**given)


def lower(case: Council, points: str = "1", version: int = 0, **extra: object) -> Appraisal:
    fields: dict[str, Any] = {
        "actor": case.member,
        **case.cell(),
        "points": Decimal(points),
        "reason_id": case.reason.pk,
        "comment": "Thiếu báo cáo quý IV.",
        "seen_version": version,
        **extra,
    }
    return decisions.adjust(**fields)


def undo(case: Council, version: int, **extra: object) -> Appraisal:
    given: dict[str, Any] = {"actor": case.member, **case.cell(), "seen_version": version, **extra}
    return undo_actions.undo(**given)


def colleague(case: Council) -> User:
    other = person(Role.COUNCIL_MEMBER)
    assign(other, case.round_group)
    return other


def in_round_two(case: Council, *, agree: bool = False) -> None:
    """Round 1 lowered the cell to 1 and was released, the unit answered, round 2 is open."""
    lower(case)
    release_stage(case.manager, case.round_group)
    open_stage(case.round_group.round, "explanation")
    words = "" if agree else "Có."
    replies.reply(actor=case.head, appraisal_id=case.standing().pk, agree=agree, comment=words, document_ids=[])
    open_stage(case.round_group.round, "round2")


def cell_of(case: Council, user: User | None = None) -> GridCell:
    sheet = read_sheet(case.round_group, [case.first], [case.leaf], calendar=stages.calendar(case.round_group))
    return sheet.cell(case.first, case.leaf, True)


def test_an_undone_decision_is_no_decision_and_no_zero(case: Council) -> None:
    recognise(case)
    before = case.round_group.inputs_version
    standing = undo(case, 1)
    assert (standing.is_decided, standing.points, standing.not_applicable) == (False, None, False)
    assert standing.value == "chờ thẩm định"
    assert standings_by_cell(case.round_group) == {}
    cell = cell_of(case)
    assert (cell.standing, cell.is_pending, cell.can_be_recognised, cell.version) == (None, True, True, 2)
    assert cell.status == ("wait", "chờ thẩm định")
    counts = tally([cell])
    assert (counts.decided, counts.pending, counts.recognised) == (0, 1, 0)
    case.round_group.refresh_from_db()
    assert case.round_group.inputs_version == before + 2
    assert list(ledger.check()) == []


def test_an_undo_is_a_step_of_its_own_and_nothing_is_removed(case: Council) -> None:
    lower(case)
    undo(case, 1)
    first, second = case.standing().entries.order_by("sequence")
    assert (second.action, second.stage.name, second.points, second.undoes, second.actor) == (
        Action.UNDO,
        "round1",
        None,
        first,
        case.member,
    )
    assert first.undone_by == second
    assert second.log.verb == core_digests.VERB_UNDO
    assert present(second.log.before)["points"] == "1"
    assert (present(second.log.after)["points"], present(second.log.after)["action"]) == (None, "undo")


def test_the_decision_before_stands_again(case: Council) -> None:
    recognise(case)
    lower(case, version=1)
    standing = undo(case, 2)
    assert (standing.action, standing.points, standing.version) == (Action.RECOGNISE, Decimal("1.5"), 3)
    standing = undo(case, 3)
    assert not standing.is_decided
    with pytest.raises(Refused, match="không còn kết quả"):
        undo(case, 4)
    assert list(ledger.check()) == []


def test_a_cell_is_decided_anew_after_an_undo(case: Council) -> None:
    recognise(case)
    undo(case, 1)
    with pytest.raises(Conflict, match="hoàn tác.*chờ thẩm định"):
        lower(case)
    lower(case, version=2)
    assert case.standing().points == Decimal(1)
    undo_actions.undo(actor=case.member, **case.cell(), seen_version=3)
    cells = [(case.first.pk, case.leaf.pk, 4)]
    bulk.bulk_recognise(actor=case.member, round_group_id=case.round_group.pk, cells=cells)
    assert case.standing().points == Decimal("1.5")
    assert list(ledger.check()) == []


def test_in_round_two_the_released_result_of_round_one_stands_again(case: Council) -> None:
    in_round_two(case)
    recognise(case, 2)
    standing = undo(case, 3)
    assert (standing.stage.name, standing.action, standing.points) == ("round1", Action.ADJUST, Decimal(1))
    cell = cell_of(case)
    assert (cell.is_disputed, cell.is_pending, cell.reply) == (True, True, Action.DISAGREE)
    assert list(ledger.check()) == []


def test_the_submitted_self_assessment_is_untouched(case: Council) -> None:
    kept = (list(SelfAssessment.objects.values()), list(SelfScore.objects.values()))
    recognise(case)
    undo(case, 1)
    assert kept == (list(SelfAssessment.objects.values()), list(SelfScore.objects.values()))


def test_not_applicable_and_zero_come_back_as_they_were(case: Council) -> None:
    unit = UnitFactory.create(group=case.round_group.group)
    submitted(case.round_group, unit, {"1.1": "0", "1.2": None})
    zero, absent = case.cell(unit), case.cell(unit, case.other_leaf)
    for cell in (zero, absent):
        recognise(case, **cell)
        lower(case, "0.5", 1, **cell)
        undo(case, 2, **cell)
    found = standings_by_cell(case.round_group)
    assert found[unit.pk, case.leaf.pk] == (Decimal(0), False)
    assert found[unit.pk, case.other_leaf.pk] == (None, True)


def test_only_the_author_takes_a_decision_back(case: Council) -> None:
    other = colleague(case)
    recognise(case)
    for someone in (other, case.manager, case.officer, person(Role.OBSERVER)):
        with pytest.raises(PermissionDenied):
            undo(case, 1, actor=someone)
    lower(case, version=1, actor=other)
    with pytest.raises(PermissionDenied):
        undo(case, 2)
    assert AppraisalEntry.objects.count() == 2


def test_nobody_takes_back_at_a_unit_that_has_become_their_own(case: Council) -> None:
    recognise(case)
    Membership.objects.create(user=case.member, role=Role.UNIT_OFFICER, unit=case.first)
    with pytest.raises(PermissionDenied):
        undo_actions.undo(actor=type(case.member).objects.get(pk=case.member.pk), **case.cell(), seen_version=1)


def test_who_is_no_longer_assigned_takes_nothing_back(case: Council) -> None:
    recognise(case)
    case.member.assignments.all().delete()
    with pytest.raises(PermissionDenied):
        undo(case, 1)


def test_a_closed_stage_takes_nothing_back(case: Council) -> None:
    recognise(case)
    case.round_group.round.stages.update(opens_at=None, closes_at=None)
    with pytest.raises(Refused, match="không trong thời gian"):
        undo(case, 1)


def test_a_released_stage_takes_nothing_back(case: Council) -> None:
    recognise(case)
    release_stage(case.manager, case.round_group)
    with pytest.raises(Refused, match="không trong thời gian"):
        undo(case, 1)
    open_stage(case.round_group.round, "round2")
    with pytest.raises(Refused, match="Thẩm định lần 1, giai đoạn đó đã thông báo"):
        undo(case, 1)


def test_the_meetings_conclusion_is_taken_back_by_an_index_manager(case: Council) -> None:
    recognise(case)
    for stage in ("round1", "round2"):
        release_row(case.round_group, stage)
    lower(case, "0.5", 1, actor=case.manager)
    with pytest.raises(PermissionDenied):
        undo(case, 2)
    standing = undo(case, 2, actor=person(Role.INDEX_MANAGER))
    assert (standing.stage.name, standing.points) == ("round1", Decimal("1.5"))
    with pytest.raises(Refused, match="Thẩm định lần 1"):
        undo(case, 3, actor=case.manager)


def test_a_unit_that_took_its_assessment_back_is_left_alone(case: Council) -> None:
    recognise(case)
    case.round_group.assessments.filter(unit=case.first).update(state="draft", submitted_at=None, submitted_by=None)
    with pytest.raises(Refused, match="chưa nộp"):
        undo(case, 1)


def test_a_cell_never_decided_has_nothing_to_take_back(case: Council) -> None:
    with pytest.raises(Refused, match="chưa có kết quả"):
        undo(case, 0)


def test_whoever_decided_since_is_named_with_time_and_result(case: Council) -> None:
    other = colleague(case)
    recognise(case)
    lower(case, version=1, actor=other)
    with pytest.raises(Conflict) as caught:
        undo(case, 1)
    for words in (str(other), "điều chỉnh", "lúc", "1,00 điểm", "Chưa hoàn tác gì"):
        assert words in str(caught.value)
    assert case.standing().points == Decimal(1)


def test_the_same_undo_sent_three_times_is_one(case: Council) -> None:
    recognise(case)
    lower(case, version=1)
    for _ in range(3):
        assert undo(case, 2).points == Decimal("1.5")
    assert AppraisalEntry.objects.filter(action=Action.UNDO).count() == 1
    assert LogEntry.objects.count() == 3


def test_what_two_members_said_blind_is_not_taken_back_by_one(case: Council) -> None:
    other = colleague(case)
    opinions.mark_blind(
        actor=case.manager, round_group_id=case.round_group.pk, criterion_id=case.leaf.pk, tolerance=Decimal("0.5")
    )
    for member in (case.member, other):
        given: dict[str, Any] = {"actor": member, **case.cell(), "recognising": True, "seen_version": 0}
        opinions.give_opinion(**given)
    with pytest.raises(Refused, match="ý kiến độc lập"):
        undo(case, 1)
    assert not deciding.steps_undoable_by(case.member, case.round_group).exists()
    assert case.standing().is_decided


def test_a_decision_made_before_the_leaf_was_marked_is_taken_back(case: Council) -> None:
    recognise(case)
    opinions.mark_blind(
        actor=case.manager, round_group_id=case.round_group.pk, criterion_id=case.leaf.pk, tolerance=Decimal("0.5")
    )
    assert not undo(case, 1).is_decided
    given: dict[str, Any] = {"actor": case.member, **case.cell(), "recognising": True, "seen_version": 2}
    opinions.give_opinion(**given)
    assert [w.count for w in opinions_queries.waiting(case.round_group, stage_of(case.round_group, "round1"))] == [1]
    assert list(ledger.check()) == []


def test_the_predicate_and_the_queryset_agree(case: Council) -> None:
    other = colleague(case)
    recognise(case)
    lower(case, "0.5", leaf_cell(case)["version"], **leaf_cell(case)["cell"])
    recognise(case, 0, actor=other, **case.cell(case.second))
    recognise(case, 0, **case.cell(case.second, case.other_leaf))
    undo(case, 1, **case.cell(case.second, case.other_leaf))
    stage = stages.calendar(case.round_group).stage
    for user in (case.member, other, case.manager, case.officer):
        scope = reach.scope_of(user, case.round_group)
        allowed = {
            step.pk
            for step in AppraisalEntry.objects.select_related("appraisal").exclude(action=Action.UNDO)
            if not hasattr(step, "undone_by")
            and deciding.may_undo(user, stage, scope, (step.appraisal.unit_id, step.appraisal.criterion_id), step)
        }
        assert set(deciding.steps_undoable_by(user, case.round_group).values_list("pk", flat=True)) == allowed
    assert deciding.steps_undoable_by(case.member, case.round_group).count() == 2


def leaf_cell(case: Council) -> dict[str, Any]:
    return {"version": 0, "cell": case.cell(leaf=case.other_leaf)}


def batch(case: Council) -> LogEntry:
    cells = [(u.pk, leaf.pk, 0) for u in (case.first, case.second) for leaf in (case.leaf, case.other_leaf)]
    bulk.bulk_recognise(actor=case.member, round_group_id=case.round_group.pk, cells=cells)
    return LogEntry.objects.get(verb=core_digests.VERB_BULK)


def undo_batch(
    case: Council, log: LogEntry, cells: list[tuple[int, int, int]] | None = None, actor: User | None = None
) -> int:
    every = [(u.pk, leaf.pk, 1) for u in (case.first, case.second) for leaf in (case.leaf, case.other_leaf)]
    return bulk.undo_batch(
        actor=actor or case.member,
        round_group_id=case.round_group.pk,
        batch_id=log.pk,
        cells=every if cells is None else cells,
    )


def test_a_batch_is_taken_back_as_one(case: Council) -> None:
    log = batch(case)
    assert undo_batch(case, log) == 4
    assert standings_by_cell(case.round_group) == {}
    entry = LogEntry.objects.get(verb=core_digests.VERB_BULK_UNDO)
    assert (present(entry.after)["entries"], present(entry.after)["units"], present(entry.after)["undoes"]) == (
        4,
        2,
        log.number,
    )
    assert undo_batch(case, log) == 4
    assert AppraisalEntry.objects.count() == 8
    assert list(ledger.check()) == []


def test_a_batch_is_taken_back_all_or_nothing(case: Council) -> None:
    other = colleague(case)
    log = batch(case)
    lower(case, version=1, actor=other)
    with pytest.raises(Conflict) as caught:
        undo_batch(case, log)
    for words in (str(other), case.leaf.code, case.first.name, "điều chỉnh"):
        assert words in str(caught.value)
    assert not AppraisalEntry.objects.filter(action=Action.UNDO).exists()
    with pytest.raises(Conflict):  # seen, and still no longer the batch's
        undo_batch(case, log, [(case.first.pk, case.leaf.pk, 2)])
    rest = [(case.first.pk, case.other_leaf.pk, 1), (case.second.pk, case.leaf.pk, 1)]
    assert undo_batch(case, log, rest) == 2
    assert case.standing().points == Decimal(1)
    assert list(ledger.check()) == []


def test_nobody_takes_back_the_batch_of_another(case: Council) -> None:
    other = colleague(case)
    log = batch(case)
    for someone in (other, case.manager, case.officer):
        with pytest.raises(PermissionDenied):
            undo_batch(case, log, actor=someone)
    release_stage(case.manager, case.round_group)
    with pytest.raises(Refused):
        undo_batch(case, log)
    assert not AppraisalEntry.objects.filter(action=Action.UNDO).exists()


def test_cells_that_never_were_in_the_batch_are_refused(case: Council) -> None:
    cells = [(case.first.pk, case.leaf.pk, 0)]
    bulk.bulk_recognise(actor=case.member, round_group_id=case.round_group.pk, cells=cells)
    recognise(case, **case.cell(case.second))
    log = LogEntry.objects.get(verb=core_digests.VERB_BULK)
    with pytest.raises(Refused, match="không thuộc lần"):
        undo_batch(case, log, [(case.second.pk, case.leaf.pk, 1)])
    with pytest.raises(Refused, match="Không còn"):
        undo_batch(case, log, [])
