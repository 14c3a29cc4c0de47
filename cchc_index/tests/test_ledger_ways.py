"""Everything the system itself lets people do leaves the ledger whole: no false alarm."""

import io
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from cchc_index.lib.faults import Refused
from cchc_index.lib.tests.present import present
from cchc_index.tests.ledger_year import STILL_OPEN, Year, year
from cchc_index.tests.test_tampering import faults, found
from results.models import Publication
from results.publication import actions as publications
from selfassess.documents import actions as documents
from selfassess.evidence import actions as evidence
from selfassess.lifecycle import actions as lifecycle
from selfassess.models import Evidence
from selfassess.tests.factories import tiny_pdf
from surveys.assent.actions import Signed
from surveys.batches import actions as batches
from surveys.models import AnswerOption, ImportBatch, SurveyRequest
from surveys.planning import actions as planning
from surveys.requests import actions as requests
from surveys.tests.factories import ballot_rows, csv_file, figure_rows
from units.actions import revoke_role
from units.auditlog.models import LogEntry
from units.models import Membership, Role, User

pytestmark = pytest.mark.django_db
USER = "/quan-tri/units/user/"


@pytest.fixture
def case() -> Year:
    return year()


@pytest.fixture
def page(case: Year, client: Client) -> Client:
    client.force_login(User.objects.get(username="quantri"))
    return client


def test_reopened_changed_and_submitted_again(case: Year) -> None:
    key: dict[str, Any] = {"actor": case.officer, "assessment_id": case.assessment.pk}
    lifecycle.reopen(actor=case.manager, assessment_id=case.assessment.pk, reason="Bổ sung.")
    assert faults() == []
    data: dict[str, Any] = {
        "number": "13/BC-SNV",
        "issued_on": date(2024, 6, 1),
        "issuer": "Sở Nội vụ",
        "abstract": "Báo cáo",
    }
    new = SimpleUploadedFile("moi.pdf", tiny_pdf(2), "application/pdf")
    documents.replace_document(actor=case.officer, document_id=case.document.pk, upload=new, **data)
    live = Evidence.objects.get(removed_at=None)
    evidence.move_place(**key, evidence_id=live.pk, page=2, section="II")
    assert faults() == []
    lifecycle.hand_over(**key)
    lifecycle.send_back(actor=case.head, assessment_id=case.assessment.pk, reason="Xem lại trang.")
    evidence.detach(**key, evidence_id=live.pk)
    lifecycle.hand_over(**key)
    lifecycle.submit(actor=case.head, assessment_id=case.assessment.pk)
    assert faults() == []
    assert found("UPDATE selfassess_evidence SET document_id = document_id - 1 WHERE page = 2")


def test_imports_replaced_undone_and_discarded(case: Year) -> None:
    block = case.round_group
    signed = Signed(case.manager, case.second, "Theo CV 12/SNV.")  # the year is published
    with pytest.raises(Refused, match="đã công bố"):
        batches.import_figures(
            actor=None, round_group_id=block.pk, source=csv_file(figure_rows(("SNV", "2", "0.25", "Báo cáo khác")))
        )
    more = ballot_rows(("P4", "STC", 1), ("P5", "STC", 0), headings=("1.3",))
    ballots = batches.import_ballots(
        actor=None, round_group_id=block.pk, respondents="nguoi-dan", source=csv_file(ballot_rows(
            ("P4", "STC", 1), ("P5", "SNV", 4), headings=("1.3",))), signed=signed
    )  # fmt: skip
    figures = batches.import_figures(
        actor=None,
        round_group_id=block.pk,
        source=csv_file(figure_rows(("SNV", "2", "0.25", "Báo cáo khác")), "b.csv"),
        signed=signed,
    )
    assert faults() == []
    waiting = batches.check_ballots(
        actor=None, round_group_id=block.pk, respondents="nguoi-dan", source=csv_file(more, "c.csv")
    )
    assert faults() == []
    batches.discard_batch(actor=None, batch_id=waiting.pk)
    for outcome in (ballots, figures):
        assert outcome.batch is not None
        batches.undo_batch(actor=None, batch_id=outcome.batch.pk, reason="Nhầm tệp.", signed=signed)
        assert faults() == []
    assert found(f"UPDATE surveys_importbatch SET state = 'committed' WHERE id = {ImportBatch.objects.latest('pk').pk}")


def test_a_scale_changed_by_two_people(case: Year) -> None:
    option = AnswerOption.objects.order_by("value").last()
    assert option is not None
    block = case.round_group
    facts = planning.facts_of(block, "scale", option.scale_id)
    facts["options"] = [[value, label, "0.1" if value == 1 else share] for value, label, share in facts["options"]]
    row = planning.save_part(
        actor=case.manager, round_group_id=block.pk, part="scale", pk=option.scale_id, after=facts, reason="Theo CV 12"
    )
    assert isinstance(row, SurveyRequest)
    assert faults() == []
    requests.confirm(actor=case.second, request_id=row.pk)

    assert LogEntry.objects.filter(verb="surveys.refresh").exists()
    assert faults() == []
    assert found(f"UPDATE surveys_surveyrequest SET reason = 'khác' WHERE id = {row.pk}")


def test_roles_given_changed_and_taken_back(case: Year, page: Client) -> None:
    role = case.role
    data = {
        "username": case.officer.username, "full_name": case.officer.full_name, "email": case.officer.email,
        "is_active": "on", "is_staff": "on", "memberships-TOTAL_FORMS": 2, "memberships-INITIAL_FORMS": 1,
        "memberships-0-id": role.pk, "memberships-0-user": case.officer.pk, "memberships-0-role": Role.UNIT_HEAD,
        "memberships-0-unit": role.unit_id, "memberships-0-active": "on", "memberships-1-user": case.officer.pk,
        "memberships-1-role": Role.OBSERVER, "memberships-1-active": "on",
    }  # fmt: skip
    page.post(f"{USER}{case.officer.pk}/change/", data)
    case.officer.refresh_from_db()
    assert case.officer.is_staff
    assert set(case.officer.memberships.values_list("role", flat=True)) == {"unit_officer", "observer"}
    assert faults() == []
    revoke_role(actor=None, membership_id=Membership.objects.latest("pk").pk, reason="Chuyển công tác.")
    assert faults() == []
    assert found(f"UPDATE units_membership SET role = 'unit_head' WHERE id = {role.pk}")


def test_an_account_made_in_the_administrators_pages(case: Year, page: Client) -> None:
    secret = "Con mèo đen ngủ trưa 1"
    page.post(f"{USER}add/", {
        "username": "moi", "full_name": "Người Mới", "email": "moi@example.vn", "password1": secret,
        "password2": secret, "usable_password": "true", "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0,
    })  # fmt: skip
    assert User.objects.filter(username="moi").exists()
    assert faults() == []


def test_the_first_administrator_is_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "Mat-khau-thu-1")
    given = {"username": "goc", "email": "goc@example.vn", "full_name": "Quản Trị"}
    call_command("createsuperuser", interactive=False, stdout=io.StringIO(), **given)

    assert present(LogEntry.objects.get().after)["is_superuser"] is True
    assert faults() == []


def test_a_correction_supersedes_and_a_proposal_is_withdrawn(case: Year) -> None:
    block = case.round_group
    second = User.objects.filter(memberships__role=Role.INDEX_MANAGER).exclude(pk=case.manager.pk).get()
    publications.publish(
        round_id=block.round_id,
        number="2/QĐ-THU",
        dated=date(2032, 4, 1),
        errata="Sửa ngày của quyết định.",
        supersedes="1/QĐ-THU",
        signers=publications.Signers(case.manager, second, STILL_OPEN, STILL_OPEN),
    )
    waiting = publications.propose(
        actor=case.manager,
        round_id=block.round_id,
        number="3/QĐ-THU",
        dated=date(2032, 5, 1),
        errata="Sửa ngày của quyết định.",
        reason=STILL_OPEN,
    )
    assert faults() == []
    publications.withdraw(actor=second, publication_id=waiting.pk, reason="Chưa đúng ngày.")
    assert Publication.objects.count() == 3
    assert faults() == []
    assert found("UPDATE results_publication SET errata = 'Khác' WHERE number = '2/QĐ-THU'")
    assert found("DELETE FROM results_publication WHERE state = 'withdrawn'")
