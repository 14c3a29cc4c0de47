"""The proof of the survey's points: ballots and figures equal what their imports logged, tallies equal the
ballots, points equal tallies and figures, and the log's last digest of a block's points equals its rows.
"""

import hashlib
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from cchc_index.lib.faults import Refused
from criteria.models import RoundGroup
from units.models import LogEntry

from . import rowmarks
from .actions import scores
from .models import Ballot, ImportBatch, RespondentGroup, SatisfactionFigure, SurveyScore, Tally

COMMITS = {f"surveys.import_{kind}": ImportBatch.State.COMMITTED for kind in ImportBatch.Kind.values}
UNDO = "surveys.undo"
BLOCK_VERBS = ("surveys.import_scores", "surveys.refresh")
CHUNK = 20_000

Facts = dict[str, Any]


def check(*, files: bool = True) -> Iterator[str]:
    """Vietnamese sentences for every break; none when all agree. Queries grow with blocks and respondent
    groups, not with ballots or units; `files` False leaves the uploaded files unread."""
    batches, blocks = _replay()
    yield from _check_batches(batches, files)
    yield from _check_ballots(batches)
    yield from _check_figures(batches)
    yield from _check_tallies()
    yield from _check_scores(blocks)


def _replay() -> tuple[dict[int, Facts], dict[int, str]]:
    """By batch what the log says of it; by block the log's last digest of its points."""
    batches: dict[int, Facts] = {}
    blocks: dict[int, str] = {}
    homes = dict(ImportBatch.objects.order_by("pk").values_list("pk", "round_group_id"))
    wanted = LogEntry.objects.filter(verb__in=[*COMMITS, UNDO, *BLOCK_VERBS]).order_by("number")
    for entry in wanted.iterator(2000):
        after, pk = entry.after or {}, int(entry.object_id)
        if entry.verb not in BLOCK_VERBS:
            state = COMMITS.get(entry.verb, ImportBatch.State.UNDONE)
            batches[pk] = {**batches.get(pk, {}), **after, "state": state, "entry": entry.number}
        home = pk if entry.verb in BLOCK_VERBS else homes.get(pk)
        if home is not None and "scores" in after:
            blocks[home] = after["scores"]
    return batches, blocks


def _check_batches(batches: dict[int, Facts], files: bool) -> Iterator[str]:
    seen = set()
    for batch in ImportBatch.objects.order_by("pk").iterator(2000):
        place = f"Lần nhập số {batch.pk} ({batch.file_name})"
        said = batches.get(batch.pk)
        seen.add(batch.pk)
        done = batch.state in (ImportBatch.State.COMMITTED, ImportBatch.State.UNDONE)
        if done != (said is not None) or (said is not None and said["state"] != batch.state):
            yield f"{place}: trạng thái khác với nhật ký."
        elif said is not None and said.get("file", batch.file_digest) != batch.file_digest:
            yield f"{place}: mã băm của tệp khác với nhật ký."
        if files and done and not _file_is_whole(batch):
            yield f"{place}: tệp đã tải lên bị sửa hoặc không còn trong kho."
    for pk in sorted(batches.keys() - seen):
        yield f"Lần nhập số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."


def _file_is_whole(batch: ImportBatch) -> bool:
    try:
        with batch.file.open("rb") as stored:
            return hashlib.file_digest(stored, "sha256").hexdigest() == batch.file_digest  # type: ignore[arg-type]
    except OSError:
        return False


def _check_ballots(batches: dict[int, Facts]) -> Iterator[str]:
    """One stream over all ballots, batch by batch."""
    rows = Ballot.objects.order_by("batch_id", "pk").values_list("batch_id", *rowmarks.BALLOT)
    found = {}
    for batch, group in groupby(rows.iterator(chunk_size=CHUNK), key=itemgetter(0)):
        found[batch] = rowmarks.ballots_mark(row[1:] for row in group)
    none = rowmarks.ballots_mark([])
    for pk in sorted(batches.keys() | found.keys()):
        said = batches.get(pk, {}).get("ballots", none)
        if found.get(pk, none) != said:
            yield f"Lần nhập số {pk}: nhật ký ghi {said['count']} phiếu; phiếu đã bị sửa, xóa, chèn hoặc chuyển đơn vị."


def _check_figures(batches: dict[int, Facts]) -> Iterator[str]:
    """The last entry of a block that speaks of its figures speaks of all of them."""
    homes = dict(ImportBatch.objects.order_by("pk").values_list("pk", "round_group_id"))
    said: dict[int, str] = {}
    for pk, facts in sorted(batches.items(), key=lambda item: item[1]["entry"]):
        if "figures" in facts and pk in homes:
            said[homes[pk]] = facts["figures"]
    rows = SatisfactionFigure.objects.order_by("round_group_id", "unit_id", "criterion_id")
    stream = rows.values_list("round_group_id", *rowmarks.FIGURE).iterator(2000)
    found = {
        block: rowmarks.figures_digest(row[1:] for row in group) for block, group in groupby(stream, key=itemgetter(0))
    }
    none = rowmarks.figures_digest([])
    for block in sorted(said.keys() | found.keys()):
        if found.get(block, none) != said.get(block, none):
            yield f"Số liệu SIPAS, PAPI của khối trong kỳ số {block}: khác với lần nhập cuối trong nhật ký."


def _check_tallies() -> Iterator[str]:
    for group in RespondentGroup.objects.order_by("pk"):
        stored = Tally.objects.filter(respondent_group=group).order_by("pk").iterator(2000)
        try:
            counted = _cells(scores.counted_tallies(group))
        except ValueError:
            yield f"Nhóm đối tượng {group.code}: câu trả lời của phiếu không khớp mẫu phiếu."
            continue
        if _cells(stored) != counted:
            yield f"Nhóm đối tượng {group.code}: bảng tổng hợp khác với số phiếu đếm lại."


def _cells(tallies: Any) -> dict[tuple[int, int], tuple[dict[str, int], int]]:
    return {(row.unit_id, row.criterion_id): (row.counts, row.answered) for row in tallies}


def _check_scores(blocks: dict[int, str]) -> Iterator[str]:
    for block in RoundGroup.objects.select_related("round", "group").order_by("pk"):
        standing = scores.stored(block)
        if not standing and block.pk not in blocks:
            continue
        if scores.values_digest(standing) != blocks.get(block.pk, scores.values_digest({})):
            yield f"{block}: điểm ĐTXHH khác với lần ghi cuối trong nhật ký."
        try:
            computed = scores.computed_scores(block)
        except Refused as refused:
            yield f"{block}: {refused}"
            continue
        own = {cell: value for cell, value in standing.items() if value.method != SurveyScore.Method.IMPORT}
        if own != computed:
            yield f"{block}: điểm ĐTXHH không bằng điểm tính lại từ phiếu và số liệu."
