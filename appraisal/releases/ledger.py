"""The proof of releases: those that stand equal the log."""

from collections.abc import Iterator

from appraisal.core.digests import VERB_RELEASE, VERB_WITHDRAW_RELEASE, release_facts
from appraisal.core.ledger import CHUNK
from appraisal.models import Release
from units.auditlog.models import LogEntry


def check() -> Iterator[str]:
    """Every logged release that was not withdrawn stands, and every one that stands was logged."""
    said: dict[int, tuple[dict[str, object], int | None]] = {}
    for entry in (
        LogEntry.objects.filter(verb__in=(VERB_RELEASE, VERB_WITHDRAW_RELEASE)).order_by("number").iterator(CHUNK)
    ):
        if entry.verb == VERB_RELEASE:
            said[int(entry.object_id)] = (entry.after or {}, entry.actor_id)
        else:
            said.pop(int(entry.object_id), None)
    for release in Release.objects.select_related("stage", "round_group__round", "round_group__group").order_by("pk"):
        place = f"Thông báo kết quả {release.stage.title} của {release.round_group}"
        logged, actor = said.pop(release.pk, ({}, None))
        now = {"stage": release.stage.name, **release_facts(release)}
        if not logged:
            yield f"{place}: nhật ký không có việc này."
        elif {name: logged.get(name, now[name]) for name in now} != now or actor != release.released_by_id:
            yield f"{place}: giai đoạn, khối, thời điểm hoặc người thông báo khác với nhật ký."
    for logged, _ in said.values():
        yield f"Thông báo kết quả của {logged.get('block')} có trong nhật ký nhưng đã bị xóa."
