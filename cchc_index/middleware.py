"""Who is asking, behind a proxy."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Next = Callable[[HttpRequest], HttpResponse]


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
