"""What people type: a conflict of interest. The actions check again."""

from django import forms

from units import rules as people
from units.models import Unit, User

from . import queries


class DeclareForm(forms.Form):
    use_required_attribute = False

    member: "forms.ModelChoiceField[User]" = forms.ModelChoiceField(
        None,
        label="Thành viên",
        required=False,
        empty_label="– chọn thành viên –",
        error_messages={"invalid_choice": "Người này không còn là thành viên Hội đồng thẩm định; chọn lại."},
    )
    unit: "forms.ModelChoiceField[Unit]" = forms.ModelChoiceField(
        None,
        label="Đơn vị",
        empty_label="– chọn đơn vị –",
        error_messages={
            "required": "Chọn đơn vị có xung đột lợi ích.",
            "invalid_choice": "Chọn đơn vị trong danh sách.",
        },
    )
    reason = forms.CharField(
        label="Lý do",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Nhập lý do có xung đột lợi ích (người thân, công tác cũ, hợp đồng…)."},
    )

    def __init__(self, *args: object, members: object = None, units: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        if members is None:
            del self.fields["member"]
        else:
            self.fields["member"].queryset = members  # type: ignore[attr-defined]
            self.fields["member"].required = True
            self.fields["member"].error_messages["required"] = "Chọn thành viên."


def declare_form(user: User, data: object = None) -> DeclareForm:
    """An index manager records for any member, a member for themselves."""
    members = queries.members() if people.is_index_manager(user) else None
    return DeclareForm(data, members=members, units=queries.units())
