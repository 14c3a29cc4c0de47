"""Last year beside this year, and carrying it over."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.tests.present import present
from criteria.models import Criterion, RoundGroup
from criteria.tests.factories import (
    CriteriaSetFactory,
    CriterionFactory,
    DecisionFactory,
    RoundFactory,
    RoundGroupFactory,
    open_stage,
)
from selfassess.lastyear import actions as lastyear
from selfassess.lastyear import council
from selfassess.lastyear import queries as last_year
from selfassess.models import Document, Evidence, SelfAssessment, SelfScore
from selfassess.tests.factories import DocumentFactory, EvidenceFactory, SelfAssessmentFactory, small_assessment
from units.auditlog.models import LogEntry
from units.models import Role, Succession, Unit, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db

OLD = "Theo báo cáo công tác năm 2030."


@pytest.fixture
def assessment() -> SelfAssessment:
    """2031's draft. In 2030 the unit scored both leaves, 1.1 with words and a document of page 1."""
    made = small_assessment(year=2031)
    open_stage(made.round_group.round, "self_assessment")
    old = submitted_2030(made)
    for code, words in (("1.1", OLD), ("1.2", "")):
        SelfScore.objects.create(
            assessment=old, criterion=leaf(made, code), points=Decimal("0.5"), explanation=words, version=1
        )
    EvidenceFactory.create(score=score_of(old, "1.1"), document=paper(made), page=1, section="II")
    return made


def submitted_2030(made: SelfAssessment) -> SelfAssessment:
    """The same criteria set measured 2030 too."""
    block = RoundGroupFactory.create(round=RoundFactory.create(year=2030), criteria_set=made.round_group.criteria_set)
    return SelfAssessmentFactory.create(
        round_group=block, unit=made.unit, state="submitted", submitted_at=clock.now(), imported=True
    )


def paper(made: SelfAssessment, **fields: object) -> Document:
    return DocumentFactory.create(**{"unit": made.unit, "issued_on": date(2030, 12, 20), **fields})


def leaf(made: SelfAssessment, code: str) -> Criterion:
    return Criterion.objects.get(criteria_set=made.round_group.criteria_set, code=code)


def score_of(made: SelfAssessment, code: str) -> SelfScore:
    return SelfScore.objects.get(assessment=made, criterion__code=code)


@pytest.fixture
def officer(assessment: SelfAssessment) -> User:
    return person(Role.UNIT_OFFICER, assessment.unit)


def copy(actor: User, made: SelfAssessment, *codes: str, **more: Any) -> lastyear.Copied:
    ids = [leaf(made, code).pk for code in codes or ("1.1", "1.2")]
    return lastyear.copy_last_year(actor=actor, assessment_id=made.pk, criterion_ids=ids, **more)


def explain(made: SelfAssessment, words: str) -> SelfScore:
    return SelfScore.objects.create(assessment=made, criterion=leaf(made, "1.1"), explanation=words, version=3)


# --- reading --------------------------------------------------------------------------------------


def test_the_same_criterion_of_an_earlier_round_is_last_year(assessment: SelfAssessment) -> None:
    found = present(last_year.of_criterion(assessment, leaf(assessment, "1.1")))
    assert (found.year, found.score.points, found.score.explanation) == (2030, Decimal("0.5"), OLD)
    assert [(p.document.number, p.page, p.section, p.outside) for p in found.papers] == [
        (Document.objects.get().number, 1, "II", True)
    ]


def test_the_link_leads_to_the_criterion_of_another_set(assessment: SelfAssessment) -> None:
    new_set = CriteriaSetFactory.create(
        decision=DecisionFactory.create(number="02/QĐ-THU"), group=assessment.unit.group
    )
    block = RoundGroupFactory.create(round=RoundFactory.create(year=2032), criteria_set=new_set)
    new = CriterionFactory.create(criteria_set=block.criteria_set, code="7", previous=leaf(assessment, "1.1"))
    later = SelfAssessmentFactory.create(round_group=block, unit=assessment.unit)
    found = present(last_year.of_criterion(later, new))
    assert (found.year, found.score.criterion.code) == (2030, "1.1")


def test_a_draft_of_last_year_and_another_units_score_are_not_shown(assessment: SelfAssessment) -> None:
    stranger = SelfAssessmentFactory.create(
        round_group=assessment.round_group, unit=UnitFactory.create(group=assessment.unit.group)
    )
    assert last_year.of_all(stranger) == []
    SelfAssessment.objects.filter(round_group__round__year=2030).update(
        state="draft", submitted_at=None, imported=False
    )
    assert last_year.of_all(assessment) == []


def test_an_earlier_round_never_shows_a_later_one(assessment: SelfAssessment) -> None:
    old = SelfAssessment.objects.get(round_group__round__year=2030)
    assert last_year.of_all(old) == []


def test_the_councils_word_comes_from_the_readers_in_their_order(
    assessment: SelfAssessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def released(block: RoundGroup, unit: Unit, criteria: list[Criterion]) -> dict[int, council.Finding]:
        assert (block.round.year, unit) == (2030, assessment.unit)
        return {c.pk: council.Finding(Decimal(1), False, "lần 1", "Thiếu số liệu", "Có ở trang 1") for c in criteria}

    def published(block: RoundGroup, unit: Unit, criteria: list[Criterion]) -> dict[int, council.Finding]:
        return {criteria[0].pk: council.Finding(Decimal(2), False, "Công bố")}

    monkeypatch.setattr(council, "_readers", {"một": released, "hai": published})
    found = {row.criterion.code: row.finding for row in last_year.of_all(assessment)}
    assert found["1.1"] == council.Finding(Decimal(2), False, "Công bố", "Thiếu số liệu", "Có ở trang 1")
    assert present(found["1.2"]).points == 1


def test_a_replaced_document_is_offered_in_its_newest_version(assessment: SelfAssessment) -> None:
    old = Document.objects.get()
    new = paper(assessment, replaces=old, number="new", content=b"%PDF new")
    assert [p.document for p in present(last_year.of_criterion(assessment, leaf(assessment, "1.1"))).papers] == [new]


def test_the_queries_do_not_grow_with_criteria_and_documents(assessment: SelfAssessment) -> None:
    with CaptureQueriesContext(
        connection,
    ) as few:
        last_year.of_all(assessment)
    old = SelfAssessment.objects.get(round_group__round__year=2030)
    for number in range(20):
        made = CriterionFactory.create(criteria_set=assessment.round_group.criteria_set, code=f"3.{number}")
        score = SelfScore.objects.create(assessment=old, criterion=made, points=1)
        EvidenceFactory.create(score=score, document=paper(assessment, content=f"%PDF {number}".encode()))
    with CaptureQueriesContext(connection) as many:
        assert len(last_year.of_all(assessment)) == 22
    assert len(many) == len(few)


# --- copying --------------------------------------------------------------------------------------


def test_words_and_documents_are_copied_and_points_are_not(assessment: SelfAssessment, officer: User) -> None:
    copied = copy(officer, assessment)
    assert copied == lastyear.Copied(explanations=1, documents=1, outside=1)
    score = score_of(assessment, "1.1")
    assert (score.explanation, score.points, score.version, score.updated_by) == (OLD, None, 1, officer)
    evidence = Evidence.objects.get(score=score)
    assert (evidence.document, evidence.page, evidence.section) == (Document.objects.get(), 1, "II")
    verbs = list(LogEntry.objects.order_by("number").values_list("verb", flat=True))
    assert verbs == ["criteria.freeze", "selfassess.score", "selfassess.attach"]
    assert "1 tài liệu có ngày ngoài thời kỳ đánh giá" in str(copied)


def test_copying_again_changes_nothing(assessment: SelfAssessment, officer: User) -> None:
    copy(officer, assessment)
    entries = LogEntry.objects.count()
    assert copy(officer, assessment) == lastyear.Copied()
    assert LogEntry.objects.count() == entries


def test_this_years_words_stay_unless_the_person_says_so(assessment: SelfAssessment, officer: User) -> None:
    explain(assessment, "Năm nay làm khác.")
    assert copy(officer, assessment, "1.1").unchanged == 1
    assert score_of(assessment, "1.1").explanation == "Năm nay làm khác."
    assert copy(officer, assessment, "1.1", replace=True).explanations == 1
    assert (score_of(assessment, "1.1").explanation, score_of(assessment, "1.1").version) == (OLD, 4)


def test_only_the_chosen_criteria_are_touched(assessment: SelfAssessment, officer: User) -> None:
    assert copy(officer, assessment, "1.2") == lastyear.Copied()
    assert not SelfScore.objects.filter(assessment=assessment).exists()


def test_a_document_at_a_page_it_has_no_more_or_with_malware_is_not_attached(
    assessment: SelfAssessment, officer: User
) -> None:
    Evidence.objects.update(page=9)
    assert copy(officer, assessment).documents == 0
    Evidence.objects.update(page=1)
    Document.objects.update(scan_state=Document.Scan.INFECTED)
    assert copy(officer, assessment).documents == 0


def test_a_full_criterion_takes_no_more_documents(
    assessment: SelfAssessment, officer: User, settings: Settings
) -> None:
    settings.EVIDENCE_MAX_PER_CRITERION = 1
    EvidenceFactory.create(score=explain(assessment, ""), document=paper(assessment, content=b"%PDF this year"))
    assert copy(officer, assessment).full == 1


def test_only_the_unit_copies_and_only_while_it_may_edit(assessment: SelfAssessment, officer: User) -> None:
    for role in (Role.OBSERVER, Role.INDEX_MANAGER):
        with pytest.raises(PermissionDenied):
            copy(person(role), assessment)
    with pytest.raises(PermissionDenied):
        copy(person(Role.UNIT_OFFICER, UnitFactory.create(group=assessment.unit.group)), assessment)
    open_stage(assessment.round_group.round, "self_assessment", closes=clock.now())
    with pytest.raises(Refused):
        copy(officer, assessment)
    assert not SelfScore.objects.filter(assessment=assessment).exists()


# --- pages ----------------------------------------------------------------------------------------


def at(name: str, made: SelfAssessment, *more: int) -> str:
    return reverse(f"selfassess:{name}", args=[made.pk, *more])


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_criterion_page_shows_last_year_beside_and_one_button_copies_it(
    assessment: SelfAssessment, officer: User
) -> None:
    client, criterion = signed_in(officer), leaf(assessment, "1.1")
    page = client.get(at("criterion", assessment, criterion.pk)).content.decode()
    assert "Năm 2030 bên cạnh năm 2031" in page
    assert OLD in page
    assert "ngoài thời kỳ đánh giá năm nay" in page
    assert client.post(at("copy-last-year", assessment, criterion.pk)).status_code == 302
    page = client.get(at("criterion", assessment, criterion.pk)).content.decode()
    assert f">{OLD}</textarea>" in page
    assert "đã đính kèm năm nay" in page


def test_what_was_typed_is_saved_before_copying(assessment: SelfAssessment, officer: User) -> None:
    criterion = leaf(assessment, "1.1")
    typed = {"version": "0", "points": "1,5", "explanation": "Đang viết."}
    signed_in(officer).post(at("copy-last-year", assessment, criterion.pk), typed)
    score = score_of(assessment, "1.1")
    assert (score.points, score.explanation) == (Decimal("1.5"), "Đang viết.")
    assert Evidence.objects.filter(score=score).count() == 1


def test_a_wrong_value_is_shown_again_and_nothing_is_copied(assessment: SelfAssessment, officer: User) -> None:
    criterion = leaf(assessment, "1.1")
    response = signed_in(officer).post(
        at("copy-last-year", assessment, criterion.pk), {"version": "0", "points": "99", "explanation": ""}
    )
    assert response.status_code == 400
    assert 'value="99"' in response.content.decode()
    assert not SelfScore.objects.filter(assessment=assessment).exists()


def test_the_page_lists_what_can_be_copied_and_one_action_applies_it(assessment: SelfAssessment, officer: User) -> None:
    client = signed_in(officer)
    page = client.get(at("copy", assessment)).content.decode()
    assert "Chép các dòng đã đánh dấu" in page
    assert OLD in page
    response = client.post(at("copy", assessment), {"criteria": [leaf(assessment, "1.1").pk]}, follow=True)
    assert "Đã chép 1 giải trình, đính kèm 1 tài liệu" in response.content.decode()
    assert "không còn gì để chép" in client.get(at("copy", assessment)).content.decode()


def test_choosing_nothing_is_said_and_changes_nothing(assessment: SelfAssessment, officer: User) -> None:
    response = signed_in(officer).post(at("copy", assessment), {"replace": "1"})
    assert response.status_code == 400
    assert "Chưa chọn tiêu chí nào" in response.content.decode()


def test_readers_see_the_page_and_may_not_copy(assessment: SelfAssessment) -> None:
    for role in (Role.OBSERVER, Role.INDEX_MANAGER):
        client = signed_in(person(role))
        assert "Chép các dòng" not in client.get(at("copy", assessment)).content.decode()
        assert client.post(at("copy", assessment), {"criteria": ["1"]}).status_code == 403
    stranger = signed_in(person(Role.UNIT_OFFICER, UnitFactory.create(group=assessment.unit.group)))
    assert stranger.get(at("copy", assessment)).status_code == 404
    assert stranger.post(at("copy-last-year", assessment, leaf(assessment, "1.1").pk)).status_code == 404


def test_a_unit_without_a_last_year_is_told_so(assessment: SelfAssessment, officer: User) -> None:
    SelfAssessment.objects.filter(round_group__round__year=2030).update(
        state="draft", submitted_at=None, imported=False
    )
    assert (
        "Không tiêu chí nào của năm nay có bản đã nộp"
        in signed_in(officer).get(at("copy", assessment)).content.decode()
    )


# --- across a reorganisation ----------------------------------------------------------------------


def became(old: Unit, new: Unit) -> None:
    Succession.objects.create(predecessor=old, successor=new, kind=Succession.Kind.RENAME, on=date(2031, 1, 1))


def of_successor(made: SelfAssessment) -> SelfAssessment:
    """The draft of a unit that is new in 2031."""
    new = UnitFactory.create(group=made.unit.group, name="Sở mới")
    return SelfAssessmentFactory.create(round_group=made.round_group, unit=new)


def test_a_unit_that_one_other_became_reads_its_figures_under_the_former_name(assessment: SelfAssessment) -> None:
    later = of_successor(assessment)
    criterion = leaf(assessment, "1.1")
    assert last_year.of_criterion(later, criterion) is None  # the control
    between = UnitFactory.create(group=assessment.unit.group)
    became(assessment.unit, between)
    became(between, later.unit)
    found = present(last_year.of_criterion(later, criterion))
    assert (found.year, found.score.points, found.former_unit) == (2030, Decimal("0.5"), assessment.unit)
    assert found.papers == []  # documents stay with the unit whose they are
    brief = present(last_year.in_brief(later.round_group, later.unit, criterion))
    assert brief.former_unit == assessment.unit
    assert last_year.merged_from(later.round_group, later.unit) == []
    own = present(last_year.of_criterion(assessment, criterion))
    assert own.former_unit is None


def test_the_readers_are_asked_about_the_former_unit(
    assessment: SelfAssessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Unit] = []

    def reader(round_group: RoundGroup, unit: Unit, criteria: Sequence[Criterion]) -> dict[int, council.Finding]:
        asked.append(unit)
        return {}

    monkeypatch.setattr(council, "_readers", {"thử": reader})
    later = of_successor(assessment)
    became(assessment.unit, later.unit)
    last_year.of_all(later)
    assert asked == [assessment.unit]


def test_words_of_the_former_unit_can_be_copied(assessment: SelfAssessment) -> None:
    later = of_successor(assessment)
    became(assessment.unit, later.unit)
    officer = person(Role.UNIT_OFFICER, later.unit)
    assert copy(officer, later) == lastyear.Copied(explanations=1)
    page = signed_in(officer).get(reverse("selfassess:criterion", args=[later.pk, leaf(later, "1.1").pk]))
    assert assessment.unit.name in page.text


def test_several_units_that_became_one_are_named_and_never_added_up(assessment: SelfAssessment) -> None:
    later = of_successor(assessment)
    other = UnitFactory.create(group=assessment.unit.group, name="Sở thứ hai")
    block = RoundGroup.objects.get(round__year=2030)
    old = SelfAssessmentFactory.create(
        round_group=block, unit=other, state="submitted", submitted_at=clock.now(), imported=True
    )
    SelfScore.objects.create(assessment=old, criterion=leaf(assessment, "1.1"), points=Decimal("0.5"), version=1)
    for unit in (assessment.unit, other):
        became(unit, later.unit)
    assert last_year.of_all(later) == []
    assert set(last_year.merged_from(later.round_group, later.unit)) == {assessment.unit, other}
    client = signed_in(person(Role.UNIT_OFFICER, later.unit))
    for page in (
        reverse("selfassess:criterion", args=[later.pk, leaf(later, "1.1").pk]),
        reverse("selfassess:copy", args=[later.pk]),
    ):
        text = client.get(page).text
        assert "không so sánh được" in text
        assert "Sở thứ hai" in text


def test_a_merged_unit_with_a_year_of_its_own_reads_that(assessment: SelfAssessment) -> None:
    for _ in range(2):
        became(UnitFactory.create(group=assessment.unit.group), assessment.unit)
    found = present(last_year.of_criterion(assessment, leaf(assessment, "1.1")))
    assert (found.former_unit, len(found.papers)) == (None, 1)
    assert last_year.merged_from(assessment.round_group, assessment.unit) == []
