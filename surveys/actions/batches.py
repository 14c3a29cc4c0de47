"""A file's life: checked → committed whole → perhaps undone whole. Also the command line's two in one."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from cchc_index.lib import clock
from cchc_index.lib.faults import Conflict, Fault, ImportRefused, Refused
from cchc_index.lib.text import clean
from criteria import actions as criteria_actions
from criteria.models import RoundGroup
from surveys import rowmarks, rules
from surveys.models import ImportBatch, RespondentGroup, SurveyScore
from units.actions import record
from units.models import User

from . import ballots, figures, scores
from .setup import find_group

Kind, State = ImportBatch.Kind, ImportBatch.State
Reading = ballots.BallotReading | figures.FigureReading


@dataclass(slots=True)
class Outcome:
    """What an import did. `fresh` False: the same data was in already and nothing changed."""

    batch: ImportBatch | None
    fresh: bool
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in memory, bounded, with its digest."""

    data: bytes
    name: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    def open(self) -> IO[bytes]:
        return ContentFile(self.data, name=self.name)  # type: ignore[return-value]


def check_ballots(
    *, actor: User | None, round_group_id: int, respondents: str, source: str | Path | IO[bytes], name: str = ""
) -> ImportBatch:
    """Dry run of a file of ballots, kept as a batch CHECKED or REFUSED with its faults and counts. The batch
    that already holds the same file for the same respondents is given back instead.

    Raises Refused for an unknown respondent group or one that takes no ballots, ImportRefused for a file that
    is no readable spreadsheet or lacks a required column: nothing is kept of such a file."""
    _require(actor)
    block = RoundGroup.objects.select_related("round", "group", "criteria_set").get(pk=round_group_id)
    upload = _load(source, name)
    same = _same_file(block, respondents, upload)
    if same:
        return same
    return _keep_check(actor, block, Kind.BALLOTS, upload, ballots.check(block, respondents, upload))


def check_figures(
    *, actor: User | None, round_group_id: int, source: str | Path | IO[bytes], name: str = ""
) -> ImportBatch:
    """Dry run of a file of finished figures, kept as a batch CHECKED or REFUSED. Raises ImportRefused for a
    file that is no readable spreadsheet or lacks a required column."""
    _require(actor)
    block = RoundGroup.objects.select_related("round", "group", "criteria_set").get(pk=round_group_id)
    upload = _load(source, name)
    return _keep_check(actor, block, Kind.FIGURES, upload, figures.check(block, upload))


@transaction.atomic
def commit_batch(*, actor: User | None, batch_id: int) -> ImportBatch:
    """Write a checked batch: rows, tallies and scores in one transaction. Committing twice is once.

    The file is read again under the block's lock; when something changed since the check (another batch
    took a ballot code) the batch comes back REFUSED with its new faults. Raises Refused from any other state.
    """
    _require(actor)
    batch = _locked(batch_id)
    if batch.state == State.COMMITTED:
        return batch
    if batch.state != State.CHECKED:
        raise Refused(f"Lần nhập này {batch.get_state_display()}: tải tệp lên lại để kiểm tra.")
    block = scores.lock_block(batch.round_group_id)
    with batch.file.open("rb") as stream:
        upload = Upload(stream.read(), batch.file_name)
    if upload.digest != batch.file_digest:
        raise Refused("Tệp đã kiểm tra không còn nguyên vẹn trên máy chủ: tải tệp lên lại.")
    reading = _read_again(batch, block, upload)
    if reading.faults:
        return _refuse(batch, reading)
    _write(actor, block, batch, reading)
    return batch


@transaction.atomic
def undo_batch(*, actor: User | None, batch_id: int, reason: str) -> ImportBatch:
    """Take a committed batch out: its rows go, tallies and scores are computed again, what it had replaced
    stands again. The batch stays as UNDONE. Raises Refused without a reason, from another state, or when a
    later batch replaced figures of this one."""
    _require(actor)
    reason = clean(reason)
    if not reason:
        raise Refused("Ghi lý do hủy lần nhập.")
    batch = _locked(batch_id)
    if batch.state != State.COMMITTED:
        raise Refused(f"Lần nhập này {batch.get_state_display()}: không có gì để hủy.")
    block = scores.lock_block(batch.round_group_id)
    before = scores.stored(block)
    if batch.kind == Kind.BALLOTS:
        ballots.remove(batch)
    else:
        figures.remove(batch)
    changed = scores.refresh_scores(block) + _restore_archive(block)
    batch.state, batch.undone_at, batch.undo_reason = State.UNDONE, clock.now(), reason
    batch.save(update_fields=["state", "undone_at", "undo_reason"])
    criteria_actions.inputs_changed(block.pk)
    after = scores.stored(block)
    record(
        actor=actor,
        verb="surveys.undo",
        obj=batch,
        before={"scores": scores.values_digest(before)},
        after={
            "scores": scores.values_digest(after),
            **rowmarks.of_batch(batch, block),
            "changed": changed,
            "moved": _moved(before, after),
        },
        reason=reason,
    )
    return batch


def import_ballots(
    *, actor: User | None, round_group_id: int, respondents: str, source: str | Path | IO[bytes], name: str = ""
) -> Outcome:
    """Check and commit in one, all or nothing. Raises ImportRefused with every fault, Refused for an unknown
    or figures-only respondent group. The same committed file again changes nothing."""
    _require(actor)
    upload = _load(source, name)
    with transaction.atomic():
        block = scores.lock_block(round_group_id)
        same = _same_file(block, respondents, upload)
        if same:
            return Outcome(same, fresh=False)
        reading = ballots.check(block, respondents, upload)
        return _commit_now(actor, block, Kind.BALLOTS, upload, reading)


def import_figures(
    *, actor: User | None, round_group_id: int, source: str | Path | IO[bytes], name: str = ""
) -> Outcome:
    """Check and commit figures in one, all or nothing. Raises ImportRefused with every fault. Values that
    are already in change nothing; others replace what stands, with a log entry."""
    _require(actor)
    upload = _load(source, name)
    with transaction.atomic():
        block = scores.lock_block(round_group_id)
        reading = figures.check(block, upload)
        if not reading.faults and not reading.changes:
            return Outcome(None, fresh=False, notes=reading.notes)
        return _commit_now(actor, block, Kind.FIGURES, upload, reading)


def discard_batch(*, actor: User | None, batch_id: int) -> None:
    """Drop a checked or refused batch and its file: nothing of it was ever in. Raises Refused otherwise."""
    _require(actor)
    with transaction.atomic():
        batch = _locked(batch_id)
        if batch.state not in (State.CHECKED, State.REFUSED):
            raise Refused("Chỉ bỏ được tệp chưa nhập; lần đã nhập thì hủy và ghi lý do.")
        stored, storage = str(batch.file.name), batch.file.storage
        batch.delete()
        transaction.on_commit(lambda: storage.delete(stored))


def _commit_now(actor: User | None, block: RoundGroup, kind: str, upload: Upload, reading: Reading) -> Outcome:
    if reading.faults:
        raise ImportRefused(reading.faults)
    batch = _new_batch(actor, block, kind, upload, reading, State.CHECKED)
    try:
        _write(actor, block, batch, reading)
    except BaseException:
        batch.file.storage.delete(str(batch.file.name))
        raise
    return Outcome(batch, fresh=True, notes=reading.notes)


def _write(actor: User | None, block: RoundGroup, batch: ImportBatch, reading: Reading) -> None:
    """Rows, tallies, scores and the batch's own end state; the log entry last."""
    before = scores.stored(block)
    archive = {c: v for c, v in before.items() if v.method == SurveyScore.Method.IMPORT}
    counts = reading.counts()  # before writing: afterwards nothing differs any more
    try:
        with transaction.atomic():
            replaced = reading.write(batch, block)
    except IntegrityError as error:
        raise Conflict("Một lần nhập khác vừa ghi cùng mã phiếu hoặc số liệu: kiểm tra lại tệp.") from error
    changed = scores.refresh_scores(block)
    after = scores.stored(block)
    lost = {cell: value for cell, value in archive.items() if after.get(cell) != value}
    batch.state, batch.committed_at = State.COMMITTED, clock.now()
    batch.counts = {**counts, "changed": changed, "replaced": replaced, "archive": _pack(lost)}
    batch.counts.pop("preview", None)
    batch.faults = []
    batch.save(update_fields=["state", "committed_at", "counts", "faults", "respondent_group"])
    criteria_actions.freeze(block.pk, actor)
    criteria_actions.inputs_changed(block.pk)
    record(
        actor=actor,
        verb=f"surveys.import_{batch.kind}",
        obj=batch,
        before={"replaced": replaced} if replaced else None,
        after={
            "file": batch.file_digest,
            "name": batch.file_name,
            "counts": {k: v for k, v in batch.counts.items() if k not in ("replaced", "archive")},
            "scores": scores.values_digest(after),
            **rowmarks.of_batch(batch, block),
            "moved": _moved(before, after),
        },
    )


def _moved(before: Mapping[scores.Cell, scores.Value], after: Mapping[scores.Cell, scores.Value]) -> dict[str, Any]:
    """Every point that moved, for the units' statements."""
    return scores.moves(before, {cell: after.get(cell) for cell in before.keys() | after.keys()})


def _keep_check(actor: User | None, block: RoundGroup, kind: str, upload: Upload, reading: Reading) -> ImportBatch:
    with transaction.atomic():
        return _new_batch(actor, block, kind, upload, reading, State.REFUSED if reading.faults else State.CHECKED)


def _new_batch(
    actor: User | None, block: RoundGroup, kind: str, upload: Upload, reading: Reading, state: str
) -> ImportBatch:
    batch = ImportBatch(
        round_group=block,
        respondent_group=reading.group,
        kind=kind,
        state=state,
        file_name=upload.name,
        file_digest=upload.digest,
        counts=reading.counts(),
        faults=pack_faults(reading.faults),
        created_by=actor,
    )
    suffix = ".xlsx" if upload.data[:2] == b"PK" else ".csv"
    batch.file.save(f"{upload.digest[:32]}{suffix}", ContentFile(upload.data), save=False)
    batch.save(force_insert=True)
    return batch


def _refuse(batch: ImportBatch, reading: Reading) -> ImportBatch:
    batch.state, batch.faults, batch.counts = State.REFUSED, pack_faults(reading.faults), reading.counts()
    batch.save(update_fields=["state", "faults", "counts"])
    return batch


def _read_again(batch: ImportBatch, block: RoundGroup, upload: Upload) -> Reading:
    try:
        if batch.kind == Kind.FIGURES:
            return figures.check(block, upload)
        respondents = batch.respondent_group.code if batch.respondent_group else batch.counts["respondents"]
        return ballots.check(block, respondents, upload)
    except ImportRefused as refused:  # the file was readable when it was checked
        raise Refused(str(refused)) from refused


def _restore_archive(block: RoundGroup) -> int:
    """Archive points that batches had displaced stand again where nothing is computed any more."""
    present = scores.stored(block).keys()
    rows: list[SurveyScore] = []
    seen = set(present)
    for counts in (
        ImportBatch.objects.filter(round_group=block, committed_at__isnull=False)
        .order_by("-committed_at", "-pk")
        .values_list("counts", flat=True)
    ):
        for unit, criterion, points, ballots_, na in counts.get("archive", []):
            if (unit, criterion) in seen:
                continue
            seen.add((unit, criterion))
            rows.append(
                SurveyScore(
                    round_group=block,
                    unit_id=unit,
                    criterion_id=criterion,
                    points=points,
                    ballots=ballots_,
                    not_applicable=na,
                    method=SurveyScore.Method.IMPORT,
                )
            )
    SurveyScore.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def _pack(values: dict[scores.Cell, scores.Value]) -> list[list[Any]]:
    return [
        [*cell, None if value.points is None else str(value.points), value.ballots, value.not_applicable]
        for cell, value in sorted(values.items())
    ]


def pack_faults(faults: Sequence[Fault]) -> list[dict[str, Any]]:
    """Faults as the batch keeps them; `unpack_faults` is the way back."""
    return [{"row": f.row, "column": f.column, "message": f.message, "repair": f.repair} for f in faults]


def unpack_faults(packed: Sequence[dict[str, Any]]) -> list[Fault]:
    return [Fault(**fault) for fault in packed]


def _locked(batch_id: int) -> ImportBatch:
    return (
        ImportBatch.objects.select_for_update(of=("self",))
        .select_related("respondent_group", "round_group")
        .get(pk=batch_id)
    )


def _same_file(block: RoundGroup, respondents: str, upload: Upload) -> ImportBatch | None:
    group: RespondentGroup | None = find_group(block, respondents)
    found = ImportBatch.objects.filter(
        round_group=block, kind=Kind.BALLOTS, state=State.COMMITTED, file_digest=upload.digest, respondent_group=group
    )
    return found.order_by("pk").first() if group else None


def _load(source: str | Path | IO[bytes], name: str) -> Upload:
    """The bytes, one beyond the limit at most: the reader refuses what is too large."""
    limit = settings.SHEET_MAX_BYTES + 1
    if isinstance(source, str | Path):
        path = Path(source)
        with path.open("rb") as stream:
            return Upload(stream.read(limit), clean(name or path.name)[:255])
    source.seek(0)
    return Upload(source.read(limit), clean(name or getattr(source, "name", "") or "tệp")[:255])


def _require(actor: User | None) -> None:
    """None is the command line."""
    if actor is not None and not rules.may_work(actor):
        raise PermissionDenied
