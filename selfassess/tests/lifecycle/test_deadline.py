"""The closing is an instant: a request each 50 ms across it gives one step, wherever the server stands."""

import os
import subprocess
import sys
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import settings as project
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.tests.present import present
from criteria.calendar import actions as criteria
from criteria.models import Criterion, Stage
from criteria.tests.factories import open_stage
from selfassess.lifecycle import actions as lifecycle
from selfassess.models import SelfAssessment, SelfScore
from selfassess.scores import actions as scores
from selfassess.tests.factories import SelfScoreFactory, small_assessment
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import person

pytestmark = pytest.mark.django_db

CLOSES = datetime(2032, 1, 9, 17, tzinfo=clock.HANOI)
STEP = timedelta(milliseconds=50)
ACROSS = [CLOSES + STEP * n for n in range(-10, 11)]


@pytest.fixture
def assessment() -> SelfAssessment:
    made = small_assessment()
    open_stage(made.round_group.round, "self_assessment", opens=CLOSES - timedelta(days=30), closes=CLOSES)
    for leaf in Criterion.objects.filter(criteria_set=made.round_group.criteria_set, source="self"):
        SelfScoreFactory.create(assessment=made, criterion=leaf, points=Decimal(1), explanation="Có sổ theo dõi.")
    return made


@pytest.fixture
def head(assessment: SelfAssessment) -> User:
    return person(Role.UNIT_HEAD, assessment.unit)


def saved(head: User, assessment: SelfAssessment, moment: datetime) -> bool:
    """Whether a score saved at `moment` was taken."""
    score = present(SelfScore.objects.filter(assessment=assessment).order_by("pk").first())
    points = "0,5" if score.points == 1 else "1"
    try:
        with clock.at(moment):
            scores.save_score(
                actor=head,
                assessment_id=assessment.pk,
                criterion_id=score.criterion_id,
                figures={},
                points=points,
                explanation="Có sổ theo dõi.",
                na_claimed=False,
                na_reason="",
                seen_version=score.version,
            )
    except Refused:
        return False
    return True


def test_saving_every_50_ms_across_the_closing_is_one_step(assessment: SelfAssessment, head: User) -> None:
    assert [saved(head, assessment, moment) for moment in ACROSS] == [moment < CLOSES for moment in ACROSS]
    assert LogEntry.objects.filter(verb="selfassess.score").count() == sum(moment < CLOSES for moment in ACROSS)


def test_submitting_every_50_ms_across_the_closing_in_the_browsers_way(assessment: SelfAssessment, head: User) -> None:
    client = Client()
    client.force_login(head)
    address = reverse("selfassess:submit", args=[assessment.pk])
    taken = []
    for moment in reversed(ACROSS):  # from after the closing back to before it: the first taken one submits
        with clock.at(moment):
            taken.append(client.post(address).status_code == 302)
    first = taken.index(True)
    assert list(reversed(ACROSS))[first] == CLOSES - STEP
    assert all(taken[first:])
    assert not any(taken[:first])
    assessment.refresh_from_db()
    assert assessment.submitted_at == CLOSES - STEP


def test_an_extension_moves_the_step_for_its_unit_alone(assessment: SelfAssessment, head: User) -> None:
    later = CLOSES + timedelta(days=2)
    manager = person(Role.INDEX_MANAGER)
    with clock.at(CLOSES - timedelta(days=1)):
        criteria.grant_extension(
            actor=manager,
            stage_id=Stage.objects.get(name="self_assessment").pk,
            unit_id=assessment.unit_id,
            closes_at=later,
            reason="Sáp nhập đơn vị.",
        )
    edge = [later + STEP * n for n in range(-3, 4)]
    assert [saved(head, assessment, moment) for moment in edge] == [moment < later for moment in edge]


def test_reopening_after_the_closing_lets_nobody_edit_until_the_unit_is_extended(
    assessment: SelfAssessment, head: User
) -> None:
    manager = person(Role.INDEX_MANAGER)
    with clock.at(CLOSES - STEP):
        lifecycle.submit(actor=head, assessment_id=assessment.pk)
    after = CLOSES + timedelta(hours=1)
    with clock.at(after):
        lifecycle.reopen(actor=manager, assessment_id=assessment.pk, reason="Sai kỳ số liệu.")
    assert saved(head, assessment, after) is False
    with clock.at(after):
        criteria.grant_extension(
            actor=manager,
            stage_id=Stage.objects.get(name="self_assessment").pk,
            unit_id=assessment.unit_id,
            closes_at=after + timedelta(days=1),
            reason="Sửa theo yêu cầu.",
        )
    assert saved(head, assessment, after) is True


PROBE = """
import django; django.setup()
from datetime import datetime, timedelta
from cchc_index.lib import clock
closes = datetime(2032, 1, 9, 17, tzinfo=clock.HANOI)
step = timedelta(milliseconds=50)
print("".join("x" if clock.is_open(None, closes, closes + step * n) else "-" for n in range(-5, 6)))
with clock.at(datetime(2032, 1, 9, 17, 30, tzinfo=clock.HANOI)):
    print(clock.today(), f"{clock.hanoi(clock.now()):%H:%M %d/%m/%Y}")
"""


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_the_servers_time_zone_does_not_matter(zone: str) -> None:
    environment = {**os.environ, "TZ": zone, "DJANGO_SETTINGS_MODULE": "cchc_index.settings"}
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        env=environment,
        cwd=project.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.split("\n")[:2] == ["xxxxx------", "2032-01-09 17:30 09/01/2032"]


def test_a_submission_with_an_old_proof_waits_for_the_password(
    assessment: SelfAssessment, head: User, settings: Settings
) -> None:
    client, address = Client(), reverse("selfassess:submit", args=[assessment.pk])
    client.force_login(head)  # a session without any proof
    with clock.at(CLOSES - STEP):
        settings.PROOF_MINUTES = 60
        asked = client.post(address)["Location"]
        assessment.refresh_from_db()
        assert assessment.submitted_at is None
        client.post(asked, {"password": "sai"})
        assessment.refresh_from_db()
        assert assessment.submitted_at is None
        answer = client.post(asked, {"password": "mat-khau-thu-1"})
    assert answer["Location"] == reverse("selfassess:receipt", args=[assessment.pk])
    assessment.refresh_from_db()
    assert assessment.submitted_at == CLOSES - STEP
