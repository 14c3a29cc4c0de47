"""The proof of published files: rows are what the log says, files what was made."""

from collections.abc import Iterator

from cchc_index.lib.whole import file_faults
from results.models import PublishedFile
from units.auditlog.models import LogEntry

from .digests import VERB_KEEP, file_facts


def check(*, files: bool) -> Iterator[str]:
    """Sentences for published files that differ from the log, or whose bytes are not those that were made; `files`
    False leaves the bytes unread."""
    entries = LogEntry.objects.filter(verb=VERB_KEEP).order_by("number").iterator(2000)
    logged = {int(entry.object_id): entry.after for entry in entries}
    for row in PublishedFile.objects.select_related("publication").order_by("pk"):
        if logged.pop(row.pk, None) != file_facts(row):
            yield f"{row}: tên, dung lượng hoặc mã kiểm tra khác với nhật ký."
        if files:
            yield from file_faults(row.file, row.digest, f"{row}: tệp không còn trong kho hoặc đã bị sửa.")
    for pk in sorted(logged):
        yield f"Tệp của công bố (mã {pk}) có trong nhật ký nhưng đã bị xóa."
