"""`manage.py set_stage --year 2025 --stage round1 --opens "2026-01-05 08:00"`: one row of the year's calendar."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from cchc_index.lib import clock
from cchc_index.lib.commands import OperatorCommand
from cchc_index.lib.faults import Refused
from cchc_index.lib.moments import read_moment
from criteria.calendar import actions, queries
from criteria.models import Round, Stage


class Command(OperatorCommand):
    help = "Mở, dời hoặc đóng một giai đoạn của kỳ; không ghi giờ nào thì cho biết giai đoạn đang ra sao."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, required=True, help="năm chỉ số")
        parser.add_argument("--stage", required=True, help="tên giai đoạn, ví dụ survey, self_assessment, round1")
        parser.add_argument("--opens", help='giờ Hà Nội, dạng "2026-01-05 08:00"; không ghi: giữ nguyên')
        parser.add_argument(
            "--closes", help='giờ Hà Nội, dạng "2026-01-20 17:00"; hệ thống ngừng tiếp nhận kể từ thời điểm này'
        )

    def run(self, **options: Any) -> None:
        round_ = queries.round_of(options["year"])
        name = options["stage"]
        if options["opens"] is None and options["closes"] is None:
            self.say(_told(queries.require_named(round_, name)))
            return
        opens, closes = (_instant(options[edge], f"--{edge}") for edge in ("opens", "closes"))
        stage = actions.set_stage(actor=None, round_id=round_.pk, name=name, **_edges(round_, name, opens, closes))
        self.say(_told(stage))
        for contradiction in queries.contradictions(stage):
            self.say(f"Lưu ý: {contradiction}")
        if stage.is_open(clock.now()) and stage.pk in queries.used(round_.pk):
            self.say(
                "Lưu ý: khối nào đã thông báo kết quả cho đơn vị thì thời hạn mới không mở lại việc thẩm định; "
                "muốn mở lại, thu hồi thông báo ở mục Thẩm định."
            )


def _edges(round_: Round, name: str, opens: datetime | None, closes: datetime | None) -> dict[str, datetime | None]:
    """The edge that is not given stays as it is."""
    now = queries.require_named(round_, name)
    return {"opens_at": opens or now.opens_at, "closes_at": closes or now.closes_at}


def _instant(text: str | None, option: str) -> datetime | None:
    if text is None:
        return None
    try:
        return read_moment(text)
    except ValueError as wrong:
        raise Refused(f"Tham số {option}: {wrong}.") from None


def _told(stage: Stage) -> str:
    edges = [f"{word} {clock.in_words(at)}" for word, at in (("mở", stage.opens_at), ("đóng", stage.closes_at)) if at]
    hours = ", ".join(edges) if edges else "chưa đặt giờ"
    return f"Kỳ {stage.round.year}, {stage.title} ({stage.name}): {hours}. {_state(stage)}."


def _state(stage: Stage) -> str:
    now = clock.now()
    if stage.is_open(now):
        return "Đang mở"
    return "Đã đóng" if stage.is_set and stage.has_begun(now) else "Chưa mở"
