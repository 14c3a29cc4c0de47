"""The proof of what was published: every bundle recomputes exactly, and the log holds its digest."""

from collections.abc import Iterator

from units.models import LogEntry

from . import bundle, queries
from .models import Publication


def check() -> Iterator[str]:
    """Vietnamese sentences for every publication that is not what was frozen; none when all are."""
    logged = _logged_digests()
    for publication in Publication.objects.select_related("round").order_by("pk").iterator(20):
        place = f"Công bố số {publication.number} ({publication.round.year})"
        if bundle.verify(publication.bundle):
            yield f"{place}: gói dữ liệu không tính lại được đúng từng ký tự, nội dung đã bị sửa."
        elif queries.bundle_of(publication)["digest"] != publication.digest:
            yield f"{place}: mã kiểm tra ghi bên ngoài khác mã trong gói dữ liệu."
        if (str(publication.pk), publication.digest) not in logged:
            yield f"{place}: nhật ký không có mã kiểm tra này."


def _logged_digests() -> set[tuple[str, str]]:
    rows = LogEntry.objects.filter(verb__startswith="publication.").order_by("number")
    return {(object_id, (after or {}).get("digest", "")) for object_id, after in rows.values_list("object_id", "after")}
