"""Recomputing the results of a block, at once or as background work. The new rows are written beside the current ones
and become current in the same transaction."""

import time
from datetime import timedelta
from decimal import Decimal

from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.canonical import digest
from cchc_index.lib.dispatch import send_after_commit
from criteria import queries as criteria
from criteria.models import RoundGroup
from results import bundle
from results.bundle import Json
from results.jobs import actions as jobs
from results.jobs.queries import live_jobs
from results.models import Computation, CriterionResult, Job, UnitResult

from . import queries

MOST_READS = 3
"""How often inputs are read anew when they change under the reader; later changes recompute anyway."""
KEPT = 5
"""Earlier computations of a block that stay, for readers who still hold their id."""
REST = timedelta(minutes=10)
"""After a failed recomputation the sweeper leaves the block alone; a new change of inputs does not wait."""
RERUNS = 20
"""How often one run starts over because inputs moved on, before it leaves the rest to a fresh message."""
PAUSE, LONGEST_PAUSE = 3, 20
"""Between two of them it rests so many times as long as it worked, seconds at most: in the last minute before
a deadline everybody's inputs move, and the machine belongs to those who submit."""


State, Kind = Job.State, Job.Kind


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
    """The block and its inputs, the block with the versions it had before the inputs were read: results never carry a
    newer version than their inputs. Reads again, MOST_READS times at most, while the versions change meanwhile."""
    blocks = RoundGroup.objects.select_related("round", "group", "criteria_set__decision")
    round_group = blocks.get(pk=round_group_id)
    for _ in range(MOST_READS):
        inputs = queries.group_inputs(round_group)
        after = blocks.get(pk=round_group_id)
        if _versions(after) == _versions(round_group):
            break
        round_group = after
    else:
        inputs = queries.group_inputs(round_group)
    return round_group, inputs


def _versions(round_group: RoundGroup) -> tuple[int, int]:
    return round_group.inputs_version, round_group.group.units_version


def _confirm(standing: Computation, round_group: RoundGroup) -> Computation:
    """Note the newer versions on the current computation: the inputs are the same, so there is nothing to compute."""
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
    """Make the new computation current, unless another run has meanwhile made one of newer inputs current; that one is
    then given back."""
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
    """Delete replaced computations but the newest KEPT. In a transaction of its own, after the switch: deleting
    thousands of rows takes long, and submitting units would wait for the lock of the block."""
    replaced = Computation.objects.filter(round_group_id=round_group_id, current=False)
    newest = replaced.order_by("-pk").values_list("pk", flat=True)[:KEPT]
    replaced.exclude(pk__in=list(newest)).delete()


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


# --- as background work -----------------------------------------------------------------------------


@transaction.atomic
def enqueue_recompute(round_group_id: int) -> Job | None:
    """The queued recomputation of a block; there is one at most. None where the results are current, or where a run is
    under way: a run compares the versions again before it ends, under the lock taken here."""
    running = (
        Job.objects.select_for_update(of=("self",))
        .filter(kind=Kind.RECOMPUTE, round_group_id=round_group_id, state=State.RUNNING)
        .order_by("pk")
        .first()
    )
    if running is not None and not jobs.is_stale(running):
        return None
    if running is not None:
        jobs.give_back(running, "")
    waiting = live_jobs(Kind.RECOMPUTE).filter(round_group_id=round_group_id, state=State.QUEUED).first()
    if waiting is not None:
        return waiting
    round_group = RoundGroup.objects.filter(pk=round_group_id).first()
    if round_group is None or queries.is_up_to_date(round_group):
        return None
    return Job.objects.get_or_create(kind=Kind.RECOMPUTE, round_group_id=round_group_id, state=State.QUEUED)[0]


def run_recompute(job_id: int) -> None:
    """Claim and carry out a recomputation; starts over while inputs move on. Safe to kill and to repeat."""
    jobs.run(job_id, _recompute_until_settled)


def _recompute_until_settled(job: Job) -> None:
    assert job.round_group_id is not None  # the kind carries a block
    for _ in range(RERUNS):
        started = time.monotonic()
        recompute(round_group_id=job.round_group_id)
        jobs.beat(job, 90)
        if _settle(job):
            return
        time.sleep(min(LONGEST_PAUSE, PAUSE * (time.monotonic() - started)))
    Job.objects.filter(pk=job.pk).update(state=State.DONE, finished_at=clock.now())
    send_after_commit("results.recompute", job.round_group_id)


@transaction.atomic
def _settle(job: Job) -> bool:
    """Mark the job done if no input has changed since it computed; False if one has. Checked under the lock that
    `enqueue_recompute` takes too."""
    held = Job.objects.select_for_update(of=("self",)).get(pk=job.pk)
    assert held.round_group is not None  # the kind carries a block
    if not queries.is_up_to_date(held.round_group):
        return False
    jobs.finish(held)
    return True


def start_outdated() -> int:
    """Queue a recomputation for every outdated block that has none, for instance because the broker lost the message.
    Returns the number of messages sent."""
    busy = Job.objects.filter(kind=Kind.RECOMPUTE, state__in=[State.QUEUED, State.RUNNING])
    failed = Job.objects.filter(kind=Kind.RECOMPUTE, state=State.FAILED, finished_at__gt=clock.now() - REST)
    sent = 0
    for round_group in queries.outdated().exclude(jobs__in=busy).exclude(jobs__in=failed):
        with transaction.atomic():
            job = enqueue_recompute(round_group.pk)
            if job is not None:
                jobs.send(job)
                sent += 1
    return sent
