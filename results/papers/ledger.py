"""The proof of typed passages and recommendations: rows are what the log says of them last."""

from collections.abc import Iterator

from results.models import PaperText, Recommendation
from units.auditlog.digests import Facts
from units.auditlog.models import LogEntry

from .digests import VERB_ADD, VERB_CHANGE, VERB_REMOVE, VERB_TEXT, recommendation_facts, text_facts


def check() -> Iterator[str]:
    """Sentences for rows that differ from the log, or that only one of the two knows."""
    texts = _last(VERB_TEXT)
    for text in PaperText.objects.select_related("round").order_by("pk"):
        if texts.pop(text.pk, None) != (text_facts(text), text.edited_by_id):
            yield f"{text}: nội dung hoặc người sửa khác với nhật ký."
    for pk in sorted(texts):
        yield f"Đoạn văn của văn bản số {pk} có trong nhật ký nhưng đã bị xóa."
    known = _last(VERB_ADD, VERB_CHANGE, VERB_REMOVE)
    for row in Recommendation.objects.select_related("round").order_by("pk"):
        if known.pop(row.pk, None) != (recommendation_facts(row), row.edited_by_id):
            yield f"{row}: nội dung hoặc người sửa khác với nhật ký."
    for pk, (facts, _actor) in sorted(known.items()):
        if "removed" not in facts:
            yield f"Kiến nghị số {pk} có trong nhật ký nhưng đã bị xóa."


def _last(*verbs: str) -> dict[int, tuple[Facts, int | None]]:
    """By row what its last entry says, and who wrote it."""
    entries = LogEntry.objects.filter(verb__in=verbs).order_by("number").iterator(2000)
    return {int(entry.object_id): (entry.after or {}, entry.actor_id) for entry in entries}
