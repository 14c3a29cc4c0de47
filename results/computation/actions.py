"""Recomputing the results of a block, at once or as background work. The new rows are written beside the current ones
and become current in the same transaction."""

import json
import time
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.dispatch import send_after_commit
from cchc_index.lib.plain_rows import insert_rows
from criteria.models import RoundGroup
from results.jobs import actions as jobs
from results.jobs.queries import live_jobs
from results.models import Computation, Job, UnitResult
from results.ranking import half_up

from . import queries
from .queries import BlockOutcome

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
    round_group, outcome = _read(round_group_id)
    standing = queries.current(round_group)
    if standing and (standing.inputs_digest, standing.code_version) == (outcome.inputs_digest, queries.code_version()):
        return _confirm(standing, round_group)
    computation = _write(round_group, outcome)
    _forget_old(round_group_id)
    return computation


def _read(round_group_id: int) -> tuple[RoundGroup, BlockOutcome]:
    """The block and what its inputs give, the block with the versions it had before the inputs were read: results never
    carry a newer version than their inputs. Reads again, MOST_READS times at most, while the versions change
    meanwhile."""
    blocks = RoundGroup.objects.select_related("round", "group", "criteria_set__decision")
    versions = RoundGroup.objects.filter(pk=round_group_id).values_list("inputs_version", "group__units_version")
    for _ in range(MOST_READS):
        round_group = blocks.get(pk=round_group_id)
        outcome = queries.outcome_of(round_group)
        if versions.get() == _versions(round_group):
            return round_group, outcome
    round_group = blocks.get(pk=round_group_id)
    return round_group, queries.outcome_of(round_group)


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
def _write(round_group: RoundGroup, outcome: BlockOutcome) -> Computation:
    computation = Computation.objects.create(
        round_group=round_group,
        inputs_version=round_group.inputs_version,
        units_version=round_group.group.units_version,
        inputs_digest=outcome.inputs_digest,
        code_version=queries.code_version(),
        computed_at=clock.now(),
    )
    insert_rows(UnitResult, WRITTEN, [_unit_result(computation.pk, outcome, code) for code in outcome.ranked])
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


WRITTEN = ("computation_id", "unit_id", "self_points", *queries.RESULT_FIGURES)


def _unit_result(computation_id: int, outcome: BlockOutcome, code: str) -> tuple[object, ...]:
    """The row of a unit in the order of WRITTEN; points have four places at most."""
    ranked = outcome.ranked[code]
    return (
        computation_id,
        outcome.units[code].pk,
        outcome.own[code],
        ranked.points,
        ranked.max_points,
        _percent(ranked.index),
        ranked.appraised.points,
        ranked.appraised.max_points,
        _percent(ranked.appraised.index),
        ranked.survey.points,
        ranked.survey.max_points,
        _percent(ranked.survey.index),
        ranked.bonus,
        ranked.penalty,
        ranked.rank,
        ranked.band,
        json.dumps(ranked.incomplete),
    )


def _percent(value: Fraction | None) -> Decimal | None:
    return None if value is None else half_up(value, 2)


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
