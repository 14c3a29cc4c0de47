"""A large batch is committed in the background, as it was checked; a killed worker costs nothing."""

from datetime import timedelta

import pytest
from django.db.models import Q
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from criteria.models import RoundGroup
from surveys import tasks
from surveys.ballots import sheet
from surveys.ballots.actions import KeptBallots
from surveys.batches import actions as batches
from surveys.batches import jobs
from surveys.batches.keeping import drop_written
from surveys.coverage.queries import coverage
from surveys.ledger import check
from surveys.models import Ballot, ImportBatch, Tally
from surveys.scores import queries as scores
from surveys.scores.actions import rebuild_tallies
from surveys.scores.queries import ballot_counts, counted_tallies
from surveys.tests.factories import asked_group, ballot_rows, csv_file, surveyed_round
from units.models import Role, Unit
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db
MANY = 30


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", MANY - 1)
    monkeypatch.setattr(jobs, "STEP", 10)


@pytest.fixture
def block() -> RoundGroup:
    block = surveyed_round()
    asked_group(block, code="dan", name="Người dân", position=1)
    return block


def checked(block: RoundGroup, first: int = 0, number: int = MANY) -> ImportBatch:
    rows = ballot_rows(*[(f"P{n}", ("SNV", "STC")[n % 2], 1 + n % 3, 2) for n in range(first, first + number)])
    return batches.check_ballots(actor=None, round_group_id=block.pk, respondents="dan", source=csv_file(rows))


@pytest.fixture
def batch(block: RoundGroup) -> ImportBatch:
    return checked(block)


def queued(batch: ImportBatch) -> ImportBatch:
    jobs.request_commit(actor=None, batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


def waited(batch: ImportBatch) -> None:
    ImportBatch.objects.filter(pk=batch.pk).update(heartbeat_at=clock.now() - jobs.STALE - timedelta(seconds=1))


class TestQueue:
    def test_the_request_only_queues_and_the_page_says_so(self, batch: ImportBatch) -> None:
        client = Client()
        client.force_login(person(Role.SURVEY_OPERATOR))
        page = client.post(reverse("surveys:commit", args=[batch.pk]), follow=True).content.decode()
        batch.refresh_from_db()
        assert (batch.state, Ballot.objects.count()) == ("queued", 0)
        assert "Đang chờ nhập" in page
        assert '<meta http-equiv="refresh"' in page
        tasks.commit(batch.pk)
        done = client.get(reverse("surveys:batch", args=[batch.pk])).content.decode()
        assert "Kết quả nhập" in done
        assert '<meta http-equiv="refresh"' not in done
        assert not list(check())

    def test_a_few_ballots_are_committed_at_once(self, block: RoundGroup) -> None:
        batch = checked(block, number=MANY - 1)
        assert jobs.request_commit(actor=None, batch_id=batch.pk).state == "committed"

    def test_asked_twice_sent_twice_it_is_in_once(self, batch: ImportBatch) -> None:
        queued(batch)
        assert queued(batch).state == "queued"
        jobs.run(batch.pk)
        jobs.run(batch.pk)
        assert Ballot.objects.count() == MANY

    def test_who_may_not_work_queues_nothing(self, batch: ImportBatch) -> None:
        client = Client()
        client.force_login(person(Role.OBSERVER))
        for name in ("commit", "cancel"):
            assert client.post(reverse(f"surveys:{name}", args=[batch.pk])).status_code == 403
        batch.refresh_from_db()
        assert batch.state == "checked"

    def test_stopped_it_is_checked_as_before(self, batch: ImportBatch) -> None:
        jobs.cancel_commit(actor=None, batch_id=queued(batch).pk)
        jobs.run(batch.pk)  # the message was on its way
        batch.refresh_from_db()
        assert (batch.state, Ballot.objects.count()) == ("checked", 0)
        assert batches.commit_batch(actor=None, batch_id=batch.pk).state == "committed"
        with pytest.raises(Refused, match="không có gì để dừng"):
            jobs.cancel_commit(actor=None, batch_id=batch.pk)


class TestKilled:
    def test_a_lost_message_is_sent_again(
        self, batch: ImportBatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        queued(batch)
        assert jobs.requeue() == 0  # it may still come
        waited(batch)
        with django_capture_on_commit_callbacks() as sent:
            assert jobs.requeue() == 1
        assert len(sent) == 1

    def test_a_killed_worker_is_taken_over(self, batch: ImportBatch, monkeypatch: pytest.MonkeyPatch) -> None:
        queued(batch)
        with monkeypatch.context() as killed:
            killed.setattr(batches, "record", _killed)
            with pytest.raises(KeyboardInterrupt):
                jobs.run(batch.pk)
        batch.refresh_from_db()
        assert (batch.state, batch.written, ballot_counts(batch.round_group)) == ("running", MANY, {})
        waited(batch)
        assert jobs.requeue() == 1
        jobs.run(batch.pk)
        assert Ballot.objects.count() == MANY
        assert not list(check())

    def test_killed_between_two_steps_nothing_of_it_counts_and_the_next_run_does_it_all(
        self, block: RoundGroup, batch: ImportBatch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        killed_after_two_steps(batch, monkeypatch)
        page = Client()
        page.force_login(person(Role.SURVEY_OPERATOR))
        assert "66% của" in page.get(reverse("surveys:batch", args=[batch.pk])).content.decode()
        assert (Ballot.objects.count(), Tally.objects.count()) == (20, 0)
        assert ballot_counts(block) == {}
        assert [group.valid for group in coverage([block])[0].groups] == [0]
        assert counted_tallies(block.survey.respondent_groups.get()) == []
        assert not list(check())
        rival = checked(block, first=5, number=3)  # three that the killed run wrote: not in, so not repeated
        assert rival.counts["repeated"] == 0
        waited(batch)
        jobs.requeue()
        jobs.run(batch.pk)
        assert Ballot.objects.count() == MANY == sum(ballot_counts(block).values())
        assert not list(check())

    def test_stopped_between_two_steps_what_was_written_goes(
        self, batch: ImportBatch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        killed_after_two_steps(batch, monkeypatch)
        jobs.cancel_commit(actor=None, batch_id=batch.pk)
        assert not Ballot.objects.exists()

    def test_what_a_killed_stop_leaves_goes_with_the_next_sweep(
        self, batch: ImportBatch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        killed_after_two_steps(batch, monkeypatch)
        ImportBatch.objects.filter(pk=batch.pk).update(state=ImportBatch.State.CHECKED)
        assert Ballot.objects.count() == 20
        jobs.requeue()
        assert not Ballot.objects.exists()

    def test_a_late_sweep_leaves_what_a_new_run_writes(
        self, batch: ImportBatch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        killed_after_two_steps(batch, monkeypatch)
        ImportBatch.objects.filter(pk=batch.pk).update(state=ImportBatch.State.CHECKED)
        swept = ImportBatch.objects.get(pk=batch.pk)
        queued(batch)
        write_step = jobs._write_step

        def meanwhile(held: ImportBatch, rows: KeptBallots, start: int) -> None:
            write_step(held, rows, start)
            drop_written(swept)

        monkeypatch.setattr(jobs, "_write_step", meanwhile)
        jobs.run(batch.pk)
        assert Ballot.objects.count() == MANY == sum(ballot_counts(batch.round_group).values())
        assert not list(check())

    def test_a_run_that_was_taken_over_writes_no_more(
        self, batch: ImportBatch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        queued(batch)
        write_step = jobs._write_step

        def overtaken(held: ImportBatch, rows: KeptBallots, start: int) -> None:
            if start:
                ImportBatch.objects.filter(pk=batch.pk).update(attempts=2)
            write_step(held, rows, start)

        monkeypatch.setattr(jobs, "_write_step", overtaken)
        jobs.run(batch.pk)
        batch.refresh_from_db()
        assert (batch.state, batch.written, ballot_counts(batch.round_group)) == ("running", 10, {})

    def test_what_changes_between_two_steps_is_seen_at_the_last(
        self, block: RoundGroup, batch: ImportBatch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rival = checked(block, first=MANY + 5, number=2)
        queued(batch)
        write_step = jobs._write_step

        def meanwhile(held: ImportBatch, rows: KeptBallots, start: int) -> None:
            write_step(held, rows, start)
            if start == 10:
                batches.commit_batch(actor=None, batch_id=rival.pk)

        monkeypatch.setattr(jobs, "_write_step", meanwhile)
        jobs.run(batch.pk)
        assert sum(ballot_counts(block).values()) == MANY + 2
        assert not list(check())

    def test_negative_control_counted_as_they_come_half_a_batch_would_be_told(
        self, block: RoundGroup, batch: ImportBatch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        killed_after_two_steps(batch, monkeypatch)
        monkeypatch.setattr(scores, "IN", Q())
        assert sum(ballot_counts(block).values()) == 20

    def test_a_killed_worker_can_be_stopped_for_good(self, batch: ImportBatch, monkeypatch: pytest.MonkeyPatch) -> None:
        queued(batch)
        monkeypatch.setattr(batches, "record", _killed)
        with pytest.raises(KeyboardInterrupt):
            jobs.run(batch.pk)
        assert jobs.cancel_commit(actor=None, batch_id=batch.pk).state == "checked"

    def test_after_some_attempts_it_says_so(self, batch: ImportBatch, monkeypatch: pytest.MonkeyPatch) -> None:
        queued(batch)
        monkeypatch.setattr(batches, "record", _broken)
        for _ in range(jobs.ATTEMPTS):
            jobs.run(batch.pk)
        batch.refresh_from_db()
        assert (batch.state, Ballot.objects.count()) == ("checked", 0)
        assert "Không nhập xong sau 5 lần chạy" in batch.message


def test_a_batch_stopped_before_its_file_is_read_again_stays_out(
    batch: ImportBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued(batch)

    def stopped(*_: object) -> None:
        jobs.cancel_commit(actor=None, batch_id=batch.pk)

    monkeypatch.setattr(jobs, "_finish", stopped)
    jobs.run(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, Ballot.objects.count()) == (ImportBatch.State.CHECKED, 0)


def killed_after_two_steps(batch: ImportBatch, monkeypatch: pytest.MonkeyPatch) -> None:
    queued(batch)
    with monkeypatch.context() as killed:
        write_step = jobs._write_step

        def then_dead(held: ImportBatch, rows: KeptBallots, start: int) -> None:
            if start == 20:
                raise KeyboardInterrupt
            write_step(held, rows, start)

        killed.setattr(jobs, "_write_step", then_dead)
        with pytest.raises(KeyboardInterrupt):
            jobs.run(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.written) == ("running", 20)


def _killed(**_: object) -> None:
    raise KeyboardInterrupt


def _broken(**_: object) -> None:
    raise OSError


class TestFromWhatWasChecked:
    def test_the_file_is_read_once(self, batch: ImportBatch, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sheet, "open_book", _killed)
        assert batches.commit_batch(actor=None, batch_id=batch.pk).state == "committed"
        assert not list(check())

    def test_it_is_read_again_where_another_file_came_in_between(self, block: RoundGroup, batch: ImportBatch) -> None:
        rival = checked(block, first=MANY - 1, number=2)
        batches.commit_batch(actor=None, batch_id=rival.pk)
        assert batches.commit_batch(actor=None, batch_id=batch.pk).state == "committed"
        assert Ballot.objects.count() == MANY + 1  # the one they share is in once
        assert not list(check())

    def test_it_is_read_again_where_a_unit_went(self, block: RoundGroup, batch: ImportBatch) -> None:
        Unit.objects.filter(code="STC").update(code="STC2")
        assert batches.commit_batch(actor=None, batch_id=batch.pk).state == "refused"
        assert not Ballot.objects.exists()

    def test_rows_changed_on_the_disk_are_refused(self, batch: ImportBatch) -> None:
        with open(batch.checked_rows.path, "ab") as stream:
            stream.write(b"x")
        with pytest.raises(Refused, match="không còn nguyên vẹn"):
            batches.commit_batch(actor=None, batch_id=batch.pk)

    def test_counting_in_equals_counting_again(self, block: RoundGroup) -> None:
        UnitFactory.create(group=block.group, code="MOI")
        for first in (0, MANY, 2 * MANY):
            batches.commit_batch(actor=None, batch_id=checked(block, first=first).pk)
        added = _tallies()
        rebuild_tallies(block.survey.respondent_groups.get())
        assert added == _tallies()
        assert len(added) == 4


def _tallies() -> list[tuple[int, int, dict[str, int], int]]:
    return sorted(Tally.objects.values_list("unit_id", "criterion_id", "counts", "answered"), key=lambda row: row[:2])
