"""The proof of parts: who was given what equals the log."""

from collections.abc import Iterator

from selfassess.core.ledger import CHUNK, logged
from selfassess.models import OfficePart
from units.auditlog.digests import Facts

from .digests import VERB_GIVE, VERB_TAKE, part_facts


def check() -> Iterator[str]:
    """Parts that differ from the log, as sentences; two queries."""
    standing: dict[int, tuple[int, int | None, Facts]] = {}
    for entry, after in logged(VERB_GIVE, VERB_TAKE):
        if entry.verb == VERB_GIVE:
            standing[after["part"]] = (int(entry.object_id), entry.actor_id, after)
        else:
            standing.pop(after["part"], None)
    for part in OfficePart.objects.select_related("criterion").order_by("pk").iterator(CHUNK):
        if standing.pop(part.pk, None) != (part.assessment_id, part.given_by_id, part_facts(part)):
            yield f"Phần việc trong đơn vị số {part.pk}: người, tiêu chí hoặc người giao khác với nhật ký."
    for pk in sorted(standing):
        yield f"Phần việc trong đơn vị số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."
