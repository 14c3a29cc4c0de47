"""The survey's points: computed from tallies and figures, as they are stored, and as pages show them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from cchc_index.lib.faults import Refused
from criteria import queries as criteria_queries
from criteria.models import SURVEY_SOURCES, Criterion, RoundGroup
from criteria.tree import CellKey
from surveys import tally
from surveys.models import (
    AnswerOption,
    Ballot,
    Question,
    RespondentGroup,
    SatisfactionFigure,
    SurveyScore,
    Tally,
)
from units.models import Unit

from .digests import ScoreValue, value_of

Method = SurveyScore.Method


def scores_by_cell(block: RoundGroup) -> dict[CellKey, tuple[Decimal | None, bool, int | None]]:
    """(unit, criterion) → (points, not applicable, ballots). A cell that is absent has no ballots."""
    rows = SurveyScore.objects.filter(round_group=block).values_list(
        "unit_id", "criterion_id", "points", "not_applicable", "ballots"
    )
    return {(unit, criterion): (points, na, ballots) for unit, criterion, points, na, ballots in rows.order_by("pk")}


@dataclass(slots=True)
class ScoreTable:
    """Units × leaves with their scores, and each unit's total."""

    leaves: list[Criterion]
    rows: list[tuple[Unit, list[SurveyScore | None], Decimal | None, int]]
    """Unit, its score by leaf, its total (None without any), how many leaves have no ballots."""

    @property
    def maximum(self) -> Decimal:
        return sum((leaf.max_points for leaf in self.leaves), Decimal(0))

    @property
    def illustrative(self) -> bool:
        return bool(self.leaves) and all(leaf.is_illustrative for leaf in self.leaves)


def score_table(block: RoundGroup) -> ScoreTable:
    """Every survey score of a block. Three queries."""
    leaves = list(criteria_queries.leaves(block.criteria_set_id, SURVEY_SOURCES))
    scores = {(s.unit_id, s.criterion_id): s for s in SurveyScore.objects.filter(round_group=block).order_by("pk")}
    rows = []
    for unit in criteria_queries.units_of(block):
        cells = [scores.get((unit.pk, leaf.pk)) for leaf in leaves]
        points = [cell.points for cell in cells if cell and cell.points is not None]
        rows.append((unit, cells, sum(points, Decimal(0)) if points else None, cells.count(None)))
    return ScoreTable(leaves, rows)


@dataclass(slots=True)
class Spread:
    """How one group answered about one leaf; `levels` None where too few answered to show it."""

    group: RespondentGroup
    answered: int
    levels: list[tuple[str, int]] | None


def spreads(block: RoundGroup, unit: Unit) -> list[tuple[Criterion, SurveyScore | None, list[Spread]]]:
    """Every surveyed leaf of a unit with its score and the answers by group. Four queries."""
    scores = {s.criterion_id: s for s in SurveyScore.objects.filter(round_group=block, unit=unit).order_by("pk")}
    labels = _labels(block)
    by_leaf: dict[int, list[Spread]] = {}
    rows = Tally.objects.filter(respondent_group__survey__round_group=block, unit=unit)
    for row in rows.select_related("respondent_group").order_by("respondent_group__position", "respondent_group__code"):
        by_leaf.setdefault(row.criterion_id, []).append(_spread(row, labels.get(row.respondent_group_id, {})))
    leaves = criteria_queries.leaves(block.criteria_set_id, SURVEY_SOURCES)
    return [(leaf, scores.get(leaf.pk), by_leaf.get(leaf.pk, [])) for leaf in leaves]


def _spread(row: Tally, labels: dict[int, str]) -> Spread:
    if row.answered < settings.SURVEY_SMALL_CELL:
        return Spread(row.respondent_group, row.answered, None)
    levels = [(label, row.counts.get(str(value), 0)) for value, label in sorted(labels.items())]
    return Spread(row.respondent_group, row.answered, levels)


def _labels(block: RoundGroup) -> dict[int, dict[int, str]]:
    """group → answer value → label."""
    options = AnswerOption.objects.filter(scale__questionnaires__respondent_group__survey__round_group=block)
    labels: dict[int, dict[int, str]] = {}
    for group, value, label in options.order_by("pk").values_list(
        "scale__questionnaires__respondent_group", "value", "label"
    ):
        labels.setdefault(group, {})[value] = label
    return labels


def stored(block: RoundGroup) -> dict[CellKey, ScoreValue]:
    """The score rows of a block by cell."""
    rows = SurveyScore.objects.filter(round_group=block).order_by("pk")
    return {(row.unit_id, row.criterion_id): value_of(row) for row in rows}


def counted_tallies(group: RespondentGroup) -> list[Tally]:
    """The histogram rows the group's valid ballots give, not saved. Two queries. Raises ValueError when an
    answer sheet does not fit the questionnaire."""
    criteria = list(
        Question.objects.filter(questionnaire__respondent_group=group)
        .order_by("position")
        .values_list("criterion_id", flat=True)
    )
    rows = Ballot.objects.filter(respondent_group=group, invalid_reason="").order_by("pk")
    units: list[int] = []
    blobs: list[bytes] = []
    for unit, answers in rows.values_list("unit_id", "answers").iterator(chunk_size=20_000):
        units.append(unit)
        blobs.append(bytes(answers))
    if not units:
        return []
    whole = np.frombuffer(b"".join(blobs), dtype=np.uint8).reshape(len(blobs), len(criteria))
    return tallies_of(group, criteria, np.asarray(units, dtype=np.int64), whole)


def tallies_of(
    group: RespondentGroup, criteria: list[int], units: NDArray[np.int64], answers: NDArray[np.uint8]
) -> list[Tally]:
    """The histogram rows of valid ballots, not saved: `units` by ballot, `answers` ballots × `criteria`."""
    known, index = np.unique(units, return_inverse=True)
    counts = tally.histogram(index, answers, len(known))
    counts[:, :, tally.BLANK] = 0
    made = []
    for row, unit in enumerate(known):
        for question in np.flatnonzero(counts[row].any(axis=1)):
            levels = {str(v): int(counts[row, question, v]) for v in np.flatnonzero(counts[row, question])}
            made.append(
                Tally(
                    respondent_group=group,
                    unit_id=int(unit),
                    criterion_id=criteria[question],
                    counts=levels,
                    answered=sum(levels.values()),
                )
            )
    return made


def computed_scores(block: RoundGroup) -> dict[CellKey, ScoreValue]:
    """What tallies and figures give now, by cell. Five queries."""
    maxima = dict(Criterion.objects.filter(criteria_set_id=block.criteria_set_id).values_list("pk", "max_points"))
    parts = _parts(block)
    figures = _figures(block, maxima)
    weight = _figure_weight(block)
    scores: dict[CellKey, ScoreValue] = {}
    for cell in parts.keys() | figures.keys():
        try:
            scored = tally.score(maxima[cell[1]], parts.get(cell, ()), figures.get(cell), weight)
        except KeyError as missing:
            raise Refused(
                f"Có phiếu trả lời {missing} mà thang không còn mức đó: khôi phục mức này trong phần quản trị."
            ) from missing
        if scored:
            scores[cell] = ScoreValue(
                scored.points, scored.ballots, Method.BALLOTS if scored.ballots else Method.FIGURE
            )
    return scores


def _parts(block: RoundGroup) -> dict[CellKey, list[tally.GroupAnswers]]:
    shares: dict[int, dict[int, Decimal]] = defaultdict(dict)
    options = AnswerOption.objects.filter(scale__questionnaires__respondent_group__survey__round_group=block)
    for group, value, share in options.order_by("pk").values_list(
        "scale__questionnaires__respondent_group", "value", "share"
    ):
        shares[group][value] = share
    parts: dict[CellKey, list[tally.GroupAnswers]] = defaultdict(list)
    rows = Tally.objects.filter(respondent_group__survey__round_group=block, answered__gt=0)
    for group, weight, unit, criterion, counts in rows.order_by("pk").values_list(
        "respondent_group", "respondent_group__weight", "unit", "criterion", "counts"
    ):
        levels = {int(value): count for value, count in counts.items()}
        parts[unit, criterion].append(tally.GroupAnswers(levels, shares[group], weight))
    return parts


def _figures(block: RoundGroup, maxima: Mapping[int, Decimal]) -> dict[CellKey, Fraction]:
    rows = SatisfactionFigure.objects.filter(round_group=block).order_by("pk")
    return {
        (unit, criterion): tally.figure_share(maxima[criterion], points, percent)
        for unit, criterion, points, percent in rows.values_list("unit", "criterion", "points", "percent")
    }


def _figure_weight(block: RoundGroup) -> Decimal:
    """The weight of the groups measured by figures; 1, a group's default, where the plan names none."""
    groups = RespondentGroup.objects.filter(survey__round_group=block, mode=RespondentGroup.Mode.FIGURES)
    return sum(groups.order_by("pk").values_list("weight", flat=True), Decimal(0)) or Decimal(1)
