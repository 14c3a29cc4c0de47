"""`copy_year`: last year as a proposal. What stands is kept, what is left out named; a second run changes nothing."""

import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.management import call_command

from appraisal.models import Assignment
from appraisal.tests.factories import assign
from cchc_index.copying.actions import YearCopy, copy_year
from cchc_index.ledger import check
from cchc_index.lib.commands import CommandRefused
from cchc_index.lib.faults import Refused
from cchc_index.lib.tests.row_counts import row_counts
from cchc_index.readiness.queries import readiness
from criteria.actions import confirm_set, freeze
from criteria.annex.actions import import_criteria
from criteria.models import Criterion, Decision, Round, RoundGroup, Stage
from criteria.tests.exports import exported, imported, tree
from criteria.tests.factories import CriteriaSetFactory, open_stage
from criteria.tests.sheets import annex
from selfassess import ledger as selfassess_ledger
from selfassess.models import RoundPaper, SelfAssessment
from selfassess.roundpapers.actions import post_paper
from selfassess.tests.factories import tiny_pdf
from surveys.models import Question, Questionnaire, RespondentGroup, Survey
from surveys.tests.factories import asked_group, surveyed_round
from units.auditlog.models import LogEntry
from units.models import Membership, Role, Succession, Unit, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@dataclass
class Earlier:
    """A year under way: three units, of which two become one; a member, a survey, one appraisal only."""

    block: RoundGroup
    stays: Unit
    merges: list[Unit]
    heir: Unit
    member: User


@pytest.fixture
def earlier() -> Earlier:
    block = surveyed_round(0, year=2031)
    Criterion.objects.filter(code="1").update(max_points=6)
    Criterion.objects.filter(code="1.4").update(parent=Criterion.objects.get(code="1"))
    stays = UnitFactory.create(group=block.group, code="SNV")
    ends = date(2031, 12, 31)
    merges = [UnitFactory.create(group=block.group, code=code, valid_to=ends) for code in ("SKH", "STC")]
    heir = UnitFactory.create(group=block.group, code="STC2", valid_from=date(2032, 1, 1))
    for unit in merges:
        Succession.objects.create(predecessor=unit, successor=heir, kind="merge", on=date(2032, 1, 1))
    asked_group(block)
    Stage.objects.filter(round=block.round, name__in=["explanation", "round2"]).delete()
    open_stage(block.round, "round1")
    member = person(Role.COUNCIL_MEMBER)
    assign(member, block, Criterion.objects.get(code="1.1"), merges)
    return Earlier(block, stays, merges, heir, member)


def copied(source: int = 2031, target: int = 2032, group: str = "") -> YearCopy:
    return copy_year(actor=None, source=source, target=target, group=group)


def next_block() -> RoundGroup:
    return RoundGroup.objects.select_related("round", "group", "criteria_set__decision").get(round__year=2032)


def counts() -> list[int]:
    models = (Round, RoundGroup, Stage, Survey, RespondentGroup, Questionnaire, Question, Assignment, LogEntry)
    return row_counts(models)


def test_set_with_its_rules_measures_the_new_year_as_a_proposal(earlier: Earlier) -> None:
    copied()
    block = next_block()
    assert (block.criteria_set, block.proposed_from, block.frozen_at) == (earlier.block.criteria_set, 2031, None)
    assert "bộ tiêu chí còn là đề xuất chép từ kỳ 2031" in readiness(2032).missing[0].what


def test_stages_come_without_their_hours_and_check_year_asks_for_these(earlier: Earlier) -> None:
    copied()
    stages = Stage.objects.filter(round__year=2032).order_by("position")
    theirs = Stage.objects.filter(round=earlier.block.round).order_by("position")
    fields = ("name", "title", "kind", "two_opinions", "report_required")
    assert list(stages.values_list(*fields)) == list(theirs.values_list(*fields))
    assert not any(stage.is_set for stage in stages)
    assert any("chưa đặt giờ mở, giờ đóng" in one.what for one in readiness(2032).missing)


def test_respondents_and_questionnaires_come_with_their_questions(earlier: Earlier) -> None:
    copied()
    asked = Question.objects.filter(questionnaire__respondent_group__survey__round_group=next_block())
    before = Question.objects.filter(questionnaire__respondent_group__survey__round_group=earlier.block)
    assert list(asked.values_list("criterion", "position")) == list(before.values_list("criterion", "position"))
    assert asked.exists()
    facts = ("code", "name", "position", "mode", "planned_ballots", "weight")
    ours, theirs = (RespondentGroup.objects.filter(survey__round_group=b) for b in (next_block(), earlier.block))
    assert list(ours.values_list(*facts)) == list(theirs.values_list(*facts))


def test_assignments_of_predecessors_go_to_their_successor(earlier: Earlier) -> None:
    copied()
    row = Assignment.objects.get(round_group=next_block())
    assert (row.member, list(row.units.all())) == (earlier.member, [earlier.heir])
    assert row.branch == Criterion.objects.get(code="1.1")


def test_who_left_the_council_is_named_and_gets_nothing(earlier: Earlier) -> None:
    Membership.objects.filter(user=earlier.member).update(active=False)
    report = copied()
    assert not Assignment.objects.filter(round_group=next_block()).exists()
    assert any(str(earlier.member) in sentence for sentence in report.left)


def test_second_run_changes_nothing_and_says_so(earlier: Earlier) -> None:
    copied()
    before = counts()
    out = io.StringIO()
    call_command("copy_year", "--from", "2031", "--to", "2032", stdout=out)
    assert counts() == before
    assert out.getvalue() == "Không có gì thay đổi: kỳ 2032 đã có những gì chép được.\n"


def test_earlier_year_stays_as_it_is_and_the_ledger_agrees(earlier: Earlier) -> None:
    freeze(earlier.block.pk)
    copied()
    earlier.block.refresh_from_db()
    assert earlier.block.proposed_from is None
    assert not [fault for fault in check() if "2031" in fault or "2032" in fault]
    assert LogEntry.objects.filter(verb="year.copy").count() == 1


def test_what_stands_in_the_new_year_is_kept_and_named(earlier: Earlier) -> None:
    own = CriteriaSetFactory.create(decision=Decision.objects.create(number="MỚI"), group=earlier.block.group)
    round_ = Round.objects.create(year=2032, assessed_from=date(2032, 1, 1), assessed_to=date(2032, 11, 30))
    block = RoundGroup.objects.create(round=round_, group=earlier.block.group, criteria_set=own)
    mine = RespondentGroup.objects.create(survey=Survey.objects.create(round_group=block), code="a", name="A")
    report = copied()
    block.refresh_from_db()
    assert (block.criteria_set, block.proposed_from) == (own, None)
    assert list(RespondentGroup.objects.filter(survey__round_group=block)) == [mine]
    assert any("đã có bộ tiêu chí theo MỚI: giữ nguyên" in sentence for sentence in report.left)
    assert Round.objects.get(year=2032).assessed_to == date(2032, 11, 30)


def test_block_whose_units_are_all_gone_is_named_and_not_copied(earlier: Earlier) -> None:
    Unit.objects.filter(group=earlier.block.group).update(valid_from=None, valid_to=date(2031, 12, 31))
    report = copied()
    assert not RoundGroup.objects.filter(round__year=2032).exists()
    assert any("không còn đơn vị nào trong kỳ 2032" in sentence for sentence in report.left)


def test_year_under_way_takes_nothing(earlier: Earlier) -> None:
    copied()
    SelfAssessment.objects.create(round_group=next_block(), unit=earlier.stays)
    before = counts()
    with pytest.raises(Refused, match="không chép kỳ trước vào nữa"):
        copied()
    assert counts() == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--from", "2030", "--to", "2032"), "Không có kỳ 2030; các kỳ đã có: 2031"),
        (("--from", "2031", "--to", "2031"), "kỳ 2031 không sau kỳ 2031"),
        (("--from", "2031", "--to", "2030"), "kỳ 2030 không sau kỳ 2031"),
        (("--from", "2031", "--to", "2032", "--group", "xa"), "Kỳ 2031 không có khối “xa”; các khối: so."),
    ],
)
def test_what_cannot_be_copied_is_refused_with_a_sentence(
    earlier: Earlier, arguments: tuple[str, ...], words: str
) -> None:
    before, err = counts(), io.StringIO()
    with pytest.raises(CommandRefused):
        call_command("copy_year", *arguments, stderr=err)
    assert words in err.getvalue()
    assert counts() == before


def test_only_an_index_manager_copies_and_confirms(earlier: Earlier) -> None:
    with pytest.raises(PermissionDenied):
        copy_year(actor=earlier.member, source=2031, target=2032)
    manager = person(Role.INDEX_MANAGER)
    copy_year(actor=manager, source=2031, target=2032)
    with pytest.raises(PermissionDenied):
        confirm_set(actor=earlier.member, round_group_id=next_block().pk)
    assert next_block().proposed_from == 2031

    assert confirm_set(actor=manager, round_group_id=next_block().pk)
    assert next_block().proposed_from is None
    assert not confirm_set(actor=manager, round_group_id=next_block().pk)
    assert not any("đề xuất" in one.what for one in readiness(2032).missing)


def test_an_annex_over_the_proposal_is_this_years_own(earlier: Earlier) -> None:
    copied()
    rows = annex(("1", "Tiêu chí 1", 2), ("1.1", "Tiêu chí 1.1", 2, "Tự đánh giá"))
    import_criteria(actor=None, file=rows, year=2032, group="so", decision="MỚI 1")
    block = next_block()
    assert (block.proposed_from, block.criteria_set.decision.number) == (None, "MỚI 1")
    ours = Criterion.objects.get(criteria_set=block.criteria_set, code="1.1")
    assert ours.previous == Criterion.objects.get(criteria_set=earlier.block.criteria_set, code="1.1")
    assert earlier.block.criteria_set.criteria.count() == 6


def test_questions_and_assignments_go_with_the_annex_that_replaces_the_proposal(earlier: Earlier) -> None:
    assign(earlier.member, earlier.block, Criterion.objects.get(code="1.2"))
    copied()
    rows = annex(("1", "Tiêu chí 1", 3), ("1.1", "Tiêu chí 1.1", 2, "Tự đánh giá"), ("1.4", "Tiêu chí 1.4", 1, "ĐTXHH"))
    outcome = import_criteria(actor=None, file=rows, year=2032, group="so", decision="MỚI 1")

    ours = {row.code: row for row in Criterion.objects.filter(criteria_set=next_block().criteria_set)}
    asked = Question.objects.filter(questionnaire__respondent_group__survey__round_group=next_block())
    assert [(question.criterion, question.position) for question in asked] == [(ours["1.4"], 0)]
    assert [row.branch for row in Assignment.objects.filter(round_group=next_block())] == [ours["1.1"]]
    lost = [sentence for sentence in outcome.notices if "không còn trong bộ tiêu chí mới" in sentence]
    assert [sentence.partition(" đã bỏ")[0] for sentence in lost] == [
        "1 phân công thẩm định",
        "1 câu hỏi của các mẫu phiếu",
    ]
    theirs = Question.objects.filter(questionnaire__respondent_group__survey__round_group=earlier.block)
    assert [question.criterion.code for question in theirs] == ["1.3", "1.4"]


def test_exported_proposal_names_its_own_codes_as_last_years(earlier: Earlier, tmp_path: Path) -> None:
    copied()
    before = tree(next_block())
    file = exported(next_block(), tmp_path)
    assert imported(next_block(), file).changes == 0
    assert tree(next_block()) == before

    import_criteria(actor=None, file=file, year=2032, group="so", decision="MỚI 1")
    ours = Criterion.objects.filter(criteria_set=next_block().criteria_set).select_related("previous")
    assert {row.previous for row in ours} == set(earlier.block.criteria_set.criteria.all())
    assert all(row.previous and row.previous.code == row.code for row in ours)


def test_illustrative_year_makes_an_illustrative_one(earlier: Earlier) -> None:
    Round.objects.filter(year=2031).update(illustrative=True)
    copied()
    assert Round.objects.get(year=2032).illustrative


def test_documents_of_the_round_are_copied_as_a_list_without_numbers_and_files(earlier: Earlier) -> None:
    manager = person(Role.INDEX_MANAGER)
    post_paper(
        actor=manager,
        round_id=earlier.block.round_id,
        upload=ContentFile(tiny_pdf(), "ke-hoach.pdf"),
        kind="plan",
        number="227/KH-UBND",
        issued_on=date(2030, 8, 5),
        issuer="UBND Thành phố",
        abstract="Xác định Chỉ số",
        audience="everybody",
        group=None,
    )
    report = copy_year(actor=manager, source=2031, target=2032)
    assert any("1 văn bản của kỳ là đề xuất" in line for line in report.done)
    (paper,) = RoundPaper.objects.filter(round__year=2032)
    assert (paper.abstract, paper.number, bool(paper.file), paper.proposed_from) == ("Xác định Chỉ số", "", False, 2031)
    assert copy_year(actor=manager, source=2031, target=2032).done == []
    assert list(selfassess_ledger.check()) == []
