"""Batches for pages: what a list needs of them, and whether a file is in already."""

from django.db.models import F, QuerySet

from criteria.models import RoundGroup
from surveys.models import ImportBatch
from surveys.plan.queries import find_group
from surveys.upload import Upload


def listed(batches: QuerySet[ImportBatch]) -> QuerySet[ImportBatch]:
    """Batches for a list: the number of rows without the faults and counts, which may be megabytes."""
    return batches.defer("faults", "counts").annotate(rows=F("counts__rows"))


def committed_like(block: RoundGroup, respondents: str, file: Upload) -> ImportBatch | None:
    """The committed batch that holds the same file, read the same way, for the same respondents."""
    group = find_group(block, respondents)
    same_file = ImportBatch.objects.filter(
        round_group=block,
        kind=ImportBatch.Kind.BALLOTS,
        state=ImportBatch.State.COMMITTED,
        file_digest=file.digest,
        take_hidden=file.take_hidden,
        respondent_group=group,
    )
    alike = (batch for batch in same_file.order_by("pk") if batch.mapping == file.mapping)
    return next(alike, None) if group else None
