"""The account's pages: log in, log out, change the password."""

from django.contrib import messages
from django.contrib.auth import views as auth
from django.contrib.auth.forms import PasswordChangeForm
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse_lazy

from .auditlog.actions import record
from .forms import ChangePasswordForm, LoginForm


class Login(auth.LoginView):
    """Who is logged in already goes on; `next` is followed only within this host (Django checks)."""

    template_name = "units/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True


class Logout(auth.LogoutView):
    """POST only: a link in a foreign page must not log anybody out."""

    http_method_names = ["post", "options"]


class PasswordChange(auth.PasswordChangeView):
    """Change one's own password; other sessions of the account end (Django's session hash)."""

    template_name = "units/password_change.html"
    form_class = ChangePasswordForm
    success_url = reverse_lazy("home")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        with transaction.atomic():
            response = super().form_valid(form)
            record(actor=form.user, verb="change_password", obj=form.user)
        messages.success(self.request, "Đã đổi mật khẩu.")
        return response
