"""The administrators' site: one login for the whole system, Vietnamese names."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator


class ChoicesInWords(AutocompleteJsonView):
    """The list of a select that is searched. An administration whose records bear the same name in every year and block
    says in `choice_rows` and `choice_words` what tells them apart."""

    def get_queryset(self) -> "QuerySet[Any]":
        rows = super().get_queryset()
        read = getattr(self.model_admin, "choice_rows", None)
        return read(rows) if read else rows

    def serialize_result(self, obj: Model, to_field_name: str) -> dict[str, str]:
        shown = super().serialize_result(obj, to_field_name)
        words = getattr(self.model_admin, "choice_words", None)
        return {**shown, "text": words(obj)} if words else shown


class Site(AdminSite):
    """The administrators' pages. Who is logged in and may not see them gets a 403, as on every page, and is not asked
    to log in again."""

    site_header = "Quản trị Chỉ số cải cách hành chính – Hà Nội"
    site_title = "Quản trị Chỉ số CCHC"
    index_title = "Danh mục và hồ sơ"
    site_url = "/"
    enable_nav_sidebar = False  # a fifth of an office laptop's width; the crumbs lead back

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        answer = ChoicesInWords.as_view(admin_site=self)(request)
        assert isinstance(answer, HttpResponse)  # JSON
        return answer

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The admin has no login page of its own: everybody comes in through `account_login`."""
        if self.has_permission(request):
            return redirect(reverse("admin:index", current_app=self.name))
        if request.user.is_authenticated:
            raise PermissionDenied("Trang quản trị dành cho người quản trị hệ thống.")
        target = request.GET.get("next") or reverse("admin:index", current_app=self.name)
        return redirect_to_login(target)
