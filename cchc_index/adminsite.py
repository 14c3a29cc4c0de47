"""The administrators' site: one login for the whole system, Vietnamese names."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator


class Site(AdminSite):
    """The administrators' pages. Who is logged in and may not see them gets a 403, as on every page, and is not asked
    to log in again."""

    site_header = "Quản trị Chỉ số cải cách hành chính – Hà Nội"
    site_title = "Quản trị Chỉ số CCHC"
    index_title = "Danh mục và hồ sơ"
    site_url = "/"
    enable_nav_sidebar = False  # a fifth of an office laptop's width; the crumbs lead back

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The admin has no login page of its own: everybody comes in through `account_login`."""
        if self.has_permission(request):
            return redirect(reverse("admin:index", current_app=self.name))
        if request.user.is_authenticated:
            raise PermissionDenied("Trang quản trị dành cho người quản trị hệ thống.")
        target = request.GET.get("next") or reverse("admin:index", current_app=self.name)
        return redirect_to_login(target)
