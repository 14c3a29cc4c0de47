"""Lịch sử thay đổi điểm: every movement with actor, time and reason; each reader sees their part of it."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisal.lastyear.queries import released
from appraisal.replies import actions as replies
from appraisal.review.decisions import actions as decisions
from appraisal.review.undo import actions as undo
from appraisal.tests.factories import Council, assign, council, release_stage
from cchc_index.lib import clock
from cchc_index.lib.tests.present import present
from criteria.calendar import actions as criteria
from criteria.models import Criterion
from criteria.tests.factories import open_stage
from results import tasks
from results.models import Job, Publication
from results.publication import queries as publication_queries
from results.statement import actions as statements
from results.statement import queries as statement_queries
from results.statement import rules as statement_rules
from results.tests.published import publish
from selfassess.archive import actions as archive
from selfassess.evidence import actions as evidence
from selfassess.lifecycle import actions as lifecycle
from selfassess.models import SelfAssessment
from selfassess.scores import actions as scores
from selfassess.tests.factories import DocumentFactory
from surveys.scores import actions as survey_scores
from units.models import Role, Unit, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db

LOWERED = "Tài liệu chưa thể hiện đủ số liệu."


@pytest.fixture
def year() -> Council:
    """Three units have submitted, the first appraisal is open."""
    return council()


def walk(made: Council) -> None:
    """Round 1: the first leaf is lowered, the second recognised."""
    decisions.adjust(
        actor=made.member,
        **made.cell(),
        points=Decimal(1),
        reason_id=made.reason.pk,
        comment=LOWERED,
        seen_version=0,
    )
    decisions.recognise(actor=made.member, **made.cell(leaf=made.other_leaf), seen_version=0)


def release(made: Council, stage: str) -> None:
    release_stage(made.manager, made.round_group, stage)


def settle(made: Council) -> None:
    """The unit objects, round 2 takes its word; not yet released."""
    open_stage(made.round_group.round, "explanation")
    replies.reply(
        actor=made.head, appraisal_id=made.standing().pk, agree=False, comment="Có ở trang 3.", document_ids=[]
    )
    open_stage(made.round_group.round, "round2")
    decisions.recognise(actor=made.member, **made.cell(), comment="Đã đối chiếu.", seen_version=made.standing().version)


def read(made: Council, user: User, unit: Unit | None = None) -> statement_queries.Statement:
    sight = statement_rules.sight_of(user, made.round_group, unit or made.first)
    assert sight is not None
    return statement_queries.statement(made.round_group, unit or made.first, sight)


def lines(statement: statement_queries.Statement) -> list[tuple[str, str, str, str, str]]:
    return [(m.code, m.what, m.before, m.after, m.actor) for m in statement.movements]


# --- what it says ---------------------------------------------------------------------------------


def test_every_movement_of_the_council_stands_with_actor_and_reason_for_the_manager(year: Council) -> None:
    walk(year)
    release(year, "round1")
    settle(year)
    member, manager, head = str(year.member), str(year.manager), str(year.head)
    assert lines(read(year, year.manager)) == [
        ("1.1", "Thẩm định lần 1: điều chỉnh", "", "1,00", member),
        ("1.2", "Thẩm định lần 1: công nhận", "", "0,00", member),
        ("", "Thông báo kết quả Thẩm định lần 1", "", "", manager),
        ("1.1", "Giải trình: đơn vị không đồng ý", "", "", head),
        ("1.1", "Thẩm định lần 2: công nhận", "1,00", "1,50", member),
    ]
    assert LOWERED.rstrip(".") in read(year, year.manager).movements[0].reason


def test_the_unit_reads_released_stages_alone_and_the_council_as_one(year: Council) -> None:
    walk(year)
    assert lines(read(year, year.officer)) == []
    release(year, "round1")
    settle(year)
    statement = read(year, year.officer)
    assert [m.what for m in statement.movements] == [
        "Thẩm định lần 1: điều chỉnh",
        "Thẩm định lần 1: công nhận",
        "Thông báo kết quả Thẩm định lần 1",
        "Giải trình: đơn vị không đồng ý",
    ]
    assert statement.actors == sorted([statement_queries.COUNCIL, str(year.head)])
    assert str(year.member) not in str(statement.movements)


def test_a_decision_taken_back_moves_the_point_back_and_only_the_council_reads_it(year: Council) -> None:
    walk(year)
    undo.undo(actor=year.member, **year.cell(), seen_version=1)
    decisions.recognise(actor=year.member, **year.cell(), seen_version=2)
    undo.undo(actor=year.member, **year.cell(leaf=year.other_leaf), seen_version=1)
    member = str(year.member)
    taken_back = [
        ("1.1", "Thẩm định lần 1: điều chỉnh", "", "1,00", member),
        ("1.2", "Thẩm định lần 1: công nhận", "", "0,00", member),
        ("1.1", "Thẩm định lần 1: hoàn tác", "1,00", "chờ thẩm định", member),
        ("1.1", "Thẩm định lần 1: công nhận", "", "1,50", member),
        ("1.2", "Thẩm định lần 1: hoàn tác", "0,00", "chờ thẩm định", member),
    ]
    assert lines(read(year, year.manager)) == taken_back
    assert lines(read(year, year.member)) == taken_back
    assert lines(read(year, year.officer)) == []
    release(year, "round1")
    assert lines(read(year, year.officer)) == [
        ("1.1", "Thẩm định lần 1: công nhận", "", "1,50", statement_queries.COUNCIL),
        ("", "Thông báo kết quả Thẩm định lần 1", "", "", statement_queries.COUNCIL),
    ]


def test_taken_back_in_round_two_the_point_returns_to_round_one(year: Council) -> None:
    walk(year)
    release(year, "round1")
    settle(year)
    undo.undo(actor=year.member, **year.cell(), seen_version=3)
    last = lines(read(year, year.manager))[-1]
    assert last == ("1.1", "Thẩm định lần 2: hoàn tác", "1,50", "1,00", str(year.member))
    release(year, "round2")
    assert not [line for line in lines(read(year, year.officer)) if "lần 2: " in line[1]]


def test_the_units_own_steps_stand_with_before_after_and_words() -> None:
    made = council(stage=None)
    open_stage(made.round_group.round, "self_assessment")
    unit = UnitFactory.create(group=made.round_group.group)
    officer, head = person(Role.UNIT_OFFICER, unit), person(Role.UNIT_HEAD, unit)
    own = lifecycle.open_assessment(actor=officer, round_group=made.round_group, unit=unit)

    def save(points: str, version: int, words: str = "", na: str = "") -> None:
        scores.save_score(
            actor=officer,
            assessment_id=own.pk,
            criterion_id=made.leaf.pk,
            figures={},
            points=points,
            explanation=words,
            na_claimed=bool(na),
            na_reason=na,
            seen_version=version,
        )

    save("0", 0)
    save("1,25", 1, "Theo báo cáo.")
    save("", 2, "Theo báo cáo.", "Không có nhiệm vụ.")
    document = DocumentFactory.create(unit=unit, number="9/BC")
    evidence.attach(
        actor=officer, assessment_id=own.pk, criterion_id=made.leaf.pk, document_id=document.pk, page=1, section="II"
    )
    lifecycle.hand_over(actor=officer, assessment_id=own.pk, known_open=["1.2"])
    lifecycle.send_back(actor=head, assessment_id=own.pk, reason="Bổ sung số liệu.")
    statement = read(made, officer, unit)
    assert [(m.code, m.what, m.before, m.after, m.reason) for m in statement.movements] == [
        ("", "Bắt đầu tự đánh giá", "", "", ""),
        ("1.1", "Tự đánh giá", "chưa chấm", "0,00", ""),
        ("1.1", "Tự đánh giá", "0,00", "1,25", "Giải trình: Theo báo cáo"),
        ("1.1", "Tự đánh giá", "1,25", "không áp dụng", "Lý do: Không có nhiệm vụ"),
        ("1.1", "Đính kèm tài liệu kiểm chứng", "", "9/BC, trang 1, mục II", ""),
        ("", "Trình thủ trưởng", "đang nhập", "chờ thủ trưởng duyệt", "Còn 1 tiêu chí chưa đủ: 1.2."),
        ("", "Trả lại cho công chức phụ trách", "chờ thủ trưởng duyệt", "đang nhập", "Bổ sung số liệu."),
    ]
    assert {m.actor for m in statement.movements} == {str(officer), str(head)}


def test_archived_scores_are_movements_of_the_unit_they_name(year: Council) -> None:
    unit = UnitFactory.create(group=year.round_group.group, code="005")
    rows = {(unit.pk, year.leaf.pk): Decimal("0.5"), (unit.pk, year.other_leaf.pk): None}
    archive.import_scores(actor=year.manager, round_group=year.round_group, rows=rows)
    assert [(m.code, m.after) for m in read(year, year.manager, unit).movements] == [
        ("1.1", "0,50"),
        ("1.2", "không áp dụng"),
    ]
    assert read(year, year.manager, year.second).movements == []


def survey(made: Council, value: str) -> None:
    leaf = Criterion.objects.get(criteria_set=made.round_group.criteria_set_id, code="1.3")
    rows = {(unit.pk, leaf.pk): Decimal(value) for unit in (made.first, made.second)}
    survey_scores.import_scores(actor=None, round_group=made.round_group, rows=rows)


def test_survey_points_are_shown_to_the_unit_from_publication_on(year: Council) -> None:
    survey(year, "0.4")
    survey(year, "0.75")
    expected = [("1.3", "chưa chấm", "0,40"), ("1.3", "0,40", "0,75")]
    assert [(m.code, m.before, m.after) for m in read(year, year.manager).movements] == expected
    assert read(year, year.head).movements == []
    Publication.objects.create(
        round=year.round_group.round,
        number="1/QĐ",
        dated=date(2032, 3, 1),
        state="published",
        bundle="{}",
        digest="0" * 64,
        proposed_at=clock.now(),
        published_at=clock.now(),
    )
    seen = read(year, year.head).movements
    assert [(m.code, m.before, m.after) for m in seen[:2]] == expected
    assert seen[-1].what == "Công bố Chỉ số CCHC theo Quyết định số 1/QĐ"
    survey(year, "0.8")  # towards a correction that is not published yet
    assert len(read(year, year.head).movements) == len(seen)


def test_an_extension_of_the_unit_is_a_movement_with_its_reason(year: Council) -> None:
    stage = open_stage(year.round_group.round, "self_assessment")
    closes = present(stage.closes_at) + timedelta(days=1)
    criteria.grant_extension(
        actor=year.manager, stage_id=stage.pk, unit_id=year.first.pk, closes_at=closes, reason="Sáp nhập."
    )
    statement = read(year, year.head)
    assert [(m.what, m.reason, m.actor) for m in statement.movements] == [("Gia hạn", "Sáp nhập.", str(year.manager))]
    assert read(year, year.manager, year.second).movements == []


# --- who sees it ----------------------------------------------------------------------------------


def address(made: Council, unit: Unit | None = None, name: str = "statement") -> str:
    unit = unit or made.first
    return reverse(f"results:{name}", args=[made.round_group.round.year, unit.group.code, unit.code])


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_member_sees_the_criteria_assigned_and_at_home_what_the_unit_sees(year: Council) -> None:
    walk(year)
    assert {m.code for m in read(year, year.member).movements} == {"1.1", "1.2"}
    part = person(Role.COUNCIL_MEMBER)
    assign(part, year.round_group, branch=year.leaf)
    assert {m.code for m in read(year, part).movements} == {"1.1"}
    sight = statement_rules.sight_of(year.member, year.round_group, year.home)
    assert sight is not None
    assert (sight.names, sight.everything, sight.unsubmitted) == (False, False, False)


def test_a_draft_is_shown_to_the_unit_and_to_managers_and_not_to_the_council(year: Council) -> None:
    open_stage(year.round_group.round, "self_assessment")
    own = SelfAssessment.objects.get(unit=year.first)
    lifecycle.reopen(actor=year.manager, assessment_id=own.pk, reason="Thiếu phụ lục.")
    assert [m.what for m in read(year, year.head).movements] == ["Mở lại bản tự đánh giá"]
    assert [m.what for m in read(year, year.manager).movements] == ["Mở lại bản tự đánh giá"]
    assert read(year, year.member).movements == []


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_reaches_the_page_and_the_pdf(year: Council, method: str) -> None:
    name, good = ("statement", 200) if method == "get" else ("statement-pdf", 302)
    unassigned = person(Role.COUNCIL_MEMBER)
    other = person(Role.UNIT_HEAD, year.second)
    table = [
        (year.officer, good),
        (year.head, good),
        (year.manager, good),
        (person(Role.OBSERVER), good),
        (year.member, good),
        (unassigned, 404),
        (other, 404),
        (person(Role.SURVEY_OPERATOR), 403),
    ]
    for user, expected in table:
        assert getattr(signed_in(user), method)(address(year, name=name)).status_code == expected, user
    assert Client().get(address(year)).status_code == 302


def test_units_and_years_that_are_not_there_are_not_found(year: Council) -> None:
    client = signed_in(year.manager)
    place = [year.round_group.round.year, "so", "KHONG-CO"]
    assert client.get(reverse("results:statement", args=place)).status_code == 404
    place = [1999, "so", year.first.code]
    assert client.get(reverse("results:statement", args=place)).status_code == 404


# --- the page -------------------------------------------------------------------------------------


def test_filters_stand_in_the_address(year: Council) -> None:
    walk(year)
    release(year, "round1")
    settle(year)
    client = signed_in(year.manager)

    def rows(**query: str) -> list[str]:
        return [m.code for m in client.get(address(year), query).context["page"].object_list]

    assert rows(**{"tieu-chi": "1.1"}) == ["1.1"] * 3
    assert rows(nguoi=str(year.head)) == ["1.1"]
    assert rows(xep="tieu-chi") == ["", "1.1", "1.1", "1.1", "1.2"]
    assert rows(**{"tieu-chi": "9.9"}) == []
    assert "Không có lần thay đổi nào hợp với bộ lọc" in client.get(address(year), {"tieu-chi": "9.9"}).content.decode()


def test_an_empty_statement_says_what_will_stand_there(year: Council) -> None:
    assert "Từ lần chấm đầu tiên" in signed_in(year.head).get(address(year)).content.decode()


def test_the_queries_do_not_grow_with_movements(year: Council) -> None:
    walk(year)
    client = signed_in(year.manager)
    client.get(address(year))
    with CaptureQueriesContext(connection) as few:
        client.get(address(year))
    for turn in range(8):
        decisions.adjust(
            actor=year.member,
            **year.cell(),
            points=Decimal(turn) / 10,
            reason_id=year.reason.pk,
            comment=LOWERED,
            seen_version=turn + 1,
        )
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(address(year)).context["page"].object_list) == 10
    assert len(many) == len(few)


# --- the PDF --------------------------------------------------------------------------------------


@pytest.fixture
def pdf_text() -> Callable[[Job], str]:
    from pypdf import PdfReader

    def text(job: Job) -> str:
        job.refresh_from_db()
        assert job.state == Job.State.DONE, job.message
        with job.file.open("rb") as stream:
            return "\n".join(page.extract_text() for page in PdfReader(stream).pages)

    return text


def test_the_pdf_shows_what_who_asked_may_see(year: Council, pdf_text: Callable[[Job], str]) -> None:
    walk(year)
    release(year, "round1")
    texts = []
    for user in (year.manager, year.head):
        job = statements.request_statement(actor=user, round_group_id=year.round_group.pk, unit_id=year.first.pk)
        tasks.report(job.pk)
        texts.append(" ".join(pdf_text(job).split()))
    assert "LỊCH SỬ THAY ĐỔI ĐIỂM" in texts[0]
    assert "Trang 1/1" in texts[0]
    assert str(year.member) in texts[0]
    assert str(year.member) not in texts[1]
    assert statement_queries.COUNCIL in texts[1]
    assert "DỮ LIỆU MINH HỌA" not in texts[0]


def test_the_pdf_of_a_demonstration_carries_the_mark(year: Council, pdf_text: Callable[[Job], str]) -> None:
    walk(year)
    round_ = year.round_group.round
    round_.illustrative = True
    round_.save()
    job = statements.request_statement(actor=year.manager, round_group_id=year.round_group.pk, unit_id=year.first.pk)
    tasks.report(job.pk)
    assert "DỮ LIỆU MINH HỌA" in pdf_text(job)


def test_a_statement_job_is_its_askers_alone(year: Council) -> None:
    job = statements.request_statement(actor=year.head, round_group_id=year.round_group.pk, unit_id=year.first.pk)
    assert signed_in(year.head).get(reverse("results:job", args=[job.pk])).status_code == 200
    for user in (year.manager, year.member, person(Role.OBSERVER)):
        assert signed_in(user).get(reverse("results:job", args=[job.pk])).status_code == 404
    assert Client().get(reverse("results:job", args=[job.pk])).status_code == 404


def test_asking_twice_while_it_waits_is_one_job(year: Council) -> None:
    asked = {"round_group_id": year.round_group.pk, "unit_id": year.first.pk}
    assert statements.request_statement(actor=year.head, **asked) == statements.request_statement(
        actor=year.head, **asked
    )
    assert Job.objects.count() == 1


def test_a_role_lost_before_the_rendering_gives_no_file(year: Council) -> None:
    job = statements.request_statement(actor=year.head, round_group_id=year.round_group.pk, unit_id=year.first.pk)
    year.head.memberships.update(active=False)
    tasks.report(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert not job.file


# --- last year through the readers ----------------------------------------------------------------


def test_the_published_points_and_the_released_words_reach_next_year(year: Council) -> None:
    walk(year)
    block, unit = year.round_group, year.first
    criteria_ = [year.leaf, year.other_leaf]
    assert released(block, unit, criteria_) == {}
    release(year, "round1")
    settle(year)
    finding = released(block, unit, criteria_)[year.leaf.pk]
    assert (finding.points, finding.stage, finding.explanation) == (Decimal(1), "Thẩm định lần 1", "Có ở trang 3.")
    assert LOWERED.rstrip(".") in finding.comment
    assert publication_queries.published_points(block, unit, criteria_) == {}


def test_a_publication_has_the_last_word_on_last_years_points() -> None:
    publication = publish()
    block = present(publication.round.groups.order_by("pk").first())
    unit = present(Unit.objects.filter(group=block.group).order_by("code").first())
    book = present(publication_queries.book_of(publication).block(block.group.code))
    leaf = next(c for c in book.criteria if book.cell(unit.code, c.code).state == "scored")
    row = Criterion.objects.create(
        criteria_set=block.criteria_set, code=leaf.code, name=leaf.name, source="self", max_points=leaf.max_points
    )
    finding = publication_queries.published_points(block, unit, [row])[row.pk]
    assert finding.points == book.cell(unit.code, leaf.code).points
    assert finding.stage == f"Công bố số {publication.number}"
