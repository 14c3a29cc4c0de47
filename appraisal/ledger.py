"""The proof of the council's points: standings equal their entries, entries equal the log.

Every log entry of a decision carries a digest over the steps written with it. The log is chained with
a key outside the database (units/auditlog/digests.py), so an edited, removed or invented step is found even when
its author owns the database.
"""

from collections.abc import Iterator
from datetime import UTC
from itertools import groupby

from cchc_index.lib.canonical import digest
from units.auditlog.models import LogEntry

from . import proofs
from . import steps as sequence
from .models import Action, Appraisal, AppraisalEntry, Release

VERB_RECOGNISE = "appraisal.recognise"
VERB_ADJUST = "appraisal.adjust"
VERB_BULK = "appraisal.bulk_recognise"
VERB_REPLY = "appraisal.reply"
VERB_IMPORT = "appraisal.import"
VERB_UNDO = "appraisal.undo"
VERB_BULK_UNDO = "appraisal.bulk_undo"
ENTRY_VERBS = (VERB_RECOGNISE, VERB_ADJUST, VERB_BULK, VERB_REPLY, VERB_IMPORT, VERB_UNDO, VERB_BULK_UNDO)
VERB_RELEASE = "appraisal.release"
VERB_WITHDRAW = "appraisal.withdraw"
CHUNK = 2000

Row = tuple[Appraisal, list[AppraisalEntry]]


def entry_digest(entry: AppraisalEntry, appraisal: Appraisal, documents: list[str]) -> str:
    """The digest of one step: its cell, place in the sequence, content, author, time and documents
    (as "id:sha256"); of an undo also the step it takes back."""
    undone = [entry.undoes_id] if entry.action == Action.UNDO else []  # the digests of other steps stay as they were
    return digest(
        [
            appraisal.round_group_id,
            appraisal.unit_id,
            appraisal.criterion_id,
            entry.appraisal_id,
            entry.sequence,
            entry.stage,
            entry.action,
            entry.points,
            entry.not_applicable,
            entry.reason_id,
            entry.comment,
            entry.actor_id,
            f"{entry.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}",
            sorted(documents),
            *undone,
        ]
    )


def release_facts(release: Release) -> dict[str, object]:
    """A release as the log keeps it, beside its stage: block and instant."""
    return {"round_group": release.round_group_id, "at": f"{release.released_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"}


def batch_digest(digests: list[str]) -> str:
    """The digest a log entry carries over all its steps, in the order of (appraisal, sequence)."""
    return digest(digests)


def check() -> Iterator[str]:
    """Vietnamese sentences for every break between standings, steps and log; none when all agree.
    Streams over the tables with a fixed number of queries whatever their size."""
    yield from _check_standings()
    yield from _check_log()
    yield from _check_releases()
    yield from proofs.check()


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
    if sum(not sequence.take(counting, step) for step in steps):
        yield f"{place}: có bước rút lại không khớp với bước mà nó rút."
    said = counting or [step for step in steps if step.action == Action.UNDO]  # all taken back: no points
    if not said:
        yield f"{place}: không có bước nào của hội đồng."
    elif _values(appraisal) != _values(said[-1]):
        yield f"{place}: không bằng bước cuối cùng còn hiệu lực của hội đồng."


def _values(row: Appraisal | AppraisalEntry) -> tuple[object, ...]:
    return row.stage, row.action, row.points, row.not_applicable


def _check_log() -> Iterator[str]:
    """Both streams are ordered by the log's key and walked side by side."""
    documents = _documents()
    logs = LogEntry.objects.filter(verb__in=ENTRY_VERBS).order_by("pk").iterator(CHUNK)
    entries = AppraisalEntry.objects.select_related("appraisal").order_by("log_id", "appraisal_id", "sequence")
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
        yield f"{place}: nội dung bước thẩm định không khớp mã băm trong nhật ký: điểm, người, giờ hoặc lời đã bị sửa."


def _documents() -> dict[int, list[str]]:
    """{entry: ["id:sha256", …]}: only replies carry documents, so the whole fits in memory."""
    found: dict[int, list[str]] = {}
    rows = AppraisalEntry.documents.through.objects.order_by("pk")
    for entry, document, sha in rows.values_list("appraisalentry_id", "document_id", "document__digest"):
        found.setdefault(entry, []).append(f"{document}:{sha}")
    return found


def _check_releases() -> Iterator[str]:
    """Every logged release that was not withdrawn stands, and every one that stands was logged."""
    said: dict[int, tuple[dict[str, object], int | None]] = {}
    for entry in LogEntry.objects.filter(verb__in=(VERB_RELEASE, VERB_WITHDRAW)).order_by("number").iterator(CHUNK):
        if entry.verb == VERB_RELEASE:
            said[int(entry.object_id)] = (entry.after or {}, entry.actor_id)
        else:
            said.pop(int(entry.object_id), None)
    for release in Release.objects.select_related("round_group__round", "round_group__group").order_by("pk"):
        place = f"Công bố giai đoạn {release.get_stage_display()} của {release.round_group}"
        logged, actor = said.pop(release.pk, ({}, None))
        now = {"stage": release.stage, **release_facts(release)}
        if not logged:
            yield f"{place}: nhật ký không có việc này."
        elif {name: logged.get(name, now[name]) for name in now} != now or actor != release.released_by_id:
            yield f"{place}: giai đoạn, khối, giờ hoặc người công bố khác với nhật ký."
    for logged, _ in said.values():
        yield f"Công bố giai đoạn của {logged.get('block')} có trong nhật ký nhưng đã bị xóa."
