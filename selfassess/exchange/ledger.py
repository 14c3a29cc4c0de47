"""The proof of other systems and their figures: rows equal the log."""

from collections.abc import Iterator

from selfassess.core.ledger import CHUNK, logged
from selfassess.models import SourceFigure, SourceSystem
from units.auditlog.digests import Facts

from .digests import SYSTEM_VERBS, VERB_WRITE, figure_facts, system_facts


def check() -> Iterator[str]:
    """Systems and figures that differ from the log, as sentences; four queries."""
    systems = {int(entry.object_id): after for entry, after in logged(*SYSTEM_VERBS)}
    for system in SourceSystem.objects.order_by("pk").iterator(CHUNK):
        if systems.pop(system.pk, None) != system_facts(system):
            yield f"Hệ thống nguồn số {system.pk}: nội dung, trạng thái hoặc khóa khác với nhật ký."
    for pk in sorted(systems):
        yield f"Hệ thống nguồn số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."
    given: dict[tuple[int, str], Facts] = {
        (int(entry.object_id), facts["reference"]): facts
        for entry, after in logged(VERB_WRITE)
        for facts in after.get("figures", ())
    }
    for figure in SourceFigure.objects.order_by("pk").iterator(CHUNK):
        if given.pop((figure.system_id, figure.reference), None) != figure_facts(figure):
            yield f"Số liệu từ hệ thống khác số {figure.pk} khác với nhật ký."
    for pk, reference in sorted(given):
        yield f"Số liệu “{reference}” của hệ thống số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."
