"""Shared by the tests of what is refused: the two ways to decide a cell, and that a refusal writes nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest

from appraisal.models import Appraisal, AppraisalEntry
from appraisal.review.decisions import actions as decisions
from appraisal.tests.factories import Council
from appraisal.tests.pages import WORDS
from cchc_index.lib.faults import Refused
from criteria.models import Criterion
from criteria.tests.factories import CriterionFactory
from units.auditlog.models import LogEntry
from units.tests.factories import UnitGroupFactory


@contextmanager
def refused(words: str | None = None, kind: type[Exception] = Refused) -> Iterator[None]:
    """The sentence is said, and neither a step nor a line of the log is written."""
    before = (AppraisalEntry.objects.count(), LogEntry.objects.count())
    with pytest.raises(kind, match=words):
        yield
    assert (AppraisalEntry.objects.count(), LogEntry.objects.count()) == before


def recognise(case: Council, seen: int | None = 0, **cell: object) -> Appraisal:
    given: dict[str, Any] = {**case.cell(), **cell}
    return decisions.recognise(actor=case.member, **given, seen_version=seen)


def adjust(case: Council, seen: int, points: str = "1") -> Appraisal:
    words: dict[str, Any] = {"reason_id": case.reason.pk, "comment": WORDS, "seen_version": seen}
    return decisions.adjust(actor=case.member, **case.cell(), points=Decimal(points), **words)


def elsewhere() -> Criterion:
    """A leaf that units of another block score."""
    return CriterionFactory.create(criteria_set__group=UnitGroupFactory.create(code="khac"))
