"""The check of what two people decided: every request is what the log says, and nobody was both."""

from collections.abc import Iterator
from typing import Any

from surveys.models import SurveyRequest
from units.auditlog.models import LogEntry

from .digests import REQUEST_VERBS, VERB_CONFIRM, request_facts


def check() -> Iterator[str]:
    """Vietnamese sentences for every break; none when all agree. Two queries."""
    logged: dict[int, dict[str, Any]] = {}
    for entry in LogEntry.objects.filter(verb__in=REQUEST_VERBS).order_by("number").iterator(2000):
        facts = entry.after if isinstance(entry.after, dict) else {}
        logged[int(entry.object_id)] = facts
        if entry.verb == VERB_CONFIRM and facts.get("proposed_by") == facts.get("decided_by"):
            yield f"Đề nghị về điều tra số {entry.object_id}: cùng một người vừa đề nghị vừa xác nhận."
    for row in SurveyRequest.objects.order_by("pk").iterator(2000):
        if logged.pop(row.pk, None) != request_facts(row):
            yield f"Đề nghị về điều tra số {row.pk}: nội dung hoặc người khác với nhật ký."
    for pk in sorted(logged):
        yield f"Đề nghị về điều tra số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."
