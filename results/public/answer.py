"""How a public page is answered to who has no account: drawn once, then from memory without a query.

What is published never changes; that something was published or taken back is asked of the database at most once a
second. What else stands on the page (the phase of the year, a signed decision) may be as old as a page may get.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from hashlib import sha256
from threading import Lock
from time import monotonic
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from . import queries

P = ParamSpec("P")
MOST_PAGES = 500
LARGEST = 500_000
"""Bytes of a page that is kept."""
MARK_SECONDS = 1.0
_lock = Lock()


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A drawn page: as of which publications, until when, what."""

    mark: object
    until: float
    content: bytes
    content_type: str
    etag: str


class PageMemory:
    """The pages of this process, those read last at the end."""

    def __init__(self) -> None:
        self.pages: OrderedDict[str, KeptPage] = OrderedDict()
        self.mark: object = None
        self.mark_until = 0.0

    def mark_now(self) -> object:
        if monotonic() >= self.mark_until:
            self.mark = queries.state_mark()
            self.mark_until = monotonic() + MARK_SECONDS
        return self.mark

    def page(self, address: str, mark: object) -> KeptPage | None:
        with _lock:
            held = self.pages.get(address)
            if held is None or held.mark != mark or monotonic() >= held.until:
                return None
            self.pages.move_to_end(address)
            return held

    def keep(self, address: str, page: KeptPage) -> None:
        with _lock:
            self.pages[address] = page
            self.pages.move_to_end(address)
            while len(self.pages) > MOST_PAGES:
                self.pages.popitem(last=False)


memory = PageMemory()


def public_page(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page that anybody may read. Who has no account, and no message waiting, gets it from memory."""
    safe = require_safe(view)

    @login_not_required
    @wraps(view)
    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        personal = not {settings.SESSION_COOKIE_NAME, "messages"}.isdisjoint(request.COOKIES)
        if personal or not settings.PUBLIC_PAGE_SECONDS:
            return safe(request, *args, **kwargs)
        address, mark = request.get_full_path(), memory.mark_now()
        held = memory.page(address, mark)
        if held is not None:
            return _marked(request, held)
        response = safe(request, *args, **kwargs)
        if response.status_code != 200 or response.cookies or len(response.content) > LARGEST:
            return response
        until, etag = monotonic() + settings.PUBLIC_PAGE_SECONDS, f'"{sha256(response.content).hexdigest()}"'
        drawn = KeptPage(mark, until, response.content, response["Content-Type"], etag)
        memory.keep(address, drawn)
        return _marked(request, drawn)

    return answered


def _marked(request: HttpRequest, page: KeptPage) -> HttpResponse:
    """The page with its mark; 304 for who has it. Browsers and proxies ask each time: it may be taken back."""
    headers = {"ETag": page.etag, "Cache-Control": "public, no-cache", "Vary": "Cookie"}
    response = HttpResponse(page.content, content_type=page.content_type, headers=headers)
    return cast("HttpResponse", get_conditional_response(request, etag=page.etag, response=response))
