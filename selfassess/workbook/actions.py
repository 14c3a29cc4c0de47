"""Writing what a filled workbook says, and keeping an upload until it is confirmed."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence

from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.faults import Conflict, Fault, ImportRefused, Invalid, Refused
from cchc_index.lib.stored_files import Unstored
from criteria.actions import freeze
from criteria.models import Criterion, Source
from criteria.queries import leaves
from selfassess import rules
from selfassess.core import entry
from selfassess.core.digests import snapshot
from selfassess.core.entry import stored
from selfassess.core.queries import locked
from selfassess.models import SelfAssessment, SelfScore
from selfassess.uploads.actions import clean_up
from units.auditlog.actions import Change, record_many
from units.models import User

from .layout import FilledRow
from .queries import LIFE, SALT

FOLDER = "workbooks"
BATCH = 500


@transaction.atomic
def apply_workbook(
    *, actor: User, assessment_id: int, lines: Sequence[FilledRow], reason: str = "", address: str = ""
) -> int:
    """Store every line by the rules of `save_score`, all or nothing; the number of changed scores is the
    answer, so the same lines again give 0. Each changed score has its own entry in the log, with `reason`.

    Raises Refused for a wrong state, a foreign criterion or values that give no score, and Conflict whose
    `current` lists the criteria that somebody saved first.
    """
    assessment, at = locked(assessment_id), clock.now()
    rules.require(actor, "edit", assessment, at)
    criteria = leaves(assessment.round_group.criteria_set_id, [Source.SELF]).in_bulk()
    scores = {score.criterion_id: score for score in SelfScore.objects.filter(assessment=assessment).order_by("pk")}
    changed = _changed(assessment, lines, criteria, scores)
    if not changed:
        return 0
    before = {score.criterion_id: snapshot(scores.get(score.criterion_id) or score) for score in changed}
    for score in changed:
        score.version, score.updated_at, score.updated_by = score.version + 1, at, actor
    _write(assessment, changed)
    freeze(assessment.round_group_id, actor)
    named = SelfScore.objects.select_related("criterion", "assessment__unit")
    known = named.filter(assessment=assessment, criterion__in=before).in_bulk(field_name="pk")
    changes = [Change(score, before[score.criterion_id], snapshot(score)) for score in known.values()]
    changes.sort(key=lambda change: criteria[change.obj.criterion_id].position)  # type: ignore[attr-defined]
    verb, unit = "selfassess.score", assessment.unit
    record_many(actor=actor, verb=verb, changes=changes, unit=unit, reason=reason, address=address)
    return len(changed)


def _changed(
    assessment: SelfAssessment,
    lines: Sequence[FilledRow],
    criteria: Mapping[int, Criterion],
    scores: Mapping[int, SelfScore],
) -> list[SelfScore]:
    """New values of the scores that differ, not yet written; Conflict when one was saved meanwhile."""
    changed, stale = [], []
    for line in lines:
        criterion = criteria.get(line.criterion_id)
        if criterion is None:
            raise Refused("Tệp có tiêu chí không thuộc phần tự đánh giá của đơn vị trong kỳ: tải lại mẫu.")
        old, wanted = scores.get(criterion.pk), _entry(criterion, line)
        if stored(old or SelfScore()) == wanted:
            continue
        if (old.version if old else 0) != line.seen_version:
            stale.append(criterion)
        changed.append(_score(assessment, criterion, old, wanted))
    if stale:
        codes = ", ".join(criterion.code for criterion in stale)
        raise Conflict(f"Có người đã lưu tiêu chí {codes} sau khi tệp này được tải về; chưa ghi gì.", stale)
    return changed


def _entry(criterion: Criterion, line: FilledRow) -> entry.ScoreEntry:
    try:
        return entry.read(
            criterion,
            figures=line.figures,
            points=line.points,
            explanation=line.explanation,
            na_claimed=line.na_claimed,
            na_reason=line.na_reason,
        )
    except Invalid as invalid:
        raise Refused(f"Tiêu chí {criterion.code}: {invalid}") from None


def _score(assessment: SelfAssessment, criterion: Criterion, old: SelfScore | None, new: entry.ScoreEntry) -> SelfScore:
    return SelfScore(
        assessment=assessment,
        criterion=criterion,
        version=old.version if old else 0,
        figures=new.figures,
        points=new.points,
        explanation=new.explanation,
        na_claimed=new.na_claimed,
        na_reason=new.na_reason,
    )


def _write(assessment: SelfAssessment, changed: Sequence[SelfScore]) -> None:
    """One upsert: the lock on the assessment keeps everybody else out."""
    fields = ["figures", "points", "explanation", "na_claimed", "na_reason", "version", "updated_at", "updated_by"]
    SelfScore.objects.bulk_create(
        changed, BATCH, update_conflicts=True, unique_fields=["assessment", "criterion"], update_fields=fields
    )


def keep_upload(content: bytes, assessment_id: int, user_id: int) -> str:
    """Store the bytes; the answer is the ticket. The person's earlier uploads, and everybody's old ones, go. Raises
    ImportRefused where the disk takes nothing."""
    clean_up(FOLDER, f"{assessment_id}-{user_id}-", LIFE)
    try:
        name = default_storage.save(f"{FOLDER}/{assessment_id}-{user_id}-{uuid.uuid4().hex}.xlsx", ContentFile(content))
    except Unstored as unstored:
        raise ImportRefused([Fault(0, "", str(unstored))]) from None
    ticket = {"f": name, "d": hashlib.sha256(content).hexdigest(), "a": assessment_id, "u": user_id}
    return signing.dumps(ticket, salt=SALT, compress=True)
