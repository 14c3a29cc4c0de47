"""Jobs survive lost messages, doubled messages and killed workers: the row is the truth."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from cchc_index.lib import clock, dispatch
from cchc_index.lib.faults import Refused
from cchc_index.lib.tests.present import present
from criteria.actions import inputs_changed
from criteria.models import RoundGroup
from results import tasks
from results.computation import actions as computation
from results.computation import queries as computed
from results.files import actions as files
from results.files import paper
from results.jobs import actions as job_actions
from results.jobs import rules as job_rules
from results.models import Computation, Job, Publication
from results.publication import actions as publications
from units.models import Role, User
from units.tests.factories import UnitFactory, UserFactory, person

from .factories import block, give

pytestmark = pytest.mark.django_db
QUEUED, RUNNING, DONE, FAILED = Job.State.QUEUED, Job.State.RUNNING, Job.State.DONE, Job.State.FAILED


@pytest.fixture
def round_group() -> RoundGroup:
    round_group = block("A", "B")
    give(round_group, {"A": {"1": "60", "2": "30"}, "B": {"1": "50", "2": "30"}})
    return round_group


Sent = Callable[[Callable[[], object]], list[tuple[object, ...]]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Sent:
    """The messages sent while `during` runs."""
    messages: list[tuple[object, ...]] = []
    monkeypatch.setattr(dispatch, "_send", lambda task, args: messages.append((task, *args)))

    def during(work: Callable[[], object]) -> list[tuple[object, ...]]:
        messages.clear()
        with django_capture_on_commit_callbacks(execute=True):
            work()
        return list(messages)

    return during


def age(job: Job, seconds: int) -> None:
    then = clock.now() - timedelta(seconds=seconds)
    Job.objects.filter(pk=job.pk).update(heartbeat_at=then, created_at=then)


def state(job: Job) -> str:
    return Job.objects.get(pk=job.pk).state


def test_a_change_is_computed_once_however_many_messages_come(round_group: RoundGroup) -> None:
    for _ in range(5):
        tasks.recompute(round_group.pk)

    assert [job.state for job in Job.objects.all()] == [DONE]
    assert Computation.objects.get(current=True).unit_results.count() == 2


def test_requests_coalesce_into_one_queued_job(round_group: RoundGroup) -> None:
    jobs = {computation.enqueue_recompute(round_group.pk) for _ in range(5)}

    assert len(jobs) == 1
    with pytest.raises(IntegrityError, match=r"one_queued_recompute_per_group|results_job"), transaction.atomic():
        Job.objects.create(kind=Job.Kind.RECOMPUTE, round_group=round_group)


def test_a_job_is_claimed_once(round_group: RoundGroup) -> None:
    job = present(computation.enqueue_recompute(round_group.pk))

    assert present(job_actions.claim(job.pk)).attempts == 1
    assert job_actions.claim(job.pk) is None
    assert computation.enqueue_recompute(round_group.pk) is None  # the run under way looks again by itself


def test_inputs_that_move_on_during_the_run_are_computed_too(
    round_group: RoundGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = computation.recompute
    runs: list[Computation] = []

    def moving(*, round_group_id: int) -> Computation:
        made = real(round_group_id=round_group_id)
        runs.append(made)
        if len(runs) == 1:
            give(round_group, {"B": {"1": "65"}})
        return made

    monkeypatch.setattr(computation, "recompute", moving)
    tasks.recompute(round_group.pk)

    assert len(runs) == 2
    round_group.refresh_from_db()
    assert computed.is_up_to_date(round_group)
    assert [job.state for job in Job.objects.all()] == [DONE]


def test_a_killed_worker_is_replaced(round_group: RoundGroup, sent: Sent) -> None:
    job = present(computation.enqueue_recompute(round_group.pk))
    job_actions.claim(job.pk)  # and the worker dies here
    age(job, 61)

    assert sent(tasks.requeue) == [("results.recompute", round_group.pk)]
    assert state(job) == QUEUED
    tasks.recompute(round_group.pk)

    job.refresh_from_db()
    assert (job.state, job.attempts) == (DONE, 2)


def test_a_beating_job_is_left_alone(round_group: RoundGroup, sent: Sent) -> None:
    job = present(computation.enqueue_recompute(round_group.pk))
    job_actions.claim(job.pk)
    age(job, 50)

    assert sent(tasks.requeue) == []
    assert state(job) == RUNNING


def test_a_new_change_takes_a_stale_run_over_at_once(round_group: RoundGroup) -> None:
    job = present(computation.enqueue_recompute(round_group.pk))
    job_actions.claim(job.pk)
    age(job, 61)

    tasks.recompute(round_group.pk)

    assert state(job) == DONE


def test_a_job_that_kills_every_worker_fails_with_words(round_group: RoundGroup, sent: Sent) -> None:
    job = present(computation.enqueue_recompute(round_group.pk))
    for _ in range(5):
        assert job_actions.claim(job.pk) is not None
        age(job, 61)
        sent(tasks.requeue)

    job.refresh_from_db()
    assert job.state == FAILED
    assert "Không hoàn thành sau 5 lần chạy" in job.message
    assert sent(tasks.requeue) == []  # and the sweeper lets it rest


def test_a_failed_block_is_computed_again_after_the_next_change(round_group: RoundGroup) -> None:
    job = present(computation.enqueue_recompute(round_group.pk))
    Job.objects.filter(pk=job.pk).update(state=FAILED, finished_at=clock.now())
    inputs_changed(round_group.pk)

    tasks.recompute(round_group.pk)

    assert computed.current(round_group) is not None


def test_a_lost_broker_loses_no_work(round_group: RoundGroup, sent: Sent) -> None:
    """No message ever came: the sweeper finds the newer inputs and queues a job."""
    assert sent(tasks.requeue) == [("results.recompute", round_group.pk)]
    job = Job.objects.get()
    assert sent(tasks.requeue) == []  # not again at every sweep

    age(job, 31)
    assert sent(tasks.requeue) == [("results.recompute", round_group.pk)]
    assert sent(tasks.requeue) == []


def test_an_idle_sweep_does_nothing(
    round_group: RoundGroup, sent: Sent, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    tasks.recompute(round_group.pk)

    with django_assert_max_num_queries(7):
        assert sent(tasks.requeue) == []


def test_an_error_gives_the_job_back_and_is_told(round_group: RoundGroup, monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.setattr(computation, "recompute", lambda **_: 1 / 0)
    tasks.recompute(round_group.pk)

    job = Job.objects.get()
    assert (job.state, job.attempts, job.message) == (QUEUED, 1, "Lần thử 1 gặp lỗi, sẽ tự thử lại.")


def test_tasks_of_vanished_rows_do_nothing() -> None:
    tasks.recompute(10**6)
    tasks.report(10**6)

    assert not Job.objects.exists()


# --- reports ----------------------------------------------------------------------------------------


@pytest.fixture
def manager() -> User:
    return person(Role.INDEX_MANAGER)


@pytest.fixture
def pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cheap files, named after what was asked of the renderer (the real one has tests of its own)."""
    monkeypatch.setattr(paper, "ranking_pdf", lambda b, progress: f"%PDF ranking {b['number']}".encode())
    monkeypatch.setattr(paper, "unit_pdf", lambda b, g, u: f"%PDF {g} {u}".encode())


def published(round_group: RoundGroup) -> Publication:
    from datetime import date

    signers = publications.Signers(person(Role.INDEX_MANAGER), person(Role.INDEX_MANAGER))
    return publications.publish(round_id=round_group.round_id, number="12/QĐ", dated=date(2032, 3, 1), signers=signers)


def content(job: Job) -> str:
    job.refresh_from_db()
    assert (job.state, job.progress) == (DONE, 100)
    with job.file.open() as stream:
        return bytes(stream.read()).decode()


def test_report_of_a_publication_is_made_once_for_everybody(round_group: RoundGroup, pdf: None) -> None:
    publication = published(round_group)
    job = files.request_report(actor=None, publication_id=publication.pk)
    tasks.report(job.pk)
    tasks.report(job.pk)

    assert content(job) == "%PDF ranking 12/QĐ"
    assert job.attempts == 1
    assert files.request_report(actor=UserFactory.create(), publication_id=publication.pk) == job


def test_unit_sheet_of_the_preview(round_group: RoundGroup, manager: User, pdf: None) -> None:
    unit = round_group.group.units.get(code="B")
    job = files.request_report(actor=manager, round_group_id=round_group.pk, unit_id=unit.pk)
    tasks.report(job.pk)

    assert content(job) == "%PDF so B"


def test_preview_reports_are_for_managers_and_observers(round_group: RoundGroup) -> None:
    for actor in (
        None,
        UserFactory.create(),
        person(Role.COUNCIL_MEMBER),
        person(Role.UNIT_HEAD, UnitFactory.create()),
    ):
        with pytest.raises(PermissionDenied):
            files.request_report(actor=actor, round_group_id=round_group.pk)


def test_a_foreign_unit_is_refused(round_group: RoundGroup, manager: User) -> None:
    stranger = UnitFactory.create(group__code="khac")
    with pytest.raises(Refused, match="không thuộc khối"):
        files.request_report(actor=manager, round_group_id=round_group.pk, unit_id=stranger.pk)


def test_killed_report_is_rendered_by_the_next_worker(
    round_group: RoundGroup, manager: User, pdf: None, sent: Sent
) -> None:
    job = files.request_report(actor=manager, round_group_id=round_group.pk)
    job_actions.claim(job.pk)
    age(job, 61)

    assert ("results.report", job.pk) in sent(tasks.requeue)
    tasks.report(job.pk)

    assert content(job) == "%PDF ranking None"


@pytest.mark.django_db(transaction=True)
def test_a_long_rendering_keeps_beating(
    round_group: RoundGroup, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One rendering may take longer than a heart may pause: the job is not taken over meanwhile."""
    monkeypatch.setattr(job_actions, "PULSE", 0.01)
    job = files.request_report(actor=manager, round_group_id=round_group.pk)

    def render(data: object, progress: Callable[[int], object]) -> bytes:
        progress(50)
        assert Job.objects.get(pk=job.pk).progress == 47
        age(job, 61)
        deadline = time.monotonic() + 10
        while present(Job.objects.get(pk=job.pk).heartbeat_at) < clock.now() - timedelta(seconds=50):
            assert time.monotonic() < deadline, "no beat came"
            time.sleep(0.01)
        tasks.requeue()
        return b"%PDF"

    monkeypatch.setattr(paper, "ranking_pdf", render)
    tasks.report(job.pk)

    assert content(job) == "%PDF"
    assert job.attempts == 1


def test_predicate_and_queryset_see_the_same_jobs(round_group: RoundGroup, manager: User) -> None:
    publication = published(round_group)
    jobs = [
        files.request_report(actor=None, publication_id=publication.pk),
        files.request_report(actor=manager, round_group_id=round_group.pk),
        Job.objects.create(kind=Job.Kind.SURVEY, round_group=round_group),
    ]

    roles = (Role.OBSERVER, Role.COUNCIL_MEMBER, Role.SURVEY_OPERATOR)
    for user in (manager, *map(person, roles), UserFactory.create()):
        seen = {job.pk for job in jobs if job_rules.may_see_job(user, job)}
        assert seen == set(job_rules.visible_jobs(user).values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("header", "part"), [({"hx-request": "true"}, True), ({"hx-request": "false"}, False), ({}, False)]
)
def test_htmx_gets_the_progress_alone_and_caches_are_told(
    round_group: RoundGroup, client: Client, header: dict[str, Any], part: bool
) -> None:
    client.force_login(person(Role.INDEX_MANAGER))
    job = present(computation.enqueue_recompute(round_group.pk))

    response = client.get(reverse("results:job", args=[job.pk]), headers=header)

    assert ("<html" not in response.content.decode()) is part
    assert 'id="progress"' in response.content.decode()
    assert "HX-Request" in response["Vary"]
