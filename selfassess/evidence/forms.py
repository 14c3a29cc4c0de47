"""Where in a document a score finds its proof, as typed."""

from django import forms

_BAD_PAGE = "Số trang phải là số nguyên từ 1 trở lên."


class PlaceForm(forms.Form):
    """Where in a document."""

    page = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=100_000,
        error_messages={"invalid": _BAD_PAGE, "min_value": _BAD_PAGE, "max_value": _BAD_PAGE},
    )
    section = forms.CharField(required=False)

    def sentences(self) -> dict[str, str]:
        """Field → sentence of what could not be read."""
        return {name: str(errors[0]) for name, errors in self.errors.items()}


class AttachForm(PlaceForm):
    document = forms.IntegerField(
        required=True,
        min_value=1,
        max_value=2**62,
        error_messages={
            "required": "Chưa chọn tài liệu: chọn một tài liệu trong danh sách.",
            "invalid": "Chưa chọn tài liệu: chọn một tài liệu trong danh sách.",
        },
    )
