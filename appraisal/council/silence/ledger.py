"""The proof of what silence means: the rows equal the log."""

from collections.abc import Iterator

from appraisal.core.ledger import check_last
from appraisal.models import SilenceRule

from . import digests


def check() -> Iterator[str]:
    """Vietnamese sentences for every break; none when all agree. Two queries."""
    rows = {
        rule.pk: (str(rule), digests.silence_facts(rule)["digest"])
        for rule in SilenceRule.objects.select_related("round").order_by("pk")
    }
    yield from check_last((digests.VERB_SILENCE,), "quy định về việc không trả lời", rows)
