"""The check of what was signed and received: every signature is what the log says, its table is the one behind its
digest, and nobody received what the same person had signed."""

from collections.abc import Iterator
from typing import Any

from surveys.models import TableSignature
from units.auditlog.models import LogEntry

from .digests import TABLE_VERBS, VERB_RECEIVE, signature_facts, table_digest


def check() -> Iterator[str]:
    """Vietnamese sentences for every break; none when all agree. Two queries."""
    logged: dict[int, dict[str, Any]] = {}
    for entry in LogEntry.objects.filter(verb__in=TABLE_VERBS).order_by("number").iterator(2000):
        facts = entry.after if isinstance(entry.after, dict) else {}
        logged[int(entry.object_id)] = facts
        if entry.verb == VERB_RECEIVE and facts.get("signed_by") == facts.get("decided_by"):
            yield f"Bảng điểm ĐTXHH đã ký số {entry.object_id}: cùng một người vừa ký vừa tiếp nhận."
    for row in TableSignature.objects.order_by("pk").iterator(200):
        if logged.pop(row.pk, None) != signature_facts(row):
            yield f"Bảng điểm ĐTXHH đã ký số {row.pk}: nội dung hoặc người khác với nhật ký."
        if table_digest(row.table) != row.digest:
            yield f"Bảng điểm ĐTXHH đã ký số {row.pk}: bảng điểm được giữ không khớp mã kiểm tra đã ký."
    for pk in sorted(logged):
        yield f"Bảng điểm ĐTXHH đã ký số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."
