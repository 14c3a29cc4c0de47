"""The survey's points: computed from tallies and figures, as they are stored, and as pages show them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import islice

import numpy as np
from django.conf import settings
from django.db.models import Count
from numpy.typing import NDArray

from cchc_index.lib.faults import Refused
from cchc_index.lib.numbers import vn, vn_percent, vn_short
from cchc_index.lib.prepared import Prepared
from cchc_index.lib.streams import Parts, count_or_absence, parts_of, points_or_absence
from criteria import queries as criteria_queries
from criteria.models import SURVEY_SOURCES, Criterion, RoundGroup
from criteria.tree import CellKey
from surveys import tally
from surveys.assent.queries import is_collecting
from surveys.models import (
    Ballot,
    ImportBatch,
    Question,
    RespondentGroup,
    SatisfactionFigure,
    SealedBallot,
    Survey,
    SurveyScore,
    Tally,
)
from surveys.plan.queries import Worth, least_n_of, worth_of
from surveys.queries import IN
from surveys.suppression import BESIDE, CellPart, untold
from units.models import Unit

from .digests import ScoreValue

Method = SurveyScore.Method
_AT_ONCE = 20_000
"""Ballots that are read at once."""
Levels = dict[str, int]
"""Answer value as text → valid ballots, as a histogram row keeps it."""


def scores_by_cell(block: RoundGroup) -> dict[CellKey, tuple[Decimal | None, bool, int | None]]:
    """(unit, criterion) → (points, not applicable, ballots). A cell that is absent has no ballots."""
    rows = SurveyScore.objects.filter(round_group=block).values_list(
        "unit_id", "criterion_id", "points", "not_applicable", "ballots"
    )
    return {(unit, criterion): (points, na, ballots) for unit, criterion, points, na, ballots in rows.order_by("pk")}


def scores_in_parts(block: RoundGroup) -> Parts:
    """(unit, criterion, ten-thousandths of a point or `streams.NOT_APPLICABLE`, ballots or `streams.ABSENT`) of
    `scores_by_cell`, never all of them held."""
    return parts_of(_SCORES, block.pk)


_SCORES = Prepared(
    lambda block: (
        SurveyScore.objects.filter(round_group=block)
        .order_by()
        .values_list(
            "unit_id",
            "criterion_id",
            points_or_absence("points", "not_applicable"),
            count_or_absence("ballots"),
        )
    )
)


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
    """How one group answered about one leaf; `levels` None where it is not told, `beside` where that is for the sake of
    another group that few of answered."""

    group: RespondentGroup
    answered: int
    levels: list[tuple[str, int]] | None
    beside: bool = False


@dataclass(frozen=True, slots=True)
class FormulaInWords:
    """A formula as people read it."""

    formula: tally.Formula
    weighed_by: str = "trọng số"

    @property
    def line(self) -> str:
        """2 × (3 × 80,00% + 1 × 60,00%) ÷ 4 = 1,50"""
        made = self.formula
        terms = [f"{vn_short(term.weight)} × {vn_percent(term.mean)}" for term in made.terms]
        left = f"{vn_short(made.maximum)} × ({' + '.join(terms)}) ÷ {vn_short(made.weights)}"
        return f"{left} = {vn(made.points)}"

    @property
    def parts(self) -> list[str]:
        """One line a group: n, mean, weight."""
        return [
            f"{term.name}: {'' if term.answered is None else f'n = {term.answered}, '}mức đạt trung bình "
            f"{vn_percent(term.mean)}, {self.weighed_by} {vn_short(term.weight)}"
            for term in self.formula.terms
        ]

    @property
    def interval(self) -> str:
        """The 95 % confidence interval of the points, within what can be reached."""
        ends = self.bounds
        return f"{vn(ends[0])}–{vn(ends[1])}" if ends else ""

    @property
    def bounds(self) -> tuple[Decimal, Decimal] | None:
        """Both ends of the interval; None where there is none."""
        made = self.formula
        if made.error is None:
            return None
        wide = Decimal(str(round(1.96 * made.error, 4)))
        return max(made.points - wide, Decimal(0)), min(made.points + wide, made.maximum)


def formulas(block: RoundGroup, unit: Unit) -> dict[int, FormulaInWords]:
    """Criterion → how its points come about, for the cells of a unit of which every group is told. Eight queries."""
    leaves = {leaf.pk: leaf.max_points for leaf in criteria_queries.leaves(block.criteria_set_id, SURVEY_SOURCES)}
    worth, small, least_n = worth_of(block), *rule_of(block)
    figures, weight = figures_by_cell(block, leaves, unit), _figure_weight(block)
    rows = Tally.objects.filter(respondent_group__survey__round_group=block, unit=unit)
    cells: dict[int, list[Tally]] = {leaf: [] for (_, leaf) in figures}
    for row in rows.select_related("respondent_group").order_by("respondent_group__position", "respondent_group__code"):
        cells.setdefault(row.criterion_id, []).append(row)
    told = {}
    for leaf, parts in cells.items():
        if untold([part_of(row, worth) for row in parts], small=small, least_n=least_n):
            continue
        named = [(row.respondent_group.name, answers_of(row, worth[row.respondent_group_id, leaf])) for row in parts]
        made = tally.formula(leaves[leaf], named, figures.get((unit.pk, leaf)), weight, least_n)
        if made is not None:
            told[leaf] = FormulaInWords(made)
    return told


def answers_of(row: Tally, worth: Worth) -> tally.GroupAnswers:
    """A histogram row, read with its group, as the arithmetic takes it."""
    levels = {int(value): count for value, count in row.counts.items()}
    shares = {value: share for value, (_, share) in worth.items()}
    return tally.GroupAnswers(levels, shares, row.respondent_group.weight)


def spreads(block: RoundGroup, unit: Unit) -> list[tuple[Criterion, SurveyScore | None, list[Spread]]]:
    """Every surveyed leaf of a unit with its score and the answers by group. Six queries."""
    scores = {s.criterion_id: s for s in SurveyScore.objects.filter(round_group=block, unit=unit).order_by("pk")}
    worth, small, least_n = worth_of(block), *rule_of(block)
    rows = Tally.objects.filter(respondent_group__survey__round_group=block, unit=unit)
    cells: dict[int, list[Tally]] = {}
    for row in rows.select_related("respondent_group").order_by("respondent_group__position", "respondent_group__code"):
        cells.setdefault(row.criterion_id, []).append(row)
    by_leaf = {}
    for leaf, parts in cells.items():
        away = untold([part_of(row, worth) for row in parts], small=small, least_n=least_n)
        by_leaf[leaf] = [_spread(row, worth[row.respondent_group_id, leaf], away) for row in parts]
    leaves = criteria_queries.leaves(block.criteria_set_id, SURVEY_SOURCES)
    return [(leaf, scores.get(leaf.pk), by_leaf.get(leaf.pk, [])) for leaf in leaves]


def _spread(row: Tally, worth: Worth, away: Mapping[int, str]) -> Spread:
    if row.respondent_group_id in away:
        return Spread(row.respondent_group, row.answered, None, away[row.respondent_group_id] == BESIDE)
    levels = [(label, row.counts.get(str(value), 0)) for value, (label, _) in sorted(worth.items())]
    return Spread(row.respondent_group, row.answered, levels)


def part_of(row: Tally, worth: Mapping[tuple[int, int], Worth]) -> CellPart:
    """A histogram row as the rule of small cells reads it."""
    return part_of_levels(row.respondent_group_id, row.criterion_id, row.counts, worth)


def part_of_levels(
    group: int, criterion: int, levels: Mapping[str, int], worth: Mapping[tuple[int, int], Worth]
) -> CellPart:
    """As `part_of`, of a row that is not read as one."""
    known = worth.get((group, criterion), {})
    counted = sum(count for value, count in levels.items() if known.get(int(value), ("", None))[1] is not None)
    return CellPart(group, sum(levels.values()), counted)


def rule_of(block: RoundGroup) -> tuple[int, int]:
    """(below how many answers a part is not told, least n). One query."""
    rows = Survey.objects.filter(round_group=block).values_list("small_cell", "least_n")
    small, least_n = rows.first() or (None, None)
    return settings.SURVEY_SMALL_CELL if small is None else small, least_n or 1


def untold_parts(block: RoundGroup) -> dict[tuple[int, int, int], str]:
    """(group, unit, criterion) → why it is not told, of the whole block. Four queries."""
    worth, small, least_n = worth_of(block), *rule_of(block)
    cells: dict[CellKey, list[CellPart]] = defaultdict(list)
    rows = Tally.objects.filter(respondent_group__survey__round_group=block)
    for row in rows.order_by("respondent_group__position", "respondent_group__code", "pk"):
        cells[row.unit_id, row.criterion_id].append(part_of(row, worth))
    return {
        (group, *cell): why
        for cell, parts in cells.items()
        for group, why in untold(parts, small=small, least_n=least_n).items()
    }


def ballot_counts(block: RoundGroup) -> dict[tuple[int, int], int]:
    """(group, unit) → valid ballots. One query."""
    rows = Ballot.objects.filter(IN, respondent_group__survey__round_group=block, invalid_reason="")
    counted = rows.order_by().values_list("respondent_group", "unit").annotate(ballots=Count("pk"))
    return {(group, unit): ballots for group, unit, ballots in counted}


def tells_nothing_yet(block: RoundGroup) -> bool:
    """Whether pages keep to coverage: the plan protects small cells, and its phase still takes ballots, some lie in a
    box, or those that came in are still to be counted. At most four queries."""
    due = Survey.objects.filter(round_group=block, small_cell__isnull=False).values_list("due", flat=True).first()
    return due is not None and (due or is_collected_still(block))


@dataclass(frozen=True, slots=True)
class WaitsFor:
    """Why a protected survey tells nothing yet. `boxes`: (group, sealed ballots) of the boxes that nobody opened."""

    collecting: bool
    boxes: list[tuple[str, int]]


def waits_for(block: RoundGroup) -> WaitsFor | None:
    """What a survey that tells nothing yet waits for; None where it tells. At most six queries."""
    if not tells_nothing_yet(block):
        return None
    sealed = SealedBallot.objects.filter(respondent_group__survey__round_group=block).order_by()
    rows = sealed.values_list("respondent_group__position", "respondent_group__name").annotate(ballots=Count("pk"))
    return WaitsFor(is_collecting(block), [(name, ballots) for _, name, ballots in sorted(rows)])


def is_collected_still(block: RoundGroup) -> bool:
    """Whether ballots come, will come, or lie in a box."""
    return is_collecting(block) or _has_sealed(block)


def _has_sealed(block: RoundGroup) -> bool:
    return SealedBallot.objects.filter(respondent_group__survey__round_group=block).exists()


def stored(block: RoundGroup) -> dict[CellKey, ScoreValue]:
    """The score rows of a block by cell."""
    rows = SurveyScore.objects.filter(round_group=block).order_by("pk")
    told = rows.values_list("unit_id", "criterion_id", "points", "ballots", "method", "not_applicable")
    return {(unit, leaf): ScoreValue(points, n, method, na) for unit, leaf, points, n, method, na in told}


def counted_tallies(group: RespondentGroup) -> list[Tally]:
    """The histogram rows the group's valid ballots give, not saved. Two queries. Raises ValueError when an
    answer sheet does not fit the questionnaire."""
    return _tallies(group, counted_levels(group))


def counted_levels(group: RespondentGroup) -> dict[CellKey, Levels]:
    """(unit, criterion) → how many of the group's valid ballots gave each answer. Two queries. Raises ValueError as
    `counted_tallies` does."""
    criteria = list(
        Question.objects.filter(questionnaire__respondent_group=group)
        .order_by("position")
        .values_list("criterion_id", flat=True)
    )
    # The files first, then their ballots in whatever order they lie: neither a join nor a sort of millions.
    files = ImportBatch.objects.filter(respondent_group=group, state=ImportBatch.State.COMMITTED).order_by("pk")
    rows = Ballot.objects.filter(batch__in=list(files.values_list("pk", flat=True)), respondent_group=group)
    read = rows.filter(invalid_reason="").order_by().values_list("unit_id", "answers").iterator(chunk_size=_AT_ONCE)
    units: list[NDArray[np.int64]] = []
    answers: list[NDArray[np.uint8]] = []
    while some := list(islice(read, _AT_ONCE)):
        units.append(np.fromiter((unit for unit, _ in some), dtype=np.int64, count=len(some)))
        blob = b"".join([one for _, one in some])
        answers.append(np.frombuffer(blob, dtype=np.uint8).reshape(len(some), len(criteria)))
    return _levels(criteria, np.concatenate(units), np.concatenate(answers)) if units else {}


def tallies_of(
    group: RespondentGroup, criteria: list[int], units: NDArray[np.int64], answers: NDArray[np.uint8]
) -> list[Tally]:
    """The histogram rows of valid ballots, not saved: `units` by ballot, `answers` ballots × `criteria`."""
    return _tallies(group, _levels(criteria, units, answers))


def _levels(criteria: list[int], units: NDArray[np.int64], answers: NDArray[np.uint8]) -> dict[CellKey, Levels]:
    known, index = np.unique(units, return_inverse=True)
    counts = tally.histogram(index, answers, len(known))
    counts[:, :, tally.BLANK] = 0
    levels: dict[CellKey, Levels] = {}
    for row, question, value in np.argwhere(counts).tolist():
        cell = int(known[row]), criteria[question]
        levels.setdefault(cell, {})[str(value)] = int(counts[row, question, value])
    return levels


def _tallies(group: RespondentGroup, counted: Mapping[CellKey, Levels]) -> list[Tally]:
    return [
        Tally(respondent_group=group, unit_id=unit, criterion_id=leaf, counts=levels, answered=sum(levels.values()))
        for (unit, leaf), levels in counted.items()
    ]


def computed_scores(block: RoundGroup, supposed: Mapping[int, Decimal] | None = None) -> dict[CellKey, ScoreValue]:
    """What tallies and figures give now, by cell, or would give under `supposed` maxima. Seven queries."""
    maxima = dict(Criterion.objects.filter(criteria_set_id=block.criteria_set_id).values_list("pk", "max_points"))
    maxima |= supposed or {}
    parts = _parts(block)
    figures = figures_by_cell(block, maxima)
    weight, least_n = _figure_weight(block), least_n_of(block)
    scores: dict[CellKey, ScoreValue] = {}
    for cell in parts.keys() | figures.keys():
        try:
            scored = tally.score(maxima[cell[1]], parts.get(cell, ()), figures.get(cell), weight, least_n)
        except KeyError as missing:
            raise Refused(
                f"Có phiếu trả lời {missing} mà thang không còn mức đó: khôi phục mức này trong kế hoạch điều tra."
            ) from missing
        if scored:
            scores[cell] = ScoreValue(
                scored.points, scored.ballots, Method.BALLOTS if scored.ballots else Method.FIGURE
            )
    return scores


def _parts(block: RoundGroup) -> dict[CellKey, list[tally.GroupAnswers]]:
    worth = worth_of(block)
    shares = {asked: {value: share for value, (_, share) in known.items()} for asked, known in worth.items()}
    parts: dict[CellKey, list[tally.GroupAnswers]] = defaultdict(list)
    rows = Tally.objects.filter(respondent_group__survey__round_group=block, answered__gt=0)
    for group, weight, unit, criterion, counts in rows.order_by("pk").values_list(
        "respondent_group", "respondent_group__weight", "unit", "criterion", "counts"
    ):
        levels = {int(value): count for value, count in counts.items()}
        parts[unit, criterion].append(tally.GroupAnswers(levels, shares.get((group, criterion), {}), weight))
    return parts


def figures_by_cell(
    block: RoundGroup, maxima: Mapping[int, Decimal], unit: Unit | None = None
) -> dict[CellKey, Fraction]:
    """Finished figures as shares of `maxima` (by criterion), of the block or one unit of it. One query."""
    rows = SatisfactionFigure.objects.filter(round_group=block, **({"unit": unit} if unit else {})).order_by("pk")
    return {
        (unit_, criterion): tally.figure_share(maxima[criterion], points, percent)
        for unit_, criterion, points, percent in rows.values_list("unit", "criterion", "points", "percent")
    }


def _figure_weight(block: RoundGroup) -> Decimal:
    """The weight of the groups measured by figures; 1, a group's default, where the plan names none."""
    groups = RespondentGroup.objects.filter(survey__round_group=block, mode=RespondentGroup.Mode.FIGURES)
    return sum(groups.order_by("pk").values_list("weight", flat=True), Decimal(0)) or Decimal(1)
