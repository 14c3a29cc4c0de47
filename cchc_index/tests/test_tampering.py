"""What the owner of the database can do behind the program's back, and that `check_ledger` finds each."""

import io
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from cchc_index import ledger
from cchc_index.lib.commands import CommandRefused
from cchc_index.tests.columns import first_fault
from cchc_index.tests.ledger_year import Year, year
from selfassess.lifecycle import actions as lifecycle
from selfassess.scores import actions as scores
from units.auditlog import anchors
from units.auditlog.actions import note_head
from units.auditlog.digests import entry_digest, head_seal
from units.auditlog.models import LogEntry, LogHead

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Year:
    return year()


def faults(files: bool = True, marks: list[anchors.Anchor] | None = None) -> list[str]:
    return list(ledger.check(marks or [], files=files))


def sql(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.parametrize("app", ["units", "criteria", "selfassess", "surveys", "appraisal", "results"])
def test_the_whole_check_asks_every_app(monkeypatch: pytest.MonkeyPatch, app: str) -> None:
    """`first_fault` asks the app of a forged table by itself; that the whole check asks it as well is seen here."""
    monkeypatch.setattr(f"{app}.ledger.check", lambda **_: iter([f"{app} nói"]))
    assert f"{app} nói" in list(ledger.check())


TABLE = r"(?:UPDATE|DELETE FROM|INSERT INTO) (\w+)"


def found(*statements: str) -> bool:
    """Whether the check finds what the statements did; everything stands as before afterwards."""
    with transaction.atomic():
        sql(*statements)
        told = first_fault(re.findall(TABLE, statements[0])[0])
        transaction.set_rollback(True)
    return told is not None


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("check_ledger", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


# --- the seven of the requirements ------------------------------------------------------------------


def test_an_untouched_year_is_whole(case: Year) -> None:
    assert faults() == []


def test_an_edited_value_is_found(case: Year) -> None:
    assert found("""UPDATE units_logentry SET reason = 'khác' WHERE number = 3""")
    assert found("UPDATE selfassess_selfscore SET points = 0.5 WHERE points = 1")


def test_an_edited_actor_is_found(case: Year) -> None:
    assert found(f"UPDATE units_logentry SET actor_id = {case.manager.pk} WHERE actor_id = {case.officer.pk}")
    assert found(f"UPDATE selfassess_transition SET actor_id = {case.manager.pk} WHERE verb = 'submit'")


def test_a_deleted_row_is_found(case: Year) -> None:
    assert found("DELETE FROM units_logentry WHERE number = 4")
    assert found("DELETE FROM selfassess_evidence")


def test_a_cut_tail_is_found(case: Year) -> None:
    count = LogHead.objects.get().count
    assert found(f"DELETE FROM units_logentry WHERE number > {count - 2}")


def test_swapped_rows_are_found(case: Year) -> None:
    assert found(
        "UPDATE units_logentry SET number = 9999 WHERE number = 2",
        "UPDATE units_logentry SET number = 2 WHERE number = 3",
        "UPDATE units_logentry SET number = 3 WHERE number = 9999",
    )


def test_a_tail_rewritten_without_the_key_is_found(case: Year, settings: Settings) -> None:
    key, settings.LEDGER_KEY = settings.LEDGER_KEY, "khoa-doan-mo-khong-phai-khoa-that"
    kept = LogEntry.objects.get(number=5).digest
    for entry in LogEntry.objects.filter(number__gt=5).order_by("number"):
        kept = entry_digest(entry, kept)
        LogEntry.objects.filter(pk=entry.pk).update(digest=kept)
    head = LogHead.objects.get()
    LogHead.objects.update(digest=kept, seal=head_seal(head.count, kept))
    settings.LEDGER_KEY = key

    assert faults()


def test_a_flipped_byte_of_evidence_is_found_unless_files_are_left_unread(case: Year) -> None:
    path = Path(case.document.file.path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    assert any("nội dung tệp" in fault for fault in faults())
    assert faults(files=False) == []


def test_a_lost_file_of_evidence_is_found(case: Year) -> None:
    Path(case.document.file.path).unlink()

    assert any("không còn trong kho" in fault for fault in faults())


# --- every other row --------------------------------------------------------------------------------

TAMPERINGS = {
    "self-score after submission": "UPDATE selfassess_selfscore SET points = 1.9 WHERE points = 1.5",
    "self-score's words": "UPDATE selfassess_selfscore SET explanation = 'khác' WHERE explanation <> ''",
    "self-score's author": "UPDATE selfassess_selfscore SET updated_by_id = NULL",
    "self-score deleted": "DELETE FROM selfassess_selfscore WHERE na_claimed",
    "time of submission": "UPDATE selfassess_selfassessment SET submitted_at = '2020-01-01 00:00:00+00:00'",
    "who submitted": "UPDATE selfassess_selfassessment SET submitted_by_id = submitted_by_id - 1 WHERE NOT imported",
    "receipt": "UPDATE selfassess_selfassessment SET receipt_digest = 'x' WHERE NOT imported",
    "reopened silently": "UPDATE selfassess_selfassessment SET state = 'draft', submitted_at = NULL, "
    "submitted_by_id = NULL WHERE NOT imported",
    "transition deleted": "DELETE FROM selfassess_transition WHERE verb = 'hand_over'",
    "time of an imported transition": "UPDATE selfassess_transition SET at = '2020-01-01 00:00:00+00:00' "
    "WHERE verb = 'import'",
    "document's digest": "UPDATE selfassess_document SET digest = '" + "0" * 64 + "'",
    "document's number": "UPDATE selfassess_document SET number = '99/BC'",
    "document's date": "UPDATE selfassess_document SET issued_on = '2020-01-01'",
    "evidence's page": "UPDATE selfassess_evidence SET page = 7",
    "evidence taken off": "UPDATE selfassess_evidence SET removed_at = '2032-01-01 00:00:00+00:00'",
    "survey score": "UPDATE surveys_surveyscore SET points = 0.01 WHERE method = 'ballots'",
    "survey score deleted": "DELETE FROM surveys_surveyscore WHERE method = 'figure'",
    "ballot deleted": "DELETE FROM surveys_ballot WHERE code = 'P1'",
    "ballot edited": "UPDATE surveys_ballot SET code = 'P9' WHERE code = 'P1'",
    "ballot made invalid": "UPDATE surveys_ballot SET invalid_reason = 'blank' WHERE code = 'P1'",
    "ballot moved to another unit": "UPDATE surveys_ballot SET unit_id = (SELECT id FROM units_unit WHERE "
    "code = 'STC') WHERE code = 'P1'",
    "tally": "UPDATE surveys_tally SET answered = answered + 1",
    "satisfaction figure": "UPDATE surveys_satisfactionfigure SET points = 0.9 WHERE points = 0.75",
    "figure's source": "UPDATE surveys_satisfactionfigure SET source_document = 'khác'",
    "batch's file digest": "UPDATE surveys_importbatch SET file_digest = '" + "0" * 64 + "'",
    "answer's share": "UPDATE surveys_answeroption SET share = 0.9 WHERE value = 2",
    "criterion's maximum": "UPDATE criteria_criterion SET max_points = max_points + 1 WHERE code = '1.1'",
    "criterion's rule": "UPDATE criteria_criterion SET rule = '{\"kind\": \"direct\"}' WHERE code = '1.1'",
    "N/A policy": "UPDATE criteria_criteriaset SET na_policy = 'full'",
    "decision's number": "UPDATE criteria_decision SET number = '99/QĐ-UBND'",
    "illustrative year made a real one": "UPDATE criteria_round SET illustrative = NOT illustrative",
    "tie policy": "UPDATE criteria_criteriaset SET ties = 'dense'",
    "unfrozen": "UPDATE criteria_roundgroup SET frozen_at = NULL",
    "standing": "UPDATE appraisal_appraisal SET points = 2 WHERE points = 1.5",
    "decision that was taken back put in force": "UPDATE appraisal_appraisal SET "
    "stage_id = (SELECT id FROM criteria_stage WHERE name = 'round1'), "
    "action = 'recognise' WHERE version = 3",
    "undo deleted": "DELETE FROM appraisal_appraisalentry WHERE action = 'undo'",
    "undo with its decision deleted": "DELETE FROM appraisal_appraisalentry WHERE action = 'undo'; "
    "DELETE FROM appraisal_appraisalentry WHERE stage_kind = 'appraisal'; "
    "UPDATE appraisal_appraisal SET version = 1",
    "undo's author": "UPDATE appraisal_appraisalentry SET actor_id = NULL WHERE action = 'undo'",
    "undo of another step": "UPDATE appraisal_appraisalentry SET undoes_id = undoes_id - 1 WHERE action = 'undo'",
    "release deleted": "DELETE FROM appraisal_release",
    "release's author": "UPDATE appraisal_release SET released_by_id = NULL",
    "acknowledgement deleted": "DELETE FROM appraisal_acknowledgement",
    "acknowledgement's report": "UPDATE appraisal_acknowledgement SET fingerprint = '" + "0" * 64 + "'",
    "role swapped": "UPDATE units_membership SET role = 'observer' WHERE role = 'unit_officer'",
    "role's unit taken away": "UPDATE units_membership SET unit_id = NULL WHERE role = 'index_manager'",
    "role switched off": "UPDATE units_membership SET active = (1 = 0) WHERE role = 'unit_head'",
    "role deleted": "DELETE FROM units_membership WHERE role = 'unit_head'",
    "superuser made": "UPDATE units_user SET is_superuser = (1 = 1)",
    "administrator's page opened": "UPDATE units_user SET is_staff = (1 = 1)",
    "rank": "UPDATE results_unitresult SET rank = 9 WHERE rank = 1",
    "total": "UPDATE results_unitresult SET points = points + 1",
    "publication's state": "UPDATE results_publication SET state = 'proposed', published_by_id = NULL",
    "publication's number": "UPDATE results_publication SET number = '2/QĐ'",
    "publication's date": "UPDATE results_publication SET dated = '2033-01-01'",
    "publication's errata": "UPDATE results_publication SET errata = 'Sửa'",
    "publication's approver": "UPDATE results_publication SET published_by_id = NULL",
    "publication's time": "UPDATE results_publication SET published_at = '2033-01-01 00:00:00+00:00'",
    "whole log with its head": "DELETE FROM units_loghead; DELETE FROM units_logentry",
    "head": "DELETE FROM units_loghead",
}
CHILDREN = "UPDATE results_job SET publication_id = NULL; DELETE FROM results_publication"


def test_every_edited_or_deleted_row_is_found(case: Year) -> None:
    unnoticed = [name for name, statement in TAMPERINGS.items() if not found(*statement.split("; "))]

    assert unnoticed == []
    assert found(*CHILDREN.split("; "))
    assert faults() == []  # the tests themselves left nothing behind


def test_an_invented_role_is_found(case: Year) -> None:
    assert found(f"INSERT INTO units_membership (user_id, role, active) VALUES ({case.officer.pk}, 'observer', (1=1))")


def test_publication_invented_without_the_log_is_found(case: Year) -> None:
    """A copy of the published row under another number."""
    fields = case.round_group.round.publications.model._meta.concrete_fields
    names = [str(field.column) for field in fields if not field.primary_key]
    taken = ", ".join("'9/QĐ'" if n == "number" else "NULL" if n == "supersedes_id" else n for n in names)
    assert found(f"INSERT INTO results_publication ({', '.join(names)}) SELECT {taken} FROM results_publication")


# --- marks outside the database ---------------------------------------------------------------------


def test_tail_cut_with_an_older_head_put_back_is_found_by_an_outside_mark(case: Year, settings: Settings) -> None:
    last = LogHead.objects.get()
    note_head(last.count, last.digest)
    earlier = LogEntry.objects.get(number=last.count - 3)
    LogEntry.objects.filter(number__gt=earlier.number).delete()
    LogHead.objects.update(count=earlier.number, digest=earlier.digest, seal=head_seal(earlier.number, earlier.digest))
    marks, _ = anchors.read(settings.LEDGER_ANCHOR)

    assert any("cuối sổ bị cắt" in fault for fault in faults(marks=marks))
    with pytest.raises(CommandRefused):
        run()
    settings.LEDGER_ANCHOR.unlink()
    with pytest.raises(CommandRefused) as refused:
        run("--at-least", f"{last.count}:{last.digest[:16]}")
    assert any("cuối sổ bị cắt" in line for line in refused.value.lines)


def test_a_chain_rewritten_with_the_key_is_found_by_an_outside_mark(case: Year) -> None:
    mark = anchors.Anchor(3, LogEntry.objects.get(number=3).digest, "", "mốc")
    previous = ""
    for entry in LogEntry.objects.order_by("number"):
        entry.address = "10.0.0.9"
        previous = entry_digest(entry, previous)
        LogEntry.objects.filter(pk=entry.pk).update(address=entry.address, digest=previous)
    LogHead.objects.update(digest=previous, seal=head_seal(LogHead.objects.get().count, previous))

    assert faults() == []
    assert any("viết lại" in fault for fault in faults(marks=[mark]))


def test_the_check_notes_the_head_and_takes_it_back(case: Year, settings: Settings) -> None:
    said = run()
    head = LogHead.objects.get()
    assert f"Mốc để giữ ở ngoài: {head.count}:{head.digest}" in said
    assert settings.LEDGER_ANCHOR.read_text().startswith(f"{head.count} {head.digest} ")
    run("--at-least", f"{head.count}:{head.digest}", "--files", "no")
    assert len(settings.LEDGER_ANCHOR.read_text().splitlines()) == 1


@pytest.mark.parametrize("mark", ["", "12", "0:" + "a" * 64, "3:zz", "x:" + "a" * 64, "3:abc"])
def test_a_mark_that_is_none_is_refused_with_an_example(mark: str) -> None:
    with pytest.raises(CommandRefused) as refused:
        run("--at-least", mark)
    assert "không đúng dạng" in refused.value.lines[0]


def test_submission_and_publication_are_noted_outside(
    settings: Settings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        year()
    marked = {anchor.count for anchor in anchors.read(settings.LEDGER_ANCHOR)[0]}
    verbs = ("selfassess.submit", "appraisal.release", "publication.publish")
    assert set(LogEntry.objects.filter(verb__in=verbs).values_list("number", flat=True)) == marked


def test_an_anchor_file_that_cannot_be_written_is_only_a_warning(
    case: Year, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.LEDGER_ANCHOR = tmp_path / "không-có" / "mốc.log"
    note_head(1, "a" * 64)
    assert "Không ghi được mốc nhật ký" in caplog.text


def test_an_edited_anchor_file_is_found(case: Year, settings: Settings) -> None:
    settings.LEDGER_ANCHOR.write_text("3 abc\n")
    with pytest.raises(CommandRefused):
        run()


def test_marks_of_another_database_are_a_note(case: Year, settings: Settings) -> None:
    settings.LEDGER_ANCHOR.write_text(f"500 {'a' * 64} 2031-01-01T00:00:00+0700 {'b' * 64}\n")
    assert "sổ khác" in run()


# --- size -------------------------------------------------------------------------------------------


def test_checking_asks_the_same_number_of_questions_whatever_the_scores(
    case: Year, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(178) as few:
        assert faults() == []
    leaf = case.round_group.criteria_set.criteria.get(code="1.2")
    lifecycle.reopen(actor=case.manager, assessment_id=case.assessment.pk, reason="Bổ sung.")
    for version, points in ((1, "0.5"), (2, "0.25"), (3, "0.75")):
        scores.save_score(
            actor=case.officer, assessment_id=case.assessment.pk, criterion_id=leaf.pk, figures={}, points=points,
            explanation="Đã xem lại.", na_claimed=False, na_reason="", seen_version=version,
        )  # fmt: skip
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert faults() == []


@pytest.mark.long
def test_the_demonstration_year_is_whole() -> None:
    call_command("load_official", stdout=io.StringIO())
    call_command("load_demo", stdout=io.StringIO())

    assert "Sổ nguyên vẹn" in run()
    assert found("UPDATE units_membership SET role = 'observer' WHERE role = 'council_member'")
