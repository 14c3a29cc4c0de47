"""Whether a block takes files of its survey now."""

from enum import Enum

from django.db.models import QuerySet

from cchc_index.lib import clock
from criteria import published
from criteria.calendar import queries as calendar
from criteria.models import RoundGroup, Stage
from surveys.models import ImportBatch, SurveyRequest


class Door(Enum):
    """How a block takes ballots and figures, and lets a batch be undone."""

    OPEN = "open"
    CLOSED = "closed"
    TWO = "two"
    """The year is published: only by two people with a reason."""


def door(block: RoundGroup) -> Door:
    """Published comes first: a phase that somebody opens again opens no published year. Without a survey phase that
    has an hour a year is open, for archives and hand-over (issue 11, part 5)."""
    if published.is_published(block.round_id):
        return Door.TWO
    stage = calendar.stage(block.round, Stage.Kind.SURVEY)
    if stage is None or not stage.is_set or stage.is_open(clock.now()):
        return Door.OPEN
    return Door.CLOSED


def is_collecting(block: RoundGroup) -> bool:
    """Whether ballots come, or will come: the phase has an hour and is not over. One that is still to open counts:
    what is told before it could be compared with what is told after it."""
    stage = calendar.stage(block.round, Stage.Kind.SURVEY)
    return stage is not None and stage.is_set and not published.is_published(block.round_id) and not _has_closed(stage)


def is_over(block: RoundGroup) -> bool:
    """Whether the phase has closed."""
    stage = calendar.stage(block.round, Stage.Kind.SURVEY)
    return stage is not None and _has_closed(stage) and not published.is_published(block.round_id)


def _has_closed(stage: Stage) -> bool:
    return stage.closes_at is not None and stage.closes_at <= clock.now()


def closed_words(block: RoundGroup) -> str:
    """Why a closed block takes nothing, with its hours and who opens it."""
    stage = calendar.stage(block.round, Stage.Kind.SURVEY)
    now = clock.now()
    when = ""
    if stage and stage.opens_at and now < stage.opens_at:
        when = f" chưa mở (mở lúc {clock.in_words(stage.opens_at)})"
    elif stage and stage.closes_at:
        when = f" đã đóng lúc {clock.in_words(stage.closes_at)}"
    return (
        f"Giai đoạn điều tra xã hội học của năm {block.round.year}{when}: không nhận và không hủy phiếu, số liệu. "
        "Người quản lý Chỉ số đổi giờ của giai đoạn ở trang chuẩn bị kỳ (set_stage) nếu cần."
    )


def requests_of(batch: ImportBatch) -> QuerySet[SurveyRequest]:
    """What was asked about a batch, the newest first."""
    rows = SurveyRequest.objects.filter(batch=batch).select_related("proposed_by", "decided_by")
    return rows.order_by("-proposed_at", "-pk")
