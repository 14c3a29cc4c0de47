"""The figures for Prometheus: what the web processes count, and what stands in the database when it is asked."""

from collections.abc import Sequence
from contextlib import suppress

from django.db import DatabaseError
from health_check.base import HealthCheckResult
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from cchc_index.lib import clock, measures
from results.computation.queries import outdated
from results.jobs.queries import heart, jobs_by_state
from units.mail.queries import waiting

CONTENT_TYPE = CONTENT_TYPE_LATEST
HEARTS = ("worker", "beat", "sweep")


def text(results: Sequence[HealthCheckResult]) -> bytes:
    registry = CollectorRegistry()
    well = Gauge("cchc_well", "1: the check found nothing wrong.", ["check"], registry=registry)
    took = Gauge("cchc_check_seconds", "How long the check took.", ["check"], registry=registry)
    for result in results:
        name = result.check.labels["check"]
        well.labels(name).set(not result.error)
        took.labels(name).set(result.time_taken)
    with suppress(DatabaseError):  # the check of the database says it
        _from_rows(registry)
    return measures.counted() + generate_latest(registry)


def _from_rows(registry: CollectorRegistry) -> None:
    jobs = Gauge("cchc_jobs", "Background jobs by state.", ["state"], registry=registry)
    for state, count in jobs_by_state().items():
        jobs.labels(state).set(count)
    Gauge("cchc_outdated_blocks", "Blocks to be computed anew.", registry=registry).set(outdated().count())
    Gauge("cchc_waiting_mails", "Mails due and not sent.", registry=registry).set(waiting().count())
    silence = Gauge("cchc_heart_silence_seconds", "Since the last sign of life.", ["process"], registry=registry)
    for name in HEARTS:
        if (last := heart(name)) is not None:
            silence.labels(name).set((clock.now() - last).total_seconds())
