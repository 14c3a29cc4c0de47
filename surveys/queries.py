"""Reads with a constant number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet

from cchc_index.lib.faults import Refused
from criteria import queries as criteria_queries
from criteria.models import SURVEY_SOURCES, Criterion, RoundGroup
from units.models import Unit

from .models import AnswerOption, Ballot, ImportBatch, RespondentGroup, SatisfactionFigure, SurveyScore, Tally

Cell = tuple[int, int]
"""(unit_id, criterion_id)"""


def round_group(year: int, group: str) -> RoundGroup:
    """The block of a year as the command line names it. Raises Refused with the known ones."""
    found = RoundGroup.objects.select_related("round", "group", "criteria_set")
    known = list(found.order_by("round__year", "group__position", "pk"))
    hit = next((rg for rg in known if rg.round.year == year and rg.group.code == group), None)
    if hit is None:
        names = ", ".join(f"{rg.round.year}/{rg.group.code}" for rg in known) or "chưa có"
        raise Refused(
            f"Không có khối “{group}” trong kỳ {year}. Các khối đã có: {names}. "
            "Nạp bộ tiêu chí trước (load_official hoặc import_criteria)."
        )
    return hit


def scores_by_cell(block: RoundGroup) -> dict[Cell, tuple[Decimal | None, bool, int | None]]:
    """(unit, criterion) → (points, not applicable, ballots). A cell that is absent has no ballots."""
    rows = SurveyScore.objects.filter(round_group=block).values_list(
        "unit_id", "criterion_id", "points", "not_applicable", "ballots"
    )
    return {(unit, criterion): (points, na, ballots) for unit, criterion, points, na, ballots in rows.order_by("pk")}


@dataclass(slots=True)
class GroupCoverage:
    """One respondent group against its plan."""

    group: RespondentGroup
    expected: int | None
    valid: int = 0
    invalid: int = 0
    without: list[Unit] = field(default_factory=list)


@dataclass(slots=True)
class BlockCoverage:
    """The survey of one block: its groups, and how many of its cells have points."""

    block: RoundGroup
    units: int
    leaves: int
    scored: int
    figures: int
    groups: list[GroupCoverage]

    @property
    def cells(self) -> int:
        return self.units * self.leaves


def coverage(blocks: Iterable[RoundGroup]) -> list[BlockCoverage]:
    """Every block against its plan. The number of queries grows with blocks only."""
    return [_coverage(block) for block in blocks]


def _coverage(block: RoundGroup) -> BlockCoverage:
    units = list(criteria_queries.units_of(block))
    groups = RespondentGroup.objects.filter(survey__round_group=block).order_by("position", "code")
    counted = _ballots_by_group(block)
    return BlockCoverage(
        block=block,
        units=len(units),
        leaves=criteria_queries.leaves(block.criteria_set_id, SURVEY_SOURCES).count(),
        scored=SurveyScore.objects.filter(round_group=block).count(),
        figures=SatisfactionFigure.objects.filter(round_group=block).count(),
        groups=[_group_coverage(group, units, counted.get(group.pk, {})) for group in groups],
    )


def _ballots_by_group(block: RoundGroup) -> dict[int, dict[int, tuple[int, int]]]:
    """group → unit → (valid, invalid)."""
    rows = (
        Ballot.objects.filter(respondent_group__survey__round_group=block)
        .values("respondent_group", "unit")
        .annotate(valid=Count("pk", filter=Q(invalid_reason="")), total=Count("pk"))
        .order_by("respondent_group", "unit")
    )
    found: dict[int, dict[int, tuple[int, int]]] = {}
    for row in rows:
        found.setdefault(row["respondent_group"], {})[row["unit"]] = (row["valid"], row["total"] - row["valid"])
    return found


def _group_coverage(group: RespondentGroup, units: list[Unit], counted: dict[int, tuple[int, int]]) -> GroupCoverage:
    planned = group.planned_ballots
    return GroupCoverage(
        group=group,
        expected=None if planned is None else planned * len(units),
        valid=sum(valid for valid, _ in counted.values()),
        invalid=sum(invalid for _, invalid in counted.values()),
        without=[unit for unit in units if unit.pk not in counted] if group.takes_ballots else [],
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
    """How one group answered about one leaf; `levels` None where too few answered to show it."""

    group: RespondentGroup
    answered: int
    levels: list[tuple[str, int]] | None


def spreads(block: RoundGroup, unit: Unit) -> list[tuple[Criterion, SurveyScore | None, list[Spread]]]:
    """Every surveyed leaf of a unit with its score and the answers by group. Four queries."""
    scores = {s.criterion_id: s for s in SurveyScore.objects.filter(round_group=block, unit=unit).order_by("pk")}
    labels = _labels(block)
    found: dict[int, list[Spread]] = {}
    rows = Tally.objects.filter(respondent_group__survey__round_group=block, unit=unit)
    for row in rows.select_related("respondent_group").order_by("respondent_group__position", "respondent_group__code"):
        found.setdefault(row.criterion_id, []).append(_spread(row, labels.get(row.respondent_group_id, {})))
    leaves = criteria_queries.leaves(block.criteria_set_id, SURVEY_SOURCES)
    return [(leaf, scores.get(leaf.pk), found.get(leaf.pk, [])) for leaf in leaves]


def _spread(row: Tally, labels: dict[int, str]) -> Spread:
    if row.answered < settings.SURVEY_SMALL_CELL:
        return Spread(row.respondent_group, row.answered, None)
    levels = [(label, row.counts.get(str(value), 0)) for value, label in sorted(labels.items())]
    return Spread(row.respondent_group, row.answered, levels)


def _labels(block: RoundGroup) -> dict[int, dict[int, str]]:
    """group → answer value → label."""
    options = AnswerOption.objects.filter(scale__questionnaires__respondent_group__survey__round_group=block)
    found: dict[int, dict[int, str]] = {}
    for group, value, label in options.order_by("pk").values_list(
        "scale__questionnaires__respondent_group", "value", "label"
    ):
        found.setdefault(group, {})[value] = label
    return found


def listed(batches: QuerySet[ImportBatch]) -> QuerySet[ImportBatch]:
    """Batches for a list: the number of rows without the faults and counts, which may be megabytes."""
    return batches.defer("faults", "counts").annotate(rows=F("counts__rows"))


def figures_of(block: RoundGroup) -> QuerySet[SatisfactionFigure]:
    """The finished figures of a block with their units and leaves."""
    rows = SatisfactionFigure.objects.filter(round_group=block).select_related("unit", "criterion", "batch")
    return rows.order_by("criterion__position", "unit__code", "pk")
