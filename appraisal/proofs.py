"""The proof of what surrounds the points: blind opinions, declared interests, questions, and who looked at
the consistency report.

Each row is written with one log entry that carries its digest; the log is chained with a key outside the
database. A row edited, removed or invented is found, and so is a settled cell that does not follow from
its opinions.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import NamedTuple

from django.db.models import Exists, OuterRef

from cchc_index.lib.canonical import digest
from cchc_index.lib.numbers import exact_text
from units.auditlog.models import LogEntry

from . import blind
from .models import Acknowledgement, AppraisalEntry, BlindCriterion, Interest, Justification, Message, Opinion

VERB_OPINION = "appraisal.opinion"
VERB_MARK = "appraisal.mark_blind"
VERB_UNMARK = "appraisal.unmark_blind"
VERB_DECLARE = "appraisal.declare_interest"
VERB_WITHDRAW = "appraisal.withdraw_interest"
VERB_QUESTION = "appraisal.question"
VERB_ACKNOWLEDGE = "appraisal.acknowledge"
CHUNK = 2000


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"


def opinion_digest(row: Opinion) -> str:
    return digest(
        [
            row.round_group_id,
            row.unit_id,
            row.criterion_id,
            row.stage,
            row.standing_version,
            row.score_version,
            row.seat,
            row.tolerance,
            row.member_id,
            row.points,
            row.not_applicable,
            row.reason_id,
            row.comment,
            _moment(row.at),
        ]
    )


def interest_digest(row: Interest) -> str:
    return digest([row.member_id, row.unit_id, row.reason, _moment(row.declared_at), row.declared_by_id])


def withdrawal_digest(row: Interest) -> str:
    at = _moment(row.withdrawn_at) if row.withdrawn_at else None
    return digest([row.pk, row.member_id, row.unit_id, at, row.withdrawn_by_id, row.withdrawal_reason])


def message_digest(row: Message, documents: Iterable[str]) -> str:
    """`documents` as "id:sha256"."""
    parts = [row.question_id, row.sequence, row.step, row.author_id, row.text, _moment(row.at)]
    return digest([*parts, sorted(documents)])


def acknowledgement_digest(row: Acknowledgement, words: Iterable[Justification]) -> str:
    said = sorted([one.criterion_id, one.reason_id, one.digest, one.words] for one in words)
    return digest([row.round_group_id, row.stage, row.fingerprint, row.actor_id, _moment(row.at), said])


class Sealed(NamedTuple):
    """A row bound to its log entry."""

    log_id: int
    digest: str


def check() -> Iterator[str]:
    """Vietnamese sentences for every break; none when all agree. A fixed number of queries whatever the size."""
    for verb, words, rows in _kinds():
        yield from _check_kind(verb, words, rows())
    yield from _check_settled()
    yield from _check_marks()


def _kinds() -> list[tuple[str, str, Callable[[], Iterator[Sealed]]]]:
    return [
        (VERB_OPINION, "ý kiến độc lập", _opinions),
        (VERB_DECLARE, "khai xung đột lợi ích", _interests),
        (VERB_WITHDRAW, "rút khai xung đột", _withdrawals),
        (VERB_QUESTION, "câu hỏi của Hội đồng", _messages),
        (VERB_ACKNOWLEDGE, "ghi nhận báo cáo nhất quán", _acknowledgements),
    ]


def _opinions() -> Iterator[Sealed]:
    for row in Opinion.objects.order_by("log_id").iterator(CHUNK):
        yield Sealed(row.log_id, opinion_digest(row))


def _interests() -> Iterator[Sealed]:
    for row in Interest.objects.order_by("log_id").iterator(CHUNK):
        yield Sealed(row.log_id, interest_digest(row))


def _withdrawals() -> Iterator[Sealed]:
    for row in Interest.objects.exclude(withdrawal_log=None).order_by("withdrawal_log_id").iterator(CHUNK):
        yield Sealed(row.withdrawal_log_id or 0, withdrawal_digest(row))


def _messages() -> Iterator[Sealed]:
    papers: dict[int, list[str]] = {}
    links = Message.documents.through.objects.order_by("pk")
    for message, document, sha in links.values_list("message_id", "document_id", "document__digest"):
        papers.setdefault(message, []).append(f"{document}:{sha}")
    for row in Message.objects.order_by("log_id").iterator(CHUNK):
        yield Sealed(row.log_id, message_digest(row, papers.get(row.pk, [])))


def _acknowledgements() -> Iterator[Sealed]:
    words: dict[int, list[Justification]] = {}
    for one in Justification.objects.order_by("pk").iterator(CHUNK):
        words.setdefault(one.acknowledgement_id, []).append(one)
    for row in Acknowledgement.objects.order_by("log_id").iterator(CHUNK):
        yield Sealed(row.log_id, acknowledgement_digest(row, words.get(row.pk, [])))


def _check_kind(verb: str, words: str, rows: Iterator[Sealed]) -> Iterator[str]:
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
            yield f"{place}: nội dung {words} không khớp mã băm trong nhật ký."
        row = next(rows, None)
    if row is not None:
        yield f"Có dòng {words} không có mục nhật ký của nó."


def _check_settled() -> Iterator[str]:
    """A set that settles its cell is followed by the step that says so."""
    steps = {
        (e.appraisal.round_group_id, e.appraisal.unit_id, e.appraisal.criterion_id, e.sequence): e
        for e in AppraisalEntry.objects.filter(_judged_blind()).select_related("appraisal").order_by("pk")
    }
    order = ["round_group_id", "unit_id", "criterion_id", "stage", "standing_version", "score_version", "seat"]
    rows = Opinion.objects.select_related("unit", "criterion").order_by(*order).iterator(CHUNK)
    for _, group in groupby(rows, key=lambda o: tuple(getattr(o, name) for name in order[:-1])):
        said = list(group)
        seat = blind.standing_seat([blind.Said(o.points, o.not_applicable) for o in said], said[0].tolerance)
        if seat is None:
            continue
        chosen = said[seat]
        cell = (chosen.round_group_id, chosen.unit_id, chosen.criterion_id)
        step = steps.get((*cell, chosen.standing_version + 1))
        if step is None or not _follows(step, chosen):
            yield f"Kết quả {chosen.criterion.code} của {chosen.unit} không theo các ý kiến độc lập đã ghi."


def _judged_blind() -> Exists:
    return Exists(
        Opinion.objects.filter(
            round_group=OuterRef("appraisal__round_group"),
            unit=OuterRef("appraisal__unit"),
            criterion=OuterRef("appraisal__criterion"),
        ).order_by()
    )


def _follows(step: AppraisalEntry, chosen: Opinion) -> bool:
    fields = ("stage", "points", "not_applicable", "reason_id", "comment")
    told = step.actor_id == chosen.member_id
    return told and all(getattr(step, name) == getattr(chosen, name) for name in fields)


def _check_marks() -> Iterator[str]:
    """What is marked for two opinions is what the log says was marked."""
    said: dict[tuple[str, str], str | None] = {}
    for log in LogEntry.objects.filter(verb__in=(VERB_MARK, VERB_UNMARK)).order_by("number").iterator(CHUNK):
        marking = log.verb == VERB_MARK
        kept = (log.after if marking else log.before) or {}
        said[log.object_id, kept.get("criterion", "")] = kept.get("tolerance") if marking else None
    rows = BlindCriterion.objects.select_related("criterion").order_by("pk").iterator(CHUNK)
    stand = {(str(row.round_group_id), row.criterion.code): exact_text(row.tolerance) for row in rows}
    for place in sorted({*said, *stand}):
        if said.get(place) != stand.get(place):
            yield f"Tiêu chí {place[1]}: việc cần hai ý kiến độc lập không như nhật ký đã ghi."
