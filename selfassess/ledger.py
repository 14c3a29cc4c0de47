"""The proof of what units declared: assessments, scores and evidence equal what the log says.

The log is chained with a key outside the database (units/ledger.py), so a row edited, removed or invented
by its owner differs from the log. A submitted assessment is computed again and compared with its receipt;
a stored file is hashed again and compared with the digest its upload logged.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from django.db.models import QuerySet

from cchc_index.lib.canonical import digest
from cchc_index.lib.numbers import exact_text
from units.models import LogEntry

from . import receipt
from .models import Document, Evidence, SelfAssessment, SelfScore, Transition

CHUNK = 2000
STEP_VERBS = ("selfassess.hand_over", "selfassess.send_back", "selfassess.submit", "selfassess.reopen")
NA_REASON = "Theo hồ sơ nhập"
"""What an archive gives as the reason of "not applicable" (actions/archive.py)."""

Facts = dict[str, Any]
Step = tuple[str, str, str, int | None, str, str]
"""verb, from, to, actor, instant, reason"""


def instant(at: datetime) -> str:
    """A moment as the log keeps it: UTC, to the microsecond."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"


def document_facts(document: Document) -> Facts:
    """A document as the log keeps it."""
    return {
        "number": document.number,
        "file": document.original_name,
        "digest": document.digest,
        "issued_on": document.issued_on.isoformat() if document.issued_on else None,
        "issuer": document.issuer,
        "abstract": document.abstract,
    }


def check(*, files: bool = True) -> Iterator[str]:
    """Vietnamese sentences for every break between rows, files and log; none when all agree. Streams with
    the same number of queries whatever the size; `files` False leaves the stored bytes unread."""
    yield from _check_assessments()
    yield from _check_scores()
    yield from _check_receipts()
    yield from _check_documents(files)
    yield from _check_evidence()


def _logged(*verbs: str) -> Iterator[tuple[LogEntry, Facts]]:
    for entry in LogEntry.objects.filter(verb__in=verbs).order_by("number").iterator(CHUNK):
        yield entry, entry.after if isinstance(entry.after, dict) else {}


# --- states and steps -------------------------------------------------------------------------------


def _check_assessments() -> Iterator[str]:
    opened, steps, last = _logged_steps()
    standing = SelfAssessment.objects.select_related("unit", "round_group__round").order_by("pk").iterator(CHUNK)
    groups = groupby(Transition.objects.order_by("assessment_id", "pk").iterator(CHUNK), key=lambda t: t.assessment_id)
    pending = next(groups, None)
    for assessment in standing:
        rows: list[Step] = []
        if pending is not None and pending[0] == assessment.pk:
            rows = [_step(row) for row in pending[1]]
            pending = next(groups, None)
        place = f"Bản tự đánh giá {assessment}"
        if assessment.pk not in opened:
            yield f"{place}: nhật ký không có lần mở."
        if sorted(rows, key=repr) != sorted(steps.get(assessment.pk, []), key=repr):
            yield f"{place}: các bước nộp, trả lại, mở lại (người, giờ, lý do) khác với nhật ký."
        if _state(assessment) != last.get(assessment.pk, _DRAFT):
            yield f"{place}: trạng thái, giờ nộp, người nộp hoặc biên nhận khác với nhật ký."
        opened.discard(assessment.pk)
    for pk in sorted(opened):
        yield f"Bản tự đánh giá số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."


_DRAFT: Facts = {"state": "draft", "receipt": "", "digest": "", "at": None, "by": None, "imported": False}


def _logged_steps() -> tuple[set[int], dict[int, list[Step]], dict[int, Facts]]:
    """Assessments the log knows, their steps, and the state after the last one."""
    opened: set[int] = set()
    steps: dict[int, list[Step]] = {}
    last: dict[int, Facts] = {}
    for entry, after in _logged("selfassess.open", "selfassess.archive", *STEP_VERBS):
        if entry.verb == "selfassess.open":
            opened.add(int(entry.object_id))
        elif entry.verb == "selfassess.archive":
            for pk, state in after["from"].items():
                opened.add(int(pk))
                steps.setdefault(int(pk), []).append(("import", state, "submitted", entry.actor_id, after["at"], ""))
                last[int(pk)] = {**_DRAFT, "state": "submitted", "at": after["at"], "imported": True}
        elif "at" in after:
            pk, verb = int(entry.object_id), entry.verb.partition(".")[2]
            before = (entry.before or {}).get("state", "")
            step = (verb, before, after["state"], entry.actor_id, after["at"], entry.reason)
            steps.setdefault(pk, []).append(step)
            last[pk] = _after_step(last.get(pk, _DRAFT), verb, entry, after)
    return opened, steps, last


def _after_step(before: Facts, verb: str, entry: LogEntry, after: Facts) -> Facts:
    submitted = verb == "submit"
    return {
        "state": after["state"],
        "receipt": after["receipt"],
        "digest": after["digest"],
        "at": after["at"] if submitted else None,
        "by": entry.actor_id if submitted else None,
        "imported": before["imported"] and not submitted,
    }


def _step(row: Transition) -> Step:
    return row.verb, row.from_state, row.to_state, row.actor_id, instant(row.at), row.reason


def _state(assessment: SelfAssessment) -> Facts:
    return {
        "state": assessment.state,
        "receipt": assessment.receipt_number,
        "digest": assessment.receipt_digest,
        "at": instant(assessment.submitted_at) if assessment.submitted_at else None,
        "by": assessment.submitted_by_id,
        "imported": assessment.imported,
    }


# --- scores -----------------------------------------------------------------------------------------

Cell = tuple[str, str, str]
"""block id, unit code, criterion code: how an import names a score"""


def _check_scores() -> Iterator[str]:
    places = _places()
    names = {pk: cell for cell, pk in places.items()}
    said, invented = _replay(places)
    for row in SelfScore.objects.order_by("pk").iterator(CHUNK):
        expected = said.pop(row.pk, _UNTOUCHED)
        if _facts(row) != expected:
            yield f"{_name(names, row.pk)}: điểm, số liệu, lời hoặc người sửa khác với lần ghi cuối trong nhật ký."
    for pk in sorted(said):
        yield f"Điểm tự đánh giá số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."
    for cell in sorted(invented):
        yield f"Điểm tự đánh giá {cell[2]} của đơn vị {cell[1]}: có trong lần nhập hồ sơ nhưng không còn."


_UNTOUCHED: Facts = {
    "figures": {},
    "points": None,
    "explanation": "",
    "na_claimed": False,
    "na_reason": "",
    "version": 0,
    "by": None,
}


def _places() -> dict[Cell, int]:
    rows = SelfScore.objects.order_by("pk").values_list(
        "assessment__round_group_id", "assessment__unit__code", "criterion__code", "pk"
    )
    return {(str(block), unit, code): pk for block, unit, code, pk in rows.iterator(CHUNK)}


def _name(names: dict[int, Cell], pk: int) -> str:
    _, unit, code = names.get(pk, ("", "?", "?"))
    return f"Điểm tự đánh giá {code} của đơn vị {unit}"


def _replay(places: dict[Cell, int]) -> tuple[dict[int, Facts], set[Cell]]:
    """Score → what the log's entries leave it at; and imported cells that have no row."""
    said: dict[int, Facts] = {}
    lost: set[Cell] = set()
    for entry, after in _logged("selfassess.score", "selfassess.import"):
        if entry.verb == "selfassess.score":
            facts = {name: after[name] for name in _UNTOUCHED if name in after}
            said[int(entry.object_id)] = {**_UNTOUCHED, **facts, "by": entry.actor_id}
            continue
        for unit, scores in after.items():
            for code, value in scores.items():
                cell = (entry.object_id, unit, code)
                pk = places.get(cell)
                if pk is None:
                    lost.add(cell)
                else:
                    said[pk] = _imported(said.get(pk, _UNTOUCHED), value, entry.actor_id)
    return said, lost


def _imported(before: Facts, value: str, actor: int | None) -> Facts:
    none = value == "KAD"
    return {
        **before,
        "figures": {},
        "points": None if none else value,
        "na_claimed": none,
        "na_reason": NA_REASON if none else "",
        "version": before["version"] + 1,
        "by": actor,
    }


def _facts(row: SelfScore) -> Facts:
    return {
        "figures": row.figures,
        "points": exact_text(row.points),
        "explanation": row.explanation,
        "na_claimed": row.na_claimed,
        "na_reason": row.na_reason,
        "version": row.version,
        "by": row.updated_by_id,
    }


# --- receipts ---------------------------------------------------------------------------------------


def _check_receipts() -> Iterator[str]:
    """The content of every submission, computed again from three streams walked side by side."""
    submitted = SelfAssessment.objects.filter(state=SelfAssessment.State.SUBMITTED, imported=False)
    rows = submitted.select_related("unit", "round_group__round", "round_group__group").order_by("pk")
    scores = _grouped(
        SelfScore.objects.filter(assessment__in=submitted)
        .select_related("criterion")
        .order_by("assessment_id", "criterion__position", "pk"),
        lambda score: score.assessment_id,
    )
    papers = _grouped(
        Evidence.objects.filter(score__assessment__in=submitted, removed_at=None)
        .select_related("document", "score")
        .order_by("score__assessment_id", "document__digest", "page", "section", "id"),
        lambda evidence: evidence.score.assessment_id,
    )
    for assessment in rows.iterator(CHUNK):
        content = receipt.content_of(assessment, scores.take(assessment.pk), papers.take(assessment.pk))
        if digest(content) != assessment.receipt_digest:
            yield f"Bản tự đánh giá {assessment}: nội dung không còn đúng với mã kiểm tra trên biên nhận."


class _Groups:
    """Rows of a stream that is ordered by a growing key, taken key by key."""

    def __init__(self, groups: Iterator[tuple[int, Iterator[Any]]]):
        self._groups = groups
        self._pending = next(groups, None)

    def take(self, key: int) -> list[Any]:
        while self._pending is not None and self._pending[0] < key:
            self._pending = next(self._groups, None)
        if self._pending is None or self._pending[0] != key:
            return []
        rows = list(self._pending[1])
        self._pending = next(self._groups, None)
        return rows


def _grouped(rows: QuerySet[Any], key: Any) -> _Groups:
    return _Groups(groupby(rows.iterator(CHUNK), key=key))


# --- documents --------------------------------------------------------------------------------------


def _check_documents(files: bool) -> Iterator[str]:
    said = {
        int(entry.object_id): (entry.actor_id, entry.unit_id, (entry.before or {}).get("document"), after)
        for entry, after in _logged("selfassess.document", "selfassess.replace")
    }
    read: dict[str, str | None] = {}
    for document in Document.objects.order_by("pk").iterator(CHUNK):
        place = f"Tài liệu {document.number} (số {document.pk})"
        logged = said.pop(document.pk, None)
        if logged is None:
            yield f"{place}: nhật ký không có lần tải lên."
        elif not _same_document(document, *logged):
            yield f"{place}: mã băm, số ký hiệu, đơn vị hoặc người tải khác với nhật ký."
        if files:
            yield from _check_file(document, place, read)
    for pk in sorted(said):
        yield f"Tài liệu số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."


def _same_document(document: Document, actor: int | None, unit: int | None, replaces: int | None, said: Facts) -> bool:
    now = document_facts(document)
    keys = {"uploaded_by_id": actor, "unit_id": unit, "replaces_id": replaces}
    same = all(getattr(document, name) == value for name, value in keys.items())
    return same and {name: said.get(name, now[name]) for name in now} == now


def _check_file(document: Document, place: str, read: dict[str, str | None]) -> Iterator[str]:
    """Versions may share a file: each is read once."""
    name = str(document.file.name)
    if name not in read:
        read[name] = _file_digest(document)
    if read[name] is None:
        yield f"{place}: tệp {name} không còn trong kho."
    elif read[name] != document.digest:
        yield f"{place}: nội dung tệp {name} đã bị sửa, không khớp mã băm."


def _file_digest(document: Document) -> str | None:
    try:
        with document.file.open("rb") as stored:
            return hashlib.file_digest(stored, "sha256").hexdigest()  # type: ignore[arg-type]
    except OSError:
        return None


# --- evidence ---------------------------------------------------------------------------------------


def _check_evidence() -> Iterator[str]:
    """What is attached equals its last entry. A document handed on to its next version leaves its place
    without an entry of its own: the new version's says it."""
    said: dict[int, tuple[Facts, bool]] = {}
    for entry, after in _logged("selfassess.attach", "selfassess.detach"):
        attached = entry.verb == "selfassess.attach"
        said[int(entry.object_id)] = (after if attached else entry.before or {}, attached)
    rows = Evidence.objects.select_related("document__replaced_by").order_by("pk")
    for row in rows.iterator(CHUNK):
        place = f"Tài liệu kiểm chứng số {row.pk} ({row.document.number})"
        logged, attached = said.pop(row.pk, ({}, False))
        now = {"score": row.score_id, "document": row.document_id, "page": row.page, "section": row.section}
        handed_on = row.removed_at is not None and hasattr(row.document, "replaced_by")
        if logged != now:
            yield f"{place}: tiêu chí, tài liệu, trang hoặc mục khác với nhật ký, hoặc nhật ký không có lần gắn."
        elif attached != (row.removed_at is None) and not handed_on:
            yield f"{place}: gắn hay gỡ khác với nhật ký."
    for pk in sorted(said):
        yield f"Tài liệu kiểm chứng số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."
