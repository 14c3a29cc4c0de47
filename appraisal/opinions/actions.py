"""Leaves that two members judge blind: marking them, giving an opinion, settling the cell.

The standing is written only when the cell is settled: by the first of two opinions that differ by no more
than the tolerance, else by a third decision. Nobody reads another's opinion before two are in.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from appraisal.core import digests as core_digests
from appraisal.core.actions.decisions import adjustment, recognition
from appraisal.core.actions.entries import Verdict, write_one
from appraisal.core.actions.locks import LockedCell, lock_cell, locked_block
from appraisal.models import Action, Appraisal, BlindCriterion, Opinion
from appraisal.rules import deciding, reach
from cchc_index.lib import clock, numbers
from cchc_index.lib.faults import Conflict, Refused
from criteria.models import Criterion, RoundGroup, Source
from units import rules as people
from units.auditlog.actions import record
from units.models import User

from . import agreement, digests


@dataclass(frozen=True, slots=True)
class Given:
    """An opinion as it was saved, and the standing when it settled the cell."""

    opinion: Opinion
    settled: Appraisal | None


@transaction.atomic
def mark_blind(*, actor: User, round_group_id: int, criterion_id: int, tolerance: Decimal | None) -> BlindCriterion:
    """Have a leaf judged by two members, who may differ by `tolerance` points (0 to the maximum, four
    places). May be changed until the first opinion. Raises PermissionDenied for anyone but the index
    manager, Refused."""
    block, leaf = _markable(actor, round_group_id, criterion_id)
    limit = _checked_tolerance(leaf, tolerance)
    found = BlindCriterion.objects.filter(round_group=block, criterion=leaf).first()
    if found is not None and found.tolerance == limit:
        return found
    _check_no_opinion(block, leaf)
    before = {"tolerance": numbers.exact_text(found.tolerance)} if found else None
    found = found or BlindCriterion(round_group=block, criterion=leaf)
    found.tolerance, found.marked_by, found.marked_at = limit, actor, clock.now()
    found.save()
    after = {"criterion": leaf.code, "tolerance": numbers.exact_text(limit)}
    record(actor=actor, verb=digests.VERB_MARK, obj=block, before=before, after=after)
    return found


@transaction.atomic
def withdraw_mark(*, actor: User, round_group_id: int, criterion_id: int) -> None:
    """Have a leaf judged by one member again; only while nobody has given an opinion. Repeating changes
    nothing. Raises PermissionDenied, Refused."""
    block, leaf = _markable(actor, round_group_id, criterion_id)
    found = BlindCriterion.objects.filter(round_group=block, criterion=leaf).first()
    if found is None:
        return
    _check_no_opinion(block, leaf)
    before = {"criterion": leaf.code, "tolerance": numbers.exact_text(found.tolerance)}
    found.delete()
    record(actor=actor, verb=digests.VERB_WITHDRAW_MARK, obj=block, before=before)


def _markable(actor: User, round_group_id: int, criterion_id: int) -> tuple[RoundGroup, Criterion]:
    block = locked_block(round_group_id)
    if not people.is_index_manager(actor):
        raise PermissionDenied
    leaves = Criterion.objects.filter(criteria_set=block.criteria_set_id, is_leaf=True, source=Source.SELF)
    leaf = leaves.filter(pk=criterion_id).first()
    if leaf is None:
        raise Refused("Chỉ chọn được tiêu chí do đơn vị tự đánh giá trong bộ tiêu chí của khối này.")
    return block, leaf


def _checked_tolerance(leaf: Criterion, tolerance: Decimal | None) -> Decimal:
    top = numbers.vn_short(leaf.max_points)
    if tolerance is None or not 0 <= tolerance <= leaf.max_points or numbers.quantize(tolerance) != tolerance:
        raise Refused(f"Chênh lệch cho phép của {leaf.code} phải từ 0 đến {top}, tối đa 4 chữ số thập phân.")
    return numbers.quantize(tolerance)


def _check_no_opinion(block: RoundGroup, leaf: Criterion) -> None:
    if Opinion.objects.filter(round_group=block, criterion=leaf).exists():
        raise Refused(f"Tiêu chí {leaf.code} đã có ý kiến độc lập: không thể đổi hoặc bỏ cách chấm khi đang thẩm định.")


@transaction.atomic
def give_opinion(
    *,
    actor: User,
    round_group_id: int,
    unit_id: int,
    criterion_id: int,
    recognising: bool,
    points: Decimal | None = None,
    not_applicable: bool = False,
    reason_id: int | None = None,
    comment: str = "",
    seen_version: int | None,
) -> Given:
    """One member's opinion on a marked leaf: the unit's own score (`recognising`), or other points with
    reason and words. Final once saved. The second that agrees, or the third decision (another assigned
    member, or the index manager on behalf of the council), settles the cell. The same form sent twice is
    one. Raises as `recognise` and `adjust` do, and Refused from whoever has said something else."""
    locked = lock_cell(actor, round_group_id, unit_id, criterion_id, as_council=True)
    marked = BlindCriterion.objects.filter(round_group=locked.round_group, criterion=locked.criterion).first()
    if marked is None or not locked.stage.two_opinions:
        raise Refused("Tiêu chí này không cần hai ý kiến: hãy công nhận hoặc điều chỉnh như thường.")
    verdict = recognition(locked.score, comment.strip()) if recognising else None
    verdict = verdict or adjustment(locked, points, reason_id, comment, not_applicable)
    standing = _standing(locked)
    if (mine := _mine(locked, seen_version)) is not None:
        return _said_before(mine, verdict, standing)
    _check_seen(standing, seen_version)
    others = list(_set(locked, standing.version))
    _check_turn(locked, marked, others)
    opinion = _write(locked, marked, verdict, standing.version, seat=len(others) + 1)
    return Given(opinion, _settle(locked, standing, [*others, opinion], marked.tolerance))


def _standing(locked: LockedCell) -> Appraisal:
    """The cell's standing, or a fresh one that is not saved."""
    cell = {"unit_id": locked.assessment.unit_id, "criterion_id": locked.criterion.pk}
    found = Appraisal.objects.filter(round_group=locked.round_group, **cell).select_related("unit").first()
    return found or Appraisal(
        round_group=locked.round_group, unit=locked.assessment.unit, criterion=locked.criterion, version=0
    )


def _set(locked: LockedCell, standing_version: int) -> QuerySet[Opinion]:
    return Opinion.objects.filter(
        round_group=locked.round_group,
        unit=locked.assessment.unit_id,
        criterion=locked.criterion,
        stage=locked.stage,
        standing_version=standing_version,
        score_version=locked.score.version if locked.score else 0,
    ).order_by("seat")


def _mine(locked: LockedCell, seen_version: int | None) -> Opinion | None:
    return _set(locked, seen_version or 0).filter(member=locked.actor).first()


def _said_before(mine: Opinion, verdict: Verdict, standing: Appraisal) -> Given:
    said = (mine.points, mine.not_applicable, mine.reason_id, mine.comment)
    reason = verdict.reason.pk if verdict.reason else None
    if said != (verdict.points, verdict.not_applicable, reason, verdict.comment):
        raise Refused("Bạn đã ghi ý kiến độc lập cho tiêu chí này; ý kiến đã ghi không sửa được.")
    return Given(mine, standing if standing.version > mine.standing_version else None)


def _check_seen(standing: Appraisal, seen_version: int | None) -> None:
    if standing.version != (seen_version or 0):
        raise Conflict(
            "Tiêu chí này đã có kết quả sau khi bạn mở trang. Nội dung bạn nhập còn nguyên bên dưới, chưa ghi.",
            current=standing,
        )


def _check_turn(locked: LockedCell, marked: BlindCriterion, others: list[Opinion]) -> None:
    """Two assigned members first; then, when they differ, whoever may decide between them."""
    if agreement.is_split([_said(o) for o in others], marked.tolerance):
        return
    scope = reach.scope_of(locked.actor, locked.round_group)
    if not deciding.may_decide(locked.actor, locked.stage, scope, locked.assessment.unit_id, locked.criterion.pk):
        raise PermissionDenied("Hai ý kiến đầu do thành viên được phân công ghi.")


def _said(opinion: Opinion) -> agreement.Judgement:
    return agreement.Judgement(opinion.points, opinion.not_applicable)


def _write(
    locked: LockedCell, marked: BlindCriterion, verdict: Verdict, standing_version: int, *, seat: int
) -> Opinion:
    """The log takes the digest only: whoever reads the log must not read an opinion before its time."""
    opinion = Opinion(
        round_group=locked.round_group,
        unit=locked.assessment.unit,
        criterion=locked.criterion,
        stage=locked.stage,
        standing_version=standing_version,
        score_version=locked.score.version if locked.score else 0,
        seat=seat,
        tolerance=marked.tolerance,
        member=locked.actor,
        points=verdict.points,
        not_applicable=verdict.not_applicable,
        reason=verdict.reason,
        comment=verdict.comment,
        at=clock.now(),
    )
    opinion.log = record(
        actor=locked.actor,
        verb=digests.VERB_OPINION,
        obj=locked.round_group,
        after={"criterion": locked.criterion.code, "seat": seat, "digest": digests.opinion_digest(opinion)},
        unit=locked.assessment.unit,
    )
    opinion.save(force_insert=True)
    return opinion


def _settle(locked: LockedCell, standing: Appraisal, opinions: list[Opinion], tolerance: Decimal) -> Appraisal | None:
    """Move the standing when an opinion stands: a step of the member whose opinion it is."""
    seat = agreement.standing_seat([_said(o) for o in opinions], tolerance)
    if seat is None:
        return None
    chosen = opinions[seat]
    own = locked.score is not None and (locked.score.points, locked.score.na_claimed) == _said(chosen)
    action, verb = (Action.RECOGNISE, core_digests.VERB_RECOGNISE) if own else (Action.ADJUST, core_digests.VERB_ADJUST)
    verdict = Verdict(action, chosen.points, chosen.not_applicable, chosen.reason, chosen.comment)
    write_one(standing, verdict, locked.stage, chosen.member, verb)
    return standing
