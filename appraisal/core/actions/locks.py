"""The locked cell: who holds which rows in which order, and what must hold before anything is written.

Every writer locks the units' assessments (by key), then the block, then the log's head: no two can wait
for each other.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied

from appraisal.models import AgendaItem, Appraisal, BlindCriterion, Council
from appraisal.rules import deciding, reach, stages
from cchc_index.lib.faults import Refused
from criteria.models import Criterion, RoundGroup, Stage
from criteria.tree import CellKey
from selfassess.models import SelfAssessment, SelfScore
from units import rules as people
from units.models import User


@dataclass(frozen=True, slots=True)
class LockedCell:
    """A locked cell about to be decided."""

    round_group: RoundGroup
    stage: Stage
    actor: User
    criterion: Criterion
    assessment: SelfAssessment
    score: SelfScore | None


def lock_cell(
    actor: User, round_group_id: int, unit_id: int, criterion_id: int, *, as_council: bool = False, mandate: int = 0
) -> LockedCell:
    """Lock the cell and prove that `actor` may decide it now; `as_council`: or may, as index manager,
    settle it on behalf of the council when two opinions differ. `mandate`: the agenda item by which the council has
    decided it as a body; where a round has a council, nothing else writes in its meeting."""
    assessment = locked_assessments(round_group_id, {unit_id}).get(unit_id)
    round_group = locked_block(round_group_id)
    criterion = Criterion.objects.filter(pk=criterion_id, criteria_set=round_group.criteria_set_id).first()
    if criterion is None:
        raise Refused("Tiêu chí không thuộc bộ tiêu chí của khối này.")
    if unit_id in reach.closed_units(actor):
        raise PermissionDenied("Không ai thẩm định đơn vị của mình, hoặc đơn vị đã khai có xung đột lợi ích.")
    stage = checked_stage(actor, round_group, by_mandate=bool(mandate))
    if mandate:
        _check_mandate(mandate, round_group, unit_id, criterion_id)
    elif not (as_council and people.is_index_manager(actor)):
        check_reach(actor, round_group, stage, [(unit_id, criterion_id)])
    submitted = check_submitted(assessment)
    score = SelfScore.objects.filter(assessment=submitted, criterion=criterion).first()
    return LockedCell(round_group, stage, actor, criterion, submitted, score)


def locked_assessments(round_group_id: int, unit_ids: set[int]) -> dict[int, SelfAssessment]:
    rows = SelfAssessment.objects.select_for_update(of=("self",)).filter(round_group=round_group_id, unit__in=unit_ids)
    return {row.unit_id: row for row in rows.order_by("pk")}


def locked_block(round_group_id: int) -> RoundGroup:
    """No key of the row changes, so readers of foreign keys are not held up."""
    return RoundGroup.objects.select_for_update(of=("self",), no_key=True).get(pk=round_group_id)


def checked_stage(actor: User, round_group: RoundGroup, *, by_mandate: bool = False) -> Stage:
    if not (by_mandate or people.is_council_member(actor) or people.is_index_manager(actor)):
        raise PermissionDenied
    stage = stages.calendar(round_group).stage
    if stage is None:
        raise Refused("Hiện không trong thời gian thẩm định: giai đoạn chưa mở, đã đóng hoặc đã thông báo cho đơn vị.")
    is_meeting = stage.kind == Stage.Kind.MEETING
    if by_mandate and not is_meeting:
        raise Refused("Giai đoạn họp Hội đồng của khối chưa mở, nên chưa ghi được kết luận về kết quả tiêu chí.")
    if is_meeting and not by_mandate and Council.objects.filter(round=round_group.round_id).exists():
        raise Refused(
            "Kỳ này có Hội đồng thẩm định: kết quả ở giai đoạn họp chỉ được ghi theo biểu quyết. "
            "Cách sửa: đưa tiêu chí vào chương trình phiên họp ở mục Hội đồng thẩm định."
        )
    return stage


def _check_mandate(item_id: int, round_group: RoundGroup, unit_id: int, criterion_id: int) -> None:
    """The item is about exactly this cell, and is being concluded."""
    about = AgendaItem.objects.filter(
        pk=item_id, round_group=round_group, unit=unit_id, criterion=criterion_id, state=AgendaItem.State.VOTING
    )
    if not about.exists():
        raise PermissionDenied


def check_reach(actor: User, round_group: RoundGroup, stage: Stage, cells: Iterable[CellKey]) -> None:
    scope = reach.scope_of(actor, round_group)
    for unit_id, criterion_id in cells:
        if not deciding.may_decide(actor, stage, scope, unit_id, criterion_id):
            raise PermissionDenied("Có tiêu chí không thuộc phần được phân công, hoặc thuộc đơn vị mình.")


def check_not_blind(round_group: RoundGroup, stage: Stage, criterion_ids: Iterable[int]) -> None:
    """Nobody decides alone what two members judge blind; the council's meeting may."""
    marked = BlindCriterion.objects.filter(round_group=round_group, criterion__in=criterion_ids)
    if stage.two_opinions and (found := marked.select_related("criterion").order_by("pk").first()):
        raise Refused(
            f"Tiêu chí {found.criterion.code} cần hai ý kiến độc lập: mở từng tiêu chí để ghi ý kiến của mình,"
            " không công nhận hoặc điều chỉnh một mình."
        )


def check_submitted(assessment: SelfAssessment | None) -> SelfAssessment:
    if assessment is None or assessment.state != SelfAssessment.State.SUBMITTED:
        raise Refused("Đơn vị chưa nộp bản tự đánh giá nên chưa thẩm định được.")
    return assessment


def standings_of(round_group: RoundGroup, cells: Iterable[CellKey]) -> dict[CellKey, Appraisal]:
    """The standings of the cells' units and criteria; the block is already locked."""
    pairs = list(cells)
    rows = Appraisal.objects.filter(round_group=round_group).select_related("unit", "criterion").order_by("pk")
    if len(pairs) <= 500:
        rows = rows.filter(unit__in={u for u, _ in pairs}, criterion__in={c for _, c in pairs})
    return {(row.unit_id, row.criterion_id): row for row in rows}
