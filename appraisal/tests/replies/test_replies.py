"""The unit's answer to an adjustment: what it needs, what counts."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from appraisal.models import Appraisal, AppraisalEntry
from appraisal.replies import actions as replies
from appraisal.review.decisions import actions as decisions
from appraisal.tests.factories import Council, council, document, release_row, release_stage
from cchc_index.lib.faults import Refused
from criteria.tests.factories import open_stage
from units.models import Role
from units.tests.factories import person

pytestmark = pytest.mark.django_db


def lower(case: Council, points: str | None = "1", **extra: object) -> Appraisal:
    fields: dict[str, Any] = {
        "actor": case.member,
        **case.cell(),
        "points": None if points is None else Decimal(points),
        "reason_id": case.reason.pk,
        "comment": "Thiếu báo cáo quý IV.",
        "seen_version": 0,
        **extra,
    }
    return decisions.adjust(**fields)


def to_explanation(case: Council) -> Appraisal:
    """Round 1 adjusted 1.1 down, was released and the request for explanation is open."""
    lower(case)
    release_stage(case.manager, case.round_group)
    open_stage(case.round_group.round, "explanation")
    return case.standing()


def test_reply_needs_words_own_documents_and_an_own_unit() -> None:
    case = council()
    standing = to_explanation(case)
    stranger = person(Role.UNIT_HEAD, case.second)
    with pytest.raises(Refused, match="giải trình"):
        replies.reply(actor=case.head, appraisal_id=standing.pk, agree=False, comment=" ", document_ids=[])
    foreign = document(case.second, stranger)
    with pytest.raises(Refused, match="tài liệu"):
        replies.reply(actor=case.head, appraisal_id=standing.pk, agree=False, comment="Có.", document_ids=[foreign.pk])
    for someone in (stranger, case.member, case.manager):
        with pytest.raises(PermissionDenied):
            replies.reply(actor=someone, appraisal_id=standing.pk, agree=True, comment="", document_ids=[])
    assert AppraisalEntry.objects.count() == 1


def test_a_reply_may_be_corrected_and_the_same_reply_is_one() -> None:
    case = council()
    standing = to_explanation(case)
    for agree, words in ((False, "Có báo cáo."), (False, "Có báo cáo."), (True, "")):
        replies.reply(actor=case.head, appraisal_id=standing.pk, agree=agree, comment=words, document_ids=[])
    assert [e.action for e in standing.entries.order_by("sequence")] == ["adjust", "disagree", "agree"]


def test_a_recognised_cell_takes_no_reply() -> None:
    case = council()
    standing = decisions.recognise(actor=case.member, **case.cell(), seen_version=0)
    release_row(case.round_group, "round1")
    open_stage(case.round_group.round, "explanation")
    with pytest.raises(Refused):
        replies.reply(actor=case.head, appraisal_id=standing.pk, agree=True, comment="", document_ids=[])
