"""The proof of evidence: what is attached equals its last entry in the log."""

from collections.abc import Iterator

from selfassess.core.ledger import CHUNK, logged
from selfassess.models import Evidence
from units.auditlog.digests import Facts

from .digests import evidence_facts


def check() -> Iterator[str]:
    """What is attached equals its last entry. A document handed on to its next version leaves its place
    without an entry of its own: the new version's says it."""
    said: dict[int, tuple[Facts, bool]] = {}
    for entry, after in logged("selfassess.attach", "selfassess.detach"):
        attached = entry.verb == "selfassess.attach"
        said[int(entry.object_id)] = (after if attached else entry.before or {}, attached)
    rows = Evidence.objects.select_related("document__replaced_by").order_by("pk")
    for row in rows.iterator(CHUNK):
        place = f"Tài liệu kiểm chứng số {row.pk} ({row.document.number})"
        written, attached = said.pop(row.pk, ({}, False))
        now = evidence_facts(row)
        handed_on = row.removed_at is not None and hasattr(row.document, "replaced_by")
        if written != now:
            yield f"{place}: tiêu chí, tài liệu, trang hoặc mục khác với nhật ký, hoặc nhật ký không có lần đính kèm."
        elif attached != (row.removed_at is None) and not handed_on:
            yield f"{place}: đính kèm hay gỡ khác với nhật ký."
    for pk in sorted(said):
        yield f"Tài liệu kiểm chứng số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."
