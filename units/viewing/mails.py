"""The letter to whose pages were looked at."""

from django.urls import reverse

from cchc_index.lib import clock
from units.mail.actions import post
from units.mail.letters import Letter
from units.models import User


def tell_viewed(target: User, by: User, reason: str) -> None:
    at = clock.now()
    said = f"{by} xem các trang của hệ thống như Ông/Bà thấy, từ {clock.in_words(at)}, để hỗ trợ. Lý do: {reason}"
    only = "Người xem không sửa, không nộp và không mở tệp được; mỗi trang đã xem được ghi nhật ký."
    event = f"units.viewing:{target.pk}:{at:%Y%m%d%H%M%S%f}"
    post(Letter(event, "Có người xem trang như Ông/Bà thấy", [said, only], reverse("home")), [target])
