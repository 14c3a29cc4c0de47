"""The demonstration's council: an illustrative decision, its seats, and the year that it approved."""

from datetime import date, timedelta

from appraisal.council.agenda import actions as agenda
from appraisal.council.composition import actions as composition
from appraisal.council.composition.actions import SeatEntry
from appraisal.council.meetings import actions as meetings
from appraisal.council.meetings.actions import MeetingPlan
from appraisal.council.meetings.queries import electorate
from appraisal.council.silence.actions import state_silence
from appraisal.council.votes import actions as votes
from appraisal.models import AgendaItem, Council, Seat
from cchc_index.lib import clock
from criteria.models import Round
from criteria.queries import round_groups
from units.models import Unit, User

NUMBER = "02/QĐ-MINHHOA"
ISSUER = "Ủy ban nhân dân thành phố Hà Nội"
KIND = Seat.Kind
SEATS = (
    (KIND.CHAIR, "Nguyễn Minh Họa", "Phó Chủ tịch Ủy ban nhân dân Thành phố", "", ""),
    (KIND.VICE_CHAIR, "Trần Ví Dụ", "Giám đốc Sở Nội vụ", "SNV", ""),
    (KIND.MEMBER, "Đỗ Thị Lan", "đại diện Sở Tư pháp", "STP", "thamdinh.stp"),
    (KIND.MEMBER, "Vũ Hữu Ước", "đại diện Sở Tài chính", "STC", "thamdinh.stc"),
    (KIND.MEMBER, "Lê Giả Định", "Viện Nghiên cứu phát triển kinh tế - xã hội Hà Nội", "", ""),
    (KIND.SECRETARY, "Hoàng Anh Dũng", "Sở Nội vụ", "SNV", "quanly1"),
    (KIND.LEADER, "Bùi Thanh Mai", "Sở Nội vụ", "SNV", "quanly2"),
)
"""Kind, name, title, unit code, account: names of nobody, but those of the demonstration's accounts."""


def compose(round_: Round, people: dict[str, User]) -> Council:
    """The council of an illustrative round, marked as such, and what silence means in it."""
    council = composition.compose(
        actor=None,
        round_id=round_.pk,
        number=NUMBER,
        dated=date(round_.assessed_to.year + 1, 1, 5),
        issuer=ISSUER,
        note="Thành phần minh họa, không phải của quyết định nào.",
        illustrative=True,
    )
    units = {unit.code: unit for unit in Unit.objects.filter(group__code="so").order_by("pk")}
    for kind, name, title, code, account in SEATS:
        agency, user = units.get(code), people.get(account)
        other = "" if agency else ISSUER if kind == KIND.CHAIR else title
        entry = SeatEntry(kind, name, title, agency, other, user)
        composition.seat(actor=None, council_id=council.pk, entry=entry)
    state_silence(actor=None, round_id=round_.pk, of_unit="agrees", of_member="not_appraised")
    return council


def approve_year(council: Council, people: dict[str, User]) -> None:
    """The members agree in writing to the survey's results and the ranking of every block."""
    manager, now = people["quanly1"], clock.now()
    deadline = now + timedelta(days=1)
    title, chair, secretary = "Thông qua kết quả Chỉ số (minh họa)", KIND.CHAIR, KIND.SECRETARY
    signed = _seat(council, chair), _seat(council, secretary)
    entry = MeetingPlan("consent", title, now, "", deadline, *signed)
    meeting = meetings.plan(actor=manager, council_id=council.pk, entry=entry)
    for block in round_groups(council.round):
        for kind in (AgendaItem.Kind.SURVEY, AgendaItem.Kind.RANKING):
            agenda.add_subject(actor=manager, meeting_id=meeting.pk, kind=kind, round_group_id=block.pk)
    agenda.begin(actor=manager, meeting_id=meeting.pk)
    seats = electorate(council)
    for item in meeting.items.order_by("position"):
        for seat in seats:
            votes.cast(actor=manager, item_id=item.pk, seat_id=seat.pk, choice="for")
        votes.conclude(actor=manager, item_id=item.pk)
    meetings.close(actor=manager, meeting_id=meeting.pk)


def _seat(council: Council, kind: str) -> int | None:
    """The first seat of a kind, by its key."""
    return council.seats.filter(kind=kind).order_by("pk").values_list("pk", flat=True).first()
