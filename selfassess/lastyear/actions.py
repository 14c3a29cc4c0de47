"""Carrying last year's explanations and documents over to this year."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from cchc_index.lib import clock
from criteria.actions import freeze
from selfassess import rules
from selfassess.core.digests import snapshot
from selfassess.core.queries import locked
from selfassess.evidence.actions import put
from selfassess.models import Evidence, SelfAssessment, SelfScore
from units.auditlog.actions import Change, record_many
from units.models import User

from . import queries
from .queries import LastYear


@dataclass(frozen=True, slots=True)
class Copied:
    """What was carried over. `unchanged`: explanations of this year left as they are; `outside`: documents
    attached whose date lies outside this year's assessed period; `full`: documents left out because their
    criterion holds as many as it may."""

    explanations: int = 0
    documents: int = 0
    unchanged: int = 0
    outside: int = 0
    full: int = 0

    def __str__(self) -> str:
        said = [f"Đã chép {self.explanations} giải trình, đính kèm {self.documents} tài liệu của năm trước."]
        if self.unchanged:
            said.append(f"{self.unchanged} tiêu chí đã có giải trình năm nay nên giữ nguyên.")
        if self.full:
            said.append(f"{self.full} tài liệu không đính kèm vì tiêu chí đã đủ số tài liệu.")
        if self.outside:
            said.append(f"{self.outside} tài liệu có ngày ngoài thời kỳ đánh giá năm nay: kiểm tra lại.")
        return " ".join(said)


@transaction.atomic
def copy_last_year(
    *,
    actor: User,
    assessment_id: int,
    criterion_ids: Collection[int],
    replace: bool = False,
    address: str = "",
) -> Copied:
    """Copy last year's explanation and document references of these criteria; points and figures are
    never copied. An explanation of this year stays unless `replace`. The same again copies nothing.
    Raises PermissionDenied and Refused as `save_score` does.
    """
    assessment, at = locked(assessment_id), clock.now()
    rules.require(actor, "edit", assessment, at)
    rows = [row for row in queries.of_all(assessment) if row.criterion.pk in set(criterion_ids)]
    explained = [row for row in rows if row.explains and (replace or not row.is_explained)]
    changes = [_explain(actor, assessment, row, at) for row in explained]
    if changes:
        freeze(assessment.round_group_id, actor)
        record_many(actor=actor, verb="selfassess.score", changes=changes, unit=assessment.unit, address=address)
    attached, full, outside = _attach(actor, assessment, rows, address)
    unchanged = sum(row.explains and row.is_explained for row in rows) if not replace else 0
    return Copied(len(changes), attached, unchanged, outside, full)


def _explain(actor: User, assessment: SelfAssessment, row: LastYear, at: datetime) -> Change:
    score = row.current or SelfScore(assessment=assessment, criterion=row.criterion)
    before = snapshot(score)
    score.explanation = row.score.explanation
    score.version, score.updated_at, score.updated_by = score.version + 1, at, actor
    score.save()
    return Change(score, before, snapshot(score))


def _attach(actor: User, assessment: SelfAssessment, rows: Iterable[LastYear], address: str) -> tuple[int, int, int]:
    """Attached, left out for want of room, and how many of the attached lie outside the period."""
    attached = full = outside = 0
    for row in rows:
        if not row.fresh_papers:
            continue
        score, _ = SelfScore.objects.get_or_create(assessment=assessment, criterion=row.criterion)
        room = settings.EVIDENCE_MAX_PER_CRITERION - Evidence.objects.filter(score=score, removed_at=None).count()
        taken = row.fresh_papers[: max(0, room)]
        for earlier in taken:
            put(actor, assessment, score, earlier.document, earlier.page, earlier.section, address)
        attached += len(taken)
        full += len(row.fresh_papers) - len(taken)
        outside += sum(earlier.outside for earlier in taken)
    return attached, full, outside
