"""The proof of samples: how they were drawn and what was found equal the log."""

from collections.abc import Iterator

from appraisal.core.ledger import check_last
from appraisal.models import Sample

from . import digests


def check() -> Iterator[str]:
    """Vietnamese sentences for every break; none when all agree. Three queries."""
    samples = Sample.objects.select_related("round_group__round", "round_group__group").prefetch_related("cells")
    rows = {row.pk: (str(row), digests.sample_facts(row, row.cells.all())["digest"]) for row in samples.order_by("pk")}
    yield from check_last(digests.VERBS, "mẫu thẩm định lại", rows)
