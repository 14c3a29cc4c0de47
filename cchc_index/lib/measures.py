"""What the web processes count of their requests, for Prometheus. With PROMETHEUS_MULTIPROC_DIR the processes of a
machine write into that folder, and whichever is asked tells the sum."""

import os

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

REQUESTS = Counter("cchc_requests", "Requests answered.", ["view", "method", "status"])
SECONDS = Histogram(
    "cchc_request_seconds",
    "From a thread's taking a request to its answer.",
    ["view"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30),
)


def counted() -> bytes:
    """All of it in the text format."""
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return generate_latest(registry)
