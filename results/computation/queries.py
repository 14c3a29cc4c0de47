"""What a computation is a function of, and what it gave. A constant number of queries."""

import functools
from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, QuerySet

from appraisal.core.queries.cells import standings_by_cell
from cchc_index.lib.numbers import exact_text, shown
from cchc_index.lib.programs import source_digest
from criteria import queries as criteria
from criteria.models import Criterion, RoundGroup
from results import bundle, ranking
from results.bundle import Json
from results.models import Computation, UnitResult
from selfassess.scores import queries as selfassessed
from surveys.scores import queries as surveyed
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
    rows = criteria.tree(round_group.criteria_set_id)
    units = list(criteria.units_of(round_group))
    chosen = round_group.criteria_set
    inputs: Json = {
        "code": round_group.group.code,
        "name": round_group.group.name,
        "decision": chosen.decision.number,
        "note": chosen.note,
        "policies": {"na": chosen.na_policy, "ties": chosen.ties, "bands": _bands(chosen.bands)},
        "criteria": _criteria(rows),
        "units": [{"code": unit.code, "name": unit.name} for unit in units],
        "cells": list(_cells(round_group, units, [row for row in rows if row.is_leaf])),
    }
    return bundle.in_order(inputs)


def _bands(bands: Sequence[Json]) -> list[Json]:
    return [{"name": band["name"], "from": str(band["from"])} for band in bands]


def _criteria(rows: Sequence[Criterion]) -> list[Json]:
    codes = {row.pk: row.code for row in rows}
    return [
        {
            "code": row.code,
            "printed_code": row.printed_code,
            "name": row.name,
            "parent": codes.get(row.parent_id) if row.parent_id else None,
            "is_leaf": row.is_leaf,
            "source": row.source,
            "kind": row.kind,
            "max_points": exact_text(row.max_points),
            "provenance": row.provenance,
        }
        for row in rows
    ]


def _cells(round_group: RoundGroup, units: Sequence[Unit], leaves: Sequence[Criterion]) -> Iterator[Json]:
    """Every unit × leaf as a cell of the bundle. The one place that decides which of the four states a cell is in."""
    own = selfassessed.scores_by_cell(round_group)
    standings = standings_by_cell(round_group)
    figures = surveyed.scores_by_cell(round_group)
    for unit in units:
        for leaf in leaves:
            key = (unit.pk, leaf.pk)
            cell: Json = {"unit": unit.code, "criterion": leaf.code, "self_points": None, "ballots": None}
            if leaf.is_self:
                points, not_applicable = standings.get(key, (None, False))
                cell["self_points"] = exact_text(own.get(key, (None, False))[0])
                missing = ranking.NOT_SCORED
            else:
                points, not_applicable, cell["ballots"] = figures.get(key, (None, False, None))
                missing = ranking.NO_BALLOTS
            if not_applicable:
                yield {**cell, "state": ranking.NOT_APPLICABLE, "points": None}
            else:
                state = missing if points is None else ranking.SCORED
                yield {**cell, "state": state, "points": exact_text(points)}


def ranked_results(computation: Computation) -> QuerySet[UnitResult]:
    """The rows of a computation in order of rank, those without a rank last."""
    return computation.unit_results.select_related("unit__group").order_by(F("rank").asc(nulls_last=True), *by_name())


RESULT_KEYS = [
    "unit",
    "name",
    "group",
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
]


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
