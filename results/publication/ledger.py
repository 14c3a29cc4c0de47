"""The check of what was published: every bundle recomputes exactly, and publications and log say the same."""

from collections.abc import Iterator

from results import bundle
from results.models import Publication
from units.auditlog.digests import Facts
from units.auditlog.models import LogEntry

from . import queries
from .digests import publication_facts

VERBS = [
    f"publication.{verb}" for verb in ("propose", "withdraw", "publish", "propose_recall", "drop_recall", "recall")
]
"""The verbs whose entries hold a whole publication."""
_WORDS = {
    "state": "trạng thái",
    "number": "số quyết định",
    "digest": "mã kiểm tra",
    "round": "kỳ",
    "dated": "ngày quyết định",
    "errata": "nội dung đính chính",
    "supersedes": "công bố được thay",
    "proposed_at": "giờ đề nghị",
    "published_at": "giờ công bố",
    "proposed_by": "người đề nghị",
    "published_by": "người duyệt",
    "open_gates": "việc còn mở khi công bố",
    "proposer_reason": "lý do của người đề nghị",
    "approver_reason": "lý do của người duyệt",
    "archives": "khối nhập từ hồ sơ lưu",
    "recall_reason": "lý do thu hồi",
    "recall_proposed_by": "người đề nghị thu hồi",
    "recalled_by": "người quyết định thu hồi",
    "recalled_at": "giờ thu hồi",
}


def check() -> Iterator[str]:
    """Vietnamese sentences for every publication that is not what was frozen and logged; none when all are."""
    by_log = _logged()
    for publication in Publication.objects.select_related("round").order_by("pk").iterator(20):
        place = f"Công bố số {publication.number} ({publication.round.year})"
        yield from _bundle_faults(publication, place)
        logged = by_log.pop(publication.pk, None)
        if logged is None:
            yield f"{place}: nhật ký không có công bố này."
            continue
        now = {
            **publication_facts(publication),
            "proposed_by": publication.proposed_by_id,
            "published_by": publication.published_by_id,
        }
        wrong = [_WORDS[name] for name in now if name in logged and logged[name] != now[name]]
        if wrong:
            yield f"{place}: {', '.join(wrong)} khác với nhật ký."
    for pk in sorted(by_log):
        yield f"Công bố số {by_log[pk].get('number')} (mã {pk}) có trong nhật ký nhưng đã bị xóa."


def _logged() -> dict[int, Facts]:
    """By publication what its last entry says, with who proposed and who published."""
    by_publication: dict[int, Facts] = {}
    for entry in LogEntry.objects.filter(verb__in=VERBS).order_by("number").iterator(2000):
        pk = int(entry.object_id)
        facts = by_publication.setdefault(pk, {"proposed_by": None, "published_by": None})
        facts.update(entry.after or {})
        if entry.verb == "publication.propose":
            facts["proposed_by"] = entry.actor_id
        elif entry.verb == "publication.publish" and entry.actor_id is not None:
            facts["published_by"] = entry.actor_id
    return by_publication


def _bundle_faults(publication: Publication, place: str) -> Iterator[str]:
    if bundle.verify(publication.bundle):
        yield f"{place}: gói dữ liệu không tính lại được đúng từng ký tự, nội dung đã bị sửa."
        return
    frozen = queries.bundle_of(publication)
    if frozen["digest"] != publication.digest:
        yield f"{place}: mã kiểm tra ghi bên ngoài khác mã trong gói dữ liệu."
    inside = (frozen["number"], frozen["date"], frozen["year"], frozen.get("errata", ""))
    if inside != (publication.number, publication.dated.isoformat(), publication.round.year, publication.errata):
        yield f"{place}: số, ngày, năm hoặc nội dung đính chính khác với gói dữ liệu."
