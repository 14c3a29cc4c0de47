"""Appending to the log."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import models, transaction

from cchc_index.lib import clock, stored_files
from cchc_index.lib.dispatch import send_after_commit
from cchc_index.lib.faults import Refused
from units.models import Unit, User

from . import anchors, queries
from .digests import ROW_MARKS, VERB_BEGIN, VERB_STORE, entry_digest, head_seal, row_kinds
from .models import LogEntry, LogHead


@transaction.atomic
def record(
    *,
    actor: User | None,
    verb: str,
    obj: models.Model,
    before: Any = None,
    after: Any = None,
    unit: Unit | None = None,
    reason: str = "",
    address: str = "",
    anchor: bool = False,
    stranger: str = "",
) -> LogEntry:
    """Append one entry to the log, chained to the last. Call it last in an action: the chain's head
    stays locked until the transaction ends. `before`/`after` are JSON values, Decimals as exact text.
    `actor` None is the command line, or a `stranger` in words. `anchor`: note the head outside the database after
    commit; every so many entries do it anyway (units/auditlog/anchors.py).
    """
    return record_many(
        actor=actor,
        verb=verb,
        changes=[Change(obj, before, after)],
        unit=unit,
        reason=reason,
        address=address,
        anchor=anchor,
        stranger=stranger,
    )[0]


@dataclass(frozen=True, slots=True)
class Change:
    """One object of an action that touches many, with its JSON values before and after."""

    obj: models.Model
    before: Any = None
    after: Any = None


@transaction.atomic
def record_many(
    *,
    actor: User | None,
    verb: str,
    changes: Sequence[Change],
    unit: Unit | None = None,
    reason: str = "",
    address: str = "",
    anchor: bool = False,
    stranger: str = "",
) -> list[LogEntry]:
    """`record` for many objects of one action: an entry each, in one write. [] for no changes."""
    if not changes:
        return []
    head = _locked_head()
    start, at = head.count, clock.now()
    shared: dict[str, Any] = {
        "at": at,
        "actor": actor,
        "actor_name": str(actor) if actor else stranger or "dòng lệnh",
        "verb": verb,
    }
    shared |= {"unit": unit, "reason": reason, "address": address}
    entries = [_chained(head, change, shared) for change in changes]
    LogEntry.objects.bulk_create(entries)
    head.seal = head_seal(head.count, head.digest)
    head.save(update_fields=["count", "digest", "seal"])
    if anchor or anchors.passes(start, head.count):
        count, digest = head.count, head.digest
        transaction.on_commit(lambda: note_head(count, digest))
    return entries


def _chained(head: LogHead, change: Change, shared: Mapping[str, Any]) -> LogEntry:
    """The unsaved entry of one change, chained to `head`, which then stands at this entry. `shared` are the
    fields that all entries of the action have in common."""
    entry = LogEntry(
        number=head.count + 1,
        object_type=change.obj._meta.label_lower,
        object_id=str(change.obj.pk),
        object_label=str(change.obj)[:250],
        before=change.before,
        after=change.after,
        **shared,
    )
    entry.digest = entry_digest(entry, head.digest)
    head.count, head.digest = entry.number, entry.digest
    return entry


def _locked_head() -> LogHead:
    """The chain's head under a lock, made with the first entry. One query: everybody waits here in turn."""
    locked = LogHead.objects.select_for_update(of=("self",)).filter(pk=1)
    head = locked.first()
    if head is None:
        LogHead.objects.get_or_create(pk=1)
        head = locked.get()
    return head


TAKEN_ON_TRUST = "Dòng có từ trước khi nhật ký ghi loại này: đúng hay sai trước lúc này thì không chứng minh được."
IN_ONE_ENTRY = 1000


@transaction.atomic
def begin_proofs() -> dict[str, int]:
    """Take the rows that the log does not know on trust, once for each kind, so that every one that is invented or
    changed from here on is found. How many of each kind begun; a kind that has begun is never begun again, or a change
    could be washed by it."""
    head = _locked_head()
    said, begun = queries.row_marks()
    taken = {}
    for label, kind in row_kinds().items():
        if label in begun:
            continue
        known = said.get(label, {})
        rows = kind.rows().iterator(2000)
        marks = [(str(row.pk), kind.mark(row)) for row in rows if str(row.pk) not in known]
        taken[label] = len(marks)
        for start in range(0, max(len(marks), 1), IN_ONE_ENTRY):
            part = dict(marks[start : start + IN_ONE_ENTRY])
            after = {"count": len(part), ROW_MARKS: {label: part}}
            record(actor=None, verb=VERB_BEGIN, obj=head, after=after, reason=TAKEN_ON_TRUST)
    return taken


@transaction.atomic
def name_store() -> bool:
    """Leave a mark with a name of its own in a store that must bear one, and note the name in the log, so that a mark
    made elsewhere is told from it; whether anything was left to do. Raises Refused where the mark is another's or the
    rows' files lie elsewhere, and OSError."""
    head = _locked_head()
    if (store := stored_files.marked_store()) is None:
        return False
    there, known = store.mark(), queries.known_store()
    if there and there == known:
        return False
    if there and known:
        raise Refused(
            f"Dấu trong “{store.location}” không phải của hệ thống này: gắn đúng ổ lưu tệp (mount) vào đó rồi chạy "
            f"lại. Nếu đây đúng là ổ ấy, xóa tệp {stored_files.MARK} trong thư mục rồi chạy lại."
        )
    name = there or secrets.token_hex(16)
    stored_files.mark_store(name)
    record(actor=None, verb=VERB_STORE, obj=head, after={"mark": name})
    return True


def tell_witnesses(occasion: str) -> None:
    """Have the head of the log mailed to LEDGER_WITNESSES once the transaction is in; `occasion` says why."""
    if settings.LEDGER_WITNESSES:
        send_after_commit("units.mail_head", occasion)


def mail_head(occasion: str) -> bool:
    """Mail the mark of the log's head to people who do not reach this machine; whether there was one to mail. Raises
    OSError when the mail server does not take it. Not through the outbox: its rows can be taken away."""
    head = queries.head()
    if not settings.LEDGER_WITNESSES or head is None or not head.count:
        return False
    mark = anchors.mark(head.count, head.digest)
    lines = [
        f"{occasion}, lúc {clock.in_words(clock.now())}, sổ nhật ký của hệ thống Chỉ số CCHC có {head.count} mục. Mốc:",
        mark,
        f"Mục đầu của sổ: {queries.chain()[: anchors.SHORTEST]}.",
        "Đề nghị giữ thư này ngoài hệ thống. Khi cần kiểm tra, lưu thư thành tệp rồi chạy, hoặc nhờ người chạy:",
        "python manage.py check_ledger --marks TỆP",
        "Lệnh báo lỗi nếu sổ đã bị sửa, bị cắt hoặc bị viết lại sau ngày có thư này.",
    ]
    EmailMessage(f"Mốc nhật ký Chỉ số CCHC: {head.count} mục", "\n\n".join(lines), to=settings.LEDGER_WITNESSES).send()
    return True


def note_head(count: int, digest: str) -> None:
    """Mark outside the database that the chain had so many entries, the last with this digest."""
    anchors.append(settings.LEDGER_ANCHOR, count, digest, queries.chain())
