"""The proof of states and receipts: the steps equal the log, and a submission's content computed again its receipt."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.db.models import QuerySet

from cchc_index.lib.canonical import digest
from selfassess.core.digests import instant
from selfassess.core.ledger import CHUNK, logged
from selfassess.models import Evidence, SelfAssessment, SelfScore, Transition
from units.auditlog.digests import Facts
from units.auditlog.models import LogEntry

from .digests import content_of

STEP_VERBS = tuple(f"selfassess.{verb}" for verb in ("hand_over", "take_back", "send_back", "submit", "reopen"))
LoggedStep = tuple[str, str, str, int | None, str, str]
"""verb, from, to, actor, instant, reason"""


def check_assessments() -> Iterator[str]:
    """Assessments whose state or steps differ from the log, as sentences."""
    opened, steps, last = _logged_steps()
    standing = SelfAssessment.objects.select_related("unit", "round_group__round").order_by("pk").iterator(CHUNK)
    groups = groupby(Transition.objects.order_by("assessment_id", "pk").iterator(CHUNK), key=lambda t: t.assessment_id)
    pending = next(groups, None)
    for assessment in standing:
        rows: list[LoggedStep] = []
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


def _logged_steps() -> tuple[set[int], dict[int, list[LoggedStep]], dict[int, Facts]]:
    """Assessments the log knows, their steps, and the state after the last one."""
    opened: set[int] = set()
    steps: dict[int, list[LoggedStep]] = {}
    last: dict[int, Facts] = {}
    for entry, after in logged("selfassess.open", "selfassess.archive", *STEP_VERBS):
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


def _step(row: Transition) -> LoggedStep:
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


def check_receipts() -> Iterator[str]:
    """The content of every submission, computed again from three streams walked side by side."""
    submitted = SelfAssessment.objects.filter(state=SelfAssessment.State.SUBMITTED, imported=False)
    rows = submitted.select_related("unit", "round_group__round", "round_group__group").order_by("pk")
    scores = _grouped(
        SelfScore.objects.filter(assessment__in=submitted)
        .select_related("criterion")
        .order_by("assessment_id", "criterion__position", "pk"),
        lambda score: score.assessment_id,
    )
    evidence = _grouped(
        Evidence.objects.filter(score__assessment__in=submitted, removed_at=None)
        .select_related("document", "score")
        .order_by("score__assessment_id", "document__digest", "page", "section", "id"),
        lambda row: row.score.assessment_id,
    )
    for assessment in rows.iterator(CHUNK):
        content = content_of(assessment, scores.take(assessment.pk), evidence.take(assessment.pk))
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
