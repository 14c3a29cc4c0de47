"""Reads of scores: a block's cells, and everything one page shows about one criterion."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from criteria import queries as rounds
from criteria.models import Criterion, RoundGroup, Source
from selfassess.core.queries import score_of
from selfassess.documents.queries import usable_documents
from selfassess.evidence.queries import evidence_of
from selfassess.lastyear import queries as lastyear
from selfassess.lastyear.queries import LastYear
from selfassess.models import Document, Evidence, SelfAssessment, SelfScore


def scores_by_cell(round_group: RoundGroup) -> dict[tuple[int, int], tuple[Decimal | None, bool]]:
    """{(unit id, criterion id): (points, N/A claimed)} of what units have submitted, one query. A draft is
    the unit's own business; a cell that is absent or (None, False) is not scored."""
    rows = SelfScore.objects.filter(
        assessment__round_group=round_group, assessment__state=SelfAssessment.State.SUBMITTED
    ).order_by("pk")
    values = rows.values_list("assessment__unit_id", "criterion_id", "points", "na_claimed")
    return {(unit, criterion): (points, claimed) for unit, criterion, points, claimed in values}


@dataclass(slots=True)
class CriterionPage:
    """Everything one page shows about one criterion of one unit."""

    criterion: Criterion
    trail: list[Criterion]
    score: SelfScore | None
    evidence: list[Evidence]
    others: list[Document]
    previous: Criterion | None
    following: Criterion | None
    number: int
    count: int
    last_year: LastYear | None


def criterion_page(assessment: SelfAssessment, criterion: Criterion) -> CriterionPage:
    """Six queries whatever the number of criteria, documents and evidence; with a last year nine more."""
    tree = rounds.tree(assessment.round_group.criteria_set_id)
    scored = [c for c in tree if c.is_leaf and c.source == Source.SELF]
    at = next(i for i, c in enumerate(scored) if c.pk == criterion.pk)
    score = score_of(assessment, criterion.pk)
    evidence = list(evidence_of(score))
    return CriterionPage(
        criterion=criterion,
        trail=_trail(criterion, tree),
        score=score,
        evidence=evidence,
        others=list(usable_documents(assessment.unit_id).exclude(pk__in=[e.document_id for e in evidence])),
        previous=scored[at - 1] if at else None,
        following=scored[at + 1] if at + 1 < len(scored) else None,
        number=at + 1,
        count=len(scored),
        last_year=lastyear.of_criterion(assessment, criterion),
    )


def _trail(criterion: Criterion, tree: Sequence[Criterion]) -> list[Criterion]:
    known = {c.pk: c for c in tree}
    trail = []
    at = criterion.parent_id
    while at is not None:
        trail.append(known[at])
        at = known[at].parent_id
    return trail[::-1]
