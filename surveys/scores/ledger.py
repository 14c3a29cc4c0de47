"""The check of the survey's points: tallies equal the ballots, points equal tallies and figures, and the log's last
digest of a block's points equals its rows."""

from collections.abc import Iterator, Mapping
from typing import Any

from cchc_index.lib.faults import Refused
from criteria.models import RoundGroup
from surveys.models import ImportBatch, RespondentGroup, SurveyScore, Tally
from units.auditlog.models import LogEntry

from .digests import values_digest
from .keeping import VERB_TELL, is_as_logged
from .queries import computed_scores, counted_tallies, stored

BLOCK_VERBS = ("surveys.import_scores", "surveys.refresh")
BATCH_VERBS = (*(f"surveys.import_{kind}" for kind in ImportBatch.Kind.values), "surveys.undo")


def check() -> Iterator[str]:
    """Vietnamese sentences for every break; none when all agree. Queries grow with blocks and respondent
    groups, not with ballots or units."""
    yield from _check_tallies()
    yield from _check_told()
    yield from _check_scores(_last_digests())


def _last_digests() -> dict[int, str]:
    """By block the log's last digest of its points."""
    blocks: dict[int, str] = {}
    homes = dict(ImportBatch.objects.order_by("pk").values_list("pk", "round_group_id"))
    entries = LogEntry.objects.filter(verb__in=[*BATCH_VERBS, *BLOCK_VERBS]).order_by("number")
    for entry in entries.iterator(2000):
        pk = int(entry.object_id)
        home = pk if entry.verb in BLOCK_VERBS else homes.get(pk)
        if home is not None and "scores" in (entry.after or {}):
            blocks[home] = (entry.after or {})["scores"]
    return blocks


def _check_told() -> Iterator[str]:
    """What a survey that protects small cells tells is what the log last said of it."""
    logged: dict[int, Any] = {}
    for entry in LogEntry.objects.filter(verb=VERB_TELL).order_by("number").iterator(2000):
        logged[int(entry.object_id)] = entry.after
    blocks = RoundGroup.objects.filter(survey__small_cell__isnull=False).select_related("round", "group")
    for block in blocks.order_by("pk"):
        if block.pk in logged and not is_as_logged(block, logged[block.pk]):
            yield f"{block}: kết quả điều tra đang nêu khác với lần ghi cuối trong nhật ký."


def _check_tallies() -> Iterator[str]:
    for group in RespondentGroup.objects.select_related("survey").order_by("pk"):
        if group.survey.due:  # the tallies are those told before; the ballots are proved with their batches
            continue
        held = {unit for of, unit in group.survey.held if of == group.pk}
        stored = Tally.objects.filter(respondent_group=group).order_by("pk").iterator(2000)
        try:
            counted = _cells(counted_tallies(group))
        except ValueError:
            yield f"Nhóm đối tượng {group.code}: câu trả lời của phiếu không khớp mẫu phiếu."
            continue
        if _without(held, _cells(stored)) != _without(held, counted):
            yield f"Nhóm đối tượng {group.code}: bảng tổng hợp khác với số phiếu đếm lại."


def _without(held: set[int], cells: Mapping[tuple[int, int], object]) -> dict[tuple[int, int], object]:
    return {cell: value for cell, value in cells.items() if cell[0] not in held}


def _cells(tallies: Any) -> dict[tuple[int, int], tuple[dict[str, int], int]]:
    return {(row.unit_id, row.criterion_id): (row.counts, row.answered) for row in tallies}


def _check_scores(blocks: dict[int, str]) -> Iterator[str]:
    for block in RoundGroup.objects.select_related("round", "group").order_by("pk"):
        standing = stored(block)
        if not standing and block.pk not in blocks:
            continue
        if values_digest(standing) != blocks.get(block.pk, values_digest({})):
            yield f"{block}: điểm ĐTXHH khác với lần ghi cuối trong nhật ký."
        try:
            computed = computed_scores(block)
        except Refused as refused:
            yield f"{block}: {refused}"
            continue
        own = {cell: value for cell, value in standing.items() if value.method != SurveyScore.Method.IMPORT}
        if own != computed:
            yield f"{block}: điểm ĐTXHH không bằng điểm tính lại từ phiếu và số liệu."
