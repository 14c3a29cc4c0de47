"""Digests over the rows an import wrote, as its log entry keeps them and the check computes them again."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from cchc_index.lib.canonical import digest
from criteria.models import RoundGroup
from surveys.models import Ballot, ImportBatch, SatisfactionFigure
from units.auditlog.digests import keyed_digest

BALLOT = ("respondent_group_id", "unit_id", "code", "invalid_reason", "answers")
FIGURE = ("batch_id", "unit_id", "criterion_id", "points", "percent", "source_document")


def of_batch(batch: ImportBatch, block: RoundGroup) -> dict[str, Any]:
    """What the log says of a batch's rows: its ballots, or all figures of its block. One query."""
    if batch.kind == ImportBatch.Kind.FIGURES:
        rows = SatisfactionFigure.objects.filter(round_group=block).order_by("unit_id", "criterion_id")
        return {"figures": figures_digest(rows.values_list(*FIGURE))}
    ballots = Ballot.objects.filter(batch=batch).order_by("pk").values_list(*BALLOT)
    return {"ballots": logged_mark(ballots_mark(ballots.iterator(chunk_size=20_000)))}


def figures_digest(rows: Iterable[tuple[Any, ...]]) -> str:
    """One digest for the figures of a block, in the order of unit and criterion."""
    return digest([list(row) for row in rows])


def ballots_mark(rows: Iterable[tuple[Any, ...]]) -> dict[str, Any]:
    """Count and digest of ballots in the order they were written. Each field is preceded by its length, so
    that no two different ballots give the same bytes."""
    sealed, count = hashlib.sha256(), 0
    for group, unit, code, reason, answers in rows:
        text, blob = f"{group} {unit} {code}".encode(), bytes(answers)
        sealed.update(b"%d %d %d %b %b %b" % (len(text), len(reason), len(blob), text, reason.encode(), blob))
        count += 1
    return {"count": count, "digest": sealed.hexdigest()}


def logged_mark(mark: Mapping[str, Any]) -> dict[str, Any]:
    """`ballots_mark` as the log keeps it: who reads the log must not try what two ballots say."""
    return {"count": mark["count"], "sealed": keyed_digest(mark["digest"])}


def file_mark(batch: ImportBatch) -> str:
    """The digest of a batch's file as the log keeps it; of ballots keyed, as their own."""
    return batch.file_digest if batch.kind == ImportBatch.Kind.FIGURES else keyed_digest(batch.file_digest)


def plain_counts(batch: ImportBatch) -> dict[str, Any]:
    """A batch's numbers without what it replaced, which stands beside them in the log."""
    return {name: count for name, count in batch.counts.items() if name not in ("replaced", "archive")}


def logged_counts(batch: ImportBatch) -> dict[str, Any]:
    """The same as the log keeps them: what is striking of a unit's ballots, and why some do not count, says something
    of few people, so it stands there as a digest."""
    told = plain_counts(batch)
    return told | {name: keyed_digest(told[name]) for name in ("marks", "invalid") if name in told}


def reading_mark(batch: ImportBatch) -> str:
    """How its file was read."""
    return digest([batch.take_hidden, batch.good_only, batch.mapping])
