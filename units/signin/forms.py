"""Forms of signing in. The library's checks, the decisions' words."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm as LibraryLoginForm
from allauth.account.forms import ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as CodeReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.contrib.auth.forms import PasswordChangeForm


class LoginForm(LibraryLoginForm):  # type: ignore[misc]
    """User name and password; one sentence for every failure, so that nobody learns which names exist."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name, password = self.fields.pop("login"), self.fields.pop("password")
        name.label, password.label, password.help_text = "Tên đăng nhập", "Mật khẩu", ""
        name.error_messages["required"] = "Hãy gõ tên đăng nhập."
        password.error_messages["required"] = "Hãy gõ mật khẩu."
        name.widget.attrs = {"autocomplete": "username", "autocapitalize": "none", "maxlength": "150"}
        del password.widget.attrs["placeholder"]
        self.fields |= {"username": name, "password": password}

    def clean(self) -> Any:
        if "username" in self.cleaned_data:
            self.cleaned_data["login"] = self.cleaned_data["username"].strip()
        return super().clean()

    def user_credentials(self) -> dict[str, str]:
        return {"username": self.cleaned_data["login"], "password": self.cleaned_data["password"]}


def _plain(field: forms.Field, label: str, missing: str, hint: str = "") -> None:
    field.label, field.help_text = label, hint
    field.error_messages["required"] = missing
    field.widget.attrs.pop("placeholder", None)


class ProofForm(ReauthenticateForm):  # type: ignore[misc]
    """The password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["password"], "Mật khẩu", "Hãy gõ mật khẩu.")


CODE = ("Mã xác thực", "Hãy gõ mã.", "6 chữ số đang hiện trong ứng dụng xác thực, hoặc một mã dự phòng 8 chữ số.")


class CodeForm(AuthenticateForm):  # type: ignore[misc]
    """The second factor after the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["code"], *CODE)


class CodeProofForm(CodeReauthenticateForm):  # type: ignore[misc]
    """The second factor once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["code"], *CODE)


class AppForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["code"], "Mã 6 chữ số trong ứng dụng", "Hãy gõ mã đang hiện trong ứng dụng.")


class ReadsAKey:
    """What a browser sends in a key's name is hostile until proven; the library trips over some of it."""

    def full_clean(self) -> None:
        try:
            super().full_clean()  # type: ignore[misc]
        except (AttributeError, KeyError, TypeError, ValueError):
            self.add_error("credential", NO_KEY)  # type: ignore[attr-defined]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        credential = self.fields["credential"]  # type: ignore[attr-defined]
        credential.error_messages |= {"required": NO_KEY, "invalid": NO_KEY}


class KeyCodeForm(ReadsAKey, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """The key after the password."""


class KeyProofForm(ReadsAKey, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """The key once more."""


class KeyForm(ReadsAKey, AddWebAuthnForm):  # type: ignore[misc]
    """A new security key; the browser fills in what the key says."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["name"], "Tên khóa", "", "Để phân biệt các khóa, ví dụ Khóa ở cơ quan.")
        self.fields["name"].widget.attrs["maxlength"] = "100"
        self.fields["name"].max_length = 100


class KeyNameForm(EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a security key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["name"], "Tên khóa", "Nhập tên khóa.")


NO_KEY = "Trình duyệt chưa đọc được khóa: cắm hoặc chạm khóa khi trình duyệt hỏi, rồi thử lại."


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

    def clean_old_password(self) -> str:
        """Guesses of the old password are counted as those at the door."""
        given: str = self.cleaned_data["old_password"]
        if not get_adapter().reauthenticate(self.user, given):
            raise forms.ValidationError("Mật khẩu đang dùng chưa đúng.", code="password_incorrect")
        return given


_PASSWORDS = (
    ("old_password", "Mật khẩu đang dùng", "Hãy gõ mật khẩu đang dùng."),
    ("new_password1", "Mật khẩu mới", "Hãy gõ mật khẩu mới."),
    ("new_password2", "Gõ lại mật khẩu mới", "Hãy gõ lại mật khẩu mới."),
)


class SetupCodeForm(forms.Form):
    """A user name and the code from paper."""

    name = forms.CharField(
        label="Tên đăng nhập", max_length=150, error_messages={"required": "Nhập tên đăng nhập in trên phiếu."}
    )
    code = forms.CharField(
        label="Mã trên phiếu",
        max_length=30,
        help_text="12 ký tự, ví dụ k7mq-x2vd-9hpt; gõ hoa, thường, có hay không gạch nối đều được.",
        error_messages={"required": "Nhập mã in trên phiếu."},
    )
