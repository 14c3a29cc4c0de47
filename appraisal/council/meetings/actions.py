"""Planning, opening and closing a meeting, and who is there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max

from appraisal.models import Attendance, Council, Meeting
from appraisal.rules import seats as seat_rules
from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean
from units.auditlog.actions import record
from units.mail.actions import Posted
from units.models import User

from . import digests, mails, queries


@dataclass(frozen=True, slots=True)
class MeetingPlan:
    """What is written of a meeting before it begins."""

    kind: str
    title: str
    held_at: datetime
    place: str = ""
    deadline: datetime | None = None
    presiding_id: int | None = None
    secretary_id: int | None = None


@transaction.atomic
def plan(*, actor: User, council_id: int, entry: MeetingPlan, meeting_id: int | None = None) -> Meeting:
    """Plan a meeting or a written consent, or correct the plan before it begins. Raises PermissionDenied for whoever
    does not conduct meetings; Refused without a title, with one person in the chair and at the minutes, for a consent
    without a deadline ahead, and once begun."""
    council = Council.objects.select_for_update(of=("self",)).select_related("round").get(pk=council_id)
    check_conductor(actor, council)
    row = locked_meeting(meeting_id) if meeting_id else Meeting(council=council, number=_next_number(council))
    if row.state != Meeting.State.PLANNED:
        raise Refused("Phiên họp đã bắt đầu nên không sửa được kế hoạch.")
    before = facts(row) if row.pk else None
    row.kind, row.title, row.held_at, row.place = entry.kind, clean(entry.title), entry.held_at, clean(entry.place)
    row.deadline = entry.deadline if row.is_consent else None
    row.presiding_id, row.secretary_id = entry.presiding_id, entry.secretary_id
    _check_plan(row)
    row.save()
    after = facts(row)
    if before != after:
        record(actor=actor, verb=digests.VERB_MEETING, obj=row, before=before, after=after)
    if row.invited_at is not None and not row.is_consent:
        _invite(actor, row)
    return row


def _next_number(council: Council) -> int:
    last: int | None = council.meetings.aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def _check_plan(row: Meeting) -> None:
    if not row.title:
        raise Refused("Nhập nội dung của phiên họp.")
    _check_roles(row)
    if row.is_consent and row.deadline is None:
        raise Refused("Nhập hạn cho ý kiến bằng văn bản.")
    if row.deadline is not None and row.deadline <= clock.now():
        raise Refused("Hạn cho ý kiến phải sau thời điểm hiện tại.")
    if row.deadline is not None and row.deadline <= row.held_at:
        raise Refused("Hạn cho ý kiến phải sau thời điểm bắt đầu.")


def _check_roles(row: Meeting) -> None:
    if row.presiding_id is not None and row.presiding_id == row.secretary_id:
        raise Refused("Chủ trì và thư ký phải là hai người; chọn thư ký khác.")
    if row.presiding_id is not None and not row.council.seats.voting().filter(pk=row.presiding_id).exists():
        raise Refused("Người chủ trì phải là thành viên có quyền biểu quyết của Hội đồng.")


@transaction.atomic
def invite(*, actor: User, meeting_id: int) -> Posted:
    """Invite everybody who sits in the council to a meeting, by letter: time, place, agenda. The same invitation again
    goes only to who has not had it; a changed plan sends the changed one by itself. Raises PermissionDenied;
    Refused for a written consent, whose letter goes when it opens, and once the meeting has begun."""
    row = conducted(actor, meeting_id)
    if row.is_consent:
        raise Refused("Lấy ý kiến bằng văn bản không có giấy mời: thư được gửi khi bắt đầu lấy ý kiến.")
    if row.state != Meeting.State.PLANNED:
        raise Refused("Phiên họp đã bắt đầu nên không gửi giấy mời nữa.")
    return _invite(actor, row)


def _invite(actor: User, row: Meeting) -> Posted:
    items = queries.agenda(row)
    mark = digests.invitation_digest(row, items)
    if row.invitation != mark:
        row.invitation, row.invited_at = mark, clock.now()
        row.save()
        record(actor=actor, verb=digests.VERB_INVITE, obj=row, after=facts(row))
    return mails.tell_invited(row, items, queries.seats_in_force(row.council))


@transaction.atomic
def begin(*, actor: User, meeting_id: int) -> Meeting:
    """Open a meeting: attendance and votes are taken from now on. Begun already: nothing changes. Raises
    PermissionDenied, and Refused for a council in which nobody votes, after the deadline, and once closed."""
    row = conducted(actor, meeting_id)
    if row.is_open:
        return row
    if row.state == Meeting.State.CLOSED:
        raise Refused("Phiên họp đã kết thúc nên không mở lại được: lập phiên họp khác.")
    if not queries.electorate(row.council):
        raise Refused("Hội đồng chưa có thành viên nào có quyền biểu quyết: ghi thành phần Hội đồng trước.")
    if row.deadline is not None and row.deadline <= clock.now():
        raise Refused("Hạn cho ý kiến đã qua: sửa hạn rồi mới gửi lấy ý kiến.")
    row.state, row.opened_at = Meeting.State.OPEN, clock.now()
    row.save()
    record(actor=actor, verb=digests.VERB_MEETING, obj=row, after=facts(row))
    return row


@transaction.atomic
def close(*, actor: User, meeting_id: int) -> Meeting:
    """End a meeting; its minutes stand from now on. Raises PermissionDenied, and Refused before it began, while an item
    is being voted on, and while who presided is noted as absent."""
    row = conducted(actor, meeting_id)
    if row.state == Meeting.State.CLOSED:
        return row
    if not row.is_open:
        raise Refused("Phiên họp chưa bắt đầu.")
    if queries.is_voting(row):
        raise Refused("Còn nội dung đang biểu quyết: ghi kết luận hoặc rút nội dung đó trước.")
    if not row.is_consent and row.presiding is not None and row.presiding_id not in queries.present_seats(row):
        raise Refused(
            f"{row.presiding} được ghi là chủ trì nhưng không được điểm danh có mặt. Cách sửa: ở phần Điểm danh, đánh "
            "dấu người đó có mặt hoặc chọn người đã chủ trì thay, ví dụ Phó Chủ tịch Hội đồng."
        )
    row.state, row.closed_at = Meeting.State.CLOSED, clock.now()
    row.save()
    record(actor=actor, verb=digests.VERB_MEETING, obj=row, after=facts(row), anchor=True)
    return row


@transaction.atomic
def note_attendance(*, actor: User, meeting_id: int, present: Collection[int], presiding_id: int | None = None) -> int:
    """Who of the members is there (keys of seats), all others are absent; gives how many. `presiding_id`: who presides
    in fact, where it is another than planned. Raises PermissionDenied, and Refused where there is no meeting to attend
    now, and for one in the chair who may not be."""
    row = conducted(actor, meeting_id)
    if row.is_consent:
        raise Refused("Lấy ý kiến bằng văn bản thì không điểm danh.")
    if not row.is_open:
        raise Refused("Chỉ điểm danh khi phiên họp đang diễn ra.")
    before = facts(row)
    if presiding_id is not None and presiding_id != row.presiding_id:
        row.presiding_id = presiding_id
        _check_roles(row)
        row.save()
    for seat in queries.electorate(row.council):
        Attendance.objects.update_or_create(meeting=row, seat=seat, defaults={"present": seat.pk in present})
    after = facts(row)
    if before != after:
        record(actor=actor, verb=digests.VERB_ATTENDANCE, obj=row, before=before, after=after)
    return len(queries.present_seats(row))


def locked_meeting(meeting_id: int) -> Meeting:
    """Whoever writes of a meeting, its agenda or its votes takes its row first."""
    rows = Meeting.objects.select_for_update(of=("self",)).select_related("council__round")
    return rows.get(pk=meeting_id)


def check_conductor(actor: User, council: Council) -> None:
    if not seat_rules.may_conduct(actor, council):
        raise PermissionDenied("Chỉ người quản lý Chỉ số, thư ký, Chủ tịch, Phó Chủ tịch Hội đồng được ghi phiên họp.")


def check_voter(actor: User, council: Council) -> None:
    """Raises PermissionDenied for whoever neither votes nor conducts."""
    if not (seat_rules.seats_of(actor, council).voting().exists() or seat_rules.may_conduct(actor, council)):
        raise PermissionDenied


def conducted(actor: User, meeting_id: int) -> Meeting:
    """The locked meeting, which the person conducts."""
    row = locked_meeting(meeting_id)
    check_conductor(actor, row.council)
    return row


def facts(row: Meeting) -> digests.MeetingFacts:
    return digests.meeting_facts(row, row.attendance.order_by("pk"))
