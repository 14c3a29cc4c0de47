"""The frame's own pages: home by role, the year switch, error pages."""

import logging
from datetime import UTC, timedelta
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from cchc_index.lib import clock, request_number
from results.api.views import unknown as for_programs

from .middleware import given_back
from .navigation import PUBLIC_TABS, tabs_for

_log = logging.getLogger(__name__)


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    """A person lands on the first place of their role; everybody else on the ranking."""
    tabs = tabs_for(request.user)
    if request.user.is_authenticated and request.user.is_staff and tabs[0] == PUBLIC_TABS[0]:
        return redirect("admin:index")
    return redirect(tabs[0].name)


@login_not_required
@require_safe
def security_contact(request: HttpRequest) -> HttpResponse:
    """Where somebody who finds a hole writes (RFC 9116); 404 where the installation names nobody."""
    if not settings.SECURITY_CONTACT:
        return not_found(request)
    lines = {
        "Contact": settings.SECURITY_CONTACT,
        "Expires": f"{clock.now().astimezone(UTC) + timedelta(days=180):%Y-%m-%dT00:00:00Z}",
        "Preferred-Languages": "vi, en",
        "Canonical": f"{settings.PUBLIC_URL}{request.path}",
    }
    text = "".join(f"{name}: {value}\n" for name, value in lines.items())
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def switch_year(request: HttpRequest) -> HttpResponseRedirect:
    """Go back to where the person was, in the year they want to look at. For who has an account the session keeps it;
    of the public nothing is kept: the address names the year."""
    asked = request.POST or request.GET
    year, target = asked.get("year", "")[:4], asked.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    if request.method == "POST":
        request.session["year"] = year
        return HttpResponseRedirect(target)
    return HttpResponseRedirect(f"{_of_any_year(target)}?{urlencode({'nam': year})}")


def _of_any_year(target: str) -> str:
    """The page itself, or the ranking for one whose own address names its year."""
    path = urlsplit(target).path
    try:
        lost = path == "/" or "year" in resolve(path).kwargs
    except Resolver404:
        lost = True
    return reverse("results:ranking") if lost else path


def _error_page(request: HttpRequest, page: str, status: int) -> HttpResponse:
    """The page of an error in the look of the site; its bare words, and why in the log, where that cannot be drawn:
    the styles were not collected, or the database is away."""
    try:
        return render(request, page, status=status)
    except Exception:  # what keeps a page from being drawn must not hide what it was to say
        _log.exception("Không hiện được trang %s", page)
        title, words = _BARE[status]
        return HttpResponse(_numbered(_PAGE.replace("{title}", title).replace("{words}", words)), status=status)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error_page(request, "errors/403.html", 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form sent too late, or from another login: it is shown again, to be sent once more; where that cannot be, the
    page says that the text is still in the browser."""
    return given_back(request) or render(request, "errors/csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Nearly always a body over the limit: text pasted by the megabyte."""
    too_big = isinstance(exception, RequestDataTooBig | TooManyFieldsSent)
    if too_big:
        return _error_page(request, "errors/413.html", 413)
    return HttpResponse(_numbered(_BAD_REQUEST), status=400)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return for_programs(request) or _error_page(request, "errors/404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    # No context processors: the database may be what failed.
    return HttpResponse(_numbered(_SERVER_ERROR), status=500)


def _numbered(page: str) -> str:
    return page.replace("{number}", request_number.current.get() or "–")


_BARE = {
    403: ("Không có quyền", "Tài khoản này không được mở trang đó. Nếu cần, hỏi người quản lý Chỉ số."),
    404: ("Không tìm thấy trang", "Địa chỉ này không có, hoặc nội dung đã chuyển đi."),
    413: ("Nội dung gửi quá lớn", "Chưa lưu gì cả. Hãy quay lại trang trước, gửi từng phần nhỏ hơn."),
}
_PAGE = """<!doctype html><html lang="vi"><meta charset="utf-8"><title>{title}</title>
<h1>{title}</h1><p>{words}</p><p>Mã yêu cầu: <b>{number}</b></p><p><a href="/">Về trang chủ</a></p></html>"""
_BAD_REQUEST = """<!doctype html><html lang="vi"><meta charset="utf-8"><title>Yêu cầu không hợp lệ</title>
<h1>Yêu cầu không hợp lệ</h1><p>Địa chỉ hoặc nội dung gửi không đúng dạng nên chưa làm gì cả. Hãy mở lại trang từ
trang chủ rồi thử lại.</p><p>Mã yêu cầu: <b>{number}</b></p><p><a href="/">Về trang chủ</a></p></html>"""
_SERVER_ERROR = """<!doctype html><html lang="vi"><meta charset="utf-8"><title>Lỗi hệ thống</title>
<h1>Hệ thống gặp lỗi</h1><p>Việc vừa làm chưa được lưu. Hãy quay lại trang trước và thử lại sau một phút;
nếu vẫn lỗi, báo Sở Nội vụ kèm mã này.</p>
<p>Mã yêu cầu: <b>{number}</b></p><p><a href="/">Về trang chủ</a></p></html>"""
