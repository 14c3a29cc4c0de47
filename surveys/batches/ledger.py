"""The check of the imports: ballots and figures equal what their imports logged, and the stored files are the ones
uploaded."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from cchc_index.lib.whole import file_faults
from surveys.models import Ballot, ImportBatch, SatisfactionFigure
from units.auditlog.digests import Facts
from units.auditlog.models import LogEntry

from . import digests

COMMITS = {f"surveys.import_{kind}": ImportBatch.State.COMMITTED for kind in ImportBatch.Kind.values}
UNDO = "surveys.undo"
DONE = (ImportBatch.State.COMMITTED, ImportBatch.State.UNDONE)
CHUNK = 20_000


def check(*, files: bool = True) -> Iterator[str]:
    """Vietnamese sentences for every break; none when all agree. The number of queries does not grow with
    ballots or units; `files` False leaves the uploaded files unread."""
    batches = _replay()
    yield from _check_batches(batches, files)
    yield from _check_ballots(batches)
    yield from _check_figures(batches)


def _replay() -> dict[int, Facts]:
    """By batch what the log says of it."""
    batches: dict[int, Facts] = {}
    for entry in LogEntry.objects.filter(verb__in=[*COMMITS, UNDO]).order_by("number").iterator(2000):
        pk, state = int(entry.object_id), COMMITS.get(entry.verb, ImportBatch.State.UNDONE)
        reason = {"reason": entry.reason if entry.verb == UNDO else ""}
        batches[pk] = {**batches.get(pk, {}), **(entry.after or {}), **reason, "state": state, "entry": entry.number}
    return batches


def _check_batches(batches: dict[int, Facts], files: bool) -> Iterator[str]:
    seen = set()
    for batch in ImportBatch.objects.order_by("pk").iterator(2000):
        place = f"Lần nhập số {batch.pk} ({batch.file_name})"
        logged = batches.get(batch.pk)
        seen.add(batch.pk)
        done = batch.state in DONE
        if done != (logged is not None) or (logged is not None and logged["state"] != batch.state):
            yield f"{place}: trạng thái khác với nhật ký."
        elif logged is not None and logged.get("file") not in (None, batch.file_digest, digests.file_mark(batch)):
            yield f"{place}: mã kiểm tra của tệp khác với nhật ký."
        elif logged is not None and not _same_batch(batch, logged):
            yield f"{place}: tên tệp, người tải, cách đọc, số dòng hoặc lý do hủy khác với nhật ký."
        # The original of a file of ballots goes once it is in: its ballots have a digest of their own.
        kept = batch.kind == ImportBatch.Kind.FIGURES or bool(batch.file)
        if files and done and kept:
            fault = f"{place}: tệp đã tải lên bị sửa hoặc không còn trong kho."
            yield from file_faults(batch.file, batch.file_digest, fault)
    for pk in sorted(batches.keys() - seen):
        yield f"Lần nhập số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."


def _same_batch(batch: ImportBatch, logged: Facts) -> bool:
    """How the file was called and read, who brought it, what it held, and why it was taken out; entries from before
    the log knew one of these leave it out, older ones hold the counts plain."""
    now: dict[str, list[object]] = {
        "name": [batch.file_name],
        "by": [batch.created_by_id],
        "counts": [digests.logged_counts(batch), digests.plain_counts(batch)],
        "read": [digests.reading_mark(batch)],
        "reason": [batch.undo_reason],
    }
    return all(name not in logged or logged[name] in forms for name, forms in now.items())


def _check_ballots(batches: dict[int, Facts]) -> Iterator[str]:
    """One stream over all ballots, batch by batch. Ballots of a batch that is not in yet are counted nowhere, and go or
    are sealed with it."""
    ballots = Ballot.objects.filter(batch__state__in=DONE).order_by("batch_id", "pk")
    rows = ballots.values_list("batch_id", *digests.BALLOT)
    stored = {}
    for batch, group in groupby(rows.iterator(chunk_size=CHUNK), key=itemgetter(0)):
        stored[batch] = digests.ballots_mark(row[1:] for row in group)
    none = digests.ballots_mark([])
    for pk in sorted(batches.keys() | stored.keys()):
        logged, mark = batches.get(pk, {}).get("ballots", none), stored.get(pk, none)
        if logged not in (mark, digests.logged_mark(mark)):
            count = logged["count"]
            yield f"Lần nhập số {pk}: nhật ký ghi {count} phiếu; phiếu đã bị sửa, xóa, chèn hoặc chuyển đơn vị."


def _check_figures(batches: dict[int, Facts]) -> Iterator[str]:
    """The last entry of a block that speaks of its figures speaks of all of them."""
    homes = dict(ImportBatch.objects.order_by("pk").values_list("pk", "round_group_id"))
    logged: dict[int, str] = {}
    for pk, facts in sorted(batches.items(), key=lambda item: item[1]["entry"]):
        if "figures" in facts and pk in homes:
            logged[homes[pk]] = facts["figures"]
    rows = SatisfactionFigure.objects.order_by("round_group_id", "unit_id", "criterion_id")
    stream = rows.values_list("round_group_id", *digests.FIGURE).iterator(2000)
    stored = {
        block: digests.figures_digest(row[1:] for row in group) for block, group in groupby(stream, key=itemgetter(0))
    }
    none = digests.figures_digest([])
    for block in sorted(logged.keys() | stored.keys()):
        if stored.get(block, none) != logged.get(block, none):
            yield f"Số liệu SIPAS, PAPI của khối trong kỳ số {block}: khác với lần nhập cuối trong nhật ký."
