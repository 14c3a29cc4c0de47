"""Why somebody looks."""

from django import forms


class ViewingForm(forms.Form):
    """The reason stands in the log and in the letter to the person."""

    reason = forms.CharField(
        label="Lý do",
        max_length=500,
        help_text="Ví dụ: gọi điện hỏi vì sao chưa thấy nút nộp. Lý do được ghi nhật ký và gửi cho người này.",
        error_messages={"required": "Nhập lý do xem."},
    )
