"""The log's chain: what the owner of the database can do to it, and that each is found."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, models, transaction
from pytest_django import Settings

from units.auditlog import ledger
from units.auditlog.actions import record
from units.auditlog.digests import entry_digest, head_seal
from units.auditlog.models import LogEntry, LogHead
from units.models import UnitGroup, User
from units.tests.factories import UnitGroupFactory, UserFactory

pytestmark = pytest.mark.django_db


def breaks() -> list[str]:
    return list(ledger.check(LogEntry.objects.order_by("number"), LogHead.objects.filter(pk=1).first()))


@pytest.fixture
def chain() -> list[LogEntry]:
    group, actor = UnitGroupFactory.create(), UserFactory.create()
    return [
        record(actor=actor, verb=f"step{n}", obj=group, before={"points": "1"}, after={"points": "1.5"}, reason="x")
        for n in range(5)
    ]


def tamper(position: int, **fields: object) -> None:
    """What an UPDATE in the database does; the model itself refuses."""
    LogEntry.objects.filter(number=position).update(**fields)


def test_whole_chain_has_no_break(chain: list[LogEntry]) -> None:
    assert breaks() == []


def test_empty_log_has_no_break() -> None:
    assert breaks() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"after": {"points": "2"}},
        {"before": None},
        {"actor_name": "Người khác"},
        {"verb": "other"},
        {"object_id": "999"},
        {"object_label": "khác"},
        {"reason": ""},
        {"address": "10.0.0.1"},
        {"at": models.F("at") + timedelta(seconds=1)},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_edited_field_is_found(chain: list[LogEntry], fields: dict[str, object]) -> None:
    tamper(3, **fields)

    assert len(breaks()) == 1
    assert "mục 3" in breaks()[0]


def test_edited_actor_is_found(chain: list[LogEntry]) -> None:
    tamper(2, actor=UserFactory.create())

    assert ["mục 2" in sentence for sentence in breaks()] == [True]


def test_deleted_row_is_found(chain: list[LogEntry]) -> None:
    LogEntry.objects.filter(number=3).delete()

    assert any("thiếu mục 3" in sentence for sentence in breaks())


def test_deleted_and_renumbered_row_is_found(chain: list[LogEntry]) -> None:
    LogEntry.objects.filter(number=3).delete()
    tamper(4, number=3)
    tamper(5, number=4)

    assert breaks()


def test_cut_tail_is_found(chain: list[LogEntry]) -> None:
    LogEntry.objects.filter(number__gt=3).delete()

    assert any("cuối sổ bị cắt" in sentence for sentence in breaks())


def test_cut_tail_with_head_turned_back_is_found(chain: list[LogEntry]) -> None:
    LogEntry.objects.filter(number__gt=3).delete()
    LogHead.objects.update(count=3, digest=chain[2].digest)

    assert breaks() == ["Dấu niêm của đầu sổ không khớp."]


def test_emptied_log_is_found(chain: list[LogEntry]) -> None:
    LogEntry.objects.all().delete()

    assert breaks()


def test_lost_head_is_found(chain: list[LogEntry]) -> None:
    LogHead.objects.all().delete()

    assert breaks() == ["Nhật ký mất dòng đầu sổ."]


def test_swapped_rows_are_found(chain: list[LogEntry]) -> None:
    tamper(2, number=99)
    tamper(3, number=2)
    tamper(99, number=3)

    assert len(breaks()) >= 2


def test_tail_rewritten_without_the_key_is_found(chain: list[LogEntry], settings: Settings) -> None:
    with_key = settings.LEDGER_KEY
    settings.LEDGER_KEY = "khoa-doan-mo"
    previous = chain[2].digest
    for entry in LogEntry.objects.filter(number__gt=3).order_by("number"):
        entry.after = {"points": "9"}
        previous = entry_digest(entry, previous)
        tamper(entry.number, after=entry.after, digest=previous)
    LogHead.objects.update(count=5, digest=previous, seal=head_seal(5, previous))
    settings.LEDGER_KEY = with_key

    assert [number for number in (4, 5) if any(f"mục {number}" in sentence for sentence in breaks())] == [4, 5]
    assert "Dấu niêm của đầu sổ không khớp." in breaks()


def test_log_is_append_only_through_the_model(chain: list[LogEntry]) -> None:
    with pytest.raises(TypeError):
        chain[0].save()
    with pytest.raises(TypeError):
        chain[0].delete()


def test_entry_survives_only_with_its_transaction() -> None:
    group = UnitGroupFactory.create()
    with transaction.atomic():
        record(actor=None, verb="undone", obj=group)
        transaction.set_rollback(True)

    assert not LogEntry.objects.exists()
    assert breaks() == []


def test_command_line_is_named_as_actor() -> None:
    assert record(actor=None, verb="import", obj=UnitGroupFactory.create()).actor_name == "dòng lệnh"


@pytest.fixture
def concurrent() -> None:
    """Threads need rows that others see; SQLite's memory database is one connection's own."""
    if connection.vendor != "postgresql":
        pytest.skip("the race needs PostgreSQL")


def _together(work: Callable[[], object], writers: int = 8) -> list[Exception]:
    """Run `work` in many threads that start at once; the errors they met."""
    barrier = threading.Barrier(writers)
    errors: list[Exception] = []

    def run() -> None:
        try:
            barrier.wait()
            for _ in range(5):
                work()
        except Exception as error:  # the test counts them
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def _append_without_lock(group: UnitGroup, actor: User, pause: threading.Event) -> None:
    """The negative control: `record` as it would be without the lock on the head."""
    with transaction.atomic():
        head = LogHead.objects.get(pk=1)
        pause.wait(0.01)
        entry = record_unlocked(head, group, actor)
        LogHead.objects.filter(pk=1).update(count=entry.number, digest=entry.digest)


def record_unlocked(head: LogHead, group: UnitGroup, actor: User) -> LogEntry:
    entry = LogEntry(
        number=head.count + 1, at=actor.date_joined, actor=actor, actor_name=str(actor), verb="race",
        object_type="units.unitgroup", object_id=str(group.pk), object_label=str(group),
    )  # fmt: skip
    entry.digest = entry_digest(entry, head.digest)
    entry.save(force_insert=True)
    return entry


@pytest.mark.django_db(transaction=True)
def test_concurrent_writers_keep_one_chain(concurrent: None) -> None:
    group, actor = UnitGroupFactory.create(), UserFactory.create()

    errors = _together(lambda: record(actor=actor, verb="race", obj=group))

    assert errors == []
    assert LogEntry.objects.count() == 40
    assert breaks() == []


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_same_writers_collide(concurrent: None) -> None:
    group, actor, pause = UnitGroupFactory.create(), UserFactory.create(), threading.Event()
    LogHead.objects.get_or_create(pk=1)

    errors = _together(lambda: _append_without_lock(group, actor, pause))

    assert errors or breaks()
