"""The letter to a verifying agency: something waits for its opinion."""

from datetime import datetime

from django.urls import reverse

from criteria.models import Round
from units.mail.letters import Letter
from units.models import Unit


def waiting(round_: Round, agency: Unit, criteria: int, cells: int, newest: datetime, last: int) -> Letter:
    """One each time that something new waits: `newest` submission, `last` leaf that was given to the agency."""
    return Letter(
        event=f"appraisal.verify_waits:{round_.pk}:{agency.pk}:{newest:%Y%m%d%H%M%S%f}:{last}",
        subject=f"{agency}: có tiêu chí chờ ý kiến kiểm chứng năm {round_.year}",
        paragraphs=[
            f"{agency} được giao kiểm chứng tiêu chí Chỉ số CCHC năm {round_.year} trước khi Hội đồng thẩm định.",
            f"Hiện có {cells} lượt tiêu chí của {criteria} tiêu chí chờ ý kiến.",
        ],
        path=f"{reverse('council:verifying')}?nam={round_.year}",
        illustrative=round_.illustrative,
    )
