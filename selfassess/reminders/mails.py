"""The words of a reminder."""

from datetime import date

from django.urls import reverse

from cchc_index.lib import clock
from criteria.models import Stage
from units.mail.letters import Letter
from units.models import Unit


def reminder(stage: Stage, unit: Unit, closes_on: date, days: int, standing: str, closes_at: str) -> Letter:
    """One reminder of the series 7, 3, 1 days; a moved deadline starts a new series."""
    left = (closes_on - clock.today()).days
    when = "hôm nay" if left == 0 else f"còn {left} ngày"
    year = stage.round.year
    return Letter(
        event=f"selfassess.remind:{stage.pk}:{unit.pk}:{closes_on:%Y%m%d}:{days}",
        subject=f"{when.capitalize()} đến hạn nộp bản tự đánh giá của {unit}",
        paragraphs=[
            f"Bản tự đánh giá Chỉ số CCHC năm {year} của {unit} chưa nộp ({standing}).",
            f"Hạn nộp: {closes_at}. Hệ thống ngừng tiếp nhận sau thời điểm này.",
            "Nếu không kịp, đề nghị Sở Nội vụ gia hạn kèm lý do trước khi hết hạn.",
        ],
        path=f"{reverse('selfassess:home')}?nam={year}",
        illustrative=stage.round.illustrative,
    )
