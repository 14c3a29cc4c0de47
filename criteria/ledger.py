"""The proof that a criteria set in use is the one that was frozen.

The first score of a block logs a digest of its tree and policies (actions.freeze). What may still change
afterwards is left out: the link to the criterion of an earlier year.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from cchc_index.lib.canonical import digest
from units.auditlog.models import LogEntry

from .models import CriteriaSet, Criterion, RoundGroup

VERB_FREEZE = "criteria.freeze"
FIELDS = (
    "code",
    "printed_code",
    "name",
    "position",
    "is_leaf",
    "source",
    "kind",
    "max_points",
    "printed_max",
    "rule",
    "guidance",
    "provenance",
)


def instant(at: datetime) -> str:
    """A moment as the log keeps it: UTC, to the microsecond."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"


def set_digest(criteria_set_id: int) -> str:
    """SHA-256 over a set's decision, policies and rows; two queries."""
    found = CriteriaSet.objects.get(pk=criteria_set_id)
    return _digest(found, Criterion.objects.filter(criteria_set=found).order_by("pk"))


def _digest(found: CriteriaSet, rows: Iterable[Criterion]) -> str:
    own: list[Any] = [found.pk, found.decision_id, found.group_id, found.na_policy, found.ties, found.bands]
    return digest([own, [[row.pk, row.parent_id, *(getattr(row, name) for name in FIELDS)] for row in rows]])


def check() -> Iterator[str]:
    """Vietnamese sentences for every frozen set that is no longer what the log says; none when all agree.
    Four queries."""
    said = {
        int(entry.object_id): entry.after
        for entry in LogEntry.objects.filter(verb=VERB_FREEZE).order_by("number").iterator(2000)
    }
    digests = _digests()
    for block in RoundGroup.objects.select_related("round", "group").order_by("pk"):
        frozen = said.pop(block.pk, None)
        if frozen is None:
            if block.frozen_at is not None:
                yield f"{block}: bộ tiêu chí đã khóa nhưng nhật ký không ghi."
            continue
        if block.frozen_at is None or instant(block.frozen_at) != frozen["at"]:
            yield f"{block}: giờ khóa bộ tiêu chí khác với nhật ký."
        if digests.get(block.criteria_set_id) != frozen["digest"]:
            yield f"{block}: cây tiêu chí, quy tắc chấm hoặc cách tính đã bị sửa sau khi khóa."
    for pk in sorted(said):
        yield f"Khối trong kỳ số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."


def _digests() -> dict[int, str]:
    used = CriteriaSet.objects.filter(round_groups__isnull=False).distinct().in_bulk()
    rows = Criterion.objects.filter(criteria_set__in=used).order_by("criteria_set_id", "pk").iterator(2000)
    grouped = {pk: list(found) for pk, found in groupby(rows, key=lambda row: row.criteria_set_id)}
    return {pk: _digest(found, grouped.get(pk, [])) for pk, found in used.items()}
