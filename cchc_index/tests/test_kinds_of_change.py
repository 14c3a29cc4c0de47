"""The 38 kinds of change behind the program's back, each found with its row named; the same change through its verb,
where there is one, is not reported."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client

from appraisal.assignments import actions as assignments
from appraisal.assignments.queries import row_fingerprint
from appraisal.interests import actions as interests
from appraisal.models import Assignment, Reason
from appraisal.reasons import actions as reasons
from cchc_index.lib import clock
from cchc_index.tests.ledger_year import STILL_OPEN, Year
from cchc_index.tests.test_calendar_proof import case
from cchc_index.tests.test_tampering import faults, sql
from criteria.calendar import actions as calendar
from criteria.editing import actions as editing
from criteria.models import Stage
from results.computation import actions as computation
from results.files import actions as files
from results.models import PublishedFile
from results.publication import actions as publications
from selfassess.documents import actions as documents
from selfassess.evidence import actions as evidence
from selfassess.examination import actions as examination
from selfassess.lifecycle import actions as lifecycle
from selfassess.models import Document, Evidence
from selfassess.scores import actions as scores
from selfassess.tests.factories import tiny_pdf
from surveys.assent.actions import Signed
from surveys.batches import actions as batches
from surveys.tests.factories import ballot_rows, csv_file, figure_rows
from units.actions import grant_role, import_units, password_was_changed, record_account
from units.auditlog.digests import entry_digest, head_seal
from units.auditlog.models import LogEntry, LogHead
from units.models import Role, User
from units.signin.actions import signed_in
from units.tests.factories import UserFactory

__all__ = ["case"]
pytestmark = pytest.mark.django_db


class KindOfChange(NamedTuple):
    """`hand` does it by SQL or on disk; the sentence that finds it has `named` in it; `verb` does the like as people
    do. No verb: nobody may, and the control is the year that the verbs have written."""

    hand: str | Callable[[Year], object]
    named: str
    verb: Callable[[Year], object] | None = None


def admin_page(path: str, **changed: str) -> None:
    """Change a record in the administrators' pages."""
    client = Client()
    client.force_login(User.objects.get(username="quantri"))
    shown = client.get(path).context
    form = shown["adminform"].form
    kept: dict[str, Any] = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    counts = ("TOTAL_FORMS", "INITIAL_FORMS")
    rows = {f"{inline.formset.prefix}-{count}": 0 for inline in shown["inline_admin_formsets"] for count in counts}
    assert client.post(path, {**kept, **rows, **changed}).status_code == 302


def other_kind_of_year(case: Year) -> None:
    round_ = case.round_group.round
    admin_page(f"/quan-tri/criteria/round/{round_.pk}/change/", illustrative="" if round_.illustrative else "on")


def account_page(case: Year, **changed: str) -> None:
    admin_page(f"/quan-tri/units/user/{case.officer.pk}/change/", **changed)


def move_hours(case: Year) -> None:
    stage = Stage.objects.get(round=case.round_group.round, kind=Stage.Kind.SELF_ASSESSMENT)
    until = clock.now() + timedelta(days=5)
    calendar.set_stage(
        actor=case.manager, round_id=stage.round_id, name=stage.name, opens_at=stage.opens_at, closes_at=until
    )


def extend(case: Year) -> None:
    stage = Stage.objects.get(round=case.round_group.round, kind=Stage.Kind.SELF_ASSESSMENT)
    until = clock.now() + timedelta(days=3)
    calendar.grant_extension(
        actor=case.manager, stage_id=stage.pk, unit_id=case.own.pk, closes_at=until, reason="Mất điện lần hai."
    )


def assign_less(case: Year) -> None:
    held = Assignment.objects.get()
    assignments.reassign(
        actor=case.manager, assignment_id=held.pk, branch_id=None, unit_ids=[case.own.pk], seen=row_fingerprint(held)
    )


def another_confirms(case: Year) -> None:
    member = account()
    grant_role(actor=None, user=member, role=Role.COUNCIL_MEMBER, unit=case.other)
    interests.confirm_no_interest(actor=member, round_=case.round_group.round)


def reword(case: Year) -> None:
    reason = Reason.objects.get(code="thieu-tai-lieu")
    reasons.reword_reason(actor=case.manager, reason_id=reason.pk, text="Thiếu hẳn tài liệu", seen=reason.text)


def account() -> User:
    user = UserFactory.create()
    record_account(actor=None, user=user)
    return user


def set_password(case: Year) -> None:
    case.officer.set_password("Con mèo đen ngủ trưa 1")
    case.officer.save()
    password_was_changed(user=case.officer)


def rename_unit(case: Year) -> None:
    table = io.BytesIO("Mã,Tên đơn vị\nSNV,Sở Nội vụ Hà Nội\n".encode())
    import_units(actor=None, source=table, name="don-vi.csv", group_code=case.own.group.code)


def reopen(case: Year) -> dict[str, Any]:
    lifecycle.reopen(actor=case.manager, assessment_id=case.assessment.pk, reason="Bổ sung.")
    return {"actor": case.officer, "assessment_id": case.assessment.pk}


def replace_document(case: Year) -> Document:
    reopen(case)
    upload = SimpleUploadedFile("moi.pdf", tiny_pdf(2), "application/pdf")
    facts: dict[str, Any] = {"issued_on": date(2024, 6, 1), "issuer": "Sở Nội vụ", "abstract": "Báo cáo"}
    documents.replace_document(
        actor=case.officer, document_id=case.document.pk, upload=upload, number="13/BC-SNV", **facts
    )
    return Document.objects.latest("pk")


def read_another(case: Year) -> None:
    new = replace_document(case)
    examination.examine(new.pk)
    assert Document.objects.get(pk=new.pk).reading is not None


def move_page(case: Year) -> None:
    evidence.move_place(**reopen(case), evidence_id=Evidence.objects.get(removed_at=None).pk, page=1, section="II")


def score_again(case: Year) -> None:
    leaf = case.round_group.criteria_set.criteria.get(code="1.1")
    scores.save_score(
        **reopen(case), criterion_id=leaf.pk, figures={}, points="0.5", explanation="Đã xem lại.", na_claimed=False,
        na_reason="", seen_version=1,
    )  # fmt: skip


def submit_again(case: Year) -> None:
    lifecycle.hand_over(**reopen(case))
    lifecycle.submit(actor=case.head, assessment_id=case.assessment.pk)


def more_ballots(case: Year) -> None:
    signed = Signed(case.manager, case.second, "Theo CV 12/SNV.")
    rows = ballot_rows(("P4", "STC", 1), ("P5", "SNV", 4), headings=("1.3",))
    batches.import_ballots(
        actor=None, round_group_id=case.round_group.pk, respondents="nguoi-dan", source=csv_file(rows), signed=signed
    )


def other_figure(case: Year) -> None:
    signed = Signed(case.manager, case.second, "Theo CV 12/SNV.")
    rows = csv_file(figure_rows(("SNV", "2", "0.25", "Báo cáo khác")), "b.csv")
    batches.import_figures(actor=None, round_group_id=case.round_group.pk, source=rows, signed=signed)


def correct_criterion(case: Year) -> None:
    leaf = case.round_group.criteria_set.criteria.get(code="1.1")
    words = editing.CriterionWords(leaf.name, "", "Hướng dẫn mới.", "")
    row = editing.propose_correction(
        actor=case.manager, block=case.round_group, criterion_id=leaf.pk, words=words, reason="Theo CV 12."
    )
    editing.confirm_correction(actor=case.second, block=case.round_group, correction_id=row.pk)


def supersede(case: Year) -> None:
    publications.publish(
        round_id=case.round_group.round_id, number="2/QĐ-THU", dated=date(2032, 4, 1), errata="Sửa ngày quyết định.",
        supersedes="1/QĐ-THU", signers=publications.Signers(case.manager, case.second, STILL_OPEN, STILL_OPEN),
    )  # fmt: skip


def keep_another(case: Year) -> None:
    files.keep(publication=case.round_group.round.publications.get(), name="chi-so.docx", data=b"PK as made")


def replaced_on_disk(case: Year) -> None:
    row = PublishedFile.objects.get(name="chi-so.pdf")
    row.file.storage.delete(str(row.file.name))
    row.file.storage.save(str(row.file.name), ContentFile(b"%PDF-1.7 replaced"))


def byte_flipped(case: Year) -> None:
    path = Path(case.document.file.path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def tail_rewritten(case: Year) -> None:
    """By somebody who has the database and the program, but not the key."""
    kept = LogEntry.objects.get(number=5).digest
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.LEDGER_KEY", "khoa-doan-mo-khong-phai-khoa-that")
        for entry in LogEntry.objects.filter(number__gt=5).order_by("number"):
            kept = entry_digest(entry, kept)
            LogEntry.objects.filter(pk=entry.pk).update(digest=kept)
        LogHead.objects.update(digest=kept, seal=head_seal(LogHead.objects.get().count, kept))


def sign_in(case: Year) -> None:
    signed_in(user=case.officer)


SWAPPED = (
    "UPDATE units_logentry SET number = 9999 WHERE number = 2; UPDATE units_logentry SET number = 2 WHERE number = 3; "
    "UPDATE units_logentry SET number = 3 WHERE number = 9999"
)
LAST = "(SELECT count FROM units_loghead)"
SOMEBODY_ELSE = "(SELECT id FROM units_user WHERE username = 'quantri')"
KINDS = {
    # the log itself
    "an entry's words": KindOfChange("UPDATE units_logentry SET reason = 'khác' WHERE number = 3", "mục 3", sign_in),
    "an entry's actor": KindOfChange(
        f"UPDATE units_logentry SET actor_id = {SOMEBODY_ELSE} WHERE verb = 'selfassess.submit'",
        "selfassess.submit",
        sign_in,
    ),
    "an entry deleted": KindOfChange("DELETE FROM units_logentry WHERE number = 4", "thiếu mục 4", sign_in),
    "the tail cut": KindOfChange(f"DELETE FROM units_logentry WHERE number > {LAST} - 2", "cuối sổ", sign_in),
    "entries swapped": KindOfChange(SWAPPED, "mục 2", sign_in),
    "the tail rewritten": KindOfChange(tail_rewritten, "mục 6", sign_in),
    # files
    "a byte of evidence": KindOfChange(byte_flipped, "12/BC-SNV", replace_document),
    "a published file": KindOfChange(replaced_on_disk, "chi-so.pdf", keep_another),
    # people
    "a role": KindOfChange(
        "UPDATE units_membership SET role = 'observer' WHERE role = 'unit_officer'",
        "quan sát",
        lambda case: grant_role(actor=None, user=case.officer, role=Role.OBSERVER),
    ),
    "a power": KindOfChange(
        "UPDATE units_user SET is_staff = (1 = 0) WHERE username = 'quantri'",
        "quantri",
        lambda case: account_page(case, is_staff="on"),
    ),
    "a password's hash": KindOfChange(
        "UPDATE units_user SET password = 'khác' WHERE username = 'quantri'", "mật khẩu", set_password
    ),
    "a person's name": KindOfChange(
        "UPDATE units_user SET full_name = 'Kẻ khác' WHERE username = 'quantri'",
        "quantri",
        lambda case: account_page(case, full_name="Tên mới"),
    ),
    "a mail address": KindOfChange(
        "UPDATE units_user SET email = 'ke-khac@example.vn' WHERE username = 'quantri'",
        "quantri",
        lambda case: account_page(case, email="moi@hanoi.gov.vn"),
    ),
    "a unit's name": KindOfChange(
        "UPDATE units_unit SET name = 'Đơn vị khác' WHERE code = 'SNV'", "Đơn vị khác", rename_unit
    ),
    # what measures, and when
    "hours of a stage": KindOfChange(
        "UPDATE criteria_stage SET closes_at = '2031-01-01 00:00:00+00:00' WHERE kind = 'self_assessment'",
        "Giai đoạn số",
        move_hours,
    ),
    "an extension": KindOfChange(
        "UPDATE criteria_extension SET closes_at = '2031-01-01 00:00:00+00:00'", "ia hạn", extend
    ),
    "a decision's number": KindOfChange(
        "UPDATE criteria_decision SET number = '99/QĐ-UBND'",
        "99/QĐ-UBND",
        lambda case: admin_page(
            f"/quan-tri/criteria/decision/{case.round_group.criteria_set.decision_id}/change/", number="5666/QĐ-UBND"
        ),
    ),
    "the illustrative mark": KindOfChange(
        "UPDATE criteria_round SET illustrative = NOT illustrative", "minh họa", other_kind_of_year
    ),
    "a criterion": KindOfChange(
        "UPDATE criteria_criterion SET max_points = max_points + 1 WHERE code = '1.1'", "tiêu chí", correct_criterion
    ),
    "how ties rank": KindOfChange("UPDATE criteria_criteriaset SET ties = 'dense'", "tiêu chí"),
    # what units declare
    "a self-score": KindOfChange(
        "UPDATE selfassess_selfscore SET points = 0.5 WHERE points = 1", "1.1 của đơn vị SNV", score_again
    ),
    "who submitted": KindOfChange(
        f"UPDATE selfassess_transition SET actor_id = {SOMEBODY_ELSE} WHERE verb = 'submit'",
        "Đơn vị thử SNV",
        submit_again,
    ),
    "a receipt": KindOfChange(
        "UPDATE selfassess_selfassessment SET receipt_digest = 'x' WHERE NOT imported", "biên nhận", submit_again
    ),
    "a document's number": KindOfChange("UPDATE selfassess_document SET number = '99/BC'", "99/BC", replace_document),
    "a document's reading": KindOfChange(
        "UPDATE selfassess_document SET reading = '{\"signatures\": []}'", "12/BC-SNV", read_another
    ),
    "a page of evidence": KindOfChange("UPDATE selfassess_evidence SET page = 7", "12/BC-SNV", move_page),
    # what people answered
    "a ballot": KindOfChange(
        "UPDATE surveys_ballot SET code = 'P9' WHERE code = 'P1'", "phiếu đã bị sửa", more_ballots
    ),
    "a finished figure": KindOfChange(
        "UPDATE surveys_satisfactionfigure SET points = 0.9 WHERE points = 0.75", "Số liệu SIPAS", other_figure
    ),
    "a survey's points": KindOfChange(
        "UPDATE surveys_surveyscore SET points = 0.01 WHERE method = 'ballots'", "điểm ĐTXHH khác", more_ballots
    ),
    # the council
    "an assignment": KindOfChange(
        f"UPDATE appraisal_assignment SET member_id = {SOMEBODY_ELSE}", "Phân công “", assign_less
    ),
    "a confirmation": KindOfChange("DELETE FROM appraisal_confirmation", "xung đột lợi ích", another_confirms),
    "a reason's words": KindOfChange(
        "UPDATE appraisal_reason SET text = 'khác' WHERE code = 'thieu-tai-lieu'", "“khác”", reword
    ),
    "a standing": KindOfChange(
        "UPDATE appraisal_appraisal SET points = 2 WHERE points = 1.5", "1.1 của Đơn vị thử STC"
    ),
    "a step of the council": KindOfChange(
        "UPDATE appraisal_appraisalentry SET actor_id = NULL WHERE action = 'undo'", "1.1 – Đơn vị thử SNV"
    ),
    "a release": KindOfChange("UPDATE appraisal_release SET released_by_id = NULL", "Thẩm định lần 1"),
    "an acknowledgement": KindOfChange("DELETE FROM appraisal_acknowledgement", "tính thống nhất"),
    # results
    "a rank": KindOfChange(
        "UPDATE results_unitresult SET rank = 9 WHERE rank = 1",
        "thứ hạng",
        lambda case: computation.recompute(round_group_id=case.round_group.pk),
    ),
    "a publication's number": KindOfChange("UPDATE results_publication SET number = '9/QĐ'", "9/QĐ", supersede),
}


@pytest.fixture
def whole(case: Year) -> Year:
    """With a document that was read and a file that is kept."""
    examination.examine(case.document.pk)
    files.keep(publication=case.round_group.round.publications.get(), name="chi-so.pdf", data=b"%PDF-1.7 as made")
    return case


@contextmanager
def undone(case: Year) -> Iterator[None]:
    """What is done inside is undone afterwards, in the database and on disk."""
    kept = [Path(case.document.file.path), Path(PublishedFile.objects.get().file.path)]
    stood = [path.read_bytes() for path in kept]
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    for path, content in zip(kept, stood, strict=True):
        path.write_bytes(content)


def test_each_kind_is_found_by_name_and_the_verb_is_not(whole: Year) -> None:
    assert len(KINDS) == 38
    assert faults() == []
    told, blamed = {}, {}
    for name, kind in KINDS.items():
        with undone(whole):
            sql(*kind.hand.split("; ")) if isinstance(kind.hand, str) else kind.hand(whole)
            said = faults()
        told[name] = any(kind.named in line for line in said)
        if kind.verb is not None:
            with undone(whole):
                kind.verb(whole)
                blamed[name] = faults()
    assert [name for name, named in told.items() if not named] == []
    assert {name: lines for name, lines in blamed.items() if lines} == {}
    assert faults() == []


@pytest.mark.parametrize("taken", ["units_unit", "appraisal_reason", "appraisal_assignment"])
def test_an_invented_row_is_found(whole: Year, taken: str) -> None:
    """A copy of a row under another name; the rows of before `begin_proofs` are no fault, later ones are."""
    names = {"units_unit": "code", "appraisal_reason": "code", "appraisal_assignment": "member_id"}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {taken} LIMIT 1")
        columns = [column[0] for column in cursor.description if column[0] != "id"]
    other = SOMEBODY_ELSE if taken == "appraisal_assignment" else "'moi'"
    copied = ", ".join(other if column == names[taken] else column for column in columns)
    first = f"(SELECT min(id) FROM {taken})"
    sql(f"INSERT INTO {taken} ({', '.join(columns)}) SELECT {copied} FROM {taken} WHERE id = {first}")
    assert any("nhật ký không ghi ai lập" in line for line in faults())
