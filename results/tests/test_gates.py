"""What is open before a publication: each gate open and closed, two reasons, archives, the command line, check_year."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisal.archive import actions as archive
from appraisal.council.meetings import actions as meetings
from appraisal.council.meetings.actions import MeetingPlan
from appraisal.models import Action, Appraisal, AppraisalEntry, Question
from appraisal.releases import actions as releases
from appraisal.replies import actions as replies
from appraisal.review.decisions import actions as decisions
from appraisal.tests.factories import Council, acknowledged, council, release_stage
from cchc_index.lib import clock
from cchc_index.lib.commands import CommandRefused
from cchc_index.lib.faults import Refused
from cchc_index.lib.tests.present import present
from criteria.calendar import actions as calendar_actions
from criteria.models import Stage
from criteria.tests.factories import open_stage
from results import ledger
from results.approval.queries import said_of_table, survey_digest
from results.book import read_bundle
from results.files import paper
from results.gates import listing, queries
from results.meeting import paper as meeting_paper
from results.meeting import queries as meeting_queries
from results.models import Publication
from results.publication import actions as publications
from results.publication import queries as publication_queries
from surveys.handover import actions as handover
from surveys.handover import queries as handover_queries
from surveys.models import SurveyScore
from surveys.scores import actions as survey_scores
from units.models import Role, User
from units.tests.factories import person

from .factories import block, give, signed
from .test_approval import approve, meeting

pytestmark = pytest.mark.django_db
DAY = date(2032, 3, 1)
WHY, ALSO = "Thành phố họp ngày mai.", "Đã báo cáo Chủ tịch Hội đồng."


@pytest.fixture
def year() -> Council:
    """A complete year that the council judged in its first appraisal; nobody has been told, the hours have run out."""
    case = council()
    decisions.adjust(
        actor=case.member,
        **case.cell(case.first),
        points=Decimal(1),
        reason_id=case.reason.pk,
        comment="Thiếu báo cáo quý IV.",
        seen_version=0,
    )
    for cell in (case.cell(case.second), *(case.cell(unit, case.other_leaf) for unit in (case.first, case.second))):
        decisions.recognise(actor=case.member, **cell, seen_version=0)
    own = {(case.home.pk, leaf.pk): Decimal(1) for leaf in (case.leaf, case.other_leaf)}
    archive.import_standings(actor=None, round_group=case.round_group, rows=own)
    leaves = case.round_group.criteria_set.criteria.filter(source__in=["survey", "sipas"], is_leaf=True)
    units = (case.first, case.second, case.home)
    rows = {(unit.pk, leaf.pk): Decimal("0.5") for unit in units for leaf in leaves}
    survey_scores.import_scores(actor=None, round_group=case.round_group, rows=rows)
    return case


def kinds(case: Council) -> list[str]:
    return [gate.kind for gate in queries.open_gates(case.round_group.round)]


def close(case: Council, *names: str) -> None:
    before = clock.now() - timedelta(hours=1)
    Stage.objects.filter(round=case.round_group.round, name__in=names).update(closes_at=before)


def without(case: Council, *names: str) -> None:
    """The round does without these stages."""
    for name in names:
        stage = Stage.objects.get(round=case.round_group.round, name=name)
        calendar_actions.remove_stage(actor=case.manager, stage_id=stage.pk)


def told(case: Council) -> None:
    """The year has one appraisal and a reply, and the units have been told."""
    without(case, "round2", "final")
    release_stage(case.manager, case.round_group)
    close(case, "self_assessment", "round1", "explanation")


def propose(case: Council, reason: str = "", number: str = "1/QĐ") -> Publication:
    return publications.propose(
        actor=case.manager, round_id=case.round_group.round_id, number=number, dated=DAY, reason=reason
    )


def test_a_round_of_files_alone_has_no_gates_and_says_that_it_is_an_archive() -> None:
    round_group = block("A")
    give(round_group, {"A": {"1": "60", "2": "30"}})
    assert queries.open_gates(round_group.round) == []
    made = publications.publish(round_id=round_group.round_id, number="1/QĐ", dated=DAY, signers=signed())
    assert (made.archives, made.open_gates) == (["so"], [])
    words = paper.report_markup(read_bundle(publication_queries.printed(made)))
    assert "nhập từ hồ sơ lưu, không thẩm định trên hệ thống" in words


def test_what_the_council_judged_is_no_archive(year: Council) -> None:
    assert queries.archived_blocks(queries.facts(year.round_group.round)) == []


def test_every_stage_that_the_round_lists_is_told_before(year: Council) -> None:
    said = [gate.what for gate in queries.open_gates(year.round_group.round) if gate.kind == listing.STAGE]
    assert [what.partition("giai đoạn ")[2] for what in said] == [
        "Thẩm định lần 1 cho đơn vị",
        "Thẩm định lần 2 cho đơn vị",
        "Hội đồng quyết định cho đơn vị",
    ]
    told(year)
    assert listing.STAGE not in kinds(year)
    releases.withdraw_release(
        actor=year.manager, round_group_id=year.round_group.pk, stage="round1", reason="Thông báo nhầm."
    )
    assert listing.STAGE in kinds(year)


def test_a_reply_window_is_a_gate_until_it_closes_for_everybody(year: Council) -> None:
    told(year)
    stage = open_stage(year.round_group.round, "explanation")
    assert kinds(year) == [listing.REPLY]
    close(year, "explanation")
    assert kinds(year) == []
    calendar_actions.grant_extension(
        actor=year.manager,
        stage_id=stage.pk,
        unit_id=year.first.pk,
        closes_at=clock.now() + timedelta(days=1),
        reason="Mất điện.",
    )
    assert kinds(year) == [listing.REPLY]


def test_a_disagreement_is_a_gate_until_a_later_stage_settles_it(year: Council) -> None:
    without(year, "final")
    release_stage(year.manager, year.round_group)
    open_stage(year.round_group.round, "explanation")
    head = person(Role.UNIT_HEAD, year.first)
    standing = Appraisal.objects.get(unit=year.first, criterion=year.leaf)
    replies.reply(actor=head, appraisal_id=standing.pk, agree=False, comment="Đã có báo cáo.", document_ids=[])
    assert listing.DISAGREEMENT in kinds(year)
    close(year, "explanation")
    assert AppraisalEntry.objects.filter(action=Action.DISAGREE).exists()
    open_stage(year.round_group.round, "round2")
    standing.refresh_from_db()
    decisions.recognise(
        actor=year.member, **year.cell(year.first), comment="Đã đối chiếu.", seen_version=standing.version
    )
    assert listing.DISAGREEMENT not in kinds(year)


def test_an_objection_that_a_later_release_overtook_is_settled(year: Council) -> None:
    without(year, "final")
    release_stage(year.manager, year.round_group)
    open_stage(year.round_group.round, "explanation")
    standing = Appraisal.objects.get(unit=year.first, criterion=year.leaf)
    head = person(Role.UNIT_HEAD, year.first)
    replies.reply(actor=head, appraisal_id=standing.pk, agree=False, comment="Đã có báo cáo.", document_ids=[])
    open_stage(year.round_group.round, "round2")
    release_stage(year.manager, year.round_group, "round2")
    close(year, "self_assessment", "round1", "explanation", "round2")
    assert kinds(year) == []


@pytest.mark.parametrize(
    ("state", "is_gate"),
    [(Question.State.OPEN, True), (Question.State.ANSWERED, True), (Question.State.CLOSED, False)],
)
def test_a_question_is_a_gate_until_it_is_closed(year: Council, state: str, is_gate: bool) -> None:
    told(year)
    Question.objects.create(
        round_group=year.round_group,
        unit=year.first,
        criterion=year.leaf,
        opened_by=year.member,
        opened_at=clock.now(),
        due_on=clock.today(),
        state=state,
    )
    assert (listing.QUESTION in kinds(year)) is is_gate


def test_the_report_is_looked_at_after_the_last_decision(year: Council) -> None:
    without(year, "round2", "final")
    assert listing.REPORT in kinds(year)
    acknowledged(year.manager, year.round_group)
    assert listing.REPORT not in kinds(year)
    with clock.at(clock.now() + timedelta(seconds=2)):
        standing = Appraisal.objects.get(unit=year.first, criterion=year.leaf)
        decisions.recognise(actor=year.member, **year.cell(year.first), comment="Đủ.", seen_version=standing.version)
    assert listing.REPORT in kinds(year)


@pytest.mark.parametrize("name", ["self_assessment", "survey"])
def test_hours_that_run_or_have_not_begun_are_gates(year: Council, name: str) -> None:
    told(year)
    assert kinds(year) == []
    open_stage(year.round_group.round, name)
    assert kinds(year) == [listing.PHASE]
    close(year, name)
    assert kinds(year) == []
    open_stage(
        year.round_group.round, name, opens=clock.now() + timedelta(days=1), closes=clock.now() + timedelta(days=2)
    )
    assert kinds(year) == [listing.PHASE]


def test_the_hours_of_the_publication_itself_are_no_gate(year: Council) -> None:
    told(year)
    open_stage(year.round_group.round, "publication")
    assert kinds(year) == []


def test_nothing_is_published_past_a_gate_unless_two_people_say_why(year: Council) -> None:
    second = person(Role.INDEX_MANAGER)
    with pytest.raises(Refused, match="chưa thông báo kết quả giai đoạn Thẩm định lần 1"):
        propose(year)
    with pytest.raises(Refused, match="nêu lý do"):
        propose(year, reason="  ")
    proposal = propose(year, reason=WHY)
    with pytest.raises(Refused, match="chưa thông báo kết quả"):
        publications.approve(actor=second, publication_id=proposal.pk)
    made = publications.approve(actor=second, publication_id=proposal.pk, reason=ALSO)
    assert (made.proposer_reason, made.approver_reason) == (WHY, ALSO)
    assert {gate["kind"] for gate in made.open_gates} == set(kinds(year))
    words = paper.report_markup(read_bundle(publication_queries.printed(made)))
    assert WHY in words
    assert ALSO in words
    assert "chưa thông báo kết quả giai đoạn Thẩm định lần 1" in words
    assert list(ledger.check()) == []
    Publication.objects.update(approver_reason="Khác.")
    assert "lý do của người duyệt" in "".join(ledger.check())


def test_the_reasons_stand_on_the_public_page_and_in_the_minutes_of_the_meeting_before(year: Council) -> None:
    before, after = meeting(year.round_group, year.manager), clock.now() + timedelta(days=1)
    proposal = propose(year, reason=WHY)
    made = publications.approve(actor=person(Role.INDEX_MANAGER), publication_id=proposal.pk, reason=ALSO)
    page = Client().get(reverse("results:publication", args=[year.round_group.round.year, "1-qd"])).text
    (passed,) = meeting_queries.minutes(before).passed
    words = meeting_paper.minutes_markup(meeting_queries.minutes(before))
    assert passed.publication == made
    for said in (WHY, ALSO, "chưa thông báo kết quả giai đoạn Thẩm định lần 1"):
        assert said in page
        assert said in words
    with clock.at(after):
        plan = MeetingPlan("session", "Họp lần hai", clock.now())
        later = meetings.plan(actor=year.manager, council_id=before.council_id, entry=plan)
        later = meetings.begin(actor=year.manager, meeting_id=later.pk)
    assert meeting_queries.minutes(later).passed == [], "each publication is told once"
    assert len(meeting_queries.minutes(before).passed) == 1


def test_a_publication_past_nothing_says_nothing_of_gates(year: Council) -> None:
    told(year)
    before = meeting(year.round_group, year.manager)
    approve(before, year.round_group, year.manager, "survey", "ranking")
    proposal = propose(year)
    publications.approve(actor=person(Role.INDEX_MANAGER), publication_id=proposal.pk)
    page = Client().get(reverse("results:publication", args=[year.round_group.round.year, "1-qd"])).text
    assert "chưa hoàn thành" not in page
    assert meeting_queries.minutes(before).passed == []


def test_reasons_for_nothing_are_not_kept(year: Council) -> None:
    told(year)
    made = propose(year, reason=WHY)
    assert (made.open_gates, made.proposer_reason) == ([], "")


def test_a_gate_that_opens_after_the_proposal_is_proposed_anew(year: Council) -> None:
    told(year)
    proposal, second = propose(year), person(Role.INDEX_MANAGER)
    open_stage(year.round_group.round, "survey")
    with pytest.raises(Refused, match="Từ khi đề nghị công bố có thêm việc chưa xong: Kỳ .* chưa đóng"):
        publications.approve(actor=second, publication_id=proposal.pk, reason=ALSO)
    close(year, "survey")
    assert publications.approve(actor=second, publication_id=proposal.pk).state == "published"


def test_the_command_line_asks_for_both_reasons(year: Council, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "ranking_pdf", lambda b: b"%PDF")
    two = signed()
    given = ["publish_index", "--year", str(year.round_group.round.year), "--number", "1/QĐ", "--date", "2032-03-01"]
    given += ["--out", str(tmp_path), "--proposed-by", two.proposer.username, "--approved-by", two.approver.username]
    for reasons in ([], ["--proposer-reason", WHY], ["--approver-reason", ALSO]):
        with pytest.raises(CommandRefused, match=r"việc chưa xong.*Thẩm định lần 1"):
            call_command(*given, *reasons)
    assert not Publication.objects.exists()
    call_command(*given, "--proposer-reason", WHY, "--approver-reason", ALSO)
    made = Publication.objects.get()
    assert (made.state, made.proposer_reason, made.approver_reason) == ("published", WHY, ALSO)
    assert list(ledger.check()) == []


def test_reasons_without_names_are_refused(year: Council) -> None:
    with pytest.raises(Refused, match="việc chưa xong"):
        publications.publish(
            round_id=year.round_group.round_id, number="1/QĐ", dated=DAY, signers=replace(signed(), proposer_reason=WHY)
        )


def test_the_pages_name_the_gates_and_take_the_reasons(year: Council, client: Client) -> None:
    client.force_login(year.manager)
    address = f"{reverse('results:propose')}?nam={year.round_group.round.year}"
    page = client.get(address).content.decode()
    assert "chưa thông báo kết quả giai đoạn Thẩm định lần 1" in page
    link = reverse("appraisal:release", args=[year.round_group.group.code, "round1"])
    assert f"{link}?nam={year.round_group.round.year}" in page
    sent = {"number": "1/QĐ", "dated": "2032-03-01"}
    assert client.post(address, sent).status_code == 422
    assert client.post(address, {**sent, "reason": WHY}).status_code == 302

    proposal = Publication.objects.get()
    client.force_login(person(Role.INDEX_MANAGER))
    place = reverse("results:approve", args=[proposal.pk])
    refusal = client.post(place, {"reason": ""})
    assert refusal.status_code == 422
    assert "việc chưa xong" in refusal.content.decode()
    done = client.post(place, {"reason": ALSO}, follow=True).content.decode()
    assert WHY in done
    assert ALSO in done
    assert present(Publication.objects.first()).state == "published"


def test_check_year_names_the_gates(year: Council) -> None:
    without(year, "explanation", "round2", "final")
    open_stage(year.round_group.round, "self_assessment")
    out = StringIO()
    with pytest.raises(SystemExit) as exit_:
        call_command("check_year", "--year", str(year.round_group.round.year), "--format", "json", stdout=out)
    assert exit_.value.code == 2
    missing = json.loads(out.getvalue())["missing"]
    named = [one for one in missing if "chưa thông báo kết quả giai đoạn Thẩm định lần 1" in one["what"]]
    assert [one["before"] for one in named] == ["publication"]


def test_gates_cost_the_same_for_many_blocks_and_units(year: Council) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as counted:
            queries.open_gates(year.round_group.round)
        return len(counted)

    before = cost()
    other = block("X", "Y", group="huyen", year=year.round_group.round.year)
    give(other, {"X": {"1": "60", "2": "30"}, "Y": {"1": "50", "2": "30"}})
    assert cost() == before


@pytest.mark.parametrize(
    ("errata", "says"),
    [
        ("Sửa ngày của quyết định.", True),
        ("Đính chính số quyết định.", True),
        ("Sửa lỗi chính tả ở tên đơn vị.", True),
        ("Sửa điểm.", False),
        ("Đính chính số liệu.", False),
        ("", False),
    ],
)
def test_unchanged_data_are_published_again_only_for_the_document_itself(errata: str, says: bool) -> None:
    round_group = block("A")
    give(round_group, {"A": {"1": "60", "2": "30"}})
    given = {"round_id": round_group.round_id, "dated": DAY, "signers": signed()}
    publications.publish(number="1/QĐ", **given)  # type: ignore[arg-type]
    again: dict[str, Any] = {**given, "number": "2/QĐ", "supersedes": "1/QĐ", "errata": errata}
    if says:
        assert publications.publish(**again).errata == errata
        return
    with pytest.raises(Refused, match="không có gì để đính chính" if errata else "Thiếu nội dung đính chính"):
        publications.publish(**again)
    give(round_group, {"A": {"1": "61"}})
    if errata:
        assert publications.publish(**again).errata == errata


def test_the_approver_sees_what_differs_from_what_is_in_force(client: Client) -> None:
    round_group = block("A", "B", "C")
    give(round_group, {code: {"1": points, "2": "30"} for code, points in zip("ABC", ("60", "55", "50"), strict=True)})
    publications.publish(round_id=round_group.round_id, number="1/QĐ", dated=DAY, signers=signed())
    give(round_group, {"B": {"1": "65"}})
    manager: User = person(Role.INDEX_MANAGER)
    proposal = publications.propose(actor=manager, round_id=round_group.round_id, number="2/QĐ", dated=DAY)
    client.force_login(person(Role.INDEX_MANAGER))
    page = client.get(reverse("results:proposal", args=[proposal.pk])).content.decode()
    table = page.partition("<caption>")[2].partition("</table>")[0]
    said = "2 đơn vị thay đổi so với công bố số 1/QĐ, trong đó 1 đơn vị có số liệu thay đổi"
    assert said in " ".join(table.split())
    assert (table.count("chỉ đổi hạng"), table.count(">tăng<"), table.count(">giảm<")) == (1, 1, 0)
    names = {unit.code: unit.name for unit in round_group.group.units.all()}
    assert names["A"] in table
    assert names["B"] in table
    assert names["C"] not in table
    assert [text for text in ("85,00", "95,00") if text in table] == ["85,00", "95,00"]
    assert "Đầu và cuối bảng xếp hạng" in page


def surveyed(case: Council) -> tuple[User, User]:
    """The points of the survey come from ballots, in a phase that is over; who signs and who receives them."""
    SurveyScore.objects.filter(round_group=case.round_group).update(method=SurveyScore.Method.BALLOTS)
    before = clock.now() - timedelta(hours=1)
    given = {"name": "survey", "title": "Điều tra", "opens_at": before - timedelta(days=9), "closes_at": before}
    Stage.objects.update_or_create(round=case.round_group.round, kind=Stage.Kind.SURVEY, defaults=given)
    return person(Role.SURVEY_OPERATOR, full_name="Trần Thị Viện"), person(Role.INDEX_MANAGER)


def test_a_table_of_the_survey_is_a_gate_until_it_is_signed_and_received_as_it_stands(year: Council) -> None:
    told(year)
    assert kinds(year) == []
    operator, receiver = surveyed(year)
    assert kinds(year) == [listing.HANDOVER]
    seen = handover_queries.standing(year.round_group).digest
    row = handover.sign_table(actor=operator, round_group_id=year.round_group.pk, seen=seen)
    (gate,) = queries.open_gates(year.round_group.round)
    assert "chờ Sở Nội vụ tiếp nhận" in gate.what
    assert gate.link == reverse("surveys:handover", args=[year.round_group.pk])
    handover.receive_table(actor=receiver, signature_id=row.pk)
    assert kinds(year) == []
    SurveyScore.objects.filter(unit=year.first).update(points=Decimal("0.25"))
    (gate,) = queries.open_gates(year.round_group.round)
    assert "đã thay đổi sau khi Trần Thị Viện ký" in gate.what


def test_two_people_publish_past_an_unsigned_table_with_reasons(year: Council) -> None:
    told(year)
    surveyed(year)
    with pytest.raises(Refused, match="bảng điểm ĐTXHH chưa được ký bàn giao"):
        propose(year)
    made = propose(year, WHY)
    assert [gate["kind"] for gate in made.open_gates] == [listing.HANDOVER]
    published = publications.approve(actor=person(Role.INDEX_MANAGER), publication_id=made.pk, reason=ALSO)
    assert published.state == "published"


def test_the_council_approves_the_digest_that_was_signed(year: Council) -> None:
    operator, _ = surveyed(year)
    block_ = year.round_group
    seen = handover_queries.standing(block_).digest
    assert seen == survey_digest(block_)
    assert said_of_table(block_.pk, seen) == ""
    row = meeting(block_, year.manager)
    assert "chưa thông qua bảng điểm này" in said_of_table(block_.pk, seen)
    approve(row, block_, year.manager, "survey")
    assert "thông qua bảng điểm này lúc" in said_of_table(block_.pk, seen)
    assert "chưa thông qua bảng điểm này" in said_of_table(block_.pk, "0" * 64)
    handover.sign_table(actor=operator, round_group_id=block_.pk, seen=seen)
    client = Client()
    client.force_login(operator)
    page = client.get(reverse("surveys:handover", args=[block_.pk])).content.decode()
    assert "Hội đồng thẩm định thông qua bảng điểm này lúc" in page
