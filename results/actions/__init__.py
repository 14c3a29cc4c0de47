"""The verbs that write: computations, publications, background jobs."""

from .computation import recompute
from .jobs import claim, enqueue_recompute, request_report, request_statement, requeue, run_recompute, run_report
from .publication import approve, propose, publish, withdraw

__all__ = [
    "approve",
    "claim",
    "enqueue_recompute",
    "propose",
    "publish",
    "recompute",
    "request_report",
    "request_statement",
    "requeue",
    "run_recompute",
    "run_report",
    "withdraw",
]
