"""The digest by which units are reminded of what waits for them."""

from collections.abc import Sequence
from datetime import date

from django.urls import reverse

from cchc_index.lib.numbers import vn_count
from criteria.models import Round
from units.mail.letters import Letter
from units.models import User

from .tables import SteeredMember, SteeredUnit


def member_digest(round_: Round, member: SteeredMember, day: date) -> Letter:
    """One letter a day to a member of the council: how far they are, and which criteria wait."""
    return Letter(
        event=f"results.remind_member:{round_.pk}:{member.pk}:{day:%Y%m%d}",
        subject=f"Còn {vn_count(member.waiting)} lượt tiêu chí chờ thẩm định – Chỉ số CCHC năm {round_.year}",
        paragraphs=[
            "Sở Nội vụ đề nghị Ông/Bà thẩm định các tiêu chí được phân công:",
            *(part.words for part in member.parts),
        ],
        path=f"{reverse('appraisal:home')}?nam={round_.year}",
        illustrative=round_.illustrative,
    )


def digest(round_: Round, person: User, lines: Sequence[SteeredUnit], day: date) -> Letter:
    """One letter a day to a person, of all that waits for their units."""
    return Letter(
        event=f"results.remind:{round_.pk}:{person.pk}:{day:%Y%m%d}",
        subject=f"Việc đang chờ đơn vị – Chỉ số CCHC năm {round_.year}",
        paragraphs=[
            "Sở Nội vụ đề nghị hoàn thành các việc sau:",
            *(f"{line.name}: {'; '.join(line.tasks)}." for line in lines),
            "Nếu việc đã hoàn thành sau khi thư này được gửi, đơn vị không cần thực hiện thêm thao tác nào.",
        ],
        path=f"{reverse('selfassess:home')}?nam={round_.year}",
        illustrative=round_.illustrative,
    )
