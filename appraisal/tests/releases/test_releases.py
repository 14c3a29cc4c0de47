"""A stage is released by the manager, once, and withdrawn while nothing rests on it."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from appraisal.models import Appraisal, Release
from appraisal.releases import actions as releases
from appraisal.replies import actions as replies
from appraisal.review.decisions import actions as decisions
from appraisal.tests.factories import Council, council, release_stage
from cchc_index.lib.faults import Refused
from criteria.tests.factories import open_stage
from units.auditlog.models import LogEntry

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


def test_only_the_manager_releases_and_twice_is_once() -> None:
    case = council()
    for someone in (case.member, case.officer, case.head):
        with pytest.raises(PermissionDenied):
            releases.release(actor=someone, round_group_id=case.round_group.pk, stage="round1")
    for _ in range(2):
        release_stage(case.manager, case.round_group)
    assert Release.objects.count() == 1


def test_a_release_made_too_early_is_taken_back_with_a_reason() -> None:
    case = council()
    lower(case)
    fields: dict[str, Any] = {"round_group_id": case.round_group.pk, "stage": "round1"}
    with pytest.raises(Refused, match="chưa thông báo"):
        releases.withdraw_release(actor=case.manager, **fields, reason="Nhầm khối.")
    release_stage(case.manager, case.round_group)
    with pytest.raises(PermissionDenied):
        releases.withdraw_release(actor=case.member, **fields, reason="Nhầm khối.")
    with pytest.raises(Refused, match="lý do"):
        releases.withdraw_release(actor=case.manager, **fields, reason=" ")
    releases.withdraw_release(actor=case.manager, **fields, reason="Nhầm khối.")
    assert not Release.objects.exists()
    assert LogEntry.objects.get(verb="appraisal.withdraw").reason == "Nhầm khối."
    lower(case, "0.5", seen_version=1)


def test_a_release_stays_once_a_unit_has_replied_to_it() -> None:
    case = council()
    standing = to_explanation(case)
    replies.reply(actor=case.head, appraisal_id=standing.pk, agree=True, comment="", document_ids=[])
    with pytest.raises(Refused, match="Không thu hồi"):
        releases.withdraw_release(
            actor=case.manager, round_group_id=case.round_group.pk, stage="round1", reason="Nhầm."
        )
    assert Release.objects.count() == 1
