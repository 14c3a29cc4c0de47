"""Ballots: what a file means for a block, writing it, taking it out again."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, AnyStr

import numpy as np
from django.conf import settings
from django.db import connection
from numpy.typing import NDArray

from cchc_index.lib.faults import Fault
from criteria.models import RoundGroup
from surveys import validity
from surveys.models import Ballot, ImportBatch, Question, Questionnaire, RespondentGroup
from surveys.plan.actions import ensure_group, ensure_questionnaire
from surveys.plan.queries import Plan, places, plan_for
from surveys.scores.actions import rebuild_tallies
from surveys.upload import PREVIEW_ROWS, Upload

from .sheet import BallotSheet, read_ballots

CHUNK = 20_000
COLUMNS = ("batch_id", "respondent_group_id", "unit_id", "code", "answers", "invalid_reason")


@dataclass(slots=True)
class CheckedBallots:
    """A read file of ballots with its plan; `write` stores it."""

    plan: Plan
    sheet: BallotSheet
    reasons: NDArray[np.str_]
    unit_codes: dict[int, str] = field(default_factory=dict)

    @property
    def group(self) -> RespondentGroup | None:
        return self.plan.group

    @property
    def faults(self) -> list[Fault]:
        return self.sheet.faults

    @property
    def notes(self) -> list[str]:
        return [*self.plan.notes, *self.sheet.said]

    def counts(self) -> dict[str, Any]:
        """What the batch keeps and pages show; `preview` goes once the batch is committed."""
        invalid = validity.count(self.reasons)
        return {
            "respondents": self.plan.respondents,
            "heading_row": self.sheet.heading_row,
            "rows": len(self.sheet.codes),
            "valid": len(self.sheet.codes) - sum(invalid.values()),
            "invalid": invalid,
            "units": len({unit for unit in self.sheet.unit_ids if unit}),
            "questions": [leaf.code for leaf in self.sheet.leaves],
            "questions_made": self.plan.asked is None,
            "ignored": self.sheet.ignored,
            "notes": self.notes,
            "preview": self._preview(),
        }

    def _preview(self) -> list[list[Any]]:
        sheet = self.sheet
        return [
            [
                sheet.codes[i],
                self.unit_codes.get(sheet.unit_ids[i], ""),
                str(self.reasons[i]),
                [int(value) for value in sheet.answers[i]],
            ]
            for i in range(min(PREVIEW_ROWS, len(sheet.codes)))
        ]

    def write(self, batch: ImportBatch, block: RoundGroup) -> list[Any]:
        """Store plan and ballots, count again. Ballots replace nothing."""
        group = ensure_group(block, self.plan)
        ensure_questionnaire(group, self.plan, self.sheet.leaves)
        batch.respondent_group = group
        write_ballots(
            batch_id=batch.pk,
            group_id=group.pk,
            unit_ids=self.sheet.unit_ids,
            codes=self.sheet.codes,
            answers=self.sheet.answers,
            reasons=self.reasons.tolist(),
        )
        rebuild_tallies(group)
        return []


def check(block: RoundGroup, respondents: str, upload: Upload) -> CheckedBallots:
    """Read a file against the block's plan. Raises Refused for the respondents, ImportRefused for a file that
    is no readable spreadsheet or lacks a required column; other faults are in what is given back."""
    plan = plan_for(block, respondents)
    known = places(block)
    taken = set(Ballot.objects.filter(respondent_group=plan.group).values_list("code", flat=True).order_by("pk"))
    sheet = read_ballots(
        upload.open(),
        name=upload.name,
        places=known,
        scale=plan.scale,
        asked=plan.asked,
        taken=taken,
        max_bytes=settings.SHEET_MAX_BYTES,
        take_hidden=upload.take_hidden,
    )
    rules = plan.questionnaire or Questionnaire()
    reasons = validity.reasons(
        sheet.answers,
        max_blank_share=rules.max_blank_share,
        refuse_straight_line=rules.refuse_straight_line,
        straight_line_from=rules.straight_line_from,
    )
    return CheckedBallots(plan, sheet, reasons, {pk: code for code, pk in known.units.items()})


def remove(batch: ImportBatch) -> None:
    """Take the batch's ballots out and count again. A questionnaire that the file made is unmade with its
    last ballot, so that the next file may bring other columns."""
    group = batch.respondent_group
    if group is None:
        return
    Ballot.objects.filter(batch=batch).delete()
    rebuild_tallies(group)
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
