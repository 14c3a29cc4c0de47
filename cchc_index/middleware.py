"""What every request passes: the client's address behind a proxy, its number and its line in the log, the end of an
idle session, and login.

A form that is sent after the session has ended is shown again with everything typed, to be sent after login; this
works without JavaScript. Only a form of this site itself (same origin) is shown again; a password never is.
"""

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.sessions.backends.base import SessionBase
from django.core import signing
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from cchc_index.lib import clock, measures, request_number, skew
from cchc_index.lib.canonical import digest
from cchc_index.lib.clients import address_of
from cchc_index.lib.stored_files import NO_ROOM, SENTENCE, Unstored
from units.models import User
from units.proofs.rules import BEGUN, owes_second_factor
from units.viewing import queries as viewing
from units.viewing.actions import note_page
from units.viewing.views import TICKET

access = logging.getLogger("cchc.access")
faults = logging.getLogger("django.request")

Next = Callable[[HttpRequest], HttpResponse]

TOKEN = "csrfmiddlewaretoken"  # noqa: S105 (the name of a form control)
RECEIPT = "arrival_receipt"
CONTROLS = (TOKEN, RECEIPT, "version", "save", "onward", "next", "send", "keep")
"""Names that carry no words of the person."""


def client_address(get_response: Next) -> Next:
    """Put the client's own address into REMOTE_ADDR when TRUSTED_PROXIES proxies of ours stand before us.

    Only as many entries of X-Forwarded-For are believed as there are proxies of ours: the rest is whatever
    the client wrote. Without proxies (0) the header is ignored.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if 0 < settings.TRUSTED_PROXIES <= len(hops):
            request.META["REMOTE_ADDR"] = hops[-settings.TRUSTED_PROXIES][:60]
        return get_response(request)

    return middleware


def arrival(get_response: Next) -> Next:
    """A request counts from its arrival. A proxy of ours says when that was (`X-Request-Start`, seconds with three
    decimals as nginx writes $msec); believed only behind TRUSTED_PROXIES, never of the future, and for ARRIVAL_SECONDS:
    what is older is nothing that waited for us. Else a request arrives when its handling begins."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with clock.arriving(_arrival(request)):
            return get_response(request)

    return middleware


def _arrival(request: HttpRequest) -> datetime:
    now, given = clock.now(), request.META.get("HTTP_X_REQUEST_START", "")
    if settings.TRUSTED_PROXIES < 1 or not _MOMENT.fullmatch(given):
        return now
    told = datetime.fromtimestamp(float(given), UTC)
    return told if timedelta() <= now - told <= timedelta(seconds=settings.ARRIVAL_SECONDS) else now


_MOMENT = re.compile(r"[0-9]{10}\.[0-9]{3}")


def numbered(get_response: Next) -> Next:
    """Give the request its number, count it, and write its line of the access log."""

    def middleware(request: HttpRequest) -> HttpResponse:
        number = request_number.fresh()
        request.number = number  # type: ignore[attr-defined]
        token, began = request_number.current.set(number), perf_counter()
        try:
            response = get_response(request)
            response[request_number.HEADER] = number
            _note_answer(request, response, perf_counter() - began)
            return response
        finally:
            request_number.current.reset(token)

    return middleware


def _note_answer(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """The access log has the path and who, never what was typed: no query string, no body."""
    match = request.resolver_match
    view, method = (match and match.view_name) or "-", str(request.method)[:10]
    measures.REQUESTS.labels(view, method, response.status_code).inc()
    measures.SECONDS.labels(view).observe(seconds)
    if access.isEnabledFor(logging.INFO):
        user = getattr(request, "viewed_by", None) or getattr(request, "user", None)
        access.info(
            "%s %s %s",
            method,
            _told_path(request)[:500],
            response.status_code,
            extra={
                "view": view,
                "status": response.status_code,
                "ms": round(seconds * 1000),
                "user": getattr(user, "pk", None),
                "address": "" if request.path.startswith(request_number.BALLOTS) else address_of(request),
            },
        )


def policies(get_response: Next) -> Next:
    """What a page of ours may do: load from this site alone, run no script that stands in it, be shown in no frame,
    unless it brings a policy of its own; and none asks a browser for a camera, a place or a payment."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Permissions-Policy"] = PERMISSIONS
        response.headers.setdefault("Content-Security-Policy", CONTENT)
        return response

    return middleware


NONE_OF = ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone")
PERMISSIONS = ", ".join(
    [*(f"{name}=()" for name in (*NONE_OF, "midi", "payment", "usb")), "publickey-credentials-get=(self)"]
)
CONTENT = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; object-src 'none'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


def _told_path(request: HttpRequest) -> str:
    """The path without a respondent's secret: a link that was used must not stand beside an hour and an address."""
    return request_number.told(request.path)


class LoginRequired(LoginRequiredMiddleware):
    """Django's, but a form sent after the session's end is not thrown away."""

    def process_view(self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any) -> Any:
        """Whoever came in by a password that somebody else had set sees one page: where to set their own; whoever owes
        a second factor sees the pages on which it is switched on."""
        if not getattr(view_func, "login_required", True):
            return None  # who asks is not looked up: the answer may be kept for all
        answer = super().process_view(request, view_func, view_args, view_kwargs)
        if answer is not None:
            return answer
        if hasattr(request, "viewed_by"):
            return None
        if getattr(request.user, "one_time_password", False) and request.path not in _ways_out():
            return redirect("account_change_password")
        if owes_second_factor(request) and request.path not in _ways_to_a_second_factor():
            return redirect("mfa_index")
        return None

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        return given_back(request) or super().handle_no_permission(request, view_func)


def idle_sessions(get_response: Next) -> Next:
    """A session that asked for nothing for SESSION_IDLE_MINUTES ends: an office computer is left alone. However busy,
    it ends SESSION_COOKIE_AGE after signing in. What a form sends afterwards is shown again after login, as after every
    end of a session. The moment is noted ten times within the idle time at most: reading writes next to nothing."""

    def middleware(request: HttpRequest) -> HttpResponse:
        known = settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session
        if known and _is_over(request.session):
            logout(request)
        return get_response(request)

    return middleware


def _is_over(session: SessionBase) -> bool:
    """Whether the session idled or lived too long; notes the moment where it did not."""
    limit, now = settings.SESSION_IDLE_MINUTES * 60, int(clock.now().timestamp())
    seen, begun = session.get(SEEN), session.get(BEGUN, now)
    if now - begun > settings.SESSION_COOKIE_AGE or (limit and seen is not None and now - seen > limit):
        return True
    if limit and (seen is None or now - seen > limit // 10):
        session[SEEN] = now
    return False


SEEN = "seen"


def viewing_as(get_response: Next) -> Next:
    """While a manager looks through somebody's eyes (`units.viewing`), pages answer as that person sees them: reading
    alone, HTML alone, none of the account and none of the administration. Each page is logged; what showing it writes
    in the person's name (that a paper was opened) is taken back."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or TICKET not in request.session:
            return get_response(request)
        actor = request.user
        target = viewing.target_of(actor, request.session[TICKET])
        if target is None or not isinstance(actor, User):
            del request.session[TICKET]
            return get_response(request)
        if request.path in (reverse("viewing:end"), reverse("account_logout")):
            return get_response(request)
        request.viewed_by, request.user = actor, target  # type: ignore[attr-defined]
        closed = (reverse("account_home"), reverse("admin:index"))
        if request.method not in ("GET", "HEAD") or request.path.startswith(closed):
            return render(request, "errors/viewing.html", status=403)
        with transaction.atomic():
            response = get_response(request)
            transaction.set_rollback(True)
        if response.status_code == 200 and not response.get("Content-Type", "").startswith("text/html"):
            if isinstance(response, FileResponse) and response.file_to_stream is not None:
                response.file_to_stream.close()  # not the response: that would end the request
            return render(request, "errors/viewing.html", status=403)
        note_page(actor=actor, target=target, path=request.get_full_path(), address=address_of(request))
        return response

    return middleware


def _ways_out() -> tuple[str, str]:
    return reverse("account_change_password"), reverse("account_logout")


def _ways_to_a_second_factor() -> set[str]:
    switching_on = ("mfa_index", "mfa_activate_totp", "mfa_add_webauthn")
    names = (*switching_on, "mfa_view_recovery_codes", "account_reauthenticate")
    return {*_ways_out(), *(reverse(name) for name in names)}


class Rescue:
    """What fails because a disk is full or the database's connection broke does not end in an error page where it can
    be helped. Who only reads is answered again, once, by a fresh connection; who sent a form gets it back with all that
    was typed and a sentence. Everything else fails as ever."""

    def __init__(self, get_response: Next):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        """A machine whose clock is wrong takes nothing."""
        if request.method in ("GET", "HEAD") or not skew.is_far():
            return None
        return given_back(request, skew.SENTENCE) or _plain(request, skew.SENTENCE)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        broken = isinstance(exception, OperationalError | InterfaceError)
        if not broken and not isinstance(exception, Unstored) and getattr(exception, "errno", None) not in NO_ROOM:
            return None
        faults.error("%s %s: %s", request.method, _told_path(request), exception, exc_info=exception)
        if broken and not _is_fresh():
            return None
        if broken and request.method in ("GET", "HEAD") and (match := request.resolver_match):
            return match.func(request, *match.args, **match.kwargs)  # type: ignore[no-any-return]
        if request.method in ("GET", "HEAD") and not broken:
            response = render(request, "errors/unread.html", status=503)
            response._has_been_logged = True  # type: ignore[attr-defined]
            return response
        sentence = INTERRUPTED if broken else str(exception) if isinstance(exception, Unstored) else SENTENCE
        return given_back(request, sentence) or _plain(request, sentence)


def waiting(get_response: Next) -> Next:
    """When so many send that a form has waited QUEUE_SECONDS for its turn, it is shown again at once, with everything
    typed and a receipt of its arrival. Sent again with that receipt it is not given back again, however many wait, and
    counts from the arrival. The receipt is for this person, place and content."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not request.user.is_authenticated or request.FILES:
            return get_response(request)
        if kept := _receipt_of(request):
            with clock.arriving(kept):
                return get_response(request)
        arrived = clock.arrived()
        if clock.now() - arrived < timedelta(seconds=settings.QUEUE_SECONDS):
            return get_response(request)
        receipt = signing.dumps([_sent(request), arrived.timestamp()], salt=RECEIPT)
        return given_back(request, CROWDED.format(clock.in_words(arrived, seconds=True)), receipt) or get_response(
            request
        )

    return middleware


CROWDED = (
    "Đang có rất nhiều người gửi cùng lúc. Bản của bạn đến lúc {} và được tính từ lúc đó: bấm “Gửi lại” trong 10 phút, "
    "bản gửi lại được nhận dù còn đông người."
)
RECEIPT_MINUTES = 10


def _receipt_of(request: HttpRequest) -> datetime | None:
    """The arrival that a receipt of ours attests for exactly this; None without one."""
    try:
        sent, moment = signing.loads(request.POST.get(RECEIPT, ""), salt=RECEIPT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    arrived = datetime.fromtimestamp(moment, UTC)
    fresh = timedelta() <= clock.now() - arrived <= timedelta(minutes=RECEIPT_MINUTES)
    return arrived if fresh and sent == _sent(request) else None


def _sent(request: HttpRequest) -> str:
    typed = [[name, values] for name, values in request.POST.lists() if name not in (TOKEN, RECEIPT)]
    return digest([request.user.pk, request.get_full_path(), sorted(typed)])


INTERRUPTED = (
    "Kết nối với cơ sở dữ liệu vừa bị ngắt, nên chưa chắc nội dung đã được lưu. Nội dung đã nhập còn nguyên: xem "
    "trang trước trong thẻ khác, chưa thấy thì bấm “Gửi lại”."
)


def _is_fresh() -> bool:
    """Whether the database answers again by a new connection; never inside a transaction, which is gone."""
    if connection.in_atomic_block:
        return False
    connection.close()
    try:
        connection.ensure_connection()
    except DatabaseError:
        return False
    return True


def _plain(request: HttpRequest, sentence: str) -> HttpResponse | None:
    """Scripts get the sentence alone and keep what was typed themselves."""
    if request.method != "POST":
        return None
    response = HttpResponse(sentence, content_type="text/plain; charset=utf-8", status=503)
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def given_back(request: HttpRequest, trouble: str = "", receipt: str = "") -> HttpResponse | None:
    """The page that shows the form again; None when nothing was sent, or when it did not come from a page of this
    site. `trouble`: why, where it is not the end of the session. `receipt`: of its arrival, to be sent along."""
    if request.method != "POST" or not _is_own_page(request) or any("password" in name for name in request.POST):
        return None
    typed = [(name, value) for name, values in request.POST.lists() if name != TOKEN for value in values]
    typed += [(RECEIPT, receipt)] if receipt else []
    context = {
        "typed": typed,
        "words": [value for name, value in typed if name not in CONTROLS and value.strip()],
        "files": [upload.name for _, uploads in request.FILES.lists() for upload in uploads],
        "trouble": trouble,
    }
    response = render(request, "errors/resend.html", context, status=503 if trouble else 403)
    if receipt:
        response["Retry-After"] = str(settings.QUEUE_SECONDS)
    response._has_been_logged = True  # type: ignore[attr-defined]
    add_never_cache_headers(response)
    return response


def _is_own_page(request: HttpRequest) -> bool:
    """Whether a browser sent the form of a page of this site. Scripts ask for JSON and keep what was typed
    themselves."""
    own = f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Origin") == own and "text/html" in request.headers.get("Accept", "")
