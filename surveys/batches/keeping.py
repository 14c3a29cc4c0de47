"""A batch's own row and files: what a check leaves on it, the file beside it, and when that goes."""

import hashlib
from contextlib import suppress
from functools import partial

from django.core.files.base import ContentFile
from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.faults import ImportRefused, Refused
from cchc_index.lib.sheets.book import SheetBook
from criteria.models import RoundGroup
from surveys.ballots import actions as ballots
from surveys.ballots.exports import rest_of
from surveys.figures import actions as figures
from surveys.models import Ballot, BallotPicture, ImportBatch, TypedBallot
from surveys.plan.queries import find_group
from surveys.rules import may_be_told_ballots
from surveys.upload import Upload
from units.models import User

from . import faults

Kind, State = ImportBatch.Kind, ImportBatch.State
OPEN = (State.UNREAD, State.CHECKED, State.REFUSED)
"""The states of a file that is not in: it may be explained, checked again, dropped."""
AT_ONCE = 1_000
"""Ballots up to which a commit takes no longer than a page."""
STEP = 2_000
"""Ballots that one transaction writes or takes away: nobody waits long for it."""
Checked = ballots.CheckedBallots | ballots.KeptBallots | figures.CheckedFigures
"""A file that was read, with its faults and what it would write."""


def say_checked(batch: ImportBatch, checked: Checked) -> str:
    """Note on a batch what its check gave, ballots with faults left out where the good ones may go alone; the state
    that follows. The rows to be written are kept beside the batch, the ballots left out as a sheet; the faults stay
    on the batch, to be read before it is committed."""
    batch.faults = faults.pack(checked.faults)
    drop_kept(batch)
    if isinstance(checked, ballots.CheckedBallots):
        everything, checked = checked, good_of(batch, checked)
        if not checked.faults:
            data = checked.packed()
            batch.rows_digest = hashlib.sha256(data).hexdigest()
            batch.checked_rows.save(f"{batch.rows_digest[:32]}.npz", ContentFile(data), save=False)
        if checked.refused:
            give_back(batch, everything)
    batch.counts = checked.counts()
    return State.REFUSED if checked.faults else State.CHECKED


def good_of(batch: ImportBatch, checked: ballots.CheckedBallots) -> ballots.CheckedBallots:
    """The ballots without a fault, where they may go alone; all, where a fault concerns the whole file or none is
    left."""
    if batch.good_only and checked.faults:
        with suppress(ImportRefused):
            return ballots.only_good(checked)
    return checked


def keep_queued(actor: User | None, block: RoundGroup, file: Upload, checked: ballots.CheckedBallots) -> ImportBatch:
    """Keep a checked file as a batch that waits to be committed in steps."""
    batch = ImportBatch(
        round_group=block, respondent_group=checked.group, kind=Kind.BALLOTS, queued_by=actor, heartbeat_at=clock.now()
    )
    say_checked(batch, checked)
    return keep(actor, batch, file, State.QUEUED)


def drop_written(batch: ImportBatch) -> None:
    """Take away ballots of a batch that never came in whole, step by step, and the questions they brought. What a later
    run writes stays: each step asks, under the row's lock, whether the batch still is as the caller has it."""
    while batch.written:
        with transaction.atomic():
            rows = ImportBatch.objects.select_for_update().filter(pk=batch.pk, attempts=batch.attempts)
            if rows.filter(state=batch.state).exclude(state__in=(State.COMMITTED, State.UNDONE)).first() is None:
                return
            left = Ballot.objects.filter(batch=batch.pk).order_by("pk").values_list("pk", flat=True)
            if some := list(left[:STEP]):
                Ballot.objects.filter(pk__in=some).delete()
                continue
            if batch.respondent_group is not None:
                ballots.unmake_questions(batch, batch.respondent_group)
            batch.written = 0
            ImportBatch.objects.filter(pk=batch.pk).update(written=0)


def give_back(batch: ImportBatch, checked: ballots.CheckedBallots) -> None:
    """Keep the ballots that have faults as a sheet to be mended, instead of an earlier one; the row is for the caller
    to save."""
    if batch.rest:
        transaction.on_commit(partial(batch.rest.storage.delete, str(batch.rest.name)))
    name = f"{batch.file_digest[:24] or 'phieu'}-tra-lai.xlsx"
    batch.rest.save(name, ContentFile(rest_of(checked.sheet)), save=False)


def drop_kept(batch: ImportBatch, *, rest: bool = True) -> None:
    """Let go of the rows kept beside a batch, and of the ballots given back: the files go once the transaction is in,
    the row is for the caller to save."""
    for held in (batch.checked_rows, batch.rest) if rest else (batch.checked_rows,):
        if held:
            transaction.on_commit(partial(held.storage.delete, str(held.name)))
    batch.checked_rows, batch.rows_digest = "", ""
    if rest:
        batch.rest = ""


def kept_rows(batch: ImportBatch) -> bytes:
    """The rows kept beside a checked batch. Raises Refused where they are not what was checked, and OSError
    where the store does not answer."""
    try:
        with batch.checked_rows.open("rb") as stream:
            data = bytes(stream.read())
    except (FileNotFoundError, ValueError):
        data = b""
    if hashlib.sha256(data).hexdigest() != batch.rows_digest:
        raise Refused("Tệp đã kiểm tra không còn nguyên vẹn trên máy chủ: tải tệp lên lại.")
    return data


def keep_unread(
    actor: User | None, block: RoundGroup, respondents: str, file: Upload, refused: ImportRefused, good_only: bool
) -> ImportBatch:
    batch = ImportBatch(
        round_group=block,
        respondent_group=find_group(block, respondents),
        kind=Kind.BALLOTS,
        counts={"respondents": respondents},
        faults=faults.pack(refused.faults),
        good_only=good_only,
    )
    with transaction.atomic():
        return keep(actor, batch, file, State.UNREAD)


def keep(actor: User | None, batch: ImportBatch, file: Upload, state: str, *, with_file: bool = True) -> ImportBatch:
    """Save a new batch and the file beside it."""
    batch.state, batch.created_by = state, actor
    batch.file_name, batch.file_digest = file.name, file.digest
    batch.take_hidden, batch.mapping, batch.profile_id = file.take_hidden, dict(file.mapping), file.profile_id
    if with_file:
        batch.file.save(f"{file.digest[:32]}{file.ending}", ContentFile(file.data), save=False)
    batch.save(force_insert=True)
    return batch


def stored_file(batch: ImportBatch) -> Upload:
    """The file as it was uploaded. Raises Refused where it is not what was uploaded."""
    with batch.file.open("rb") as stream:
        quotes = may_be_told_ballots(batch.created_by)
        file = Upload(stream.read(), batch.file_name, batch.take_hidden, batch.mapping, quotes=quotes)
    if file.digest != batch.file_digest:
        raise Refused("Tệp đã kiểm tra không còn nguyên vẹn trên máy chủ: tải tệp lên lại.")
    return file


def stored_book(batch: ImportBatch) -> SheetBook:
    """The sheets of a batch's file. Raises ImportRefused and Refused where it cannot be read any more."""
    return ballots.opened(stored_file(batch))


def respondents_of(batch: ImportBatch) -> str:
    return batch.respondent_group.code if batch.respondent_group else str(batch.counts["respondents"])


def forget_file(batch: ImportBatch) -> None:
    """Once the transaction is in, delete the original of a file of ballots: what people wrote beside their answers is
    nobody's to keep; with it goes what was typed of paper. Each import makes up for those before it whose process was
    killed."""
    if batch.kind == Kind.BALLOTS:
        TypedBallot.objects.filter(bundle__batch=batch).delete()
        BallotPicture.objects.filter(bundle__batch=batch).delete()
        transaction.on_commit(_forget)


def _forget() -> None:
    forget_left()


def forget_left() -> int:
    """Delete the originals of ballots that are in or were taken out and whose file is still there: of a process that
    was killed, and of versions that kept them. The number of files."""
    done = (State.COMMITTED, State.UNDONE)
    left = list(ImportBatch.objects.filter(kind=Kind.BALLOTS, state__in=done).exclude(file="").order_by("pk"))
    for batch in left:
        batch.file.storage.delete(str(batch.file.name))
        ImportBatch.objects.filter(pk=batch.pk).update(file="")
    return len(left)
