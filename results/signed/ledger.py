"""The proof of signed decisions: rows are what the log says, files what was posted."""

from collections.abc import Iterator

from cchc_index.lib.whole import file_faults
from results.models import SignedDecision
from units.auditlog.digests import Facts
from units.auditlog.models import LogEntry

from .digests import VERB_POST, VERB_WITHDRAW, signed_facts


def check(*, files: bool) -> Iterator[str]:
    """Sentences for signed decisions that differ from the log or whose file is not what was posted; `files` False
    leaves the files unread."""
    last: dict[int, Facts] = {}
    actors: dict[tuple[int, str], int | None] = {}
    for entry in LogEntry.objects.filter(verb__in=[VERB_POST, VERB_WITHDRAW]).order_by("number").iterator(2000):
        last[int(entry.object_id)] = entry.after or {}
        actors[int(entry.object_id), entry.verb] = entry.actor_id
    for row in SignedDecision.objects.select_related("publication__round").order_by("pk"):
        given = tuple(actors.get((row.pk, verb)) for verb in (VERB_POST, VERB_WITHDRAW))
        if last.pop(row.pk, None) != signed_facts(row) or given != (row.posted_by_id, row.withdrawn_by_id):
            yield f"{row}: nội dung hoặc người đăng khác với nhật ký."
        if files:
            yield from file_faults(row.file, row.digest, f"{row}: tệp không còn trong kho hoặc đã bị sửa.")
    for pk in sorted(last):
        yield f"Quyết định đã ký (mã {pk}) có trong nhật ký nhưng đã bị xóa."
