"""The reminder of what waits for a council member."""

from datetime import date

from django.urls import reverse

from criteria.models import RoundGroup
from units.mail.letters import Letter
from units.models import User


def reminder(block: RoundGroup, member: User, waiting: int, day: date) -> Letter:
    """What waits for a council member; one mail a day."""
    year = block.round.year
    return Letter(
        event=f"appraisal.remind:{block.pk}:{member.pk}:{day:%Y-%m-%d}",
        subject=f"Còn {waiting} tiêu chí chờ thẩm định, khối {block.group}",
        paragraphs=[
            f"Còn {waiting} tiêu chí được phân công cho Ông/Bà đang chờ thẩm định: khối {block.group}, năm {year}.",
        ],
        path=f"{reverse('appraisal:home')}?nam={year}",
        illustrative=block.round.illustrative,
    )
