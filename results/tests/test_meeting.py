"""The projector and the minutes: what they show, to whom, and what they cost."""

import html
import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document
from pypdf import PdfReader

from appraisal.council.agenda import actions as agenda
from appraisal.council.agenda.actions import Proposal
from appraisal.council.composition import actions as composition
from appraisal.council.composition.actions import SeatEntry
from appraisal.council.meetings import actions as meetings
from appraisal.council.votes import actions as votes
from appraisal.models import AgendaItem, Appraisal, Meeting, Reason, Seat
from appraisal.reasons.actions import ensure_reasons
from appraisal.tests.factories import release_row
from cchc_index.lib import clock
from criteria.models import RoundGroup
from criteria.tests.factories import open_stage
from results.meeting import paper, queries, word
from results.models import Computation
from selfassess.models import SelfAssessment
from units.models import Role, Unit, User
from units.tests.factories import UserFactory, person

from .factories import block, give
from .paper_reading import letters, pages_of, paragraph, word_of
from .test_approval import meeting

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    return person(Role.INDEX_MANAGER)


@pytest.fixture
def round_group() -> RoundGroup:
    """A is first by one point, and the meeting is open."""
    found = block("A", "B")
    give(found, {"A": {"1": "60", "2": "30"}, "B": {"1": "59", "2": "30"}})
    for stage in ("round1", "round2"):
        release_row(found, stage)
    open_stage(found.round, "final")
    SelfAssessment.objects.update(state="submitted")
    ensure_reasons()
    return found


def lowered(row: Meeting, block_: RoundGroup, manager: User, unit: str = "A", points: str = "55") -> AgendaItem:
    """A unit's leaf 1 lowered by the council."""
    leaf = block_.criteria_set.criteria.get(code="1")
    cell = (Unit.objects.get(code=unit, group=block_.group).pk, leaf.pk, "chosen")
    agenda.add_cells(actor=manager, meeting_id=row.pk, round_group_id=block_.pk, cells=[cell])
    item = row.items.get(unit=cell[0], criterion=leaf)
    reason = Reason.objects.get(code="thieu-tai-lieu").pk
    proposal = Proposal("adjust", "Hồ sơ thiếu.", Decimal(points), reason_id=reason)
    agenda.propose(actor=manager, item_id=item.pk, proposal=proposal)
    agenda.present(actor=manager, item_id=item.pk)
    return item


def agreed(item: AgendaItem, manager: User) -> None:
    seat = item.meeting.council.seats.get()
    votes.cast(actor=manager, item_id=item.pk, seat_id=seat.pk, choice="for", words="Nên xem lại mức trừ.")
    votes.conclude(actor=manager, item_id=item.pk)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_ranking_moves_with_a_conclusion_and_is_not_saved(round_group: RoundGroup, manager: User) -> None:
    row = meeting(round_group, manager)
    before = queries.board(row)
    assert [(line.code, line.rank) for line in before.lines] == [("A", 1), ("B", 2)]
    item = lowered(row, round_group, manager)
    voting = queries.board(row)
    assert voting.mark != before.mark
    assert [line.moved for line in voting.lines] == [0, 0]
    computed = Computation.objects.count()
    agreed(item, manager)
    after = queries.board(row)
    assert [(line.code, line.rank, line.before, line.moved) for line in after.lines] == [
        ("B", 1, 2, 1),
        ("A", 2, 1, -1),
    ]
    assert Computation.objects.count() == computed
    assert Appraisal.objects.get(unit__code="A").points == 55


def test_the_projector_looks_again_and_gets_what_changed_only(round_group: RoundGroup, manager: User) -> None:
    row, client = meeting(round_group, manager), client_of(manager)
    page = client.get(reverse("results:projector", args=[row.pk])).text
    assert 'hx-trigger="every 1s"' in page
    mark = queries.board(row).mark
    address = reverse("results:projector-board", args=[row.pk])
    assert client.get(address, {"dau": mark}).status_code == 204
    agreed(lowered(row, round_group, manager), manager)
    answer = client.get(address, {"dau": mark})
    assert answer.status_code == 200
    assert "▲" in answer.text
    assert "<html" not in answer.text


def test_every_change_of_what_is_shown_is_shown(round_group: RoundGroup, manager: User) -> None:
    row = meeting(round_group, manager)
    item, seat = lowered(row, round_group, manager), row.council.seats.get()
    marks = [queries.board(row).mark]
    for choice in ("against", "for"):
        votes.cast(actor=manager, item_id=item.pk, seat_id=seat.pk, choice=choice)
        marks.append(queries.board(row).mark)
    agenda.put_back(actor=manager, item_id=item.pk, reason="Ghi lại.")
    for words in ("Hồ sơ thiếu một văn bản.", "Hồ sơ thiếu hai văn bản."):
        proposal = Proposal("adjust", words, Decimal("54"), reason_id=Reason.objects.get(code="thieu-tai-lieu").pk)
        agenda.propose(actor=manager, item_id=item.pk, proposal=proposal)
        marks.append(queries.board(row).mark)
    agenda.present(actor=manager, item_id=item.pk)
    for hands in (0, 1):
        votes.count_hands(actor=manager, item_id=item.pk, in_favour=hands, opposed=1 - hands, abstained=0)
        marks.append(queries.board(row).mark)
    assert len(set(marks)) == len(marks)
    assert queries.board(row).mark == marks[-1]


def test_hands_are_shown_as_they_were_counted(round_group: RoundGroup, manager: User) -> None:
    row = meeting(round_group, manager)
    votes.count_hands(actor=manager, item_id=lowered(row, round_group, manager).pk, in_favour=1, opposed=0, abstained=0)
    page = client_of(manager).get(reverse("results:projector", args=[row.pk])).text
    assert "<b>1</b> tán thành" in page
    assert "chờ ghi kết luận" in page
    assert "thành viên đã cho ý kiến" not in page


def test_who_left_before_the_end_is_not_told_as_absent(round_group: RoundGroup, manager: User) -> None:
    """A member who has voted was there; who never came was not."""
    row = meeting(round_group, manager)
    agreed(lowered(row, round_group, manager), manager)
    seat = row.council.seats.get()
    never = composition.seat(
        actor=None, council_id=row.council_id, entry=SeatEntry("member", "Trần B", agency_name="X")
    )
    meetings.note_attendance(actor=manager, meeting_id=row.pk, present=[])
    told = queries.minutes(row)
    assert (told.present, told.partly, told.absent) == ([], [seat], [never])
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.minutes_pdf(told))).pages)
    assert "có mặt một phần phiên họp 1 thành viên" in " ".join(text.split())


def test_the_ranking_follows_the_item_that_is_voted_on(round_group: RoundGroup, manager: User) -> None:
    """Unless somebody asked for a block by the address."""
    other = block("C", group="xa", year=2032)
    RoundGroup.objects.filter(pk=other.pk).update(round=round_group.round)
    other.refresh_from_db()
    give(other, {"C": {"1": "60", "2": "30"}})
    for stage in ("round1", "round2"):
        release_row(other, stage)
    SelfAssessment.objects.update(state="submitted")
    row, client = meeting(round_group, manager), client_of(manager)
    agreed(lowered(row, round_group, manager), manager)
    page = client.get(reverse("results:projector", args=[row.pk])).text
    looks_again = html.unescape(re.findall(r'hx-get="([^"]+)"', page)[0])
    assert queries.board(row).block == round_group
    lowered(row, other, manager, "C")
    assert str(other.group) in client.get(looks_again).text
    asked = client.get(f"{reverse('results:projector', args=[row.pk])}?khoi={round_group.group.code}").text
    assert f"khoi={round_group.group.code}" in asked


def test_a_look_costs_the_same_for_many_units_and_items(round_group: RoundGroup, manager: User) -> None:
    def cost(row: Meeting) -> int:
        client, address = client_of(manager), reverse("results:projector-board", args=[row.pk])
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        return len(asked)

    row = meeting(round_group, manager)
    agreed(lowered(row, round_group, manager), manager)
    lowered(row, round_group, manager, "B")
    few = cost(row)
    assert few <= 20
    codes = "CDEFGHIJ"
    larger = block(*codes, year=2033)
    give(larger, {code: {"1": "60", "2": "30"} for code in codes})
    for stage in ("round1", "round2"):
        release_row(larger, stage)
    open_stage(larger.round, "final")
    SelfAssessment.objects.update(state="submitted")
    other = meeting(larger, manager)
    for code in codes[1:]:
        agreed(lowered(other, larger, manager, code), manager)
    lowered(other, larger, manager, "C")
    assert cost(other) <= few


def test_who_sees_the_ranking_before_it_is_published(round_group: RoundGroup, manager: User) -> None:
    row = meeting(round_group, manager)
    seated = {kind: UserFactory.create() for kind in ("vice_chair", "member", "secretary", "working")}
    for kind, user in seated.items():
        entry = SeatEntry(kind, str(user), agency_name="UBND", user=user)
        composition.seat(actor=None, council_id=row.council_id, entry=entry)
    unit = Unit.objects.get(code="A")
    people: dict[str, tuple[User, int, int]] = {
        **{kind: (user, 200, 200) for kind, user in seated.items()},
        "manager": (manager, 200, 200),
        "observer": (person(Role.OBSERVER), 200, 200),
        "a member of no seat": (person(Role.COUNCIL_MEMBER), 403, 200),
        "officer": (person(Role.UNIT_OFFICER, unit), 403, 403),
        "head": (person(Role.UNIT_HEAD, unit), 403, 403),
        "operator": (person(Role.SURVEY_OPERATOR), 403, 403),
    }
    for name, (user, board, minutes) in people.items():
        client = client_of(user)
        for address in ("projector", "projector-board"):
            assert client.get(reverse(f"results:{address}", args=[row.pk])).status_code == board, (name, address)
        assert client.get(reverse("results:minutes", args=[row.pk])).status_code == minutes, name
        assert client.get(reverse("results:minutes-file", args=[row.pk, "docx"])).status_code == minutes, name
    assert Client().get(reverse("results:minutes", args=[row.pk])).status_code == 302
    assert client_of(manager).get(reverse("results:minutes-file", args=[row.pk, "xlsx"])).status_code == 404


def test_minutes_say_who_decided_what_and_who_dissented(round_group: RoundGroup, manager: User) -> None:
    row = meeting(round_group, manager)
    agreed(lowered(row, round_group, manager), manager)
    agenda.add_subject(actor=manager, meeting_id=row.pk, kind="other", title="Việc để lần sau")
    told = queries.minutes(row)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.minutes_pdf(told))).pages)
    words = " ".join(text.split())
    document = Document(io.BytesIO(word.minutes_docx(told)))
    paragraphs = " ".join(" ".join(one.text for one in document.paragraphs).split())
    tables = " ".join(cell.text for table in document.tables for line in table.rows for cell in line.cells)
    page = client_of(manager).get(reverse("results:minutes", args=[row.pk])).text
    for part in ("1/QĐ-UBND", "Nên xem lại mức trừ.", "1 tán thành", "Việc để lần sau", "Hồ sơ thiếu.", told.digest):
        assert part in words, part
        assert part in paragraphs or part in document.sections[0].footer.paragraphs[0].text, part
        assert part in " ".join(page.split()), part
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in words
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in tables
    assert "bản dự thảo" in words


def test_minutes_of_a_written_consent_name_who_stayed_silent(round_group: RoundGroup, manager: User) -> None:
    row = meeting(round_group, manager)
    seats = {"A": row.council.seats.get()}
    for name in "BCD":
        entry = SeatEntry("member", f"Ủy viên {name}", agency_name="UBND Thành phố")
        seats[name] = composition.seat(actor=None, council_id=row.council_id, entry=entry)
    meetings.close(actor=manager, meeting_id=row.pk)
    now = clock.now()
    plan = meetings.MeetingPlan("consent", "Thông qua kết quả điều tra", now, deadline=now + timedelta(days=3))
    consent = meetings.plan(actor=manager, council_id=row.council_id, entry=plan)
    item = agenda.add_subject(actor=manager, meeting_id=consent.pk, kind="survey", round_group_id=round_group.pk)
    agenda.begin(actor=manager, meeting_id=consent.pk)
    for name, choice in (("A", "for"), ("B", "abstain")):
        votes.cast(actor=manager, item_id=item.pk, seat_id=seats[name].pk, choice=choice)
    Meeting.objects.filter(pk=consent.pk).update(deadline=now)
    votes.conclude(actor=manager, item_id=item.pk)
    meetings.close(actor=manager, meeting_id=consent.pk)
    # Who leaves the council afterwards was a member then.
    Seat.objects.filter(pk=seats["D"].pk).update(valid_to=clock.today() - timedelta(days=1))
    Meeting.objects.filter(pk=consent.pk).update(closed_at=now - timedelta(days=1))
    consent.refresh_from_db()
    markup = " ".join(paper.minutes_markup(queries.minutes(consent)).split())
    assert "Không trả lời đến khi kết luận: 2 thành viên (Ủy viên C, Ủy viên D)." in markup
    assert "vẫn được tính trong tổng số thành viên và không được coi là tán thành." in markup
    assert "Không trả lời" not in paper.minutes_markup(queries.minutes(row))


def test_the_points_of_a_survey_are_a_press_away_for_those_who_read_them(
    round_group: RoundGroup, manager: User
) -> None:
    row = meeting(round_group, manager)
    item = agenda.add_subject(actor=manager, meeting_id=row.pk, kind="survey", round_group_id=round_group.pk)
    points = reverse("surveys:scores", args=[round_group.pk])
    for reader, status in ((manager, 200), (person(Role.OBSERVER), 200), (person(Role.COUNCIL_MEMBER), 403)):
        client = client_of(reader)
        shown = points in client.get(reverse("council:item", args=[item.pk])).text
        assert (shown, client.get(points).status_code) == (status == 200, status)


def test_minutes_cost_the_same_for_many_items(round_group: RoundGroup, manager: User) -> None:
    row = meeting(round_group, manager)
    agreed(lowered(row, round_group, manager), manager)
    queries.minutes(row)  # the council of the row is read once
    with CaptureQueriesContext(connection) as few:
        queries.minutes(row)
    agreed(lowered(row, round_group, manager, "B", "50"), manager)
    for number in range(5):
        agenda.add_subject(actor=manager, meeting_id=row.pk, kind="other", title=f"Việc {number}")
    with CaptureQueriesContext(connection) as many:
        queries.minutes(row)
    assert len(many) == len(few)


def test_the_same_meeting_gives_the_same_bytes(round_group: RoundGroup, manager: User) -> None:
    row = meeting(round_group, manager)
    agreed(lowered(row, round_group, manager), manager)
    assert word.minutes_docx(queries.minutes(row)) == word.minutes_docx(queries.minutes(row))
    before = queries.minutes(row).digest
    votes.dissent(actor=manager, item_id=row.items.get().pk, seat_id=row.council.seats.get().pk, words="Thêm.")
    assert queries.minutes(row).digest != before


def test_minutes_have_the_head_that_the_decree_gives_them(round_group: RoundGroup, manager: User) -> None:
    """Nghị định 30/2020/NĐ-CP, annex I and form 1.9: issuer and its superior, number of the kind, no place and day."""
    told = queries.minutes(meeting(round_group, manager))
    first = pages_of(paper.minutes_pdf(told))[0]
    issuer, motto = first.line("HỘI ĐỒNG THẨM ĐỊNH"), first.line("Độc lập - Tự do - Hạnh phúc")
    assert 1 / 3 <= first.rule_under(issuer)[0] / issuer.length <= 1 / 2
    assert first.rule_under(motto)[0] == pytest.approx(motto.length, rel=0.02)
    assert first.line("Số: ").words == "Số: ……/BB-HĐTĐ"
    assert (issuer.bold, first.line("THÀNH PHỐ HÀ NỘI").bold) == (True, False)
    assert not any(line.words.startswith("Hà Nội, ngày") for line in first.lines)
    made = word_of(word.minutes_docx(told))
    assert letters(paragraph(made, "CỘNG HÒA XÃ HỘI")) == {(12, True, False)}
    assert made.tables[0].rows[1].cells[0].text == "Số: ……/BB-HĐTĐ"
