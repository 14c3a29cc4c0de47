"""The check that the log's chain is whole, as `check_ledger` prints it. A tail that was cut together with an older
head row is found only by marks from outside (units/auditlog/anchors.py)."""

import hmac
from collections.abc import Iterable, Iterator

from units.models import Membership, User

from . import queries
from .anchors import Anchor
from .digests import entry_digest, head_seal, row_kinds
from .models import LogEntry, LogHead


def check(entries: Iterable[LogEntry], head: LogHead | None, anchors: Iterable[Anchor] = ()) -> Iterator[str]:
    """Vietnamese sentences for every break in the chain; none when it is whole. `anchors`: heads the chain
    is known to have had, from outside the database."""
    previous, expected = "", 1
    known: dict[int, list[Anchor]] = {}
    for anchor in anchors:
        known.setdefault(anchor.count, []).append(anchor)
    for entry in entries:
        if entry.number != expected:
            yield f"Nhật ký thiếu mục {expected} (gặp mục {entry.number})."
            expected = entry.number
        if not hmac.compare_digest(entry.digest, entry_digest(entry, previous)):
            place = f"Nhật ký mục {entry.number} ({entry.verb})"
            yield f"{place} không khớp dấu niêm: nội dung đã bị sửa hoặc mục trước bị thay."
        yield from _anchor_faults(entry, known.pop(entry.number, ()))
        previous, expected = entry.digest, entry.number + 1
    count = expected - 1
    yield from _head_faults(head, count, previous)
    for missing in sorted(known):
        place = known[missing][0].place
        yield f"Nhật ký chỉ có {count} mục nhưng {place} ghi đã có {missing} mục: cuối sổ bị cắt hoặc thay bằng bản cũ."


def _anchor_faults(entry: LogEntry, anchors: Iterable[Anchor]) -> Iterator[str]:
    for anchor in anchors:
        if not entry.digest.startswith(anchor.digest):
            yield f"Nhật ký mục {entry.number} khác dấu niêm mà {anchor.place} ghi: sổ đã bị viết lại."


def _head_faults(head: LogHead | None, count: int, last: str) -> Iterator[str]:
    if head is None:
        if count:
            yield "Nhật ký mất dòng đầu sổ."
        elif _something_happened():
            yield "Nhật ký trống và không có dòng đầu sổ trong khi đã có người dùng hoặc điểm: cả sổ đã bị xóa."
    elif (head.count, head.digest) != (count, last):
        yield f"Nhật ký có {count} mục nhưng đầu sổ ghi {head.count}: cuối sổ bị cắt hoặc bị thay."
    elif not hmac.compare_digest(head.seal, head_seal(head.count, head.digest)):
        yield "Dấu niêm của đầu sổ không khớp."


def check_rows() -> Iterator[str]:
    """A sentence for each row that is not as the verb which wrote it last marked it in the log: changed, taken away or
    invented. Invented ones are found once the kind has begun (`begin_proofs`): before, they are rows from
    earlier days. One query for the log, one or two for each kind."""
    said, begun = queries.row_marks()
    for label, kind in row_kinds().items():
        logged, words = said.get(label, {}), str(kind.model._meta.verbose_name)
        for row in kind.rows().iterator(2000):
            now, known = kind.mark(row), str(row.pk) in logged
            mark = logged.pop(str(row.pk), None)
            if now is None or now == mark:
                continue
            if known:
                yield f"{words.capitalize()} “{row}” (số {row.pk}): {kind.what} khác với nhật ký."
            elif label in begun:
                yield f"{words.capitalize()} “{row}” (số {row.pk}): nhật ký không ghi ai lập."
        for pk, mark in sorted(logged.items()):
            if mark is not None and not kind.went_along(mark):
                yield f"{words.capitalize()} số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."


def _something_happened() -> bool:
    return User.objects.exists() or Membership.objects.exists()
