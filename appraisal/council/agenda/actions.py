"""The agenda: items put on it, what would be decided, put to the vote and taken back."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, QuerySet

from appraisal.core.actions.decisions import checked_points, checked_reason, recognition
from appraisal.council.meetings import actions as meetings
from appraisal.council.meetings import digests, mails, subjects
from appraisal.council.meetings import queries as meeting_queries
from appraisal.models import AgendaItem, Appraisal, Meeting
from appraisal.rules import stages
from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean
from criteria import queries as criteria_queries
from criteria.models import RoundGroup
from selfassess.models import SelfAssessment
from units.auditlog.actions import Change, record, record_many
from units.models import User

from . import queries

State, Kind = AgendaItem.State, AgendaItem.Kind
CellOrigin = tuple[int, int, str]
"""Unit, criterion, why it is on the agenda."""


@transaction.atomic
def add_cells(*, actor: User, meeting_id: int, round_group_id: int, cells: Iterable[CellOrigin]) -> int:
    """Put contested cells on the agenda; what is there already stays, but for what the council did not pass: of that
    it may vote on another proposal. Gives how many are new. Raises PermissionDenied,
    and Refused for cells that are none of the block's and once the meeting is closed."""
    meeting = _unclosed(actor, meeting_id)
    block = _block(meeting, round_group_id)
    wanted = {(unit, leaf): origin for unit, leaf, origin in cells}
    units = {unit.pk: unit for unit in criteria_queries.measured(block)}
    leaves = {row.pk: row for row in criteria_queries.tree_of(block) if row.is_leaf and row.is_self}
    if any(unit not in units or leaf not in leaves or not _is_origin(why) for (unit, leaf), why in wanted.items()):
        raise Refused("Có tiêu chí không thuộc khối này: chọn lại trong danh sách.")
    standing = meeting.items.filter(round_group=block).exclude(state=State.REJECTED).order_by()
    there = set(standing.values_list("unit_id", "criterion_id"))
    position = _last_position(meeting)
    rows = [
        AgendaItem(
            meeting=meeting, kind=Kind.CELL, round_group=block, unit=units[unit], criterion=leaves[leaf], origin=origin
        )
        for (unit, leaf), origin in wanted.items()
        if (unit, leaf) not in there
    ]
    for number, row in enumerate(rows, start=position + 1):
        row.position = number
        row.save()
    record_many(actor=actor, verb=digests.VERB_AGENDA, changes=[Change(row, after=facts(row)) for row in rows])
    return len(rows)


def _is_origin(text: str) -> bool:
    return text in AgendaItem.Origin.values


@transaction.atomic
def add_subject(
    *, actor: User, meeting_id: int, kind: str, round_group_id: int | None = None, title: str = ""
) -> AgendaItem:
    """Put the survey's results or the ranking of a block before the council, or something else by its title. On the
    agenda already: that item stays. Raises PermissionDenied and Refused."""
    meeting = _unclosed(actor, meeting_id)
    row = AgendaItem(meeting=meeting, kind=kind, position=_last_position(meeting) + 1, title=clean(title))
    if kind in (Kind.SURVEY, Kind.RANKING):
        row.round_group, row.title = _block(meeting, round_group_id or 0), ""
        open_ = meeting.items.filter(kind=kind, round_group=row.round_group, state__in=[State.WAITING, State.VOTING])
        if (standing := open_.order_by("pk").first()) is not None:
            return standing
    elif kind != Kind.OTHER or not row.title:
        raise Refused("Nhập nội dung cần biểu quyết.")
    row.save()
    record(actor=actor, verb=digests.VERB_AGENDA, obj=row, after=facts(row))
    return row


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be decided on a cell."""

    verb: str
    comment: str
    points: Decimal | None = None
    not_applicable: bool = False
    reason_id: int | None = None


@transaction.atomic
def propose(*, actor: User, item_id: int, proposal: Proposal) -> AgendaItem:
    """Say what the council would decide on a cell, before it is voted on. Raises PermissionDenied; Refused for other
    items, once it is voted on, without words, and for points or a reason that no decision may have."""
    item = conducted_item(actor, item_id)
    if item.kind != Kind.CELL or item.criterion is None:
        raise Refused("Nội dung này không có phương án điểm.")
    if item.state != State.WAITING:
        raise Refused("Nội dung đã đưa ra biểu quyết: rút khỏi biểu quyết trước khi sửa phương án.")
    if proposal.verb not in AgendaItem.Verb.values:
        raise Refused("Chọn phương án: công nhận, điều chỉnh hoặc giữ nguyên.")
    item.verb, item.comment = proposal.verb, proposal.comment.strip()
    if not item.comment:
        raise Refused("Nhập căn cứ của phương án để ghi vào biên bản và báo cho đơn vị.")
    item.points, item.not_applicable, item.reason = None, False, None
    if item.verb == AgendaItem.Verb.ADJUST:
        item.not_applicable = proposal.not_applicable
        item.points = checked_points(item.criterion, proposal.points, proposal.not_applicable)
        item.reason = checked_reason(proposal.reason_id)
    item.save()
    record(actor=actor, verb=digests.VERB_AGENDA, obj=item, after=facts(item), unit=item.unit, reason=item.comment)
    return item


@transaction.atomic
def present(*, actor: User, item_id: int) -> AgendaItem:
    """Put an item to the vote, with what lies before the members: the cell's version, the digest of what is approved.
    Raises PermissionDenied; Refused outside of an open meeting, for a cell without a proposal, and while no stage of
    the council takes decisions."""
    item = conducted_item(actor, item_id)
    _present(actor, item)
    return item


def _present(actor: User, item: AgendaItem) -> None:
    if not item.meeting.is_open:
        raise Refused("Chỉ đưa ra biểu quyết khi phiên họp đang diễn ra.")
    if item.state == State.VOTING:
        return
    if item.is_concluded:
        raise Refused("Nội dung này đã có kết luận.")
    if item.kind == Kind.CELL:
        _note_cell(item)
    elif item.kind != Kind.OTHER and item.round_group is not None:
        item.fingerprint = subjects.fingerprint(item.kind, item.round_group)
    item.state = State.VOTING
    item.save()
    record(actor=actor, verb=digests.VERB_AGENDA, obj=item, after=facts(item), unit=item.unit)


def _note_cell(item: AgendaItem) -> None:
    """What stands on the cell now, and which points would be recognised."""
    if item.round_group is None or item.unit is None or item.criterion is None:
        return
    if not item.verb:
        raise Refused(f"{item}: ghi phương án trước khi đưa ra biểu quyết.")
    if words := queries.not_yet(stages.calendar(item.round_group)):
        raise Refused(f"Khối {item.round_group.group}: {words}")
    submitted = SelfAssessment.objects.filter(
        round_group=item.round_group, unit=item.unit, state=SelfAssessment.State.SUBMITTED
    ).first()
    if submitted is None:
        raise Refused(f"{item.unit} chưa nộp bản tự đánh giá (hoặc đang mở lại).")
    if item.verb == AgendaItem.Verb.RECOGNISE:
        own = recognition(submitted.scores.filter(criterion=item.criterion).first())
        item.points, item.not_applicable = own.points, own.not_applicable
    cell = {"round_group": item.round_group, "unit": item.unit, "criterion": item.criterion}
    standing = Appraisal.objects.filter(**cell).first()
    item.seen_version = standing.version if standing else 0
    item.stood_points = standing.points if standing else None
    item.stood_not_applicable = standing.not_applicable if standing else False


@transaction.atomic
def put_back(*, actor: User, item_id: int, reason: str) -> AgendaItem:
    """Take an item from the vote, with a reason; the votes so far do not count and stay in the log alone. Raises
    PermissionDenied, and Refused where nothing is voted on or without a reason."""
    item = conducted_item(actor, item_id)
    if item.state != State.VOTING:
        raise Refused("Nội dung này không trong lúc biểu quyết.")
    if not clean(reason):
        raise Refused("Nhập lý do rút nội dung khỏi biểu quyết.")
    before = facts(item)
    item.votes.all().delete()
    item.state, item.seen_version, item.fingerprint = State.WAITING, None, ""
    item.stood_points, item.stood_not_applicable = None, False
    if item.verb != AgendaItem.Verb.ADJUST:
        item.points, item.not_applicable = None, False
    item.counted, item.in_favour, item.opposed, item.abstained = False, None, None, None
    item.save()
    after = facts(item)
    record(actor=actor, verb=digests.VERB_AGENDA, obj=item, before=before, after=after, reason=clean(reason))
    return item


@transaction.atomic
def remove(*, actor: User, item_id: int) -> None:
    """Take an item off the agenda before it is voted on. Raises PermissionDenied and Refused."""
    item = conducted_item(actor, item_id)
    if item.state != State.WAITING or item.dissents.exists():
        raise Refused("Chỉ bỏ được nội dung chưa biểu quyết.")
    record(actor=actor, verb=digests.VERB_REMOVE, obj=item, before=facts(item))
    item.delete()


@transaction.atomic
def begin(*, actor: User, meeting_id: int) -> Meeting:
    """Open a meeting; of a written consent every item is put to the vote at once. Raises as `meetings.begin` and
    `present` do, and Refused for a consent about nothing. The members who vote get a letter."""
    meeting = meetings.begin(actor=actor, meeting_id=meeting_id)
    if meeting.is_consent:
        items = list(_items(meeting.pk).filter(state__in=[State.WAITING, State.VOTING]).order_by("position"))
        if not items:
            raise Refused("Chưa có nội dung nào để lấy ý kiến: thêm nội dung vào chương trình trước.")
        for item in items:
            _present(actor, item)
        mails.tell_opened(meeting, items, meeting_queries.electorate(meeting.council))
    return meeting


def conducted_item(actor: User, item_id: int) -> AgendaItem:
    """The item of a locked, unclosed meeting that the person conducts."""
    item = locked_item(item_id)
    meetings.check_conductor(actor, item.meeting.council)
    return item


def locked_item(item_id: int) -> AgendaItem:
    """The item, its meeting locked first; of a meeting that is not closed. Raises Refused."""
    meeting = meetings.locked_meeting(AgendaItem.objects.values_list("meeting_id", flat=True).get(pk=item_id))
    item = _items(meeting.pk).select_for_update(of=("self",)).get(pk=item_id)
    item.meeting = meeting
    _refuse_closed(meeting)
    return item


def _items(meeting_id: int) -> QuerySet[AgendaItem]:
    rows = AgendaItem.objects.filter(meeting=meeting_id)
    return rows.select_related("meeting__council__round", "round_group__group", "unit", "criterion", "reason")


def _unclosed(actor: User, meeting_id: int) -> Meeting:
    meeting = meetings.conducted(actor, meeting_id)
    _refuse_closed(meeting)
    if meeting.is_consent and meeting.is_open:
        raise Refused("Đã gửi lấy ý kiến: không thêm nội dung vào đợt này.")
    return meeting


def _refuse_closed(meeting: Meeting) -> None:
    if meeting.state == Meeting.State.CLOSED:
        raise Refused("Phiên họp đã kết thúc, biên bản không thay đổi nữa.")


def _block(meeting: Meeting, round_group_id: int) -> RoundGroup:
    rows = RoundGroup.objects.filter(round=meeting.council.round_id).select_related("group", "round", "criteria_set")
    block = rows.filter(pk=round_group_id).first()
    if block is None:
        raise Refused("Khối này không thuộc kỳ của Hội đồng.")
    return block


def _last_position(meeting: Meeting) -> int:
    last: int | None = meeting.items.aggregate(last=Max("position"))["last"]
    return last or 0


def facts(item: AgendaItem) -> digests.MeetingFacts:
    return digests.item_facts(item, item.votes.order_by("pk"), item.dissents.order_by("pk"))
