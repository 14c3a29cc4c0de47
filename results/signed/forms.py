"""The signed decision that is brought back."""

from django import forms


class SignedForm(forms.Form):
    """A file, and the word of who compared number and day on a scan."""

    file = forms.FileField(
        label="Tệp PDF đã ký số",
        required=False,
        help_text="Hệ thống đọc chữ ký, số và ngày trên văn bản, rồi so với công bố.",
        error_messages={"empty": "Tệp này rỗng."},
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf"}),
    )
    seen = forms.BooleanField(
        label="Bản chụp không đọc được chữ: đã tự đối chiếu số và ngày trên văn bản với công bố", required=False
    )
