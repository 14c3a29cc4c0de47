"""What a computation is a function of, and what it gave. A constant number of queries."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, QuerySet

from appraisal.core.queries.cells import standings_in_parts
from cchc_index.lib.canonical import digest
from cchc_index.lib.numbers import exact_text, shown
from cchc_index.lib.programs import source_digest
from cchc_index.lib.streams import ABSENT, NOT_APPLICABLE, table_of
from cchc_index.lib.text import clean
from criteria import queries as criteria
from criteria.models import RoundGroup
from criteria.queries import MeasuringRow
from results import bundle, ranking
from results.bundle import Json
from results.models import Computation, UnitResult
from results.ranking import LeafStanding, RankedUnit
from selfassess.scores import queries as selfassessed
from surveys.scores.queries import scores_in_parts
from units.models import Unit, by_name


@functools.cache
def code_version() -> str:
    """The first 16 hex digits of a SHA-256 over the source of the arithmetic, so that a changed program computes every
    block again."""
    return source_digest(ranking, bundle)[:16]


def current(round_group: RoundGroup) -> Computation | None:
    """The computation readers look at; take its id once per page, so that a page never mixes two."""
    return Computation.objects.filter(round_group=round_group, current=True).first()


def is_up_to_date(round_group: RoundGroup) -> bool:
    """Whether the current computation knows the latest inputs and was made by this program."""
    return knows_latest(current(round_group), round_group)


def knows_latest(computation: Computation | None, round_group: RoundGroup) -> bool:
    """`is_up_to_date` of a computation that has been read."""
    return (
        computation is not None
        and computation.inputs_version >= round_group.inputs_version
        and computation.units_version >= round_group.group.units_version
        and computation.code_version == code_version()
    )


def outdated() -> QuerySet[RoundGroup]:
    """Blocks whose inputs or program are newer than their current computation."""
    fresh = Computation.objects.filter(
        round_group=OuterRef("pk"),
        current=True,
        inputs_version__gte=OuterRef("inputs_version"),
        units_version__gte=OuterRef("group__units_version"),
        code_version=code_version(),
    )
    return RoundGroup.objects.filter(~Exists(fresh), inputs_version__gt=0).order_by("pk")


def group_inputs(round_group: RoundGroup) -> Json:
    """Everything the results of a block follow from, in the bundle's shape (without `results`) and in its one
    order: the same inputs have the same digest, whatever order they were entered in. Five queries."""
    read = BlockReading(round_group)
    return bundle.in_order({**read.head, "cells": [cell for held in read.units_held() for cell in _cells(read, held)]})


class UnitHeld(NamedTuple):
    """What is held of a unit, its leaves in the order of the block: own points of what is appraised, ballots of what is
    surveyed, as `cchc_index.lib.streams` reads them; every leaf's standing; a digest of all that was read."""

    unit: Unit
    own: list[int]
    ballots: list[int]
    standings: dict[str, LeafStanding]
    mark: bytes


class _Standings(dict[int, LeafStanding]):
    """Points as they are read → the standing of a leaf; most leaves share a few. The one place that decides which of
    the four states a cell is in."""

    def __init__(self, missing: str) -> None:
        super().__init__({ABSENT: LeafStanding(missing), NOT_APPLICABLE: LeafStanding(ranking.NOT_APPLICABLE)})

    def __missing__(self, points: int) -> LeafStanding:
        self[points] = LeafStanding(ranking.SCORED, Decimal(points).scaleb(-4))
        return self[points]


class BlockReading:
    """The inputs of a block: all but the cells at once, the cells unit by unit from tables of whole numbers. Five
    queries."""

    def __init__(self, round_group: RoundGroup) -> None:
        self.round_group = round_group
        rows = criteria.measuring_rows(round_group.criteria_set_id)
        self.units = criteria.measured(round_group)
        leaves = [row for row in rows if row.is_leaf]
        self.appraised = [row for row in leaves if row.is_self]
        self.surveyed = [row for row in leaves if not row.is_self]
        self.head = _head(round_group, rows, self.units)

    def units_held(self) -> Iterator[UnitHeld]:
        """Every unit, in the order of the block."""
        units = [unit.pk for unit in self.units]
        first, second = ([row.pk for row in rows] for rows in (self.appraised, self.surveyed))
        tables = (
            table_of(selfassessed.points_in_parts(self.round_group), units, first),
            table_of(standings_in_parts(self.round_group), units, first),
            table_of(scores_in_parts(self.round_group), units, second, held=2),
        )
        codes = [row.code for row in (*self.appraised, *self.surveyed)]
        appraised_as, surveyed_as = _Standings(ranking.NOT_SCORED), _Standings(ranking.NO_BALLOTS)
        for unit, *rows in zip(self.units, *tables, strict=True):
            own, decided, (points, ballots) = rows[0][:, 0].tolist(), rows[1][:, 0].tolist(), rows[2].T.tolist()
            standings = [*map(appraised_as.__getitem__, decided), *map(surveyed_as.__getitem__, points)]
            mark = sha256(b"".join([unit.code.encode(), *(row.tobytes() for row in rows)])).digest()
            yield UnitHeld(unit, own, ballots, dict(zip(codes, standings, strict=True)), mark)


def _head(round_group: RoundGroup, rows: Sequence[MeasuringRow], units: Sequence[Unit]) -> Json:
    chosen = round_group.criteria_set
    return {
        "code": round_group.group.code,
        "name": round_group.group.name,
        "decision": chosen.decision.number,
        "note": chosen.note,
        "policies": {"na": chosen.na_policy, "ties": chosen.ties, "bands": _bands(chosen.bands)},
        "criteria": _criteria(rows),
        "units": [{"code": unit.code, "name": unit.name} for unit in units],
    }


def _bands(bands: Sequence[Json]) -> list[Json]:
    return [{"name": band["name"], "from": str(band["from"])} for band in bands]


def _criteria(rows: Sequence[MeasuringRow]) -> list[Json]:
    codes = {row.pk: row.code for row in rows}
    return [
        {
            "code": row.code,
            "printed_code": clean(row.printed_code),
            "name": clean(row.name),
            "parent": codes.get(row.parent_id) if row.parent_id else None,
            "is_leaf": row.is_leaf,
            "source": row.source,
            "kind": row.kind,
            "max_points": exact_text(row.max_points),
            "provenance": row.provenance,
        }
        for row in rows
    ]


def _cells(read: BlockReading, held: UnitHeld) -> Iterator[Json]:
    """Every leaf of a unit as a cell of the bundle."""
    for leaf, own in zip(read.appraised, held.own, strict=True):
        told = None if own == ABSENT else exact_text(Decimal(own).scaleb(-4))
        yield _cell(held, leaf.code, {"self_points": told, "ballots": None})
    for leaf, ballots in zip(read.surveyed, held.ballots, strict=True):
        yield _cell(held, leaf.code, {"self_points": None, "ballots": None if ballots == ABSENT else ballots})


def _cell(held: UnitHeld, code: str, rest: Json) -> Json:
    state, points = held.standings[code]
    return {"unit": held.unit.code, "criterion": code, **rest, "state": state, "points": exact_text(points)}


@dataclass(frozen=True, slots=True)
class BlockOutcome:
    """What the inputs of a block give: their digest, every unit's line, and the sum of its own points on normal leaves
    (None where it has none), by code."""

    inputs_digest: str
    units: dict[str, Unit]
    ranked: dict[str, RankedUnit]
    own: dict[str, Decimal | None]


def outcome_of(round_group: RoundGroup) -> BlockOutcome:
    """The results of a block from its stored inputs: the cells of one unit are let go before those of the next."""
    read = BlockReading(round_group)
    units = {unit.code: unit for unit in read.units}
    own: dict[str, Decimal | None] = {}
    normal = [row.kind == ranking.NORMAL for row in read.appraised]
    marks: dict[str, bytes] = {}

    def each() -> Iterator[tuple[str, dict[str, LeafStanding]]]:
        for held in read.units_held():
            code = held.unit.code
            marks[code] = held.mark
            mine = [points for points, counts in zip(held.own, normal, strict=True) if counts and points != ABSENT]
            own[code] = Decimal(sum(mine)).scaleb(-4) if mine else None
            yield code, held.standings

    rows = [bundle.row_of(row) for row in read.head["criteria"]]
    ranked = ranking.compute_each(rows, bundle.policies_of(read.head["policies"]), each())
    seal = sha256(digest(bundle.in_order({**read.head, "cells": []})).encode())
    for code in sorted(marks):
        seal.update(marks[code])
    return BlockOutcome(seal.hexdigest(), units, ranked, own)


def ranked_results(computation: Computation) -> QuerySet[UnitResult]:
    """The rows of a computation in order of rank, those without a rank last."""
    return computation.unit_results.select_related("unit__group").order_by(F("rank").asc(nulls_last=True), *by_name())


RESULT_FIGURES = (
    "points",
    "max_points",
    "index",
    "appraised_points",
    "appraised_max",
    "appraised_index",
    "survey_points",
    "survey_max",
    "survey_index",
    "bonus",
    "penalty",
    "rank",
    "band",
    "incomplete",
)
"""What is computed of each unit: columns of UnitResult, and keys of the published shape."""
RESULT_KEYS = ["unit", "name", "group", *RESULT_FIGURES]


def own_points(computation: Computation) -> Iterator[tuple[str, Decimal | None]]:
    """Each unit's code with the sum that the computation keeps of its own points."""
    yield from computation.unit_results.order_by("pk").values_list("unit__code", "self_points")


def result_rows(computation: Computation) -> list[Json]:
    """The ranking of a computation in the published shape: exact texts, absent values None."""
    results = sorted(ranked_results(computation), key=lambda r: (r.rank is None, r.rank or 0, r.unit.code))
    return [_result_row(result) for result in results]


def _result_row(result: UnitResult) -> Json:
    return {
        "unit": result.unit.code,
        "name": result.unit.name,
        "group": result.unit.group.code,
        "points": exact_text(result.points),
        "max_points": exact_text(result.max_points),
        "index": _shown(result.index),
        "appraised_points": exact_text(result.appraised_points),
        "appraised_max": exact_text(result.appraised_max),
        "appraised_index": _shown(result.appraised_index),
        "survey_points": exact_text(result.survey_points),
        "survey_max": exact_text(result.survey_max),
        "survey_index": _shown(result.survey_index),
        "bonus": exact_text(result.bonus),
        "penalty": exact_text(result.penalty),
        "rank": result.rank,
        "band": result.band,
        "incomplete": result.incomplete,
    }


def _shown(value: Decimal | None) -> str | None:
    return None if value is None else format(shown(value), "f")
