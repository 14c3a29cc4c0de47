"""The account's pages: log in, log out, change the password."""

from typing import Any

from allauth.account.views import LoginView as LibraryLogin
from allauth.account.views import LogoutView as LibraryLogout
from allauth.mfa.base.views import IndexView as LibrarySecondFactor
from allauth.socialaccount.adapter import get_adapter as get_social_adapter
from allauth.usersessions.signals import on_password_changed
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.http import urlsafe_base64_decode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from cchc_index.lib.clients import address_of, network_of
from cchc_index.lib.form_pages import form_page, posted
from units.actions import password_was_changed
from units.mail.queries import password_path, unsent_to
from units.models import User
from units.people import queries as people
from units.people.actions import password_forgotten as ask_for_link
from units.people.actions import password_was_set
from units.people.forms import FirstPasswordForm, ForgottenForm
from units.people.opening import use_code
from units.proofs import rules

from . import devices
from .actions import begin_guess, end_guess
from .forms import ChangePasswordForm, SetupCodeForm


class Login(LibraryLogin):  # type: ignore[misc]
    """Who is logged in already goes on; `next` is followed only within this host."""

    template_name = "units/login.html"

    def form_invalid(self, form: Any) -> HttpResponse:
        if form.has_error(NON_FIELD_ERRORS, "too_many_login_attempts"):
            return render(self.request, "units/locked_out.html", {"minutes": settings.GUESS_MINUTES}, status=429)
        response: HttpResponse = super().form_invalid(form)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)
        return {
            **found,
            "next": self.get_next_url() or "",
            "providers": get_social_adapter().list_providers(self.request),
        }


class Logout(LibraryLogout):  # type: ignore[misc]
    """POST only: a link in a foreign page must not log anybody out."""

    http_method_names = ["post", "options"]


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """What a person may change of the own account."""
    unsent = unsent_to(request.user) if isinstance(request.user, User) else []
    context = {"second_factor": rules.has_second_factor(request.user), "unsent": unsent}
    return render(request, "units/signin/account.html", context)


class SecondFactor(LibrarySecondFactor):  # type: ignore[misc]
    """Whether it is on, and whether one's roles need it."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        needed = rules.needs_second_factor(self.request.user)
        owed, day = rules.owes_second_factor(self.request), settings.SECOND_FACTOR_FROM
        return {**super().get_context_data(**kwargs), "needed": needed, "owed": owed, "demanded_from": day}


class PasswordChange(auth.PasswordChangeView):
    """Change one's own password; other sessions of the account end (Django's session hash)."""

    template_name = "units/password_change.html"
    form_class = ChangePasswordForm
    success_url = reverse_lazy("home")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        with transaction.atomic():
            response = super().form_valid(form)
            password_was_changed(user=form.user)
            on_password_changed(sender=type(form.user), request=self.request)
        messages.success(self.request, "Đã đổi mật khẩu.")
        return response


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password_set(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """The page that an invitation opens: its owner sets a password. The link works once, for the new password ends it,
    and until its time is over."""
    account = _invited(uid, token)
    if account is None:
        return render(request, "units/password_link_over.html", status=404)
    form = FirstPasswordForm(account, posted(request))
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            password_was_set(user=account, address=address_of(request))
        messages.success(request, f"Đã đặt mật khẩu. Đăng nhập bằng tên {account.username}.")
        response = redirect("account_login")
        devices.remember(request, response, account.username)  # whoever guesses the name does not stand in the way
        return response
    return form_page(request, "units/password_set.html", form, {"account": account})


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def setup_code(request: HttpRequest) -> HttpResponse:
    """A code from paper opens the page where its owner sets a password. Guesses count as those of passwords."""
    form = SetupCodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        name, address = form.cleaned_data["name"], address_of(request)
        guess = begin_guess(name=name, address=network_of(request))
        if guess is None:
            return render(request, "units/locked_out.html", {"minutes": settings.GUESS_MINUTES}, status=429)
        user = use_code(name=name, typed=form.cleaned_data["code"], address=address)
        if user is not None:
            end_guess(guess)
            return redirect(password_path(user))
        form.add_error(None, "Tên đăng nhập và mã này không khớp, mã đã dùng hoặc đã hết hạn.")
    return form_page(request, "units/signin/code.html", form, {})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def password_forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link by mail. The answer is the same whether the account exists or not."""
    form = ForgottenForm(posted(request))
    if request.method == "POST" and form.is_valid():
        ask_for_link(typed=form.cleaned_data["name"])
        messages.success(
            request,
            "Nếu tài khoản này có thư điện tử, thư kèm liên kết đặt lại mật khẩu sẽ đến trong ít phút. "
            "Tài khoản không có thư, hoặc không nhận được thư: liên hệ Sở Nội vụ để nhận phiếu mã đặt mật khẩu.",
        )
        return redirect("account_login")
    return form_page(request, "units/password_forgotten.html", form, {})


def _invited(uid: str, token: str) -> User | None:
    """The account that a link opens; None when it opens none any more."""
    try:
        number = int(urlsafe_base64_decode(uid))
    except ValueError:
        return None
    account = people.account_of(number)
    return account if account is not None and default_token_generator.check_token(account, token) else None
