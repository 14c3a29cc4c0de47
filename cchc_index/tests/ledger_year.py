"""A small year through the system's own verbs only, so that the log knows every row of it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from appraisal.archive import actions as archive_actions
from appraisal.assignments import actions as assignments
from appraisal.interests import actions as interests
from appraisal.reasons.actions import ensure_reasons
from appraisal.review.bulk import actions as bulk
from appraisal.review.decisions import actions as decisions
from appraisal.review.undo import actions as undo
from appraisal.tests.factories import release_stage
from cchc_index.lib import clock
from criteria.calendar import actions as calendar
from criteria.calendar.queries import require_named
from criteria.models import RoundGroup
from criteria.tests.factories import open_stage, small_round
from results.publication import actions as publications
from selfassess.archive import actions as archive
from selfassess.documents import actions as documents
from selfassess.examination import actions as examination
from selfassess.lifecycle import actions as lifecycle
from selfassess.models import Document, Evidence, SelfAssessment
from selfassess.scores import actions as scores
from selfassess.tests.examination.clamd import daemon
from selfassess.tests.factories import tiny_pdf
from surveys.batches import actions as batches
from surveys.handover import actions as handover
from surveys.handover import queries as handover_queries
from surveys.tests.factories import asked_group, ballot_rows, csv_file, figure_rows
from units.actions import grant_role, record_account
from units.auditlog.actions import begin_proofs
from units.auditlog.models import LogEntry
from units.models import Membership, Role, Unit, User
from units.tests.factories import UnitFactory, UserFactory

STILL_OPEN = "Năm thử: mọi giai đoạn còn mở."


@dataclass
class Year:
    """Unit `own` assessed itself; `other` came as an archive. Published by two managers."""

    round_group: RoundGroup
    own: Unit
    other: Unit
    head: User
    officer: User
    manager: User
    second: User
    role: Membership
    document: Document
    assessment: SelfAssessment


def year() -> Year:
    block = small_round()
    own, other = UnitFactory.create(group=block.group, code="SNV"), UnitFactory.create(group=block.group, code="STC")
    begin_proofs()
    ensure_reasons()
    officer, role = _person(Role.UNIT_OFFICER, own)
    head, _ = _person(Role.UNIT_HEAD, own)
    manager, _ = _person(Role.INDEX_MANAGER, other)
    second, _ = _person(Role.INDEX_MANAGER, other)
    record_account(actor=None, user=UserFactory.create(username="quantri", is_staff=True, is_superuser=True))
    assessment, document = _assess(block, own, officer, head)
    leaves = {c.code: c.pk for c in block.criteria_set.criteria.filter(is_leaf=True)}
    finished = {(other.pk, leaves["1.1"]): Decimal("1.5"), (other.pk, leaves["1.2"]): None}
    archive.import_scores(actor=manager, round_group=block, rows=finished)
    standings = {**finished, (own.pk, leaves["1.1"]): Decimal(1), (own.pk, leaves["1.2"]): Decimal(1)}
    archive_actions.import_standings(actor=manager, round_group=block, rows=standings)
    open_stage(block.round, "round1", opens=clock.now())
    _taken_back(block, own, other, manager)
    release_stage(manager, block)
    _calendar(block, manager)
    _survey(block, second)
    day = date(2032, 3, 1)
    proposal = publications.propose(
        actor=manager, round_id=block.round_id, number="1/QĐ-THU", dated=day, reason=STILL_OPEN
    )
    publications.approve(actor=second, publication_id=proposal.pk, reason=STILL_OPEN)
    return Year(block, own, other, head, officer, manager, second, role, document, assessment)


def _person(role: Role, unit: Unit | None) -> tuple[User, Membership]:
    user = UserFactory.create()
    record_account(actor=None, user=user)
    return user, grant_role(actor=None, user=user, role=role, unit=unit)


def _assess(block: RoundGroup, unit: Unit, officer: User, head: User) -> tuple[SelfAssessment, Document]:
    open_stage(block.round, "self_assessment")
    assessment = lifecycle.open_assessment(actor=officer, round_group=block, unit=unit)
    leaves = block.criteria_set.criteria.filter(source="self").order_by("position")
    for leaf, points in zip(leaves, ("1", "1"), strict=True):
        scores.save_score(
            actor=officer,
            assessment_id=assessment.pk,
            criterion_id=leaf.pk,
            figures={},
            points=points,
            explanation="Đã hoàn thành.",
            na_claimed=False,
            na_reason="",
            seen_version=0,
        )
    with daemon() as address, override_settings(CLAMD_URL=address):
        evidence = _scanned_evidence(officer, assessment, leaves[0].pk)
    lifecycle.hand_over(actor=officer, assessment_id=assessment.pk)
    lifecycle.submit(actor=head, assessment_id=assessment.pk)
    return assessment, evidence.document


def _scanned_evidence(officer: User, assessment: SelfAssessment, leaf: int) -> Evidence:
    evidence = documents.add_evidence(
        actor=officer,
        assessment_id=assessment.pk,
        criterion_id=leaf,
        upload=SimpleUploadedFile("bao-cao.pdf", tiny_pdf(), "application/pdf"),
        number="12/BC-SNV",
        issued_on=date(2024, 6, 1),
        issuer="Sở Nội vụ",
        abstract="Báo cáo",
        page=1,
    )
    examination.examine(evidence.document_id)
    evidence.document.refresh_from_db()
    return evidence


def _taken_back(block: RoundGroup, unit: Unit, home: Unit, manager: User) -> None:
    """A member from `home` recognises one leaf alone and one in a batch, and takes both back: what the archive
    says stands again."""
    member, _ = _person(Role.COUNCIL_MEMBER, home)
    assignments.assign(actor=manager, round_group_id=block.pk, member_ids=[member.pk], branch_id=None)
    interests.confirm_no_interest(actor=member, round_=block.round)
    one, many = block.criteria_set.criteria.filter(source="self").order_by("position")
    cell: dict[str, Any] = {"round_group_id": block.pk, "unit_id": unit.pk, "criterion_id": one.pk}
    decisions.recognise(actor=member, **cell, seen_version=1)
    undo.undo(actor=member, **cell, seen_version=2)
    bulk.bulk_recognise(actor=member, round_group_id=block.pk, cells=[(unit.pk, many.pk, 1)])
    batch = LogEntry.objects.get(verb="appraisal.bulk_recognise").pk
    bulk.undo_batch(actor=member, round_group_id=block.pk, batch_id=batch, cells=[(unit.pk, many.pk, 2)])


def _calendar(block: RoundGroup, manager: User) -> None:
    """Hours of the publication, and other titles for the reply and the appraisal after it."""
    calendar.set_stage(actor=manager, round_id=block.round_id, name="publication", opens_at=clock.now(), closes_at=None)
    for name in ("explanation", "round2"):
        stage = require_named(block.round, name)
        flags = {"two_opinions": stage.two_opinions, "report_required": stage.report_required}
        calendar.change_stage(actor=manager, stage_id=stage.pk, title=f"{stage.title}, năm thử", **flags)


def _survey(block: RoundGroup, manager: User) -> None:
    asked_group(block, "1.3", code="nguoi-dan")
    ballots = ballot_rows(("P1", "SNV", 1), ("P2", "SNV", 2), ("P3", "STC", 3), headings=("1.3",))
    batches.import_ballots(actor=None, round_group_id=block.pk, respondents="nguoi-dan", source=csv_file(ballots))
    figures = figure_rows(("SNV", "2", "0.75", "Báo cáo SIPAS"), ("STC", "2", "0.5", "Báo cáo SIPAS"))
    batches.import_figures(actor=None, round_group_id=block.pk, source=csv_file(figures, "sipas.csv"))
    operator, _ = _person(Role.SURVEY_OPERATOR, None)
    seen = handover_queries.standing(block).digest
    row = handover.sign_table(actor=operator, round_group_id=block.pk, seen=seen)
    handover.receive_table(actor=manager, signature_id=row.pk)
