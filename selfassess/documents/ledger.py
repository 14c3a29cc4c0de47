"""The proof of documents: their data equals the log, a stored file hashed again the digest its upload logged."""

from collections.abc import Iterator

from cchc_index.lib.whole import digest_and_size, unread
from selfassess.core.ledger import CHUNK, logged
from selfassess.models import Document
from units.auditlog.digests import Facts

from .digests import document_facts


def check(*, files: bool) -> Iterator[str]:
    """Documents that differ from the log or their files, as sentences; `files` False leaves the bytes unread."""
    said = {
        int(entry.object_id): (entry.actor_id, entry.unit_id, (entry.before or {}).get("document"), after)
        for entry, after in logged("selfassess.document", "selfassess.replace")
    }
    read: dict[str, tuple[str, int] | None] = {}
    for document in Document.objects.order_by("pk").iterator(CHUNK):
        place = f"Tài liệu {document.number} (số {document.pk})"
        uploaded = said.pop(document.pk, None)
        if uploaded is None:
            yield f"{place}: nhật ký không có lần tải lên."
        elif not _same_document(document, *uploaded):
            yield f"{place}: mã kiểm tra, số ký hiệu, đơn vị hoặc người tải khác với nhật ký."
        if files:
            yield from _check_file(document, place, read)
    for pk in sorted(said):
        yield f"Tài liệu số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."


def _same_document(document: Document, actor: int | None, unit: int | None, replaces: int | None, facts: Facts) -> bool:
    now = document_facts(document)
    keys = {"uploaded_by_id": actor, "unit_id": unit, "replaces_id": replaces}
    same = all(getattr(document, name) == value for name, value in keys.items())
    return same and {name: facts.get(name, now[name]) for name in now} == now


def _check_file(document: Document, place: str, read: dict[str, tuple[str, int] | None]) -> Iterator[str]:
    """Versions may share a file: each is read once."""
    name = str(document.file.name)
    if name not in read:
        try:
            read[name] = digest_and_size(document.file)
        except OSError:
            yield unread(document.file)
            return
    digest, size = read[name] or (None, None)
    if digest is None:
        yield f"{place}: tệp {name} không còn trong kho."
    elif (digest, size) != (document.digest, document.size):
        yield f"{place}: nội dung tệp {name} đã bị sửa, không khớp mã kiểm tra hoặc số byte."
