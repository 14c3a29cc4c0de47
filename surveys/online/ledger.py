"""The check of the box: as many links as the log made, as many sealed ballots as links are spent, every seal whole."""

from collections import Counter
from collections.abc import Iterator

from surveys.models import ImportBatch
from units.auditlog.models import LogEntry

from .actions import VERB_MAKE, VERB_UNUSED, VERB_WITHDRAW
from .queries import numbers_of, unreadable

OPENED = "surveys.import_online"


def check() -> Iterator[str]:
    """Vietnamese sentences for every break; none when all agree. Queries grow with nothing."""
    logged, numbers = _logged(), numbers_of()
    for group, unit in sorted(logged.keys() | numbers.keys()):
        made, spent, sealed = numbers.get((group, unit), (0, 0, 0))
        if made != logged[group, unit]:
            yield f"Nhóm đối tượng số {group}, đơn vị số {unit}: số liên kết khác với nhật ký."
        if spent != sealed:
            yield f"Nhóm đối tượng số {group}, đơn vị số {unit}: hòm có {sealed} phiếu, {spent} liên kết đã dùng."
    bad = unreadable()
    if bad:
        yield f"Hòm phiếu trực tuyến: {bad} phiếu bị sửa, bị chuyển đơn vị hoặc không mở được bằng khóa hiện nay."


def _logged() -> Counter[tuple[int, int]]:
    """(group, unit) → links that should stand: made, less those withdrawn, none once the box was opened or left."""
    groups = dict(ImportBatch.objects.filter(kind="online").values_list("pk", "respondent_group_id"))
    counted: Counter[tuple[int, int]] = Counter()
    verbs = [VERB_MAKE, VERB_WITHDRAW, VERB_UNUSED, OPENED]
    for entry in LogEntry.objects.filter(verb__in=verbs).order_by("number").iterator(2000):
        if entry.verb in (OPENED, VERB_UNUSED):
            pk = int(entry.object_id)
            opened = groups.get(pk) if entry.verb == OPENED else pk
            for key in [key for key in counted if key[0] == opened]:
                del counted[key]
            continue
        sign = 1 if entry.verb == VERB_MAKE else -1
        for unit, number in (entry.after or {})["units"].items():
            counted[int(entry.object_id), int(unit)] += sign * number
    return counted
