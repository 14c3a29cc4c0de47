"""The antivirus daemon, spoken to over a real socket, and what its verdict does to a document."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from cchc_index.lib import clock, dispatch
from cchc_index.lib.faults import Invalid, Refused
from cchc_index.lib.tests.present import present
from criteria.tests.factories import open_stage
from selfassess import tasks
from selfassess.evidence import actions as evidence
from selfassess.examination import actions as examination
from selfassess.examination import antivirus, text_reading
from selfassess.lifecycle import actions as lifecycle
from selfassess.models import Document, DocumentOpening
from selfassess.tests.examination.clamd import EICAR, daemon
from selfassess.tests.factories import DocumentFactory, EvidenceFactory, SelfScoreFactory, small_assessment, tiny_pdf
from units.auditlog.actions import begin_proofs
from units.auditlog.ledger import check_rows
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import person

Scan = Document.Scan


# --- the protocol -----------------------------------------------------------------------------------


@pytest.mark.parametrize("over", ["tcp", "unix"])
def test_daemon_judges_the_streamed_bytes(over: str, tmp_path: Path) -> None:
    with daemon(path=tmp_path / "clamd.ctl" if over == "unix" else None) as url:
        assert antivirus.scan([b"a" * 200_000, b"b"], url, 5) == antivirus.ScanVerdict(False)
        found = antivirus.scan([b"x", EICAR[:20], EICAR[20:]], url, 5)
    assert found == antivirus.ScanVerdict(True, "Win.Test.EICAR_HDB-1")


@pytest.mark.parametrize("said", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"\0", b"\xff\xff\0"])
def test_anything_but_a_verdict_is_no_verdict(said: bytes) -> None:
    with daemon(said) as url, pytest.raises(antivirus.Unreachable):
        antivirus.scan([b"x"], url, 5)


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:1", "unix:///nowhere/clamd.ctl", "http://x", "tcp://", "nonsense"])
def test_absent_daemon_or_wrong_address_is_unreachable(url: str) -> None:
    with pytest.raises(antivirus.Unreachable):
        antivirus.scan([b"x"], url, 2)


# --- what the verdict does --------------------------------------------------------------------------


@pytest.fixture
def document(db: None) -> Document:
    return DocumentFactory.create(scan_state=Scan.SCANNING, asked_at=clock.now())


def examined(document: Document) -> Document:
    examination.examine(document.pk)
    document.refresh_from_db()
    return document


def test_clean_file_is_clean_and_read(document: Document, settings: Settings) -> None:
    with daemon() as settings.CLAMD_URL:
        examined(document)
    assert (document.scan_state, present(document.reading)["text"]) == (Scan.CLEAN, "none")


def test_infected_file_is_not_read_and_the_log_says_so(document: Document, settings: Settings) -> None:
    with document.file.open("wb") as stored:
        stored.write(EICAR)
    with daemon() as settings.CLAMD_URL:
        examined(document)
        examined(document)
    assert (document.scan_state, document.scan_note, document.reading) == (Scan.INFECTED, "Win.Test.EICAR_HDB-1", None)
    assert LogEntry.objects.filter(verb="selfassess.infected").count() == 1


def test_daemon_that_is_down_fails_the_scan_but_not_the_reading(document: Document, settings: Settings) -> None:
    settings.CLAMD_URL = "tcp://127.0.0.1:1"
    examined(document)
    assert (document.scan_state, present(document.reading)["text"]) == (Scan.FAILED, "none")
    assert "không nối được" in document.scan_note


def test_without_a_daemon_a_document_is_not_scanned(document: Document) -> None:
    assert examined(document).scan_state == Scan.NOT_SCANNED


def test_same_bytes_under_the_same_number_are_read_once(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    examined(document)
    again = DocumentFactory.create(number=document.number, content=tiny_pdf())
    monkeypatch.setattr(text_reading, "read_file", None)
    assert examined(again).reading == document.reading


# --- asked again ------------------------------------------------------------------------------------


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[object, ...]]]:
    sent: list[tuple[str, tuple[object, ...]]] = []
    monkeypatch.setattr(dispatch, "_send", lambda task, args: sent.append((task, args)))
    return sent


def test_lost_work_is_asked_for_again_and_not_at_every_sweep(
    document: Document, asked: list[Any], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    def sweep() -> int:
        with django_capture_on_commit_callbacks(execute=True):
            return examination.rescan()

    assert sweep() == 0
    Document.objects.update(asked_at=clock.now() - timedelta(minutes=6))
    assert (sweep(), sweep()) == (1, 0)
    assert asked == [("selfassess.scan_document", (document.pk,))]


def test_documents_from_before_the_daemon_are_scanned_once_there_is_one(document: Document, settings: Settings) -> None:
    Document.objects.update(scan_state=Scan.NOT_SCANNED, asked_at=None, reading={"text": "none"})
    assert examination.rescan() == 0
    settings.CLAMD_URL = "tcp://127.0.0.1:1"
    assert examination.rescan() == 1
    document.refresh_from_db()
    assert document.scan_state == Scan.SCANNING


def test_failed_scan_is_tried_again_after_an_hour(document: Document, settings: Settings) -> None:
    settings.CLAMD_URL = "tcp://127.0.0.1:1"
    Document.objects.update(scan_state=Scan.FAILED, reading={"text": "none"}, asked_at=clock.now())
    assert examination.rescan() == 0
    Document.objects.update(asked_at=clock.now() - timedelta(minutes=61))
    assert examination.rescan() == 1


def test_idle_sweep_asks_one_query(document: Document, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        assert examination.rescan() == 0


# --- withheld ---------------------------------------------------------------------------------------


def status(user: User, document: Document) -> tuple[int, str]:
    client = Client()
    client.force_login(user)
    response = client.get(reverse("selfassess:document", args=[document.pk]))
    body = b"".join(response)  # read to its end, a file closes
    return response.status_code, body.decode(errors="replace")


def test_infected_file_is_withheld_from_everybody_in_words(document: Document) -> None:
    Document.objects.update(scan_state=Scan.INFECTED)
    for user in (person(Role.UNIT_OFFICER, document.unit), person(Role.INDEX_MANAGER), person(Role.OBSERVER)):
        code, said = status(user, document)
        assert (code, "mã độc nên đã bị chặn" in said) == (403, True)
    assert not DocumentOpening.objects.exists()


def test_file_being_scanned_opens_for_its_own_unit_only(document: Document) -> None:
    assert status(person(Role.UNIT_OFFICER, document.unit), document)[0] == 200
    code, said = status(person(Role.INDEX_MANAGER), document)
    assert (code, "đang quét" in said) == (403, True)


def test_infected_document_keeps_the_assessment_from_being_submitted(db: None) -> None:
    assessment = small_assessment()
    open_stage(assessment.round_group.round, "self_assessment")
    head = person(Role.UNIT_HEAD, assessment.unit)
    paper = DocumentFactory.create(unit=assessment.unit, scan_state=Scan.SCANNING)
    leaves = assessment.round_group.criteria_set.criteria.filter(is_leaf=True, source="self")
    for leaf in leaves:
        EvidenceFactory.create(
            score=SelfScoreFactory.create(assessment=assessment, criterion=leaf, points=0), document=paper
        )
    client = Client()
    client.force_login(head)
    check = reverse("selfassess:check", args=[assessment.pk])
    assert "đang quét mã độc" in client.get(check).text
    Document.objects.update(scan_state=Scan.INFECTED)
    assert "phải thay trước khi nộp" in client.get(check).text
    with pytest.raises(Refused, match="mã độc"):
        lifecycle.submit(actor=head, assessment_id=assessment.pk)
    with pytest.raises(Invalid, match="mã độc"):
        evidence.attach(actor=head, assessment_id=assessment.pk, criterion_id=leaves[0].pk, document_id=paper.pk)
    Document.objects.update(scan_state=Scan.SCANNING)
    assert lifecycle.submit(actor=head, assessment_id=assessment.pk).receipt_number


def test_lost_documents_are_swept_by_beat_under_the_names_messages_carry() -> None:
    assert "selfassess.rescan" in [entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()]
    assert (tasks.scan_document.name, tasks.rescan.name) == ("selfassess.scan_document", "selfassess.rescan")


# --- the verdict is proved ---------------------------------------------------------------------------


def by_foreign_hand(document: Document, state: str) -> list[str]:
    """What the proof says of the row once its owner has written another state."""
    was = Document.objects.values_list("scan_state", flat=True).get(pk=document.pk)
    Document.objects.filter(pk=document.pk).update(scan_state=state)
    faults = [fault for fault in check_rows() if "quét mã độc" in fault]
    Document.objects.filter(pk=document.pk).update(scan_state=was)
    return faults


WAITING = {Scan.NOT_SCANNED, Scan.SCANNING, Scan.FAILED}


@pytest.mark.django_db
@pytest.mark.parametrize("content", [tiny_pdf(), EICAR], ids=["clean", "infected"])
def test_a_verdict_changed_behind_the_program_is_found(content: bytes, settings: Settings) -> None:
    """From whichever state to whichever other; among the states that wait nothing is lost: it is asked for again."""
    document = DocumentFactory.create(scan_state=Scan.SCANNING, asked_at=clock.now())
    begin_proofs()
    for state in Scan:
        assert bool(by_foreign_hand(document, state)) is (state not in WAITING), state
    with document.file.open("wb") as stored:
        stored.write(content)
    with daemon() as settings.CLAMD_URL:
        examined(document)
    assert document.scan_state not in WAITING
    for state in Scan:
        assert bool(by_foreign_hand(document, state)) is (state != document.scan_state), state


@pytest.mark.django_db
def test_a_verdict_holds_for_every_row_of_the_file_and_of_two_scans_one_counts(settings: Settings) -> None:
    """The row of a corrected number has the same file; a scan that ends later finds it judged and says nothing."""
    begin_proofs()
    first = DocumentFactory.create(scan_state=Scan.SCANNING, asked_at=clock.now())
    other = DocumentFactory.create(scan_state=Scan.FAILED, file=first.file.name, number="2/BC", asked_at=clock.now())
    with daemon() as settings.CLAMD_URL:
        examination.examine(first.pk)
        slow = Document.objects.get(pk=other.pk)
    examination._keep_verdict(slow, Scan.FAILED, "muộn")
    assert {*Document.objects.values_list("scan_state", flat=True)} == {Scan.CLEAN}
    examination._read(slow)  # in its memory the file still waits
    assert [fault for fault in check_rows() if "quét mã độc" in fault] == []
    assert LogEntry.objects.filter(verb="selfassess.scanned").count() == 1
