"""Finished figures: what a file changes, writing it, taking it out again."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings

from cchc_index.lib.faults import Fault, Refused
from cchc_index.lib.numbers import exact_text
from criteria.models import RoundGroup
from surveys.models import ImportBatch, RespondentGroup, SatisfactionFigure
from surveys.plan.queries import places
from surveys.upload import PREVIEW_ROWS, Upload

from .sheet import Figure, FigureSheet, read_figures


@dataclass(slots=True)
class CheckedFigures:
    """A read file of figures beside what stands; `write` stores the difference."""

    sheet: FigureSheet
    standing: dict[tuple[int, int], SatisfactionFigure]
    unit_codes: dict[int, str] = field(default_factory=dict)

    group: RespondentGroup | None = None

    @property
    def faults(self) -> list[Fault]:
        return self.sheet.faults

    @property
    def notes(self) -> list[str]:
        return [*self.sheet.notes, *self.sheet.said]

    @property
    def changes(self) -> list[Figure]:
        """Figures that are new or differ from what stands."""
        return [figure for figure in self.sheet.figures if not _same(self._row(figure), figure)]

    def _row(self, figure: Figure) -> SatisfactionFigure | None:
        return self.standing.get((figure.unit_id, figure.leaf.id))

    def counts(self) -> dict[str, Any]:
        changes = self.changes
        replaced = sum(self._row(figure) is not None for figure in changes)
        return {
            "heading_row": self.sheet.heading_row,
            "rows": len(self.sheet.figures),
            "new": len(changes) - replaced,
            "replacing": replaced,
            "same": len(self.sheet.figures) - len(changes),
            "units": len({figure.unit_id for figure in self.sheet.figures}),
            "ignored": self.sheet.ignored,
            "notes": self.notes,
            "preview": [self._show(figure) for figure in self.sheet.figures[:PREVIEW_ROWS]],
        }

    def _show(self, figure: Figure) -> list[Any]:
        code = self.unit_codes.get(figure.unit_id, "")
        return [code, figure.leaf.code, exact_text(figure.points), exact_text(figure.percent), figure.source]

    def write(self, batch: ImportBatch, block: RoundGroup) -> list[Any]:
        """Store what differs; returns what was replaced, for the log and the way back."""
        replaced, fresh = [], []
        for figure in self.changes:
            row = self._row(figure)
            if row is not None:
                replaced.append(_pack(row))
                _take(row, batch.pk, figure.points, figure.percent, figure.source)
                row.save(update_fields=["batch", "points", "percent", "source_document"])
            else:
                row = SatisfactionFigure(round_group=block, unit_id=figure.unit_id, criterion_id=figure.leaf.id)
                _take(row, batch.pk, figure.points, figure.percent, figure.source)
                fresh.append(row)
        SatisfactionFigure.objects.bulk_create(fresh, batch_size=500)
        return replaced


def check(block: RoundGroup, upload: Upload) -> CheckedFigures:
    """Read a file of figures against the block and what stands. Raises ImportRefused for a file that is no
    readable spreadsheet or lacks a required column."""
    known = places(block)
    sheet = read_figures(
        upload.open(),
        name=upload.name,
        places=known,
        max_bytes=settings.SHEET_MAX_BYTES,
        take_hidden=upload.take_hidden,
    )
    rows = SatisfactionFigure.objects.filter(round_group=block).order_by("pk")
    standing = {(row.unit_id, row.criterion_id): row for row in rows}
    return CheckedFigures(sheet, standing, {pk: code for code, pk in known.units.items()})


def remove(batch: ImportBatch) -> None:
    """Take the batch's figures out; those it replaced stand again. Raises Refused when a later committed
    batch replaced some of them: that one is undone first."""
    later = ImportBatch.objects.filter(
        round_group=batch.round_group_id, kind=batch.kind, state="committed", committed_at__gte=batch.committed_at
    )
    for name, counts in later.exclude(pk=batch.pk).order_by("pk").values_list("file_name", "counts"):
        if any(row["batch"] == batch.pk for row in counts.get("replaced", [])):
            raise Refused(f"Số liệu của lần nhập này đã được tệp “{name}” thay: hủy lần nhập đó trước.")
    SatisfactionFigure.objects.filter(batch=batch).delete()
    SatisfactionFigure.objects.bulk_create(
        (_unpack(batch.round_group_id, row) for row in batch.counts.get("replaced", [])), batch_size=500
    )


def _same(row: SatisfactionFigure | None, figure: Figure) -> bool:
    if row is None:
        return False
    return (row.points, row.percent, row.source_document) == (figure.points, figure.percent, figure.source)


def _take(row: SatisfactionFigure, batch_id: int, points: Decimal | None, percent: Decimal | None, source: str) -> None:
    row.batch_id, row.points, row.percent, row.source_document = batch_id, points, percent, source


def _pack(row: SatisfactionFigure) -> dict[str, Any]:
    return {
        "batch": row.batch_id,
        "unit": row.unit_id,
        "criterion": row.criterion_id,
        "points": exact_text(row.points),
        "percent": exact_text(row.percent),
        "source": row.source_document,
    }


def _unpack(block_id: int, packed: dict[str, Any]) -> SatisfactionFigure:
    row = SatisfactionFigure(round_group_id=block_id, unit_id=packed["unit"], criterion_id=packed["criterion"])
    points, percent = (None if packed[key] is None else Decimal(packed[key]) for key in ("points", "percent"))
    _take(row, packed["batch"], points, percent, packed["source"])
    return row
