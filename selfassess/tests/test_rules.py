"""Lifecycle: every state × verb × role decided in one table; the forbidden changes nothing."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import DjangoAssertNumQueries

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.tests.present import present
from criteria.models import Stage
from criteria.tests.factories import open_stage
from selfassess import rules
from selfassess.documents import actions as documents
from selfassess.evidence import actions as evidence
from selfassess.lastyear import actions as lastyear
from selfassess.lifecycle import actions as lifecycle
from selfassess.models import Document, Evidence, SelfAssessment
from selfassess.scores import actions as scores
from selfassess.tests.factories import (
    DocumentFactory,
    EvidenceFactory,
    SelfAssessmentFactory,
    SelfScoreFactory,
    small_assessment,
    tiny_pdf,
)
from selfassess.workbook import actions as workbook
from selfassess.workbook.layout import FilledRow
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import UnitFactory, UserFactory, person

pytestmark = pytest.mark.django_db

OFFICER, HEAD, MANAGER = "officer", "head", "manager"
ROLES = (OFFICER, HEAD, MANAGER, "observer", "council", "survey", "other_officer", "other_head", "nobody")
# Written out by hand, on purpose not derived from rules.STEPS.
ALLOWED = {
    ("draft", "edit"): {OFFICER: "draft", HEAD: "draft"},
    ("draft", "hand_over"): {OFFICER: "awaiting_head"},
    ("draft", "submit"): {HEAD: "submitted"},
    ("awaiting_head", "take_back"): {OFFICER: "draft"},
    ("awaiting_head", "submit"): {HEAD: "submitted"},
    ("awaiting_head", "send_back"): {HEAD: "draft"},
    ("submitted", "submit"): {HEAD: "submitted"},
    ("submitted", "reopen"): {MANAGER: "draft"},
}


def somebody(role: str, assessment: SelfAssessment) -> User:
    unit, other = assessment.unit, UnitFactory.create(group=assessment.unit.group)
    make: dict[str, Callable[[], User]] = {
        OFFICER: lambda: person(Role.UNIT_OFFICER, unit),
        HEAD: lambda: person(Role.UNIT_HEAD, unit),
        MANAGER: lambda: person(Role.INDEX_MANAGER, unit),
        "observer": lambda: person(Role.OBSERVER, unit),
        "council": lambda: person(Role.COUNCIL_MEMBER, unit),
        "survey": lambda: person(Role.SURVEY_OPERATOR, unit),
        "other_officer": lambda: person(Role.UNIT_OFFICER, other),
        "other_head": lambda: person(Role.UNIT_HEAD, other),
        "nobody": UserFactory.create,
    }
    return make[role]()


def in_state(state: str) -> SelfAssessment:
    assessment = small_assessment()
    open_stage(assessment.round_group.round, "self_assessment")
    for criterion in assessment.round_group.criteria_set.criteria.filter(source="self"):
        SelfScoreFactory.create(assessment=assessment, criterion=criterion, points=1, explanation="Có")
    return back_to(assessment, state)


def back_to(assessment: SelfAssessment, state: str) -> SelfAssessment:
    submitted = state == "submitted"
    assessment.state = state
    assessment.submitted_at = clock.now() if submitted else None
    assessment.submitted_by = UserFactory.create() if submitted else None
    assessment.save()
    return assessment


def act(verb: rules.Verb, actor: User, assessment: SelfAssessment) -> None:
    given: dict[str, Any] = {"actor": actor, "assessment_id": assessment.pk}
    if verb == "edit":
        criterion = present(assessment.round_group.criteria_set.criteria.filter(source="self").first())
        typed: dict[str, Any] = {
            "figures": {},
            "points": "0,5",
            "explanation": "Có",
            "na_claimed": False,
            "na_reason": "",
        }
        scores.save_score(**given, criterion_id=criterion.pk, seen_version=1, **typed)
    elif verb in ("send_back", "reopen"):
        getattr(lifecycle, verb)(**given, reason="Sai số liệu")
    else:
        getattr(lifecycle, verb)(**given)


@pytest.mark.parametrize(("state", "verb"), list(product(SelfAssessment.State.values, rules.ROLES)))
def test_state_verb_role_matrix(state: str, verb: rules.Verb) -> None:
    assessment = in_state(state)
    expected = ALLOWED.get((state, verb), {})
    for role in [r for r in ROLES if r not in expected]:
        entries = LogEntry.objects.count()
        actor = somebody(role, assessment)
        assert not rules.can(actor, verb, assessment)
        assert not rules.allowed(actor, assessment, clock.now()).get(verb)
        with pytest.raises((PermissionDenied, Refused)):
            act(verb, actor, assessment)
        assessment.refresh_from_db()
        assert (assessment.state, LogEntry.objects.count()) == (state, entries), role
    for role, target in expected.items():
        back_to(assessment, state)
        actor = somebody(role, assessment)
        assert rules.allowed(actor, assessment, clock.now())[verb] is rules.can(actor, verb, assessment)
        act(verb, actor, assessment)
        assessment.refresh_from_db()
        assert assessment.state == target, role


def every_way_to_edit(assessment: SelfAssessment) -> dict[str, Callable[[User], object]]:
    """All that writes under the right to edit; each would change something if it were let through."""
    score = present(assessment.scores.order_by("pk").first())
    document, spare = DocumentFactory.create(unit=assessment.unit), DocumentFactory.create(unit=assessment.unit)
    attached = EvidenceFactory.create(score=score, document=document)
    at: dict[str, Any] = {"assessment_id": assessment.pk}
    here: dict[str, Any] = at | {"criterion_id": score.criterion_id}
    typed: dict[str, Any] = {"explanation": "Đã đổi", "na_claimed": False, "na_reason": ""}
    line = FilledRow(score.criterion_id, {}, Decimal("0.5"), **typed, seen_version=1)
    data: dict[str, Any] = {"number": "9/BC", "issued_on": date(2020, 1, 2), "issuer": "Sở", "abstract": "Báo cáo"}
    return {
        "save": lambda actor: scores.save_score(actor=actor, **here, figures={}, points="0,5", **typed, seen_version=1),
        "attach": lambda actor: evidence.attach(actor=actor, **here, document_id=spare.pk),
        "detach": lambda actor: evidence.detach(actor=actor, **at, evidence_id=attached.pk),
        "upload": lambda actor: documents.add_evidence(
            actor=actor, **here, upload=SimpleUploadedFile("a.pdf", tiny_pdf(2)), **data
        ),
        "move": lambda actor: evidence.move_place(actor=actor, **at, evidence_id=attached.pk, page=1, section="II"),
        "workbook": lambda actor: workbook.apply_workbook(actor=actor, **at, lines=[line]),
        "copy": lambda actor: lastyear.copy_last_year(actor=actor, **at, criterion_ids=[score.criterion_id]),
    }


def everything(assessment: SelfAssessment) -> list[object]:
    """All that an edit could touch."""
    scores = assessment.scores.order_by("pk").values_list("pk", "points", "explanation", "version")
    proofs = Evidence.objects.order_by("pk").values_list("pk", "document", "page", "section", "removed_at")
    return [list(scores), list(proofs), Document.objects.count(), LogEntry.objects.count()]


@pytest.mark.parametrize("state", SelfAssessment.State.values)
def test_every_way_to_edit_is_refused_where_editing_is(state: str) -> None:
    assessment = in_state(state)
    ways = every_way_to_edit(assessment)
    refused = [role for role in ROLES if role not in ALLOWED.get((state, "edit"), {})]
    for role, (name, way) in product(refused, ways.items()):
        before, actor = everything(assessment), somebody(role, assessment)
        with pytest.raises((PermissionDenied, Refused)):
            way(actor)
        assert everything(assessment) == before, (role, name)


@pytest.mark.parametrize("name", ["save", "attach", "detach", "upload", "move", "workbook"])
def test_every_way_to_edit_changes_a_draft(name: str) -> None:
    """The control of the refusals: let through, each of them does something."""
    assessment = in_state("draft")
    way, before = every_way_to_edit(assessment)[name], everything(assessment)
    way(somebody(OFFICER, assessment))
    assert everything(assessment) != before


@pytest.mark.parametrize("verb", ["edit", "hand_over", "submit"])
def test_nothing_moves_while_the_phase_is_closed(verb: rules.Verb) -> None:
    assessment = in_state("draft")
    Stage.objects.all().delete()
    role = OFFICER if verb != "submit" else HEAD
    with pytest.raises(Refused):
        act(verb, somebody(role, assessment), assessment)


def test_ways_back_need_a_reason() -> None:
    assessment = in_state("awaiting_head")
    with pytest.raises(Refused) as refused:
        lifecycle.send_back(actor=somebody(HEAD, assessment), assessment_id=assessment.pk, reason=" ")
    assert str(refused.value) == "Chưa ghi lý do: ghi vì sao trả lại cho công chức để đơn vị biết phải sửa gì."
    with pytest.raises(Refused, match="lý do"):
        rules.require(somebody(HEAD, assessment), "send_back", assessment, clock.now())


def test_who_may_not_yet_or_no_more_reads_why() -> None:
    assessment, now = in_state("submitted"), clock.now()
    assert rules.refusal("edit", assessment, now) == (
        "Bản tự đánh giá đang ở trạng thái “đã nộp” nên không thể sửa điểm và tài liệu."
    )
    assert rules.refusal("reopen", assessment, now) == ""
    back_to(assessment, "draft")
    assert rules.refusal("hand_over", assessment, now) == ""
    assert rules.refusal("hand_over", assessment, now + timedelta(days=2)) == (
        f"Thời gian tự đánh giá của {assessment.unit} không mở nên không thể trình thủ trưởng. "
        "Nếu cần thêm thời gian, đề nghị Sở Nội vụ gia hạn."
    )


def test_what_may_be_done_is_asked_of_an_instant() -> None:
    assessment = in_state("draft")
    head, closed = somebody(HEAD, assessment), clock.now() + timedelta(days=2)
    assert (rules.can_edit(head, assessment), rules.can(head, "submit", assessment)) == (True, True)
    assert (rules.can_edit(head, assessment, closed), rules.can(head, "submit", assessment, closed)) == (False, False)
    assert rules.allowed(head, assessment, closed) == {"edit": False, "submit": False, "send_back": False}
    back_to(assessment, "submitted")
    assert rules.allowed(somebody(MANAGER, assessment), assessment, closed) == {"reopen": True}


def test_whoever_takes_a_step_too_late_is_told_what_the_page_tells() -> None:
    assessment, late = in_state("draft"), clock.now() + timedelta(days=2)
    with pytest.raises(Refused) as refused:
        rules.require(somebody(HEAD, assessment), "submit", assessment, late)
    assert str(refused.value) == rules.refusal("submit", assessment, late) != ""


def test_an_extension_opens_the_time_to_its_own_unit_alone() -> None:
    assessment, late = in_state("draft"), clock.now() + timedelta(days=2)
    other = SelfAssessmentFactory.create(round_group=assessment.round_group)
    stage = Stage.objects.get(round=assessment.round_group.round, kind=Stage.Kind.SELF_ASSESSMENT)
    until, manager = late + timedelta(days=1), UserFactory.create()
    stage.extensions.create(unit=assessment.unit, closes_at=until, reason="Mưa lũ", granted_by=manager)
    assert [rules.is_open(one, late) for one in (assessment, other)] == [True, False]


@pytest.mark.parametrize("role", ROLES)
def test_members_of_a_unit_are_its_officers_and_head(role: str) -> None:
    assessment = small_assessment()
    assert rules.is_member(somebody(role, assessment), assessment.unit_id) is (role in (OFFICER, HEAD))


@pytest.mark.parametrize(
    ("state", "own", "others"),
    [
        ("infected", *["Tệp có mã độc nên đã bị chặn với mọi người; đơn vị phải thay bằng tệp sạch."] * 2),
        ("scanning", "", "Tệp đang quét mã độc, thường xong sau ít phút: tải lại trang này để mở."),
        *[(state, "", "") for state in ("not_scanned", "clean", "failed")],
    ],
)
def test_a_file_is_withheld_from_all_when_infected_and_from_others_while_it_is_scanned(
    state: str, own: str, others: str
) -> None:
    file = DocumentFactory.build(scan_state=state, unit=None, uploaded_by=None)
    assert (rules.withheld(file, own=True), rules.withheld(file, own=False)) == (own, others)


def test_lists_name_unit_block_and_uploader_without_asking_again(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    assessment = small_assessment()
    document, reader = DocumentFactory.create(unit=assessment.unit), person(Role.OBSERVER)
    assert rules.sees_all(reader)
    with django_assert_num_queries(1):
        seen = rules.visible_to(reader).get()
        assert (seen.unit.group, seen.round_group.round) == (assessment.unit.group, assessment.round_group.round)
        assert seen.round_group.group == assessment.unit.group
    with django_assert_num_queries(1):
        paper = rules.documents_visible_to(reader).get()
        assert (paper.unit, paper.uploaded_by) == (document.unit, document.uploaded_by)


@pytest.mark.parametrize("role", ROLES)
def test_who_reads_which_assessments_and_documents(role: str) -> None:
    mine = small_assessment()
    other = SelfAssessmentFactory.create(round_group=mine.round_group)
    user = somebody(role, mine)
    seen = set(rules.visible_to(user))
    assert (mine in seen, other in seen) == {
        OFFICER: (True, False),
        HEAD: (True, False),
        MANAGER: (True, True),
        "observer": (True, True),
    }.get(role, (False, False))
    documents = [DocumentFactory.create(unit=a.unit) for a in (mine, other)]
    assert [d in rules.documents_visible_to(user) for d in documents] == [mine in seen, other in seen]
    assert [u in rules.units_visible_to(user) for u in (mine.unit, other.unit)] == [mine in seen, other in seen]
