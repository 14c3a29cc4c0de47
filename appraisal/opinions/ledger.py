"""The proof of blind opinions: they and the marks equal the log, and a settled cell follows from its opinions."""

from collections.abc import Iterator
from itertools import groupby

from django.db.models import Exists, OuterRef

from appraisal.core.ledger import CHUNK, Sealed, check_sealed
from appraisal.models import AppraisalEntry, BlindCriterion, Opinion
from cchc_index.lib.numbers import exact_text
from units.auditlog.models import LogEntry

from . import agreement, digests
from .digests import VERB_MARK, VERB_WITHDRAW_MARK


def check() -> Iterator[str]:
    """Vietnamese sentences for every break; none when all agree. A fixed number of queries whatever the size."""
    yield from check_sealed(digests.VERB_OPINION, "ý kiến độc lập", _opinions())
    yield from _check_settled()
    yield from _check_marks()


def _opinions() -> Iterator[Sealed]:
    for row in Opinion.objects.select_related("stage").order_by("log_id").iterator(CHUNK):
        yield Sealed(row.log_id, digests.opinion_digest(row))


def _check_settled() -> Iterator[str]:
    """A set that settles its cell is followed by the step that says so."""
    steps = {
        (e.appraisal.round_group_id, e.appraisal.unit_id, e.appraisal.criterion_id, e.sequence): e
        for e in AppraisalEntry.objects.filter(_judged_blind()).select_related("appraisal").order_by("pk")
    }
    order = ["round_group_id", "unit_id", "criterion_id", "stage_id", "standing_version", "score_version", "seat"]
    rows = Opinion.objects.select_related("unit", "criterion").order_by(*order).iterator(CHUNK)
    for _, group in groupby(rows, key=lambda o: tuple(getattr(o, name) for name in order[:-1])):
        said = list(group)
        seat = agreement.standing_seat(
            [agreement.Judgement(o.points, o.not_applicable) for o in said], said[0].tolerance
        )
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
    for log in LogEntry.objects.filter(verb__in=(VERB_MARK, VERB_WITHDRAW_MARK)).order_by("number").iterator(CHUNK):
        marking = log.verb == VERB_MARK
        kept = (log.after if marking else log.before) or {}
        said[log.object_id, kept.get("criterion", "")] = kept.get("tolerance") if marking else None
    rows = BlindCriterion.objects.select_related("criterion").order_by("pk").iterator(CHUNK)
    stand = {(str(row.round_group_id), row.criterion.code): exact_text(row.tolerance) for row in rows}
    for place in sorted({*said, *stand}):
        if said.get(place) != stand.get(place):
            yield f"Tiêu chí {place[1]}: việc cần hai ý kiến độc lập không như nhật ký đã ghi."
