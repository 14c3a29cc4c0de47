"""The proof of the council's records, put together from those of the features."""

from collections.abc import Iterator

from django.db.models import F

from appraisal.consistency import ledger as consistency
from appraisal.core import ledger as core
from appraisal.council import ledger as council
from appraisal.interests import ledger as interests
from appraisal.models import Acknowledgement, Appraisal, AppraisalEntry, Opinion, Release
from appraisal.opinions import ledger as opinions
from appraisal.questions import ledger as questions
from appraisal.releases import ledger as releases
from appraisal.replies import ledger as replies


def check(*, files: bool = True) -> Iterator[str]:
    """Vietnamese sentences for every break between rows and log; none when all agree. Streams over the tables
    with a fixed number of queries whatever their size. `files`: read the stored files too."""
    for feature in (core, releases, opinions, interests, questions, consistency, replies):
        yield from feature.check()
    yield from council.check(files=files)
    yield from _check_stages()


def _check_stages() -> Iterator[str]:
    """Digests say a stage's name: it must be the row of the same year, and the kind beside a step the row's own."""
    strays = [
        model.objects.exclude(stage__round=F("round_group__round"))
        for model in (Appraisal, Release, Opinion, Acknowledgement)
    ]
    strays.append(AppraisalEntry.objects.exclude(stage__round=F("appraisal__round_group__round")))  # type: ignore[arg-type]
    for rows in strays:
        if count := rows.order_by().count():
            yield f"{count} dòng {rows.model._meta.verbose_name} gắn với giai đoạn của kỳ khác."
    if count := AppraisalEntry.objects.exclude(stage_kind=F("stage__kind")).order_by().count():
        yield f"{count} bước thẩm định ghi loại giai đoạn khác với giai đoạn của nó."
