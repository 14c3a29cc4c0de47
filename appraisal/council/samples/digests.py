"""What the log takes of a sample and of what was found in it."""

from collections.abc import Iterable

from appraisal.core.digests import moment
from appraisal.models import Sample, SampledCell
from cchc_index.lib.canonical import digest

VERB_DRAW = "appraisal.sample"
VERB_JUDGE = "appraisal.judge_again"
VERBS = (VERB_DRAW, VERB_JUDGE)


def sample_facts(sample: Sample, cells: Iterable[SampledCell]) -> dict[str, object]:
    """A sample as the log keeps it: the digest covers how it was drawn, its cells and every finding."""
    head = [sample.round_group_id, sample.share, sample.seed, sample.population]
    drawn = [moment(sample.drawn_at), sample.drawn_by_id]
    rows = sorted((_row(cell) for cell in cells), key=lambda row: row[0])
    return {"share": sample.share, "seed": sample.seed, "cells": len(rows), "digest": digest([head, drawn, rows])}


def _row(cell: SampledCell) -> tuple[int, *tuple[object, ...]]:
    place = (cell.unit_id, cell.criterion_id, cell.entry_id, cell.member_id)
    return (cell.pk, *place, cell.result, cell.points, cell.words, moment(cell.judged_at) if cell.judged_at else None)
