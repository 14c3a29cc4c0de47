"""The council's verbs: recognise, adjust, recognise many, release a stage to the units."""

from collections.abc import Iterable
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction

from appraisal import ledger, mails, rules
from appraisal.models import Action, Appraisal, AppraisalEntry, Release, Stage
from cchc_index.lib import clock
from cchc_index.lib.faults import Conflict, Refused
from criteria.models import RoundGroup
from selfassess.models import SelfAssessment, SelfScore
from units import rules as people
from units.auditlog.actions import record
from units.models import User

from .consistency import check_acknowledged
from .desk import (
    Cell,
    Desk,
    check_not_blind,
    check_reach,
    check_submitted,
    checked_stage,
    locked_assessments,
    locked_block,
    open_desk,
    standings_of,
)
from .verdicts import adjustment, recognition
from .writing import Verdict, says, told, write_batch, write_one


@transaction.atomic
def recognise(
    *,
    actor: User,
    round_group_id: int,
    unit_id: int,
    criterion_id: int,
    comment: str = "",
    seen_version: int | None,
) -> Appraisal:
    """Take the unit's own score (or its claim that the leaf does not apply) as it is.
    Raises PermissionDenied for the wrong person, Refused when the unit has not scored the leaf or the
    stage is closed, Conflict when somebody decided since `seen_version` (0 or None: no decision seen).
    """
    desk = open_desk(actor, round_group_id, unit_id, criterion_id)
    check_not_blind(desk.round_group, desk.stage, [criterion_id])
    if desk.stage == Stage.FINAL and not comment.strip():
        raise Refused("Ghi căn cứ của kết luận: ở bước Hội đồng quyết định, công nhận cũng phải có lời.")
    return _decide(desk, recognition(desk.score, comment.strip()), seen_version)


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
) -> Appraisal:
    """Set other points than the unit's (0 to the maximum, four places) or "not applicable", with a
    reason from the library and words. Raises as `recognise` does, and Refused for bad points, reason
    or words, and for an adjustment that equals the unit's own score."""
    desk = open_desk(actor, round_group_id, unit_id, criterion_id)
    check_not_blind(desk.round_group, desk.stage, [criterion_id])
    verdict = adjustment(desk, points, reason_id, comment, not_applicable)
    return _decide(desk, verdict, seen_version)


@transaction.atomic
def bulk_recognise(*, actor: User, round_group_id: int, cells: Iterable[tuple[int, int, int | None]]) -> int:
    """Recognise many cells `(unit_id, criterion_id, seen_version)` as one batch: all or none, one log
    entry. Returns how many. Raises as `recognise` does, naming the first cell that cannot be taken."""
    seen = {(unit, criterion): version for unit, criterion, version in cells}
    if not seen:
        raise Refused("Chưa chọn tiêu chí nào để công nhận.")
    assessments = locked_assessments(round_group_id, {unit for unit, _ in seen})
    round_group = locked_block(round_group_id)
    stage = checked_stage(actor, round_group)
    if stage == Stage.FINAL:
        raise Refused("Ở bước Hội đồng quyết định, mỗi tiêu chí được quyết định riêng, có lời.")
    check_reach(actor, round_group, stage, seen)
    check_not_blind(round_group, stage, {criterion for _, criterion in seen})
    verdicts = _bulk_verdicts(round_group, assessments, seen)
    standings = standings_of(round_group, seen)
    _check_versions(standings, seen)
    return write_batch(actor, round_group, stage, verdicts, standings, ledger.VERB_BULK)


def _bulk_verdicts(
    round_group: RoundGroup, assessments: dict[int, SelfAssessment], seen: dict[Cell, int | None]
) -> dict[Cell, Verdict]:
    for unit_id in sorted({unit for unit, _ in seen}):
        check_submitted(assessments.get(unit_id))
    scores = {
        (score.assessment.unit_id, score.criterion_id): score
        for score in SelfScore.objects.filter(
            assessment__in=assessments.values(), criterion__in={criterion for _, criterion in seen}
        )
        .select_related("assessment")
        .order_by("pk")
    }
    return {cell: recognition(scores.get(cell)) for cell in seen}


def _check_versions(standings: dict[Cell, Appraisal], seen: dict[Cell, int | None]) -> None:
    moved = [standings.get(c) for c, version in seen.items() if _version(standings.get(c)) != (version or 0)]
    if moved:
        raise Conflict(
            f"{len(moved)} tiêu chí đã có người khác ghi kết quả trong lúc bạn xem: chưa ghi gì. "
            "Hãy xem lại danh sách rồi công nhận.",
            current=moved,
        )


@transaction.atomic
def release(*, actor: User, round_group_id: int, stage: str) -> Release:
    """Show a stage to the units of the block. It takes no more decisions afterwards. Raises
    PermissionDenied for anyone but the index manager, Refused out of the order of the year, and while the
    consistency report was not acknowledged as it stands now. Releasing twice is one release."""
    round_group = locked_block(round_group_id)
    if not people.is_index_manager(actor):
        raise PermissionDenied
    done = Release.objects.filter(round_group=round_group, stage=stage).first()
    if done:
        return done
    if stage not in rules.RELEASABLE or not rules.release_is_due(
        rules.calendar(round_group), round_group, Stage(stage)
    ):
        raise Refused("Chưa đến lúc công bố giai đoạn này cho đơn vị: giai đoạn trước chưa công bố hoặc chưa mở.")
    check_acknowledged(round_group, Stage(stage))
    found = Release.objects.create(round_group=round_group, stage=stage, released_at=clock.now(), released_by=actor)
    mails.tell_release(found)
    after = {"stage": stage, "block": str(round_group), **ledger.release_facts(found)}
    record(actor=actor, verb=ledger.VERB_RELEASE, obj=found, after=after)
    return found


@transaction.atomic
def withdraw(*, actor: User, round_group_id: int, stage: str, reason: str) -> None:
    """Take a release back (it was made too early): the stage is hidden again and takes decisions while
    its phase is open. Raises PermissionDenied for anyone but the index manager; Refused without a
    reason, and once anything of a later stage rests on what the units have seen."""
    round_group = locked_block(round_group_id)
    if not people.is_index_manager(actor):
        raise PermissionDenied
    found = Release.objects.filter(round_group=round_group, stage=stage).first()
    if found is None:
        raise Refused("Giai đoạn này chưa công bố nên không có gì để rút lại.")
    if not reason.strip():
        raise Refused("Ghi lý do rút lại công bố.")
    if rules.something_rests_on(found):
        raise Refused("Không rút lại được: đã có giải trình, thẩm định hoặc công bố của giai đoạn sau.")
    facts = {"stage": stage, "block": str(round_group), "released_at": found.released_at.isoformat()}
    record(actor=actor, verb=ledger.VERB_WITHDRAW, obj=found, before=facts, reason=reason.strip())
    found.delete()


# --- writing ----------------------------------------------------------------------------------------


def _version(standing: Appraisal | None) -> int:
    return standing.version if standing else 0


def _decide(desk: Desk, verdict: Verdict, seen_version: int | None) -> Appraisal:
    """Move the standing of a locked cell, unless somebody moved it since `seen_version`."""
    cell = {"unit_id": desk.assessment.unit_id, "criterion_id": desk.criterion.pk}
    standing = Appraisal.objects.filter(round_group=desk.round_group, **cell).select_related("unit").first()
    if _version(standing) != (seen_version or 0):
        last = standing.entries.order_by("-sequence").select_related("actor").first() if standing else None
        if standing and last and last.sequence == (seen_version or 0) + 1 and says(last, verdict, desk.actor):
            return standing  # the same form sent twice
        raise Conflict(_conflict_text(standing, last), current=standing)
    if standing is None:
        standing = Appraisal(
            round_group=desk.round_group, unit=desk.assessment.unit, criterion=desk.criterion, version=0
        )
    verb = ledger.VERB_RECOGNISE if verdict.action == Action.RECOGNISE else ledger.VERB_ADJUST
    write_one(standing, verdict, desk.stage, desk.actor, verb)
    return standing


def _conflict_text(standing: Appraisal | None, last: AppraisalEntry | None) -> str:
    if standing is None or last is None:
        return "Kết quả bạn đang xem không còn. Hãy xem lại rồi ghi."
    return f"{told(last, standing)} Nội dung bạn nhập còn nguyên bên dưới, chưa ghi."
