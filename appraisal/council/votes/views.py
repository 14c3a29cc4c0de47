"""A meeting as it runs: who is there, what is voted on, one item at a time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from appraisal.core.queries.verifying import Verified, verified
from appraisal.council.agenda import actions as agenda
from appraisal.council.agenda import queries as agenda_queries
from appraisal.council.composition.views import reader
from appraisal.council.meetings import actions as meetings
from appraisal.council.meetings import mails
from appraisal.council.meetings import queries as meeting_queries
from appraisal.council.meetings.views import conductor, visible_meeting
from appraisal.models import AgendaItem, Dissent, Meeting, Seat, Vote
from appraisal.rules import reach
from appraisal.rules import seats as seat_rules
from cchc_index.lib.faults import Refused
from cchc_index.lib.numbers import whole_number
from criteria.queries import show_year
from units.models import User

from . import actions, queries
from .forms import HandsForm, ProposalForm, VoteForm, initial_proposal
from .majority import VoteCount, has_quorum
from .queries import Room


@dataclass(frozen=True)
class VoterLine:
    """One member on one item."""

    seat: Seat
    vote: Vote | None
    is_here: bool
    is_barred: bool
    may_write: bool


@dataclass(frozen=True)
class AgendaLine:
    item: AgendaItem
    count: VoteCount
    votes: list[Vote]
    dissents: list[Dissent]


@require_http_methods(["GET", "POST"])
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """The meeting: begin and close it, who is there, the agenda."""
    row = visible_meeting(request, pk)
    user = reader(request)
    if request.method == "POST":
        actor = conductor(request, row.council)
        deed = {"begin": _begin, "close": _close, "present": _attend, "invite": _invite}.get(
            request.POST.get("verb", "")
        )
        if deed is None:
            raise Http404
        try:
            messages.success(request, deed(request, actor, row))
        except Refused as refused:
            messages.error(request, str(refused))
        return redirect("council:meeting", pk=row.pk)
    hall, items = queries.room(row), meeting_queries.agenda(row)
    context = {
        "meeting": row,
        "council": row.council,
        "round": row.council.round,
        "lines": [_line(hall, item) for item in items],
        "seats": [(seat, seat.pk in hall.present) for seat in hall.seats],
        "present": (present := sum(hall.is_here(seat) for seat in hall.seats)),
        "has_quorum": has_quorum(present, len(hall.seats)),
        "obstacles": agenda_queries.obstacles(row, items),
        "may_conduct": (conducts := seat_rules.may_conduct(user, row.council)),
        "may_add": conducts and row.state != Meeting.State.CLOSED and not (row.is_consent and row.is_open),
        "is_stale": meeting_queries.is_invitation_stale(row, items),
        "sees_board": seat_rules.sees_board(user, row.council),
        "surveys": seat_rules.surveys_seen(user, items),
    }
    return render(request, "appraisal/council/meeting.html", context)


def _begin(request: HttpRequest, actor: User, row: Meeting) -> str:
    agenda.begin(actor=actor, meeting_id=row.pk)
    if not row.is_consent:
        return "Phiên họp bắt đầu: hãy điểm danh."
    others = _named(meeting_queries.electorate(row.council), "gửi văn bản giấy và ghi ý kiến thay")
    return f"Đã gửi lấy ý kiến các thành viên.{others}"


def _named(seats: Iterable[Seat], what: str) -> str:
    """Whom no letter reaches, and what is to be done instead."""
    names = [seat.name for seat in mails.without_account(seats)]
    return f" {len(names)} người không có tài khoản, {what}: {', '.join(names)}." if names else ""


def _invite(request: HttpRequest, actor: User, row: Meeting) -> str:
    posted = meetings.invite(actor=actor, meeting_id=row.pk)
    lacking = f" {posted.without_address} người không có địa chỉ thư." if posted.without_address else ""
    lacking += _named(meeting_queries.seats_in_force(row.council), "mời bằng giấy")
    if not posted.written:
        return f"Không có ai cần gửi thêm: giấy mời hiện tại đã được gửi.{lacking}"
    return f"Đã gửi giấy mời cho {posted.written} người.{lacking}"


def _close(request: HttpRequest, actor: User, row: Meeting) -> str:
    meetings.close(actor=actor, meeting_id=row.pk)
    return "Đã kết thúc; biên bản sẵn sàng."


def _attend(request: HttpRequest, actor: User, row: Meeting) -> str:
    chosen = {whole_number(text, digits=11) or 0 for text in request.POST.getlist("members")}
    led = whole_number(request.POST.get("presiding", ""), digits=11)
    count = meetings.note_attendance(actor=actor, meeting_id=row.pk, present=chosen, presiding_id=led)
    return f"Đã điểm danh: {count} thành viên có mặt."


def _line(hall: Room, item: AgendaItem) -> AgendaLine:
    votes = list(item.votes.all())
    return AgendaLine(item, _count(hall, item, votes), votes, list(item.dissents.all()))


def _count(hall: Room, item: AgendaItem, votes: list[Vote]) -> VoteCount:
    if item.is_concluded:
        return VoteCount(item.in_favour or 0, item.opposed or 0, item.abstained or 0, item.electorate or 0)
    return hall.count(item, votes)


@require_http_methods(["GET", "POST"])
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """One item: the proposal, the votes, dissent, the conclusion."""
    user = reader(request)
    row = get_object_or_404(meeting_queries.visible_items(user), pk=pk)
    show_year(request, row.meeting.council.round.year)
    if request.method == "GET":
        return _item_page(request, user, row)
    deed = _DEEDS.get(request.POST.get("verb", ""))
    if deed is None:
        raise Http404
    return deed(request, user, row)


def _item_page(request: HttpRequest, user: User, row: AgendaItem, refused: Form | None = None) -> HttpResponse:
    hall = queries.room(row.meeting)
    conducts = seat_rules.may_conduct(user, row.meeting.council)
    is_own = row.unit_id is not None and row.unit_id in reach.closed_units(user)
    votes = {vote.seat_id: vote for vote in row.votes.select_related("seat", "cast_by")}
    lines = [_voter(hall, row, seat, votes.get(seat.pk), user, conducts and not is_own) for seat in hall.seats]
    proposal = refused if isinstance(refused, ProposalForm) else ProposalForm(initial=initial_proposal(row))
    context: dict[str, Any] = {
        "item": row,
        "meeting": row.meeting,
        "round": row.meeting.council.round,
        "lines": lines,
        "mine": next((line for line in lines if line.seat.user_id == user.pk), None),
        "count": _count(hall, row, list(votes.values())),
        "dissents": list(row.dissents.select_related("seat__agency", "written_by").order_by("written_at", "pk")),
        "conducts": conducts and row.meeting.state != Meeting.State.CLOSED,
        "is_own": is_own,
        "is_past": hall.is_past,
        "sees_board": seat_rules.sees_board(user, row.meeting.council),
        "sees_survey": bool(seat_rules.surveys_seen(user, [row])),
        "proposal": proposal,
        "hands": refused if isinstance(refused, HandsForm) else HandsForm(),
        "form": refused,
        "choices": Vote.Choice.choices,
        "verified": _verified(row),
        "cell": agenda_queries.before_members(row),
        "next": meeting_queries.next_item(row),
    }
    return render(request, "appraisal/council/item.html", context, status=422 if refused is not None else 200)


def _verified(row: AgendaItem) -> Verified | None:
    if row.round_group is None or row.unit is None or row.criterion is None:
        return None
    return verified(row.round_group, row.unit, row.criterion)


def _voter(hall: Room, row: AgendaItem, seat: Seat, vote: Vote | None, user: User, conducts: bool) -> VoterLine:
    barred = hall.is_barred(seat, row)
    mine = seat.user_id == user.pk
    may = row.state == AgendaItem.State.VOTING and hall.may(seat, row) and not hall.is_past and not row.counted
    return VoterLine(seat, vote, hall.is_here(seat), barred, may and (mine or conducts))


def _done(request: HttpRequest, row: AgendaItem, deed: Callable[[], object], words: str) -> HttpResponse:
    try:
        deed()
        messages.success(request, words)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("council:item", pk=row.pk)


def _propose(request: HttpRequest, user: User, row: AgendaItem) -> HttpResponse:
    conductor(request, row.meeting.council)
    form = ProposalForm(request.POST)
    if form.is_valid():
        try:
            agenda.propose(actor=user, item_id=row.pk, proposal=form.proposal())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Đã lưu phương án.")
            return redirect("council:item", pk=row.pk)
    return _item_page(request, user, row, form)


def _present(request: HttpRequest, user: User, row: AgendaItem) -> HttpResponse:
    words = "Đã đưa nội dung ra biểu quyết."
    return _done(request, row, lambda: agenda.present(actor=user, item_id=row.pk), words)


def _put_back(request: HttpRequest, user: User, row: AgendaItem) -> HttpResponse:
    reason = request.POST.get("reason", "")
    words = "Đã rút nội dung khỏi biểu quyết; các ý kiến đã ghi không còn tính."
    return _done(request, row, lambda: agenda.put_back(actor=user, item_id=row.pk, reason=reason), words)


def _remove(request: HttpRequest, user: User, row: AgendaItem) -> HttpResponse:
    try:
        agenda.remove(actor=user, item_id=row.pk)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("council:item", pk=row.pk)
    messages.success(request, "Đã bỏ nội dung khỏi chương trình.")
    return redirect("council:meeting", pk=row.meeting_id)


def _vote(request: HttpRequest, user: User, row: AgendaItem) -> HttpResponse:
    meetings.check_voter(user, row.meeting.council)
    form = VoteForm(request.POST)
    if not form.is_valid():
        return _item_page(request, user, row, form)
    given = form.cleaned_data
    deed = {"seat_id": given["seat"], "choice": given["choice"], "words": given["words"]}
    return _done(request, row, lambda: actions.cast(actor=user, item_id=row.pk, **deed), "Đã ghi biểu quyết.")


def _hands(request: HttpRequest, user: User, row: AgendaItem) -> HttpResponse:
    conductor(request, row.meeting.council)
    form = HandsForm(request.POST)
    if not form.is_valid():
        return _item_page(request, user, row, form)
    given = form.cleaned_data
    hands = {"in_favour": given["favour"], "opposed": given["opposed"], "abstained": given["abstained"]}
    return _done(request, row, lambda: actions.count_hands(actor=user, item_id=row.pk, **hands), "Đã ghi số giơ tay.")


def _dissent(request: HttpRequest, user: User, row: AgendaItem) -> HttpResponse:
    meetings.check_voter(user, row.meeting.council)
    seat, words = whole_number(request.POST.get("seat", ""), digits=11) or 0, request.POST.get("words", "")
    return _done(
        request,
        row,
        lambda: actions.dissent(actor=user, item_id=row.pk, seat_id=seat, words=words),
        "Đã ghi ý kiến bảo lưu.",
    )


def _conclude(request: HttpRequest, user: User, row: AgendaItem) -> HttpResponse:
    words = "Đã ghi kết luận theo biểu quyết."
    return _done(request, row, lambda: actions.conclude(actor=user, item_id=row.pk), words)


_DEEDS: dict[str, Callable[[HttpRequest, User, AgendaItem], HttpResponse]] = {
    "propose": _propose,
    "present": _present,
    "put_back": _put_back,
    "remove": _remove,
    "vote": _vote,
    "hands": _hands,
    "dissent": _dissent,
    "conclude": _conclude,
}
