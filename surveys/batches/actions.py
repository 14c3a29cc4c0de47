"""The verbs of a batch: check a file, commit it whole, undo it whole; and check and commit in one for the command
line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from cchc_index.lib import clock
from cchc_index.lib.faults import Conflict, ImportRefused, Refused
from cchc_index.lib.sheets.book import SheetBook
from cchc_index.lib.stored_files import together
from cchc_index.lib.text import clean
from criteria import actions as criteria_actions
from criteria.models import RoundGroup
from criteria.tree import CellKey
from surveys import rules, upload
from surveys.assent.actions import Signed, admit, note_signed, refuse_closed
from surveys.ballots import actions as ballots
from surveys.ballots.exports import rest_of
from surveys.ballots.outline import is_table
from surveys.figures import actions as figures
from surveys.models import ImportBatch, RespondentGroup, Survey, SurveyRequest, SurveyScore
from surveys.plan.digests import marks_of
from surveys.profiles.actions import keep_profile
from surveys.profiles.queries import fitting
from surveys.scores.actions import lock_block, pack_archive, refresh_scores, restore_archive
from surveys.scores.digests import ScoreValue, moves, values_digest
from surveys.scores.keeping import held_pairs
from surveys.scores.queries import ballot_counts, stored
from surveys.upload import Upload
from units.auditlog.actions import record
from units.models import Unit, User

from . import digests, faults
from .keeping import (
    AT_ONCE,
    OPEN,
    Checked,
    Kind,
    State,
    drop_kept,
    drop_written,
    forget_file,
    give_back,
    good_of,
    keep,
    keep_queued,
    keep_unread,
    kept_rows,
    respondents_of,
    say_checked,
    stored_file,
)
from .queries import committed_like

KEPT = ("checked_rows", "rows_digest", "rest")


@dataclass(slots=True)
class BatchImport:
    """What an import did. `fresh` False: the same data was in already and nothing changed."""

    batch: ImportBatch | None
    fresh: bool
    notes: list[str] = field(default_factory=list)
    refused: int = 0
    """Ballots with faults, given back in the sheet of the rest."""


def check_ballots(
    *,
    actor: User | None,
    round_group_id: int,
    respondents: str,
    source: str | Path | IO[bytes],
    name: str = "",
    take_hidden: bool = False,
    mapping: Mapping[str, Any] | None = None,
    ask: bool = False,
    good_only: bool = False,
) -> ImportBatch:
    """Dry run of a file of ballots, kept as a batch CHECKED or REFUSED with its faults and counts. Without a mapping
    the newest profile whose headings the file has is used. The batch that already holds the same file for the same
    respondents is given back instead.

    Raises Refused while the survey's phase is closed, for an unknown respondent group or one that takes no ballots,
    ImportRefused for a file that is no readable spreadsheet or lacks a required column: nothing is kept of such a
    file. With `ask` a table whose columns are not understood is kept UNREAD, for a person to explain. With `good_only`
    the ballots without a fault may go alone: the batch is CHECKED where any is left and counts the others."""
    require(actor)
    block = RoundGroup.objects.select_related("round", "group", "criteria_set").get(pk=round_group_id)
    refuse_closed(block)
    file = upload.load(source, name, settings.SHEET_MAX_BYTES, take_hidden=take_hidden, mapping=mapping)
    book = ballots.opened(file)
    file = replace(_profiled(block, file, book), quotes=rules.may_be_told_ballots(actor))
    same = committed_like(block, respondents, file)
    if same:
        return same
    try:
        checked = ballots.check(block, respondents, file, book)
    except ImportRefused as refused:
        if not ask or not is_table(book):
            raise
        return keep_unread(actor, block, respondents, file, refused, good_only)
    batch = ImportBatch(round_group=block, respondent_group=checked.group, kind=Kind.BALLOTS, good_only=good_only)
    with together(), transaction.atomic():
        return keep(actor, batch, file, say_checked(batch, checked))


def explain_batch(
    *, actor: User | None, batch_id: int, sender: str, shape: str, mapping: Mapping[str, Any]
) -> ImportBatch:
    """Check a file that is not in yet again, under the mapping a person confirmed, which is kept as the sender's
    profile for files of this shape. Raises ImportRefused where the file cannot be read under it, Refused without a
    sender or from another state; nothing changes then."""
    batch = ImportBatch.objects.select_related("respondent_group").get(pk=batch_id)
    require(actor, batch)
    _refuse_explained(batch)
    block = RoundGroup.objects.select_related("round", "group", "criteria_set").get(pk=batch.round_group_id)
    file = replace(stored_file(batch), mapping=dict(mapping))
    checked = ballots.check(block, respondents_of(batch), file)
    with together(), transaction.atomic():
        batch = locked(batch_id)
        _refuse_explained(batch)
        batch.profile = keep_profile(
            actor=actor, round_group_id=block.pk, sender=sender, shape=shape, mapping=file.mapping
        )
        batch.mapping, batch.state = dict(file.mapping), say_checked(batch, checked)
        batch.save(update_fields=["profile", "mapping", "state", "faults", "counts", *KEPT])
        return batch


def _refuse_explained(batch: ImportBatch) -> None:
    if batch.kind != Kind.BALLOTS or batch.state not in OPEN:
        raise Refused(f"Lần nhập này {batch.get_state_display()}: không sửa cách đọc được nữa.")
    if batch.requests.exists():
        raise Refused("Tệp này đã được đề nghị nhập vào năm đã công bố: không sửa cách đọc được nữa.")


def check_figures(
    *,
    actor: User | None,
    round_group_id: int,
    source: str | Path | IO[bytes],
    name: str = "",
    take_hidden: bool = False,
) -> ImportBatch:
    """Dry run of a file of finished figures, kept as a batch CHECKED or REFUSED. Raises ImportRefused for a
    file that is no readable spreadsheet or lacks a required column."""
    require(actor)
    block = RoundGroup.objects.select_related("round", "group", "criteria_set").get(pk=round_group_id)
    refuse_closed(block)
    file = upload.load(source, name, settings.SHEET_MAX_BYTES, take_hidden=take_hidden)
    checked = figures.check(block, file)
    batch = ImportBatch(round_group=block, kind=Kind.FIGURES)
    with together(), transaction.atomic():
        return keep(actor, batch, file, say_checked(batch, checked))


@transaction.atomic
def commit_batch(*, actor: User | None, batch_id: int, signed: Signed | None = None) -> ImportBatch:
    """Write a checked batch: rows, tallies and scores in one transaction. Committing twice is once.

    Ballots are written as they were checked. Where something that they were checked against has changed (another batch
    came in), and for figures, the file is read again under the block's lock, and with new faults the batch comes back
    REFUSED. Raises Refused from any other state, while the
    survey's phase is closed, and in a published year unless two people sign.
    """
    require(actor)
    batch = locked(batch_id)
    if batch.state == State.COMMITTED:
        return batch
    if batch.state not in (State.CHECKED, State.RUNNING):
        raise Refused(f"Lần nhập này {batch.get_state_display()}: tải tệp lên lại để kiểm tra.")
    block = lock_block(batch.round_group_id)
    admit(block, signed)
    drop_written(batch)
    checked = as_checked(batch, block) or _read_again(batch, block, stored_file(batch))
    if checked.faults:
        return _refuse(batch, checked)
    write(actor, block, batch, checked)
    forget_file(batch)
    return batch


def as_checked(batch: ImportBatch, block: RoundGroup) -> ballots.KeptBallots | None:
    """The ballots as they were checked; None where something they were checked against has changed since, or where
    the batch is of figures or of a version that kept no rows."""
    if not batch.checked_rows:
        return None
    stored_file(batch)  # whole until now: what was checked can still be shown
    try:
        return ballots.restored(block, respondents_of(batch), kept_rows(batch), batch.counts)
    except ValueError as error:
        raise Refused("Các dòng đã kiểm tra không đọc lại được: tải tệp lên lại.") from error


@transaction.atomic
def undo_batch(*, actor: User | None, batch_id: int, reason: str, signed: Signed | None = None) -> ImportBatch:
    """Take a committed batch out: its rows go, tallies and scores are computed again, what it had replaced
    stands again. The batch stays as UNDONE. Raises Refused without a reason, from another state, when a later batch
    replaced figures of this one, while the survey's phase is closed, and in a published year unless two people sign."""
    require(actor)
    reason = clean(reason)
    if not reason:
        raise Refused("Nhập lý do hủy lần nhập.")
    batch = locked(batch_id)
    if batch.state != State.COMMITTED:
        raise Refused(f"Lần nhập này {batch.get_state_display()}: không có gì để hủy.")
    if batch.kind == Kind.ONLINE:
        raise Refused("Phiếu trực tuyến chỉ có một bản, không có tệp gốc để nhập lại: không hủy được.")
    block = lock_block(batch.round_group_id)
    admit(block, signed)
    before, counted, held = stored(block), _counted_before(block), held_pairs(block)
    if batch.kind == Kind.BALLOTS:
        ballots.remove(batch)
    else:
        figures.remove(batch)
    changed = refresh_scores(block) + restore_archive(block)
    _refuse_held(block, counted, held)
    batch.state, batch.undone_at, batch.undo_reason = State.UNDONE, clock.now(), reason
    drop_kept(batch)
    batch.save(update_fields=["state", "undone_at", "undo_reason", "checked_rows", "rows_digest", "rest"])
    forget_file(batch)
    criteria_actions.inputs_changed(block.pk)
    after = stored(block)
    record(
        actor=actor,
        verb="surveys.undo",
        obj=batch,
        before={"scores": values_digest(before)},
        after={
            "scores": values_digest(after),
            **digests.of_batch(batch, block),
            "changed": changed,
            "moved": _moved(before, after),
            **marks_of(block),
        },
        reason=reason,
    )
    return batch


def import_ballots(
    *,
    actor: User | None,
    round_group_id: int,
    respondents: str,
    source: str | Path | IO[bytes],
    name: str = "",
    take_hidden: bool = False,
    mapping: Mapping[str, Any] | None = None,
    keep_rest: Callable[[bytes], object] | None = None,
    signed: Signed | None = None,
    commit: Callable[[ImportBatch], ImportBatch] | None = None,
) -> BatchImport:
    """Check and commit in one. All or nothing, unless `keep_rest` is given: then the good ballots are committed, and
    it gets the others as an .xlsx before anything is. `mapping`: what `ballots.mapping` reads. `commit` gets a batch
    that is checked and queued, to commit it in steps; without it, and in a published year, all is one transaction.

    Raises ImportRefused with every fault, Refused for an unknown or figures-only respondent group and as
    `assent.actions.admit` does: `signed` names the two people of a published year. The same committed file again, and
    ballots that are in already, change nothing."""
    require(actor)
    file = upload.load(source, name, settings.SHEET_MAX_BYTES, take_hidden=take_hidden, mapping=mapping)
    book, file = ballots.opened(file), replace(file, quotes=rules.may_be_told_ballots(actor))
    # What takes long is read before the lock; under it only where something changed meanwhile.
    early = ballots.check(*_asked(round_group_id, respondents, file, book)) if commit else None
    with transaction.atomic():
        block = lock_block(round_group_id)
        two = admit(block, signed)
        file = _profiled(block, file, book)
        same = committed_like(block, respondents, file)
        if same and keep_rest is None:
            return BatchImport(same, fresh=False)
        checked = early if early and early.still_stands(block) else ballots.check(block, respondents, file, book)
        if checked.faults and keep_rest is not None:
            everything, checked = checked.sheet, ballots.only_good(checked)
            keep_rest(rest_of(everything))
        if checked.is_nothing_new:
            return BatchImport(None, fresh=False, notes=checked.notes, refused=checked.refused)
        if commit is None or two or checked.faults or len(checked.sheet.codes) <= AT_ONCE:
            return replace(_commit_now(actor, block, Kind.BALLOTS, file, checked, two), refused=checked.refused)
        queued = keep_queued(actor, block, file, checked)
    return BatchImport(commit(queued), fresh=True, notes=checked.notes, refused=checked.refused)


def _asked(pk: int, respondents: str, file: Upload, book: SheetBook) -> tuple[RoundGroup, str, Upload, SheetBook]:
    block = RoundGroup.objects.select_related("round", "group", "criteria_set").get(pk=pk)
    return block, respondents, _profiled(block, file, book), book


def import_figures(
    *,
    actor: User | None,
    round_group_id: int,
    source: str | Path | IO[bytes],
    name: str = "",
    take_hidden: bool = False,
    signed: Signed | None = None,
) -> BatchImport:
    """Check and commit figures in one, all or nothing. Raises ImportRefused with every fault, Refused as
    `assent.actions.admit` does. Values that are already in change nothing; others replace what stands, with a log
    entry."""
    require(actor)
    file = upload.load(source, name, settings.SHEET_MAX_BYTES, take_hidden=take_hidden)
    with transaction.atomic():
        block = lock_block(round_group_id)
        two = admit(block, signed)
        checked = figures.check(block, file)
        if not checked.faults and not checked.changes:
            return BatchImport(None, fresh=False, notes=checked.notes)
        return _commit_now(actor, block, Kind.FIGURES, file, checked, two)


def discard_batch(*, actor: User | None, batch_id: int) -> None:
    """Drop a checked or refused batch and its file: nothing of it was ever in. Raises Refused otherwise."""
    require(actor)
    with transaction.atomic():
        batch = locked(batch_id)
        if batch.state not in OPEN:
            raise Refused("Chỉ bỏ được tệp chưa nhập; lần đã nhập thì hủy và ghi lý do.")
        if batch.requests.exists():
            raise Refused("Tệp này đã được đề nghị nhập vào năm đã công bố: giữ lại cùng đề nghị đó.")
        stored, storage = str(batch.file.name), batch.file.storage
        drop_kept(batch)
        batch.delete()
        transaction.on_commit(lambda: storage.delete(stored))


def _commit_now(
    actor: User | None, block: RoundGroup, kind: str, file: Upload, checked: Checked, two: Signed | None
) -> BatchImport:
    if checked.faults:
        raise ImportRefused(checked.faults)
    batch = _new_batch(actor, block, kind, file, checked, State.CHECKED)
    try:
        write(actor, block, batch, checked)
        if two:
            note_signed(block, batch, SurveyRequest.Kind.COMMIT, two)
        forget_file(batch)
    except BaseException:
        if batch.file:
            batch.file.storage.delete(str(batch.file.name))
        raise
    return BatchImport(batch, fresh=True, notes=checked.notes)


def write(
    actor: User | None,
    block: RoundGroup,
    batch: ImportBatch,
    checked: Checked,
    mark: Mapping[str, Any] | None = None,
) -> None:
    """Rows, tallies, scores and the batch's own end state; the log entry last. `mark`: that of the ballots, where it is
    known already."""
    before, counted, held = stored(block), _counted_before(block), held_pairs(block)
    archive = {c: v for c, v in before.items() if v.method == SurveyScore.Method.IMPORT}
    counts = checked.counts()  # before writing: afterwards nothing differs any more
    batch.state, batch.committed_at = State.COMMITTED, clock.now()
    try:
        with transaction.atomic():
            batch.save(update_fields=["state", "committed_at"])  # its ballots count from here on
            replaced = checked.write(batch, block)
    except IntegrityError as error:
        raise Conflict("Một lần nhập khác vừa ghi cùng mã phiếu hoặc số liệu: kiểm tra lại tệp.") from error
    changed = refresh_scores(block)
    if batch.kind != Kind.ONLINE:  # a box holds what it holds
        _refuse_held(block, counted, held)
    after = stored(block)
    lost = {cell: value for cell, value in archive.items() if after.get(cell) != value}
    batch.counts = {**counts, "changed": changed, "replaced": replaced, "archive": pack_archive(lost)}
    batch.counts.pop("preview", None)
    batch.faults = []
    drop_kept(batch, rest=False)
    batch.save(
        update_fields=["state", "committed_at", "counts", "faults", "respondent_group", "checked_rows", "rows_digest"]
    )
    criteria_actions.freeze(block.pk, actor)
    criteria_actions.inputs_changed(block.pk)
    record(
        actor=actor,
        verb=f"surveys.import_{batch.kind}",
        obj=batch,
        before={"replaced": replaced} if replaced else None,
        after={
            "file": digests.file_mark(batch),
            "name": batch.file_name,
            "by": batch.created_by_id,
            "counts": digests.logged_counts(batch),
            "read": digests.reading_mark(batch),
            "scores": values_digest(after),
            **({"ballots": digests.logged_mark(mark)} if mark else _marks(batch, block, checked)),
            "moved": _moved(before, after),
            **marks_of(block),
        },
    )


def _marks(batch: ImportBatch, block: RoundGroup, checked: Checked) -> dict[str, Any]:
    """What the log says of the rows that were written."""
    if isinstance(checked, figures.CheckedFigures):
        return digests.of_batch(batch, block)
    return {"ballots": digests.logged_mark(digests.ballots_mark(checked.stored(batch)))}


def _counted_before(block: RoundGroup) -> dict[tuple[int, int], int]:
    """Ballots by group and unit where a refusal may have to name how many moved; {} elsewhere: few new ballots are not
    to wait for a count of all."""
    protected = Survey.objects.filter(round_group=block, small_cell__isnull=False).exists()
    return ballot_counts(block) if protected else {}


def _refuse_held(block: RoundGroup, before: Mapping[tuple[int, int], int], held: set[tuple[int, int]]) -> None:
    """Raises Refused where ballots no longer come in day by day and the change leaves a unit with what was told of it:
    it is too small, or the second of its kind, for two looks not to tell what few ballots said."""
    few = sorted(held_pairs(block) - held)
    if few:
        (group, unit), more = few[0], len(few) - 1
        moved = abs(ballot_counts(block).get(few[0], 0) - before.get(few[0], 0))
        names = RespondentGroup.objects.get(pk=group).name, Unit.objects.get(pk=unit).name
        others = f" (và {more} trường hợp khác)" if more else ""
        small = Survey.objects.values_list("small_cell", flat=True).get(round_group=block)
        raise Refused(
            f"Nhóm “{names[0]}” của {names[1]} thay đổi {moved} phiếu{others}: so với kết quả đã nêu, người xem suy ra "
            f"được câu trả lời của ít hơn {small} phiếu. Kế hoạch cần mỗi lần thay đổi ít nhất {small} phiếu ở mỗi "
            "tiêu chí, và sau khi đã rút phiếu thì không nêu thêm lần nào: gộp với các phiếu khác, hoặc hai người đổi "
            "ngưỡng trong kế hoạch."
        )


def _moved(before: Mapping[CellKey, ScoreValue], after: Mapping[CellKey, ScoreValue]) -> dict[str, Any]:
    """Every point that moved, for the units' statements."""
    return moves(before, {cell: after.get(cell) for cell in before.keys() | after.keys()})


def _profiled(block: RoundGroup, file: Upload, book: SheetBook) -> Upload:
    """The file with the mapping of the profile that fits its headings, where it came with none."""
    profile = None if file.mapping else fitting(block, book)
    return replace(file, mapping=profile.mapping, profile_id=profile.pk) if profile else file


def _new_batch(
    actor: User | None, block: RoundGroup, kind: str, file: Upload, checked: Checked, state: str
) -> ImportBatch:
    batch = ImportBatch(
        round_group=block,
        respondent_group=checked.group,
        kind=kind,
        counts=checked.counts(),
        faults=faults.pack(checked.faults),
    )
    return keep(actor, batch, file, state, with_file=kind != Kind.BALLOTS)


def _refuse(batch: ImportBatch, checked: Checked) -> ImportBatch:
    batch.state, batch.faults, batch.counts = State.REFUSED, faults.pack(checked.faults), checked.counts()
    drop_kept(batch)
    batch.save(update_fields=["state", "faults", "counts", *KEPT])
    return batch


def _read_again(batch: ImportBatch, block: RoundGroup, file: Upload) -> Checked:
    try:
        if batch.kind == Kind.FIGURES:
            return figures.check(block, file)
        checked = ballots.check(block, respondents_of(batch), file)
        good = good_of(batch, checked)
        if good.refused:
            give_back(batch, checked)
            batch.save(update_fields=["rest"])
        return good
    except ImportRefused as refused:  # the file was readable when it was checked
        raise Refused(str(refused)) from refused


def locked(batch_id: int) -> ImportBatch:
    """A batch, its row locked until the transaction ends."""
    return (
        ImportBatch.objects.select_for_update(of=("self",))
        .select_related("respondent_group", "round_group")
        .get(pk=batch_id)
    )


def require(actor: User | None, batch: ImportBatch | None = None) -> None:
    """Raises PermissionDenied for whoever may not work here, or not see the ballots of this batch. `actor` None is the
    command line, which may."""
    if actor is not None and not (rules.may_see_ballots(actor, batch) if batch else rules.may_work(actor)):
        raise PermissionDenied
