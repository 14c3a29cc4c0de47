"""Forms of accounts. Django's checks, the decisions' words."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm


class LoginForm(AuthenticationForm):
    """User name and password; one sentence for every failure, so that nobody learns which names exist."""

    error_messages = {
        "invalid_login": (
            "Tên đăng nhập hoặc mật khẩu chưa đúng. Mật khẩu phân biệt chữ hoa, chữ thường; "
            "hãy tắt bộ gõ tiếng Việt khi gõ mật khẩu."
        ),
        "inactive": (
            "Tên đăng nhập hoặc mật khẩu chưa đúng. Mật khẩu phân biệt chữ hoa, chữ thường; "
            "hãy tắt bộ gõ tiếng Việt khi gõ mật khẩu."
        ),
    }

    def __init__(self, *args: object, **kwargs: object):
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["username"].error_messages["required"] = "Hãy gõ tên đăng nhập."
        self.fields["password"].error_messages["required"] = "Hãy gõ mật khẩu."


class ChangePasswordForm(PasswordChangeForm):
    """The old password once, the new one twice."""

    field_order = ["old_password", "new_password1", "new_password2"]

    def __init__(self, *args: object, **kwargs: object):
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name, label, missing in _PASSWORDS:
            field: forms.Field = self.fields[name]
            field.label, field.help_text = label, ""
            field.error_messages["required"] = missing
        self.fields[
            "new_password1"
        ].help_text = (
            "Ít nhất 10 ký tự; không chỉ gồm tên địa phương, cơ quan, họ tên và chữ số; không phải mật khẩu hay gặp."
        )


_PASSWORDS = (
    ("old_password", "Mật khẩu đang dùng", "Hãy gõ mật khẩu đang dùng."),
    ("new_password1", "Mật khẩu mới", "Hãy gõ mật khẩu mới."),
    ("new_password2", "Gõ lại mật khẩu mới", "Hãy gõ lại mật khẩu mới."),
)
