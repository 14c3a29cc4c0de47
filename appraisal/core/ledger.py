"""The proof of the council's points: standings equal their entries, entries equal the log.

Every log entry of a decision carries a digest over the steps written with it. The log is chained with
a key outside the database (units/ledger.py), so an edited, removed or invented step is found even when
its author owns the database. What else is written with one log entry each (opinions, interests,
questions, acknowledgements) is compared by `check_sealed`.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from appraisal import steps as appraisal_steps
from appraisal.models import Action, Appraisal, AppraisalEntry
from units.auditlog.models import LogEntry

from .digests import ENTRY_VERBS, batch_digest, entry_digest

CHUNK = 2000


class Sealed(NamedTuple):
    """A row bound to its log entry."""

    log_id: int
    digest: str


def check() -> Iterator[str]:
    """Vietnamese sentences for every break between standings, steps and log; none when all agree.
    Streams over the tables with a fixed number of queries whatever their size."""
    yield from _check_standings()
    yield from _check_log()


def _check_standings() -> Iterator[str]:
    appraisals = Appraisal.objects.select_related("unit", "criterion").order_by("pk").iterator(CHUNK)
    entries = AppraisalEntry.objects.order_by("appraisal_id", "sequence").iterator(CHUNK)
    groups = groupby(entries, key=lambda e: e.appraisal_id)
    pending = next(groups, None)
    for appraisal in appraisals:
        steps: list[AppraisalEntry] = []
        if pending is not None and pending[0] == appraisal.pk:
            steps = list(pending[1])
            pending = next(groups, None)
        yield from _standing_faults(appraisal, steps)


def _standing_faults(appraisal: Appraisal, steps: list[AppraisalEntry]) -> Iterator[str]:
    place = f"Kết quả thẩm định {appraisal.criterion.code} của {appraisal.unit}"
    if [step.sequence for step in steps] != list(range(1, len(steps) + 1)) or appraisal.version != len(steps):
        yield f"{place}: các bước không liền số, có bước bị xóa hoặc chèn thêm."
    counting: list[AppraisalEntry] = []
    if sum(not appraisal_steps.take(counting, step) for step in steps):
        yield f"{place}: có bước hoàn tác không khớp với bước được hoàn tác."
    said = counting or [step for step in steps if step.action == Action.UNDO]  # all taken back: no points
    if not said:
        yield f"{place}: không có bước nào của Hội đồng."
    elif _values(appraisal) != _values(said[-1]):
        yield f"{place}: không bằng bước cuối cùng còn hiệu lực của Hội đồng."


def _values(row: Appraisal | AppraisalEntry) -> tuple[object, ...]:
    return row.stage_id, row.action, row.points, row.not_applicable


def _check_log() -> Iterator[str]:
    """Both streams are ordered by the log's key and walked side by side."""
    documents = _documents()
    logs = LogEntry.objects.filter(verb__in=ENTRY_VERBS).order_by("pk").iterator(CHUNK)
    entries = AppraisalEntry.objects.select_related("appraisal", "stage").order_by("log_id", "appraisal_id", "sequence")
    groups = groupby(entries.iterator(CHUNK), key=lambda e: e.log_id)
    pending = next(groups, None)
    for log in logs:
        while pending is not None and pending[0] < log.pk:
            yield _stray(pending[1])
            pending = next(groups, None)
        steps: list[AppraisalEntry] = []
        if pending is not None and pending[0] == log.pk:
            steps = list(pending[1])
            pending = next(groups, None)
        yield from _log_faults(log, steps, documents)
    while pending is not None:
        yield _stray(pending[1])
        pending = next(groups, None)


def _stray(steps: Iterator[AppraisalEntry]) -> str:
    step = next(steps)
    return f"Bước thẩm định số {step.pk} gắn với mục nhật ký không thuộc việc thẩm định."


def _log_faults(log: LogEntry, steps: list[AppraisalEntry], documents: dict[int, list[str]]) -> Iterator[str]:
    kept = log.after if isinstance(log.after, dict) else {}
    place = f"Nhật ký mục {log.number} ({log.object_label})"
    if kept.get("entries") != len(steps):
        yield f"{place}: ghi {kept.get('entries', 0)} bước thẩm định nhưng còn {len(steps)}: có bước bị xóa hoặc chèn."
    elif kept.get("digest") != batch_digest(
        [entry_digest(step, step.appraisal, documents.get(step.pk, [])) for step in steps]
    ):
        yield f"{place}: bước thẩm định không khớp mã kiểm tra trong nhật ký: điểm, người, giờ hoặc nội dung đã bị sửa."


def _documents() -> dict[int, list[str]]:
    """{entry: ["id:sha256", …]}: only replies carry documents, so the whole fits in memory."""
    found: dict[int, list[str]] = {}
    rows = AppraisalEntry.documents.through.objects.order_by("pk")
    for entry, document, sha in rows.values_list("appraisalentry_id", "document_id", "document__digest"):
        found.setdefault(entry, []).append(f"{document}:{sha}")
    return found


def check_sealed(verb: str, words: str, rows: Iterator[Sealed]) -> Iterator[str]:
    """Rows and log side by side, both in the order of the log's key; one row for one entry."""
    logs = LogEntry.objects.filter(verb=verb).order_by("pk").iterator(CHUNK)
    row = next(rows, None)
    for log in logs:
        while row is not None and row.log_id < log.pk:
            yield f"Có dòng {words} gắn với mục nhật ký không ghi việc đó."
            row = next(rows, None)
        place = f"Nhật ký mục {log.number} ({log.object_label})"
        if row is None or row.log_id != log.pk:
            yield f"{place}: dòng {words} đã bị xóa."
            continue
        kept = log.after if isinstance(log.after, dict) else {}
        if kept.get("digest") != row.digest:
            yield f"{place}: nội dung {words} không khớp mã kiểm tra trong nhật ký."
        row = next(rows, None)
    if row is not None:
        yield f"Có dòng {words} không có mục nhật ký của nó."


def check_last(
    verbs: tuple[str, ...], words: str, rows: dict[int, tuple[str, object]], removing: str = ""
) -> Iterator[str]:
    """Rows that change, each change with an entry: what stands has the digest of the last entry about it. `rows`:
    {key: its name, its digest}; `removing`: the verb that deletes one. One query."""
    logged: dict[int, tuple[str, object]] = {}
    for log in LogEntry.objects.filter(verb__in=(*verbs, removing)).order_by("number").iterator(CHUNK):
        if log.verb == removing:
            logged.pop(int(log.object_id), None)
            continue
        after = log.after if isinstance(log.after, dict) else {}
        logged[int(log.object_id)] = (log.object_label, after.get("digest"))
    for pk, (name, stands) in rows.items():
        label, wanted = logged.pop(pk, (name, None))
        if wanted is None:
            yield f"{name}: nhật ký không có việc ghi {words} này."
        elif wanted != stands:
            yield f"{label}: {words} không khớp mã kiểm tra trong nhật ký."
    for label, _ in logged.values():
        yield f"{label}: {words} có trong nhật ký nhưng đã bị xóa."
