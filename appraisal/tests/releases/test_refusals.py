"""What is not released, and what is not withdrawn."""

from datetime import timedelta

import pytest

from appraisal.releases import actions as releases
from appraisal.tests.factories import Council, acknowledged, council
from appraisal.tests.refusing import refused
from cchc_index.lib import clock
from criteria.tests.factories import open_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


def test_what_is_no_stage_to_release_is_not_released(case: Council) -> None:
    for stage in ("import", "explanation", "khac"):
        with refused("Chưa đến lúc"):
            releases.release(actor=case.manager, round_group_id=case.round_group.pk, stage=stage)


def test_a_report_looked_at_too_early_releases_nothing_after_the_phase_was_put_off(case: Council) -> None:
    acknowledged(case.manager, case.round_group)
    tomorrow = clock.now() + timedelta(days=1)
    open_stage(case.round_group.round, "round1", opens=tomorrow, closes=tomorrow + timedelta(days=9))
    with refused("Chưa đến lúc"):
        releases.release(actor=case.manager, round_group_id=case.round_group.pk, stage="round1")


def test_what_nobody_released_cannot_be_taken_back(case: Council) -> None:
    open_stage(case.round_group.round, "round2")
    for stage in "round1", "round2":
        with refused("chưa thông báo"):
            releases.withdraw_release(
                actor=case.manager, round_group_id=case.round_group.pk, stage=stage, reason="Nhầm."
            )
