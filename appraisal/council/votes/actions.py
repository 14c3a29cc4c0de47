"""Votes, dissent and conclusions. Whoever writes holds the meeting's row first, so that no vote falls between a count
and its conclusion."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from appraisal.core.actions.locks import locked_block
from appraisal.council.agenda.actions import facts, locked_item
from appraisal.council.meetings import digests, mails, subjects
from appraisal.council.meetings import queries as meetings
from appraisal.council.meetings.actions import check_conductor
from appraisal.models import AgendaItem, Dissent, Meeting, Seat, Vote
from appraisal.review.decisions import actions as decisions
from appraisal.rules import reach
from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from units.auditlog.actions import record
from units.mail import actions as mail
from units.mail.letters import Letter
from units.models import User

from .majority import VoteCount, has_quorum
from .queries import Room, room

REMIND_DAYS = (1, 3)
State, Kind, Choice = AgendaItem.State, AgendaItem.Kind, Vote.Choice


@transaction.atomic
def cast(*, actor: User, item_id: int, seat_id: int, choice: str, words: str = "") -> Vote:
    """Vote on an item, as the holder of the seat or written down by whoever conducts the meeting; until the conclusion
    a vote may change. `words`: the dissent, for the minutes. Raises PermissionDenied for others and on the own unit;
    Refused while the item is not voted on, after the deadline, for whoever is absent."""
    item = _voting(item_id)
    hall = room(item.meeting)
    seat = _seat(actor, item, seat_id)
    _check_voter(hall, item, seat)
    if choice not in Choice.values:
        raise Refused("Chọn tán thành, không tán thành hoặc không có ý kiến.")
    if item.counted:
        raise Refused("Nội dung này đã biểu quyết giơ tay: rút khỏi biểu quyết trước khi ghi theo tên.")
    vote = Vote.objects.filter(item=item, seat=seat).first() or Vote(item=item, seat=seat)
    if vote.pk is None or vote.choice != choice:
        before = {"seat": seat.pk, "choice": vote.choice or None}
        vote.choice, vote.cast_by, vote.cast_at = choice, actor, clock.now()
        vote.save()
        after = {"seat": seat.pk, "choice": choice, **facts(item)}
        record(actor=actor, verb=digests.VERB_VOTE, obj=item, before=before, after=after, unit=item.unit)
    if words.strip():
        _write_dissent(actor, item, seat, words)
    return vote


@transaction.atomic
def count_hands(*, actor: User, item_id: int, in_favour: int, opposed: int, abstained: int) -> AgendaItem:
    """A show of hands in numbers. Raises PermissionDenied for whoever does not conduct, and on the own unit; Refused
    for a written consent, beside votes by name, and for more hands than there are members who may vote."""
    item = _voting(item_id)
    check_conductor(actor, item.meeting.council)
    _refuse_own(actor, item)
    hall = room(item.meeting)
    if item.meeting.is_consent:
        raise Refused("Lấy ý kiến bằng văn bản thì ghi ý kiến theo từng thành viên.")
    if item.votes.exists():
        raise Refused("Nội dung này đã có biểu quyết ghi theo tên: rút khỏi biểu quyết trước khi ghi số giơ tay.")
    may = sum(hall.may(seat, item) for seat in hall.seats)
    if min(in_favour, opposed, abstained) < 0 or in_favour + opposed + abstained > may:
        raise Refused(f"Tổng số giơ tay phải từ 0 đến {may}: đó là số thành viên có mặt được biểu quyết nội dung này.")
    item.counted, item.in_favour, item.opposed, item.abstained = True, in_favour, opposed, abstained
    item.save()
    record(actor=actor, verb=digests.VERB_VOTE, obj=item, after=facts(item), unit=item.unit)
    return item


@transaction.atomic
def dissent(*, actor: User, item_id: int, seat_id: int, words: str) -> Dissent:
    """Write down why a member does not agree; it stays in the minutes. By the member or whoever conducts. The same
    words again are one dissent. Raises PermissionDenied and Refused."""
    item = locked_item(item_id)
    seat = _seat(actor, item, seat_id)
    _check_member(room(item.meeting), item, seat)
    if item.state == State.WAITING:
        raise Refused("Chỉ ghi ý kiến bảo lưu về nội dung đã đưa ra biểu quyết.")
    return _write_dissent(actor, item, seat, words)


def _write_dissent(actor: User, item: AgendaItem, seat: Seat, words: str) -> Dissent:
    text = words.strip()
    if not text:
        raise Refused("Nhập ý kiến bảo lưu.")
    same = item.dissents.filter(seat=seat, words=text).first()
    if same is not None:
        return same
    row = Dissent.objects.create(item=item, seat=seat, words=text, written_by=actor, written_at=clock.now())
    record(actor=actor, verb=digests.VERB_DISSENT, obj=item, after=facts(item), unit=item.unit, reason=text)
    return row


@transaction.atomic
def conclude(*, actor: User, item_id: int) -> AgendaItem:
    """Write down what the votes come to: passed when more than half of all members agree. A cell is then decided as was
    proposed, an approval is bound to what lay before the members. Concluded already: that stands. Raises
    PermissionDenied for whoever does not conduct, and on the own unit; Refused without a quorum, before the end of a
    written consent that is still open, and when what was voted on has changed."""
    item = locked_item(item_id)
    check_conductor(actor, item.meeting.council)
    _refuse_own(actor, item)
    if item.is_concluded:
        return item
    if item.state != State.VOTING:
        raise Refused("Nội dung này chưa đưa ra biểu quyết.")
    hall = room(item.meeting)
    counted = hall.count(item, item.votes.order_by("pk"))
    _refuse_early(hall, counted)
    item.in_favour, item.opposed, item.abstained = counted.in_favour, counted.opposed, counted.abstained
    item.electorate, item.concluded_at, item.concluded_by = counted.electorate, clock.now(), actor
    item.state = State.PASSED if counted.is_passed else State.REJECTED
    if counted.is_passed:
        _carry_out(actor, item, counted)
    item.save()
    after = facts(item)
    record(actor=actor, verb=digests.VERB_CONCLUDE, obj=item, after=after, unit=item.unit, reason=item.comment)
    return item


def _refuse_early(hall: Room, counted: VoteCount) -> None:
    if not hall.meeting.is_consent:
        here = sum(hall.is_here(seat) for seat in hall.seats)
        if not has_quorum(here, len(hall.seats)):
            raise Refused(
                f"Có mặt {here}/{len(hall.seats)} thành viên: phiên họp chỉ có giá trị khi hơn một nửa số thành viên "
                "có mặt. Cách sửa: điểm danh lại, hoặc lấy ý kiến bằng văn bản."
            )
        return
    if not hall.is_past and not counted.is_settled and hall.meeting.deadline is not None:
        until = clock.in_words(hall.meeting.deadline)
        raise Refused(f"Còn {counted.open} thành viên chưa cho ý kiến; hạn cho ý kiến là {until}.")


def _carry_out(actor: User, item: AgendaItem, counted: VoteCount) -> None:
    """What follows from a conclusion, in the same transaction."""
    if item.kind == Kind.CELL:
        _decide(actor, item, counted)
    elif item.kind in (Kind.SURVEY, Kind.RANKING) and item.round_group_id:
        block = locked_block(item.round_group_id)
        if subjects.fingerprint(item.kind, block) != item.fingerprint:
            raise Refused(
                "Số liệu đã thay đổi sau khi đưa ra biểu quyết: rút nội dung khỏi biểu quyết rồi đưa ra lại để "
                "Hội đồng thông qua đúng số liệu hiện tại."
            )


def _decide(actor: User, item: AgendaItem, counted: VoteCount) -> None:
    votes = (
        f"{item.meeting}: {counted.in_favour} tán thành, {counted.opposed} không tán thành, "
        f"{counted.abstained} không có ý kiến trên tổng số {counted.electorate} thành viên."
    )
    given: dict[str, Any] = {
        "actor": actor,
        "round_group_id": item.round_group_id,
        "unit_id": item.unit_id,
        "criterion_id": item.criterion_id,
        "comment": f"{item.comment} ({votes})",
        "seen_version": item.seen_version,
        "mandate": item.pk,
    }
    if item.verb == AgendaItem.Verb.RECOGNISE:
        taken = decisions.recognise(**given)
        if (taken.points, taken.not_applicable) != (item.points, item.not_applicable):
            raise Refused(
                "Điểm tự đánh giá đã thay đổi sau khi đưa ra biểu quyết: rút nội dung khỏi biểu quyết rồi đưa ra lại "
                "để Hội đồng biểu quyết đúng điểm hiện tại."
            )
    elif item.verb == AgendaItem.Verb.KEEP:
        decisions.keep(**given)
    else:
        points, reason = item.points, item.reason_id
        decisions.adjust(**given, points=points, reason_id=reason, not_applicable=item.not_applicable)


def remind_voters() -> mail.Posted:
    """Remind who has not voted in a written consent three days and one day before its end, not on the day it began.
    May run as often as it likes: each letter is written once. A fixed number of queries per open consent."""
    letters = [letter for meeting in meetings.open_consents() for letter in _reminders(meeting)]
    return mail.post_all(letters)


def _reminders(meeting: Meeting) -> Iterator[tuple[Letter, User]]:
    left = (clock.hanoi(meeting.deadline).date() - clock.today()).days if meeting.deadline else 0
    step = next((days for days in REMIND_DAYS if left <= days), None)
    if step is None:
        return
    hall = room(meeting)
    open_ = [item for item in meetings.agenda(meeting) if item.state == State.VOTING]
    for seat in hall.seats:
        lacking = sum(hall.may(seat, item) and seat.pk not in {v.seat_id for v in item.votes.all()} for item in open_)
        for person in mails.holders([seat]) if lacking else ():
            yield mails.reminder(meeting, lacking, step), person


def _voting(item_id: int) -> AgendaItem:
    item = locked_item(item_id)
    if not item.meeting.is_open or item.state != State.VOTING:
        raise Refused("Nội dung này không trong lúc biểu quyết.")
    return item


def _seat(actor: User, item: AgendaItem, seat_id: int) -> Seat:
    """The seat that is spoken for: one's own, or any for whoever conducts, but not about the conductor's unit."""
    seat = item.meeting.council.seats.filter(pk=seat_id).select_related("agency", "user").first()
    if seat is None:
        raise Refused("Người này không thuộc Hội đồng.")
    if seat.user_id != actor.pk:
        check_conductor(actor, item.meeting.council)
        _refuse_own(actor, item)
    return seat


def _check_voter(hall: Room, item: AgendaItem, seat: Seat) -> None:
    _check_member(hall, item, seat)
    if hall.is_past:
        raise Refused("Hạn cho ý kiến đã qua.")
    if not hall.is_here(seat):
        raise Refused(f"{seat.name} chưa được điểm danh có mặt nên chưa biểu quyết được.")


def _check_member(hall: Room, item: AgendaItem, seat: Seat) -> None:
    if seat.pk not in {one.pk for one in hall.seats}:
        raise PermissionDenied("Chỉ thành viên đương nhiệm của Hội đồng được biểu quyết.")
    if hall.is_barred(seat, item):
        raise PermissionDenied("Không ai biểu quyết về đơn vị của mình, hoặc đơn vị đã khai có xung đột lợi ích.")


def _refuse_own(actor: User, item: AgendaItem) -> None:
    if item.unit_id is not None and item.unit_id in reach.closed_units(actor):
        raise PermissionDenied("Không ai ghi biểu quyết, kết luận về đơn vị của mình.")
