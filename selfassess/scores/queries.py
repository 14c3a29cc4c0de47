"""Reads of scores: a block's cells, and everything one page shows about one criterion."""

from dataclasses import dataclass

from cchc_index.lib.prepared import Prepared
from cchc_index.lib.streams import Parts, TenThousandths, parts_of
from criteria.models import Criterion, RoundGroup
from selfassess.core.queries import score_of, task_list
from selfassess.core.task_list import TaskList
from selfassess.documents.queries import usable_documents
from selfassess.evidence.queries import evidence_of
from selfassess.lastyear import queries as lastyear
from selfassess.lastyear.queries import LastYear
from selfassess.models import Document, Evidence, SelfAssessment, SelfScore
from units.models import Unit


def points_in_parts(round_group: RoundGroup) -> Parts:
    """(unit, criterion, ten-thousandths of a point, `streams.ABSENT` where none was given) of what units have
    submitted, never all of them held; one query. A draft is the unit's own business."""
    return parts_of(_SUBMITTED, round_group.pk)


_SUBMITTED = Prepared(
    lambda block: (
        SelfScore.objects.filter(assessment__round_group=block, assessment__state=SelfAssessment.State.SUBMITTED)
        .order_by()
        .values_list("assessment__unit_id", "criterion_id", TenThousandths("points"))
    )
)


@dataclass(slots=True)
class CriterionPage:
    """Everything one page shows about one criterion of one unit."""

    criterion: Criterion
    trail: list[Criterion]
    score: SelfScore | None
    evidence: list[Evidence]
    others: list[Document]
    tasks: TaskList
    last_year: LastYear | None
    merged: list[Unit]
    """Where there is no last year because several units became this one."""

    @property
    def _leaves(self) -> list[Criterion]:
        return [row.criterion for row in self.tasks.leaves]

    @property
    def _at(self) -> int:
        return next(n for n, leaf in enumerate(self._leaves) if leaf.pk == self.criterion.pk)

    @property
    def previous(self) -> Criterion | None:
        return self._leaves[self._at - 1] if self._at else None

    @property
    def following(self) -> Criterion | None:
        return next(iter(self._leaves[self._at + 1 :]), None)

    @property
    def number(self) -> int:
        return self._at + 1

    @property
    def count(self) -> int:
        return len(self._leaves)

    @property
    def lacking(self) -> str:
        """What this criterion lacks, as a sentence."""
        return self.tasks.row(self.criterion.pk).lacking

    @property
    def next_undone(self) -> Criterion | None:
        """Where to go on: the next criterion that lacks something; None leads to the check."""
        row = self.tasks.undone_after(self.criterion.pk)
        return row.criterion if row else None


def criterion_page(assessment: SelfAssessment, criterion: Criterion) -> CriterionPage:
    """Eight queries whatever the number of criteria, documents and evidence; with a last year nine more."""
    score = score_of(assessment, criterion.pk)
    evidence = list(evidence_of(score))
    tasks = task_list(assessment)
    last_year = lastyear.of_criterion(assessment, criterion)
    return CriterionPage(
        criterion=criterion,
        trail=_trail(criterion, tasks),
        score=score,
        evidence=evidence,
        others=list(usable_documents(assessment.unit_id).exclude(pk__in=[e.document_id for e in evidence])),
        tasks=tasks,
        last_year=last_year,
        merged=[] if last_year else lastyear.merged_from(assessment.round_group, assessment.unit),
    )


def _trail(criterion: Criterion, tasks: TaskList) -> list[Criterion]:
    known = {row.criterion.pk: row.criterion for area in tasks.areas for row in area.rows}
    known |= {area.criterion.pk: area.criterion for area in tasks.areas}
    trail = []
    at = criterion.parent_id
    while at is not None:
        trail.append(known[at])
        at = known[at].parent_id
    return trail[::-1]
