"""One cell decided: the unit's own score recognised, or other points set."""

from decimal import Decimal

from django.db import transaction

from appraisal import steps
from appraisal.core import digests as core_digests
from appraisal.core.actions.decisions import KEPT, adjustment, kept_result, recognition
from appraisal.core.actions.entries import Verdict, says, told, version_of, write_one
from appraisal.core.actions.locks import LockedCell, check_not_blind, lock_cell
from appraisal.models import Action, Appraisal, AppraisalEntry
from cchc_index.lib.faults import Conflict, Refused
from criteria.models import Stage
from units.models import User


@transaction.atomic
def recognise(
    *,
    actor: User,
    round_group_id: int,
    unit_id: int,
    criterion_id: int,
    comment: str = "",
    seen_version: int | None,
    mandate: int = 0,
) -> Appraisal:
    """Take the unit's own score (or its claim that the leaf does not apply) as it is.
    Raises PermissionDenied for the wrong person, Refused when the unit has not scored the leaf or the
    stage is closed, Conflict when somebody decided since `seen_version` (0 or None: no decision seen).
    `mandate`: the agenda item in whose name the council as a body decides.
    """
    locked = lock_cell(actor, round_group_id, unit_id, criterion_id, mandate=mandate)
    check_not_blind(locked.round_group, locked.stage, [criterion_id])
    if locked.stage.kind == Stage.Kind.MEETING and not comment.strip():
        raise Refused("Nhập căn cứ của kết luận: ở bước Hội đồng quyết định, công nhận cũng phải nêu căn cứ.")
    return _decide(locked, recognition(locked.score, comment.strip()), seen_version)


@transaction.atomic
def adjust(
    *,
    actor: User,
    round_group_id: int,
    unit_id: int,
    criterion_id: int,
    points: Decimal | None,
    reason_id: int | None,
    comment: str,
    not_applicable: bool = False,
    seen_version: int | None,
    mandate: int = 0,
) -> Appraisal:
    """Set other points than the unit's (0 to the maximum, four places) or "not applicable", with a
    reason from the library and words. Raises as `recognise` does, and Refused for bad points, reason
    or words, and for an adjustment that equals the unit's own score."""
    locked = lock_cell(actor, round_group_id, unit_id, criterion_id, mandate=mandate)
    check_not_blind(locked.round_group, locked.stage, [criterion_id])
    verdict = adjustment(locked, points, reason_id, comment, not_applicable)
    return _decide(locked, verdict, seen_version)


@transaction.atomic
def keep(
    *,
    actor: User,
    round_group_id: int,
    unit_id: int,
    criterion_id: int,
    comment: str = "",
    seen_version: int | None,
    mandate: int = 0,
) -> Appraisal:
    """Let the adjustment of an earlier stage stand against the unit's objection: a decision of this stage, with the
    same points and reason. Raises as `adjust` does, and Refused where there is no adjustment to keep."""
    locked = lock_cell(actor, round_group_id, unit_id, criterion_id, mandate=mandate)
    check_not_blind(locked.round_group, locked.stage, [criterion_id])
    if locked.stage.kind == Stage.Kind.MEETING and not comment.strip():
        raise Refused("Ghi căn cứ của kết luận: ở bước Hội đồng quyết định, giữ nguyên cũng phải nêu căn cứ.")
    standing = Appraisal.objects.filter(
        round_group=locked.round_group, unit=unit_id, criterion=criterion_id
    ).select_related("stage")
    found = standing.first()
    history = found.entries.select_related("stage", "reason").order_by("sequence") if found else ()
    last = steps.counting(history)[-1:]
    if found is not None and last and _is_kept_already(last[0], locked, seen_version):
        return found
    verdict = kept_result(found, last[0] if last else None, locked.stage, comment)
    return _decide(locked, verdict, seen_version, core_digests.VERB_KEEP)


def _is_kept_already(step: AppraisalEntry, locked: LockedCell, seen_version: int | None) -> bool:
    """The same form sent twice."""
    same = (step.stage_id, step.actor_id, step.sequence) == (locked.stage.pk, locked.actor.pk, (seen_version or 0) + 1)
    return same and step.comment.startswith(KEPT)


def _decide(locked: LockedCell, verdict: Verdict, seen_version: int | None, verb: str = "") -> Appraisal:
    """Move the standing of a locked cell, unless somebody moved it since `seen_version`."""
    cell = {"unit_id": locked.assessment.unit_id, "criterion_id": locked.criterion.pk}
    standing = Appraisal.objects.filter(round_group=locked.round_group, **cell).select_related("unit").first()
    if version_of(standing) != (seen_version or 0):
        last = standing.entries.order_by("-sequence").select_related("actor").first() if standing else None
        if standing and last and last.sequence == (seen_version or 0) + 1 and says(last, verdict, locked.actor):
            return standing  # the same form sent twice
        raise Conflict(_conflict_text(standing, last), current=standing)
    if standing is None:
        standing = Appraisal(
            round_group=locked.round_group, unit=locked.assessment.unit, criterion=locked.criterion, version=0
        )
    usual = core_digests.VERB_RECOGNISE if verdict.action == Action.RECOGNISE else core_digests.VERB_ADJUST
    write_one(standing, verdict, locked.stage, locked.actor, verb or usual)
    return standing


def _conflict_text(standing: Appraisal | None, last: AppraisalEntry | None) -> str:
    if standing is None or last is None:
        return "Kết quả bạn đang xem không còn. Hãy xem lại rồi ghi."
    return f"{told(last, standing)} Nội dung bạn nhập còn nguyên bên dưới, chưa ghi."
