"""The check that a criteria set in use is the one that was frozen.

The first score of a block logs a digest of its tree and policies (actions.freeze). What may still change afterwards is
left out: the link to the criterion of an earlier year.
"""

from collections.abc import Iterator
from itertools import groupby

from units.auditlog.models import LogEntry

from .digests import VERB_FREEZE, digest_of, instant
from .models import CriteriaSet, Criterion, RoundGroup


def check() -> Iterator[str]:
    """Vietnamese sentences for every frozen set that is no longer what the log says; none when all agree.
    Four queries."""
    logged = {
        int(entry.object_id): entry.after
        for entry in LogEntry.objects.filter(verb=VERB_FREEZE).order_by("number").iterator(2000)
    }
    digests = _digests()
    for block in RoundGroup.objects.select_related("round", "group").order_by("pk"):
        frozen = logged.pop(block.pk, None)
        if frozen is None:
            if block.frozen_at is not None:
                yield f"{block}: bộ tiêu chí đã khóa nhưng nhật ký không ghi."
            continue
        if block.frozen_at is None or instant(block.frozen_at) != frozen["at"]:
            yield f"{block}: giờ khóa bộ tiêu chí khác với nhật ký."
        if digests.get(block.criteria_set_id) != frozen["digest"]:
            yield f"{block}: các tiêu chí, quy tắc chấm hoặc cách tính đã bị sửa sau khi khóa."
    for pk in sorted(logged):
        yield f"Khối trong kỳ số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."


def _digests() -> dict[int, str]:
    used = CriteriaSet.objects.filter(round_groups__isnull=False).distinct().in_bulk()
    rows = Criterion.objects.filter(criteria_set__in=used).order_by("criteria_set_id", "pk").iterator(2000)
    trees = {pk: list(tree) for pk, tree in groupby(rows, key=lambda row: row.criteria_set_id)}
    return {pk: digest_of(criteria_set, trees.get(pk, [])) for pk, criteria_set in used.items()}
