"""The letters of a meeting: the invitation, the opening of a written consent, the reminder before its end."""

from collections.abc import Iterable, Sequence

from django.urls import reverse

from appraisal.models import AgendaItem, Meeting, Seat
from cchc_index.lib import clock
from units.mail import actions as mail
from units.mail.letters import Letter
from units.models import User

MOST_ITEMS = 20
"""So many items of an agenda stand in a letter; the rest are counted."""


def tell_invited(meeting: Meeting, items: Sequence[AgendaItem], seats: Iterable[Seat]) -> mail.Posted:
    """The invitation as it is now, to everybody who sits in the council with an account; who has this one already gets
    none."""
    place = f", tại {meeting.place}" if meeting.place else ""
    presiding = f"Chủ trì: {meeting.presiding}." if meeting.presiding else ""
    letter = _letter(
        meeting,
        f"appraisal.invite:{meeting.pk}:{meeting.invited_at:%Y%m%d%H%M%S%f}",
        f"Giấy mời họp Hội đồng thẩm định: {clock.in_words(meeting.held_at)}",
        [
            f"Kính mời Ông/Bà dự {_named(meeting)}: {meeting.title}.",
            f"Thời gian: {clock.in_words(meeting.held_at)}{place}.",
            presiding,
            _agenda(items),
            "Thư này thay cho giấy mời đã gửi trước về cùng phiên họp, nếu có.",
        ],
    )
    return mail.post(letter, holders(seats))


def tell_opened(meeting: Meeting, items: Sequence[AgendaItem], seats: Iterable[Seat]) -> mail.Posted:
    """A written consent has begun: to the members who vote."""
    until = clock.in_words(meeting.deadline) if meeting.deadline else ""
    letter = _letter(
        meeting,
        f"appraisal.consent:{meeting.pk}",
        f"Đề nghị cho ý kiến bằng văn bản, hạn {until}",
        [
            f"Hội đồng thẩm định {_named(meeting)}: {meeting.title}.",
            f"Đề nghị Ông/Bà cho ý kiến về từng nội dung chậm nhất {until}.",
            "Sau thời điểm này hệ thống không nhận ý kiến.",
            _agenda(items),
        ],
    )
    return mail.post(letter, holders(seats))


def reminder(meeting: Meeting, lacking: int, step: int) -> Letter:
    """To a member who has not voted on so many items; one of each step."""
    until = clock.in_words(meeting.deadline) if meeting.deadline else ""
    return _letter(
        meeting,
        f"appraisal.consent_remind:{meeting.pk}:{step}",
        f"Sắp hết hạn cho ý kiến bằng văn bản ({until})",
        [
            f"{_named(meeting).capitalize()}: {meeting.title}.",
            f"Ông/Bà còn {lacking} nội dung chưa cho ý kiến; hạn là {until}.",
        ],
    )


def holders(seats: Iterable[Seat]) -> list[User]:
    """The open accounts of the seats; who has none is told by the secretary."""
    return [seat.user for seat in seats if seat.user is not None and seat.user.is_active]


def without_account(seats: Iterable[Seat]) -> list[Seat]:
    """Whom no letter of ours reaches."""
    return [seat for seat in seats if seat.user is None or not seat.user.is_active]


def _letter(meeting: Meeting, event: str, subject: str, paragraphs: list[str]) -> Letter:
    return Letter(
        event=event,
        subject=subject,
        paragraphs=paragraphs,
        path=reverse("council:meeting", args=[meeting.pk]),
        illustrative=meeting.council.illustrative or meeting.council.round.illustrative,
    )


def _named(meeting: Meeting) -> str:
    text = str(meeting)
    return text[0].lower() + text[1:]


def _agenda(items: Sequence[AgendaItem]) -> str:
    if not items:
        return "Chương trình sẽ được bổ sung trên trang của phiên họp."
    lines = [f"{number}. {item}" for number, item in enumerate(items[:MOST_ITEMS], start=1)]
    rest = len(items) - len(lines)
    lines += [f"… và {rest} nội dung khác."] if rest else []
    return "\n".join(["Chương trình:", *lines])
