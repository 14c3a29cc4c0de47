"""What other systems ask under /api/v1/exchange/. Nobody signs in: the token is all there is. Each call of a system is
in the log; whoever comes without a token that opens is a line of the access log only, or strangers would fill the
chain."""

import json
from collections.abc import Callable, Iterable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from cchc_index.lib import clock
from cchc_index.lib.clients import address_of
from cchc_index.lib.faults import Fault, ImportRefused
from cchc_index.lib.numbers import whole_number
from selfassess.exchange import actions, queries, sent, shapes
from selfassess.models import SourceSystem

VERSION = "1.0"
SystemView = Callable[[HttpRequest, SourceSystem], HttpResponse]


@login_not_required
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    root = reverse("exchange:figures").removesuffix("/figures")
    return _answer(shapes.document(settings.PUBLIC_URL + root, VERSION))


def of_a_system(view: SystemView) -> Callable[[HttpRequest], HttpResponse]:
    """The view for the system that the token names, within its calls of a minute."""

    @login_not_required
    @csrf_exempt  # no cookie is looked at: nothing comes along by itself that a forger could use
    @wraps(view)
    def answered(request: HttpRequest) -> HttpResponse:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        system = queries.system_of(token.strip()) if scheme.lower() == "bearer" and token.strip() else None
        if system is None:
            refused = _refusal(
                401, "Thiếu khóa, khóa không đúng, đã ngắt hoặc hết hạn: gửi Authorization: Bearer KHÓA."
            )
            refused["WWW-Authenticate"] = "Bearer"
            return refused
        if queries.calls_of_the_last_minute(system) >= settings.EXCHANGE_CALLS:
            refused = _refusal(429, f"Quá {settings.EXCHANGE_CALLS} lần gọi trong một phút: chờ rồi gọi lại.")
            refused["Retry-After"] = "60"
            return refused
        return view(request, system)

    return answered


@require_safe
@of_a_system
def fields(request: HttpRequest, system: SourceSystem) -> HttpResponse:
    """What can be given for a year."""
    year = _year(request)
    actions.note_call(system=system, what=request.get_full_path(), address=address_of(request))
    return _answer({"year": year, "fields": queries.fields_of(year)}) if year else _no_year()


@require_http_methods(["GET", "HEAD", "POST"])
@of_a_system
def figures(request: HttpRequest, system: SourceSystem) -> HttpResponse:
    """What the system gave, or more of it."""
    if request.method == "POST":
        return _deliver(request, system)
    year, after = _year(request), whole_number(request.GET.get("after", "")) or 0
    actions.note_call(system=system, what=request.get_full_path(), address=address_of(request))
    if not year:
        return _no_year()
    rows = queries.page_of(system, year, after)
    shown = rows[: queries.PAGE]
    return _answer({"year": year, "figures": shown, "next": shown[-1]["number"] if len(rows) > len(shown) else None})


def _deliver(request: HttpRequest, system: SourceSystem) -> HttpResponse:
    """Rights before what was sent: a system that only reads hears that, not what is wrong with its figures."""
    address = address_of(request)
    if not system.may_write:
        actions.note_call(system=system, what="gửi số liệu khi chỉ được đọc", refused=True, address=address)
        return _refusal(403, "Hệ thống này chỉ được đọc; muốn gửi số liệu, đề nghị Sở Nội vụ mở kết nối khác.")
    try:
        year, rows = sent.read(request.body, clock.now())
        if not queries.has_year(year):
            raise ImportRefused([Fault(0, "year", f"năm {year} chưa có kỳ đánh giá", "kiểm tra lại năm")])
        done = actions.deliver(system_id=system.pk, year=year, rows=rows, address=address)
    except RequestDataTooBig:
        actions.note_call(system=system, what="nội dung quá lớn", refused=True, address=address)
        return _refusal(413, f"Nội dung quá lớn: mỗi lần gửi tối đa {sent.MAX_FIGURES} số liệu.")
    except ImportRefused as refused:
        said = f"{len(refused.faults)} lỗi; lỗi đầu: {refused.faults[0]}"
        actions.note_call(system=system, what=said, refused=True, address=address)
        return _refusal(422, "Không ghi số liệu nào vì nội dung có lỗi.", refused.faults)
    except PermissionDenied:  # closed between the two looks
        return _refusal(401, "Kết nối vừa bị ngắt.")
    return _answer({"stored": done.stored, "unchanged": done.unchanged})


def _year(request: HttpRequest) -> int | None:
    year = whole_number(request.GET.get("year", ""))
    return year if year and queries.has_year(year) else None


def _no_year() -> HttpResponse:
    return _refusal(404, "Năm này chưa có kỳ đánh giá: gửi ?year=NĂM, ví dụ ?year=2025.")


def _refusal(status: int, sentence: str, faults: Iterable[Fault] = ()) -> HttpResponse:
    listed = [{"row": f.row, "field": f.column, "message": f.message, "repair": f.repair} for f in faults]
    return _answer({"detail": sentence, "faults": listed}, status)


def _answer(told: object, status: int = 200) -> HttpResponse:
    text = json.dumps(told, ensure_ascii=False)
    return HttpResponse(text, "application/json", status, headers={"Cache-Control": "no-store"})
