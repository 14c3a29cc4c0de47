"""Ballots: what a file means for a block, writing it, taking it out again."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, AnyStr

import numpy as np
from django.conf import settings
from django.db import connection
from numpy.typing import NDArray

from cchc_index.lib.faults import Fault, ImportRefused
from cchc_index.lib.sheets.book import SheetBook
from criteria.models import RoundGroup
from surveys import quality, validity
from surveys.models import Ballot, ImportBatch, Question, Questionnaire, RespondentGroup
from surveys.places import Leaf
from surveys.plan.actions import ensure_group, ensure_questionnaire
from surveys.plan.queries import Plan, places, plan_for
from surveys.scores.actions import add_tallies, rebuild_tallies
from surveys.scores.keeping import is_protected
from surveys.upload import PREVIEW_ROWS, Upload

from . import hours, identity, mapping, queries, rowfile
from .identity import Known
from .rowfile import KeptRows
from .sheet import BallotSheet, ballot_book, read_book

CHUNK = 20_000
COLUMNS = ("batch_id", "respondent_group_id", "unit_id", "code", "answers", "invalid_reason")


@dataclass(slots=True)
class CheckedBallots:
    """A read file of ballots with its plan; `write` stores it."""

    plan: Plan
    sheet: BallotSheet
    reasons: NDArray[np.str_]
    unit_codes: dict[int, str] = field(default_factory=dict)
    repeated: int = 0
    """Ballots of the file that are in already and say the same: they are left out."""
    refused: int = 0
    """Ballots with faults that are left out because the good ones may go alone."""
    mark: str = ""
    """What the file was checked against (`queries.standing`)."""

    @property
    def group(self) -> RespondentGroup | None:
        return self.plan.group

    @property
    def faults(self) -> list[Fault]:
        return self.sheet.faults

    @property
    def notes(self) -> list[str]:
        told = [*self.plan.notes, *self.sheet.said]
        if self.repeated:
            told.append(f"Bỏ qua {self.repeated} phiếu đã nhập từ trước, nội dung giống hệt.")
        if self.refused:
            told.append(f"Không nhập {self.refused} phiếu có lỗi.")
        return told

    def still_stands(self, block: RoundGroup) -> bool:
        """Whether all that the file was checked against is as it was."""
        return self.mark == standing(block, self.plan.respondents)

    @property
    def is_nothing_new(self) -> bool:
        """Whether every ballot of the file is in already."""
        return bool(self.repeated) and not self.sheet.codes and not self.faults

    def counts(self) -> dict[str, Any]:
        """What the batch keeps and pages show; `preview` goes once the batch is committed."""
        invalid = validity.count(self.reasons)
        return {
            "respondents": self.plan.respondents,
            "heading_row": self.sheet.heading_row,
            "rows": len(self.sheet.codes),
            "repeated": self.repeated,
            "refused": self.refused,
            "valid": len(self.sheet.codes) - sum(invalid.values()),
            "invalid": invalid,
            "units": len({unit for unit in self.sheet.unit_ids if unit}),
            "questions": [leaf.code for leaf in self.sheet.leaves],
            "questions_made": self.plan.asked is None,
            "marks": self._marks(),
            "ignored": self.sheet.ignored,
            "notes": self.notes,
            "preview": self._preview(),
        }

    def _marks(self) -> dict[str, dict[str, int]]:
        """What is striking in the file, by mark and unit: counts alone, the hours stay in the file."""
        sheet = self.sheet
        if not sheet.codes:
            return {}
        places = sheet.in_table()
        ended, took = (column[places] for column in hours.hours_of(sheet.table))
        timed = quality.timed_marks(sheet.unit_ids, ended, took, len(sheet.leaves))
        return quality.by_unit(marks_of(self.plan, sheet.answers, sheet.unit_ids) | timed, sheet.unit_ids)

    def _preview(self) -> list[list[Any]]:
        sheet = self.sheet
        return [
            [
                "…" if identity.is_personal(sheet.codes[i]) else sheet.codes[i],
                self.unit_codes.get(sheet.unit_ids[i], ""),
                str(self.reasons[i]),
                [int(value) for value in sheet.answers[i]],
            ]
            for i in range(min(PREVIEW_ROWS, len(sheet.codes)))
        ]

    def packed(self) -> bytes:
        """The rows as they will be written, for `restored`."""
        sheet = self.sheet
        leaves = [leaf.id for leaf in sheet.leaves]
        return rowfile.pack(KeptRows(sheet.codes, sheet.unit_ids, sheet.answers, leaves, self.mark))

    def write(self, batch: ImportBatch, block: RoundGroup) -> list[Any]:
        """Store plan and ballots, count them in. Ballots replace nothing."""
        return self._rows().write(batch, block)

    def stored(self, batch: ImportBatch) -> Iterator[tuple[Any, ...]]:
        """The rows that `write` stored, as the log's mark takes them."""
        return self._rows().stored(batch)

    def _rows(self) -> "KeptBallots":
        sheet = self.sheet
        return KeptBallots(self.plan, sheet.leaves, sheet.codes, sheet.unit_ids, sheet.answers, self.reasons)


@dataclass(slots=True)
class KeptBallots:
    """Checked ballots without their file: what is written."""

    plan: Plan
    leaves: list[Leaf]
    codes: list[str]
    unit_ids: list[int]
    answers: NDArray[np.uint8]
    reasons: NDArray[np.str_]
    counted: dict[str, Any] = field(default_factory=dict)

    @property
    def faults(self) -> list[Fault]:
        return []

    @property
    def group(self) -> RespondentGroup | None:
        return self.plan.group

    @property
    def notes(self) -> list[str]:
        return list(self.counted.get("notes", []))

    def counts(self) -> dict[str, Any]:
        return dict(self.counted)

    def write(self, batch: ImportBatch, block: RoundGroup) -> list[Any]:
        """Store plan and ballots, count them in. Ballots replace nothing."""
        self.make_plan(batch, block)
        self.write_some(batch, 0, len(self.codes))
        return self.count_in(batch)

    def make_plan(self, batch: ImportBatch, block: RoundGroup) -> None:
        """The group and its questionnaire, where the file brings them."""
        batch.respondent_group = ensure_group(block, self.plan)
        ensure_questionnaire(block, batch.respondent_group, self.plan, self.leaves)

    def write_some(self, batch: ImportBatch, start: int, end: int) -> None:
        """Store the ballots from one place up to another."""
        assert batch.respondent_group_id is not None
        part = slice(start, end)
        write_ballots(
            batch_id=batch.pk,
            group_id=batch.respondent_group_id,
            unit_ids=self.unit_ids[part],
            codes=self.codes[part],
            answers=self.answers[part],
            reasons=self.reasons[part].tolist(),
        )

    def count_in(self, batch: ImportBatch) -> list[Any]:
        """Count stored ballots into their group's tallies, unless those wait for the end of the phase."""
        assert batch.respondent_group is not None
        if is_protected(batch.respondent_group):
            return []
        valid = self.reasons == validity.VALID
        units = np.asarray(self.unit_ids, dtype=np.int64)[valid]
        add_tallies(batch.respondent_group, [leaf.id for leaf in self.leaves], units, self.answers[valid])
        return []

    def stored(self, batch: ImportBatch) -> Iterator[tuple[Any, ...]]:
        """The rows that `write` stored, in its order: group, unit, code, reason, answers."""
        blobs = _cut(self.answers.tobytes(), self.answers.shape[1])
        rows = zip(self.unit_ids, self.codes, self.reasons.tolist(), blobs, strict=True)
        return ((batch.respondent_group_id, unit, code, reason, blob) for unit, code, reason, blob in rows)


@dataclass(slots=True)
class WrittenBallots(KeptBallots):
    """Checked ballots that are stored already, step by step: what is left is to count them."""

    def write(self, batch: ImportBatch, block: RoundGroup) -> list[Any]:
        return self.count_in(batch)


def standing(block: RoundGroup, respondents: str) -> str:
    """A digest of all that ballots for these respondents are checked against."""
    return queries.standing(block, plan_for(block, respondents), places(block))


def restored(block: RoundGroup, respondents: str, data: bytes, counted: dict[str, Any]) -> KeptBallots | None:
    """The ballots that `CheckedBallots.packed` gave, where all that they were checked against still stands; None where
    something changed and the file must be checked again. Raises ValueError for other bytes."""
    rows = rowfile.unpack(data)
    plan, known = plan_for(block, respondents), places(block)
    if queries.standing(block, plan, known) != rows.mark:
        return None
    by_id = {leaf.id: leaf for leaf in known.leaves}
    leaves = [by_id[pk] for pk in rows.leaves]
    reasons = why_invalid(plan, rows.answers, rows.unit_ids)
    return KeptBallots(plan, leaves, rows.codes, rows.unit_ids, rows.answers, reasons, counted)


def opened(upload: Upload) -> SheetBook:
    """The sheets of an uploaded file. Raises ImportRefused for a file that is no readable spreadsheet."""
    return ballot_book(upload.open(), name=upload.name, max_bytes=settings.SHEET_MAX_BYTES)


def check(block: RoundGroup, respondents: str, upload: Upload, book: SheetBook | None = None) -> CheckedBallots:
    """Read a file against the block's plan. Raises Refused for the respondents, ImportRefused for a file that
    is no readable spreadsheet or lacks a required column; other faults are in what is given back. Ballots that are
    in already and say the same are left out of it, counted. `book`: the file's sheets, where they are open already."""
    plan = plan_for(block, respondents)
    known = places(block)
    mark = queries.standing(block, plan, known)
    sheet = read_book(
        book or opened(upload),
        places=known,
        scale=plan.scale,
        scales=plan.scales,
        asked=plan.asked,
        mapping=mapping.of(upload.mapping),
        take_hidden=upload.take_hidden,
    )
    again = _compare(block, plan, sheet, upload)
    sheet = sheet.only(~again) if again.any() else sheet
    units = {pk: code for code, pk in known.units.items()}
    return CheckedBallots(
        plan, sheet, why_invalid(plan, sheet.answers, sheet.unit_ids), units, repeated=int(again.sum()), mark=mark
    )


def why_invalid(plan: Plan, answers: NDArray[np.uint8], unit_ids: Sequence[int]) -> NDArray[np.str_]:
    """Why each ballot is invalid by the plan's rules, in the words of `validity`."""
    rules = plan.questionnaire or Questionnaire()
    why = validity.reasons(
        answers,
        max_blank_share=rules.max_blank_share,
        refuse_straight_line=rules.refuse_straight_line,
        straight_line_from=rules.straight_line_from,
    )
    if rules.refuse_duplicates:
        earlier = queries.said_before(plan.group, unit_ids)
        again = validity.repeats(answers, unit_ids, earlier, at_least=rules.duplicates_from)
        why[again & (why == validity.VALID)] = validity.DUPLICATE
    return why


def marks_of(plan: Plan, answers: NDArray[np.uint8], unit_ids: Sequence[int]) -> dict[str, NDArray[np.bool_]]:
    """What is striking in the answers themselves, from as many as the plan's rules ask for."""
    rules = plan.questionnaire or Questionnaire()
    return quality.marks(answers, unit_ids, straight_from=rules.straight_line_from, same_from=rules.duplicates_from)


def _compare(block: RoundGroup, plan: Plan, sheet: BallotSheet, upload: Upload) -> NDArray[np.bool_]:
    """Which ballots of the sheet are in already and say the same; one that says something else, or is in for other
    respondents, becomes a fault of the sheet."""
    again = np.zeros(len(sheet.codes), dtype=bool)
    before = queries.known(block, sheet.codes)
    asks_alike = plan.asked is None or [leaf.id for leaf in sheet.leaves] == plan.asked
    if not before or not asks_alike:  # other columns are a fault already, and say nothing side by side
        return again
    names = dict(RespondentGroup.objects.filter(survey__round_group=block).order_by("pk").values_list("pk", "name"))
    codes = {at: leaf.code for at, leaf in enumerate(sheet.leaves)}
    faults = []
    for at, code in enumerate(sheet.codes):
        ballot = before.get(identity.key(code))
        if ballot is None or sheet.bad[at]:
            continue
        told = _told_of(ballot, plan, names, sheet, at, codes if upload.quotes else None)
        again[at] = not told
        if told:
            sheet.bad[at] = True
            repair = "giữ nguyên phiếu đã nhập thì bỏ dòng này; phiếu khác thì đổi mã; nhập lại thì hủy lần nhập trước"
            column = "code" if "code" in sheet.table.index else ""
            faults.append(sheet.table.rows[at].fault(column, f"mã phiếu “{code}” {told}", repair))
    sheet.faults = [*sheet.faults, *faults]
    return again


def _told_of(
    ballot: Known, plan: Plan, names: dict[int, str], sheet: BallotSheet, at: int, codes: dict[int, str] | None
) -> str:
    """What a ballot that is in says otherwise; only that it does, without `codes`."""
    if plan.group is None or ballot.group_id != plan.group.pk:
        return f"đã nhập cho nhóm “{names.get(ballot.group_id, '')}”"
    other = identity.differences(sheet.answers[at].tobytes(), ballot, sheet.unit_ids[at], codes or {})
    beside = f" ({other})" if codes is not None else ""
    return f"đã nhập với nội dung khác{beside}" if other else ""


def only_good(checked: CheckedBallots) -> CheckedBallots:
    """The ballots of a checked file that have no fault. Raises ImportRefused with every fault where one concerns
    the file as a whole, or where no ballot is left."""
    sheet = checked.sheet
    if not sheet.whole or (not (~sheet.bad).any() and not checked.repeated):
        raise ImportRefused(sheet.faults)
    good = replace(sheet.only(~sheet.bad), faults=[])
    return replace(
        checked,
        sheet=good,
        reasons=why_invalid(checked.plan, good.answers, good.unit_ids),
        refused=int(sheet.bad.sum()),
    )


def remove(batch: ImportBatch) -> None:
    """Take the batch's ballots out and count again. A questionnaire that the file made is unmade with its
    last ballot, so that the next file may bring other columns."""
    group = batch.respondent_group
    if group is None:
        return
    Ballot.objects.filter(batch=batch).delete()
    if not is_protected(group):
        rebuild_tallies(group)
    unmake_questions(batch, group)


def unmake_questions(batch: ImportBatch, group: RespondentGroup) -> None:
    """The questions that a file made go where no ballot of the group is left."""
    made = batch.counts.get("questions_made", False)
    if made and not Ballot.objects.filter(respondent_group=group).exists():
        Question.objects.filter(questionnaire__respondent_group=group).delete()


# --- ballots in bulk: COPY on PostgreSQL, executemany on SQLite; one row per ballot, answers one byte each


def write_ballots(
    *,
    batch_id: int,
    group_id: int,
    unit_ids: Sequence[int],
    codes: Sequence[str],
    answers: NDArray[np.uint8],
    reasons: Sequence[str],
) -> None:
    """Insert every ballot of a batch. Raises IntegrityError when a code is already in the group."""
    write = _copy if connection.vendor == "postgresql" else _insert
    for start in range(0, len(codes), CHUNK):
        part = slice(start, start + CHUNK)
        write(batch_id, group_id, unit_ids[part], codes[part], answers[part], reasons[part])


def _insert(
    batch_id: int,
    group_id: int,
    unit_ids: Sequence[int],
    codes: Sequence[str],
    answers: NDArray[np.uint8],
    reasons: Sequence[str],
) -> None:
    quote = connection.ops.quote_name
    names = ", ".join(quote(name) for name in COLUMNS)
    marks = ", ".join(["%s"] * len(COLUMNS))
    blobs = _cut(answers.tobytes(), answers.shape[1])
    rows = [
        (batch_id, group_id, unit, code, blob, reason)
        for unit, code, blob, reason in zip(unit_ids, codes, blobs, reasons, strict=True)
    ]
    with connection.cursor() as cursor:
        # Names of our own model, quoted; every value is a parameter.
        cursor.executemany(f"INSERT INTO {quote(Ballot._meta.db_table)} ({names}) VALUES ({marks})", rows)  # noqa: S608


def _copy(
    batch_id: int,
    group_id: int,
    unit_ids: Sequence[int],
    codes: Sequence[str],
    answers: NDArray[np.uint8],
    reasons: Sequence[str],
) -> None:
    blobs = _cut(answers.tobytes().hex(), answers.shape[1] * 2)
    lines = (
        f"{batch_id}\t{group_id}\t{unit}\t{_escape(code)}\t\\\\x{blob}\t{reason}\n"
        for unit, code, blob, reason in zip(unit_ids, codes, blobs, reasons, strict=True)
    )
    table = connection.ops.quote_name(Ballot._meta.db_table)
    # copy_expert is the driver's own: its errors are turned into Django's here.
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f"COPY {table} ({', '.join(COLUMNS)}) FROM STDIN", io.StringIO("".join(lines)))


def _cut(whole: AnyStr, width: int) -> Iterator[AnyStr]:
    return (whole[start : start + width] for start in range(0, len(whole), width))


def _escape(text: str) -> str:
    """COPY's text format: the backslash is its escape sign, tab and newline its separators."""
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
