"""What is typed of a meeting before it begins. The actions check again."""

from typing import Any

from django import forms

from appraisal.models import Council, Meeting, Seat
from cchc_index.lib.moments import MomentField

from . import queries
from .actions import MeetingPlan

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class MeetingForm(forms.Form):
    """A meeting, or a written consent with its deadline."""

    use_required_attribute = False

    kind = forms.ChoiceField(label="Hình thức", choices=Meeting.Kind.choices)
    title = forms.CharField(
        label="Nội dung",
        max_length=250,
        help_text="Ví dụ: Họp Hội đồng thẩm định xem xét kết quả Chỉ số cải cách hành chính.",
        error_messages={"required": "Nhập nội dung của phiên họp."},
    )
    opens = MomentField(
        label="Bắt đầu lúc (giờ Hà Nội)",
        widget=MOMENT,
        error_messages={"required": "Nhập thời điểm bắt đầu."},
    )
    place = forms.CharField(label="Địa điểm", required=False, max_length=250)
    closes = MomentField(
        label="Hạn cho ý kiến (giờ Hà Nội)",
        required=False,
        widget=MOMENT,
        help_text="Chỉ khi lấy ý kiến bằng văn bản; từ thời điểm này không nhận ý kiến nữa.",
    )
    presiding: "forms.ModelChoiceField[Seat]" = forms.ModelChoiceField(
        None, label="Chủ trì", required=False, empty_label="– chưa ghi –"
    )
    secretary: "forms.ModelChoiceField[Seat]" = forms.ModelChoiceField(
        None, label="Thư ký", required=False, empty_label="– chưa ghi –"
    )

    def __init__(self, *args: Any, council: Council, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seats = queries.seat_choices(council)
        for name, rows in (("presiding", seats.voting()), ("secretary", seats)):
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
            self.fields[name].label_from_instance = _named  # type: ignore[attr-defined]

    def entry(self) -> MeetingPlan:
        data = self.cleaned_data
        return MeetingPlan(
            kind=data["kind"],
            title=data["title"],
            held_at=data["opens"],
            place=data["place"],
            deadline=data["closes"],
            presiding_id=data["presiding"].pk if data["presiding"] else None,
            secretary_id=data["secretary"].pk if data["secretary"] else None,
        )


def _named(seat: Seat) -> str:
    return f"{seat.name} – {seat.get_kind_display()}"


def initial_for(council: Council) -> dict[str, object]:
    """Who presides and who takes the minutes, unless the plan says otherwise: the chair and the secretary."""
    first = {seat.kind: seat.pk for seat in reversed(queries.seats_in_force(council))}
    return {"presiding": first.get(Seat.Kind.CHAIR), "secretary": first.get(Seat.Kind.SECRETARY)}


def initial_of(meeting: Meeting) -> dict[str, object]:
    """What the form of a meeting shows of it."""
    return {
        "kind": meeting.kind,
        "title": meeting.title,
        "opens": meeting.held_at,
        "place": meeting.place,
        "closes": meeting.deadline,
        "presiding": meeting.presiding_id,
        "secretary": meeting.secretary_id,
    }
