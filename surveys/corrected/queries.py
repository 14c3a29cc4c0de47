"""Which points of the survey follow a corrected maximum, and which finished figures do not fit it."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from criteria.editing.touching import CorrectedLeaf, SurveyedCell
from criteria.models import SURVEY_SOURCES, RoundGroup
from criteria.tree import CellKey
from surveys.models import SatisfactionFigure, SurveyScore
from surveys.scores.queries import computed_scores, tells_nothing_yet
from units.models import UNITS_BY_NAME, Unit


def surveyed(leaves: Sequence[CorrectedLeaf]) -> list[SurveyedCell]:
    """By year, block, criterion and name of the unit: what tallies and figures give by the maximum before and after,
    where that differs, and the points that somebody handed in finished and that are above the new maximum. Of a survey
    that tells nothing yet, those alone. Queries grow with the blocks that the set measures. Raises Refused as
    `computed_scores` does."""
    changed = {
        leaf.criterion.pk: leaf
        for leaf in leaves
        if leaf.criterion.source in SURVEY_SOURCES and leaf.maxima[0] != leaf.maxima[1]
    }
    if not changed:
        return []
    sets = {leaf.criterion.criteria_set_id for leaf in changed.values()}
    blocks = RoundGroup.objects.filter(criteria_set__in=sets).select_related("round", "group")
    found = []
    for block in blocks.order_by("round__year", "group__position", "pk"):
        found += _of_block(block, changed)
    return found


def _of_block(block: RoundGroup, changed: dict[int, CorrectedLeaf]) -> list[SurveyedCell]:
    finished = dict(_finished(block, changed))
    old, new = (
        {} if tells_nothing_yet(block) else computed_scores(block, {pk: leaf.maxima[n] for pk, leaf in changed.items()})
        for n in (0, 1)
    )
    cells = finished.keys() | {
        cell for cell in old.keys() & new.keys() if cell[1] in changed and old[cell].points != new[cell].points
    }
    units = Unit.objects.filter(pk__in={unit for unit, _ in cells}).order_by(*UNITS_BY_NAME)
    return [
        SurveyedCell(
            criterion=leaf.criterion,
            maximum=leaf.maxima[1],
            block=block,
            unit=unit,
            points=old[unit.pk, pk].points if (unit.pk, pk) in old else finished.get((unit.pk, pk)),
            after=new[unit.pk, pk].points if (unit.pk, pk) in new else None,
            finished=finished.get((unit.pk, pk)),
        )
        for pk, leaf in changed.items()
        for unit in units
        if (unit.pk, pk) in cells
    ]


def _finished(block: RoundGroup, changed: dict[int, CorrectedLeaf]) -> Iterator[tuple[CellKey, Decimal]]:
    """Points that are handed in as points, in a figure or from an archive, and above the new maximum. Two queries."""
    figures = SatisfactionFigure.objects.filter(round_group=block, criterion__in=changed, points__isnull=False)
    archive = SurveyScore.objects.filter(
        round_group=block, criterion__in=changed, method=SurveyScore.Method.IMPORT, points__isnull=False
    )
    names = ("unit_id", "criterion_id", "points")
    for unit, criterion, points in (*archive.values_list(*names), *figures.values_list(*names)):
        if points is not None and points > changed[criterion].maxima[1]:
            yield (unit, criterion), points
