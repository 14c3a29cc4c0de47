"""Recomputing a block: read, compute, write beside what stands, then switch at once."""

from decimal import Decimal
from typing import Any

from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.canonical import digest
from criteria import queries as criteria
from criteria.models import RoundGroup
from results import bundle, queries
from results.models import Computation, CriterionResult, UnitResult

Json = dict[str, Any]

READINGS = 3
"""How often inputs are read anew when they change under the reader; later changes recompute anyway."""
KEPT = 5
"""Earlier computations of a block that stay, for readers who still hold their id."""


def recompute(*, round_group_id: int) -> Computation:
    """The current computation of a block, made anew when its inputs or the program have changed.

    A pure function of the inputs' digest. Readers see the old or the new computation, never a mix: rows
    are written beside those that stand and `current` switches in the same transaction, under a lock on the
    block. Raises RoundGroup.DoesNotExist.
    """
    round_group, inputs = _read(round_group_id)
    inputs_digest = digest(inputs)
    standing = queries.current(round_group)
    if standing and (standing.inputs_digest, standing.code_version) == (inputs_digest, queries.code_version()):
        return _confirm(standing, round_group)
    computation = _write(round_group, inputs, inputs_digest)
    _forget_old(round_group_id)
    return computation


def _read(round_group_id: int) -> tuple[RoundGroup, Json]:
    """Inputs with the version that was read before them: never labelled newer than they are."""
    found = RoundGroup.objects.select_related("round", "group", "criteria_set__decision")
    round_group = found.get(pk=round_group_id)
    for _ in range(READINGS):
        inputs = queries.group_inputs(round_group)
        after = found.get(pk=round_group_id)
        if _versions(after) == _versions(round_group):
            break
        round_group = after
    else:
        inputs = queries.group_inputs(round_group)
    return round_group, inputs


def _versions(round_group: RoundGroup) -> tuple[int, int]:
    return round_group.inputs_version, round_group.group.units_version


def _confirm(standing: Computation, round_group: RoundGroup) -> Computation:
    """The same inputs under newer versions: nothing to compute, only to note."""
    for name, version in zip(("inputs_version", "units_version"), _versions(round_group), strict=True):
        if getattr(standing, name) < version:
            setattr(standing, name, version)
            Computation.objects.filter(pk=standing.pk, **{f"{name}__lt": version}).update(**{name: version})
    return standing


@transaction.atomic
def _write(round_group: RoundGroup, inputs: Json, inputs_digest: str) -> Computation:
    computation = Computation.objects.create(
        round_group=round_group,
        inputs_version=round_group.inputs_version,
        units_version=round_group.group.units_version,
        inputs_digest=inputs_digest,
        code_version=queries.code_version(),
        computed_at=clock.now(),
    )
    units = {unit.code: unit.pk for unit in criteria.units_of(round_group)}
    leaves = dict(criteria.leaves(round_group.criteria_set_id).values_list("code", "pk"))
    own = _self_totals(inputs)
    results = [_unit_result(computation, units, own, row) for row in bundle.results_of(inputs)]
    UnitResult.objects.bulk_create(results, batch_size=500)
    cells = [_criterion_result(computation, units, leaves, cell) for cell in inputs["cells"]]
    CriterionResult.objects.bulk_create(cells, batch_size=1000)
    return _switch(computation)


def _switch(computation: Computation) -> Computation:
    """Make the new computation current, unless one of newer inputs was quicker."""
    RoundGroup.objects.select_for_update(of=("self",)).get(pk=computation.round_group_id)
    of_block = Computation.objects.filter(round_group_id=computation.round_group_id)
    newer = of_block.filter(current=True, inputs_version__gt=computation.inputs_version).first()
    if newer is not None:
        computation.delete()
        return newer
    of_block.filter(current=True).update(current=False)
    computation.current = True
    computation.save(update_fields=["current"])
    return computation


@transaction.atomic
def _forget_old(round_group_id: int) -> None:
    """Apart from the switch: thousands of rows go, and nobody who submits waits at the block's lock for that."""
    replaced = Computation.objects.filter(round_group_id=round_group_id, current=False)
    kept = replaced.order_by("-pk").values_list("pk", flat=True)[:KEPT]
    replaced.exclude(pk__in=list(kept)).delete()


def _self_totals(inputs: Json) -> dict[str, Decimal]:
    """unit code → the sum of its own points on normal leaves; no entry where nothing is scored."""
    normal = {row["code"] for row in inputs["criteria"] if row["kind"] == "normal"}
    totals: dict[str, Decimal] = {}
    for cell in inputs["cells"]:
        if cell["self_points"] is not None and cell["criterion"] in normal:
            totals[cell["unit"]] = totals.get(cell["unit"], Decimal(0)) + Decimal(cell["self_points"])
    return totals


_DECIMALS = (
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
)


def _unit_result(computation: Computation, units: dict[str, int], own: dict[str, Decimal], row: Json) -> UnitResult:
    decimals = {name: _decimal(row[name]) for name in _DECIMALS}
    return UnitResult(
        computation=computation,
        unit_id=units[row["unit"]],
        self_points=own.get(row["unit"]),
        rank=row["rank"],
        band=row["band"],
        incomplete=row["incomplete"],
        **decimals,
    )


def _criterion_result(
    computation: Computation, units: dict[str, int], leaves: dict[str, int], cell: Json
) -> CriterionResult:
    return CriterionResult(
        computation=computation,
        unit_id=units[cell["unit"]],
        criterion_id=leaves[cell["criterion"]],
        state=cell["state"],
        self_points=_decimal(cell["self_points"]),
        points=_decimal(cell["points"]),
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
