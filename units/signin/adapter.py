"""What the library (django-allauth) asks this house: who may come in, in which words, and where to afterwards."""

import base64
import hashlib
import io
from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from cchc_index.lib import clock
from cchc_index.lib.clients import address_of, network_of
from units.models import User
from units.proofs import rules

from . import actions, devices

WRONG_CODE = "Mã chưa đúng hoặc đã dùng. Hãy gõ mã đang hiện trong ứng dụng, hoặc một mã dự phòng chưa dùng."
TOO_MANY = "Đã thử sai quá nhiều lần. Hãy đợi một lúc rồi thử lại."


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by people of the house (`units.people`); nobody signs up."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "Tài khoản này đã đóng.",
        "incorrect_code": WRONG_CODE,
        "incorrect_password": "Mật khẩu chưa đúng.",
        "enter_current_password": "Mật khẩu đang dùng chưa đúng.",
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
        "username_password_mismatch": (
            "Tên đăng nhập hoặc mật khẩu chưa đúng. Mật khẩu phân biệt chữ hoa, chữ thường; "
            "hãy tắt bộ gõ tiếng Việt khi gõ mật khẩu."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Only this very host: the library would follow to every host that is served."""
        return url_has_allowed_host_and_scheme(url, {self.request.get_host()}, require_https=self.request.is_secure())

    def get_client_ip(self, request: HttpRequest) -> str:
        return network_of(request)

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        return redirect("account_login")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """By the limits of this house: the library's lock out the owner of a name that others guess."""
        name = credentials["username"]
        device = devices.mark_for(request, name)
        if request.user.is_authenticated:  # a session in wrong hands guesses no further than its account
            device = f"user:{request.user.pk}"
        guess = actions.begin_guess(name=name, address=network_of(request), device=device)
        if guess is None:
            raise self.validation_error("too_many_login_attempts")
        user = authenticate(request, **credentials)
        if user is None:
            actions.note_limit(guess)
        else:
            actions.end_guess(guess)
            if not request.user.is_authenticated:  # a new hash ends the sessions that are open
                actions.renew_hash(user=user, typed=credentials["password"])
        return user

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """In, through all stages: this browser is one of the account's own from now on."""
        request.session[rules.BEGUN] = int(clock.now().timestamp())
        response: HttpResponse = super().post_login(request, user, **kwargs)
        devices.remember(request, response, user.get_username())
        actions.signed_in(user=user, address=address_of(request))
        return response

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url("home")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        return not rules.proof_is_fresh(self.request)

    def send_notification_mail(self, template_prefix: str, user: User, context: Any = None, email: Any = None) -> None:
        """The library tells what changed; it is logged, and the owner told by the outbox. Everything else it would
        write is told by our own verbs."""
        if template_prefix in actions.CHANGES:
            actions.second_factor_changed(user=user, what=template_prefix, address=address_of(self.request))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The library's, named as the pages name them."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [{**method, "description": PROOFS.get(method["id"], method["description"])} for method in methods]


PROOFS = {
    "reauthenticate": "Dùng mật khẩu",
    "mfa_reauthenticate": "Dùng mã của ứng dụng hoặc mã dự phòng",
    "mfa_reauthenticate:webauthn": "Dùng khóa bảo mật",
}


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The second factor: secrets are sealed in the database, the QR code is drawn here."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": WRONG_CODE,
        "cannot_delete_authenticator": "Vai trò của bạn cần xác thực hai lớp nên không tắt được.",
        "cannot_generate_recovery_codes": "Hãy bật xác thực hai lớp trước khi tạo mã dự phòng.",
    }

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return str(user.get_username())

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        """What a key is called until its owner names it."""
        return f"Khóa {Authenticator.objects.filter(user=user.pk, type=type).count() + 1}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The browser binds a key to this name of host, and shows whose it is."""
        return {**super().get_public_key_credential_rp_entity(), "name": settings.MFA_TOTP_ISSUER}

    def build_totp_svg(self, url: str) -> str:
        drawn = io.BytesIO()
        segno.make(url, error="m").save(drawn, kind="svg", scale=5, border=4, light="white", xmldecl=False)
        return drawn.getvalue().decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Who needs it keeps it; a key beside the app may go."""
        if not (rules.is_demanded_today() and rules.needs_second_factor(authenticator.user)):
            return True
        others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
        return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())

    def encrypt(self, text: str) -> str:
        """Who reads the database alone gains no second factor."""
        return _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _seal().decrypt(encrypted_text.encode()).decode()


def _seal() -> Fernet:
    """Keyed by LEDGER_KEY: it stays for the life of the data, while SECRET_KEY may be changed to end all sessions."""
    digest = hashlib.sha256(f"second factor:{settings.LEDGER_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """The city's identity provider opens accounts that are there; it makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False
