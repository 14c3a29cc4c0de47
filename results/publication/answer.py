"""How what is published is answered to who has no account: made once, then given from memory without a query.

What is published never changes; that something was published or taken back is asked of the database at most once a
second. What else stands on a page (the phase of the year, a signed decision) may be as old as an answer may get.
Each process has a memory of its own; where the cache is one for several, what one has made serves the others.
"""

import time
from base64 import b64decode, b64encode
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from threading import Lock
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import parse_http_date_safe
from django.views.decorators.http import require_safe

from cchc_index.lib import sealed_cache

from . import queries

MOST_BYTES = 64_000_000
LARGEST = 4_000_000
"""Bytes of all answers that are kept, and of one. Each counts its address too, which may be long, and ROOM."""
ROOM = 2_000
MARK_SECONDS = 1.0
DRAWING_SECONDS = 5.0
"""How long an old answer is given to others while one of its readers waits for the new one."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer: as of which publications, until when, what."""

    mark: object
    until: float
    content: bytes
    headers: dict[str, str]


class AnswerMemory:
    """The answers of this process, those given last at the end."""

    def __init__(self) -> None:
        self.answers: OrderedDict[str, KeptAnswer] = OrderedDict()
        self.mark: object = None
        self.mark_until = 0.0
        self.size = 0
        self._lock = Lock()

    def mark_now(self) -> object:
        if time.monotonic() >= self.mark_until:
            self.mark = queries.state_mark()
            self.mark_until = time.monotonic() + MARK_SECONDS
        return self.mark

    def get(self, name: str, mark: object) -> KeptAnswer | None:
        """The answer; None for who has to make it, one reader when it has grown too old."""
        with self._lock:
            held = self.answers.get(name)
            if held is None or held.mark != mark:
                return None
            if time.monotonic() >= held.until:
                self.answers[name] = replace(held, until=time.monotonic() + DRAWING_SECONDS)
                return None
            self.answers.move_to_end(name)
            return held

    def keep(self, name: str, answer: KeptAnswer) -> None:
        with self._lock:
            before = self.answers.pop(name, None)
            self.size += _size(name, answer) - (_size(name, before) if before else 0)
            self.answers[name] = answer
            while self.size > MOST_BYTES:
                self.size -= _size(*self.answers.popitem(last=False))


def _size(name: str, answer: KeptAnswer) -> int:
    return ROOM + len(name) + len(answer.content)


memory = AnswerMemory()


class SharedMemory:
    """The same for all processes: answers at addresses without a question mark, of which there are so many."""

    LARGEST = 500_000

    def get(self, name: str, mark: object) -> KeptAnswer | None:
        if not self._is_for(name):
            return None
        held = sealed_cache.get(_key(name, mark))
        if held is None:
            return None
        until, content, headers = held
        left = min(until - time.time(), settings.PUBLIC_PAGE_SECONDS)
        return KeptAnswer(mark, time.monotonic() + left, b64decode(content), headers) if left > 0 else None

    def keep(self, name: str, answer: KeptAnswer) -> None:
        if self._is_for(name) and len(answer.content) <= self.LARGEST:
            left = answer.until - time.monotonic()
            stored = [time.time() + left, b64encode(answer.content).decode(), answer.headers]
            sealed_cache.put(_key(name, answer.mark), stored, left)

    def _is_for(self, name: str) -> bool:
        return sealed_cache.is_shared() and "?" not in name


def _key(name: str, mark: object) -> str:
    return f"public-{sealed_cache.mark_of(name, mark)}"


shared = SharedMemory()


P = ParamSpec("P")
AnsweringView = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def for_all(view: AnsweringView[P], kind: Callable[[HttpRequest], str]) -> AnsweringView[P]:
    """A view that anybody may read, and only read, given from memory. `kind`: see `from_memory`."""

    @login_not_required
    @require_safe
    @wraps(view)
    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return from_memory(request, kind(request), lambda: view(request, *args, **kwargs))

    return answered


def from_memory(request: HttpRequest, kind: str, make: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """The answer at this address from memory, or made and kept: the whole address, since a page may name the host by
    which it was asked. `kind` tells answers apart that one address gives.

    Who has a session or a message waiting gets their own; what is no answer for all (a refusal, a cookie, a stream,
    `no-store`) is not kept.
    """
    personal = request.COOKIES.get(settings.SESSION_COOKIE_NAME) or request.COOKIES.get(settings.MESSAGES_COOKIE_NAME)
    if personal or not settings.PUBLIC_PAGE_SECONDS:
        return make()
    name, mark = f"{kind} {request.build_absolute_uri()}", memory.mark_now()
    held = memory.get(name, mark)
    if held is None and (held := shared.get(name, mark)) is not None:
        memory.keep(name, held)
    if held is None:
        response = make()
        token_given = "CSRF_COOKIE_NEEDS_UPDATE" in request.META  # the form on it is this visitor's
        if not isinstance(response, HttpResponse) or token_given or not _is_for_all(response):
            return response
        until = time.monotonic() + settings.PUBLIC_PAGE_SECONDS
        held = KeptAnswer(mark, until, response.content, dict(response.headers))
        memory.keep(name, held)
        shared.keep(name, held)
    return _given(request, held)


def _is_for_all(response: HttpResponse) -> bool:
    private = response.cookies or "no-store" in response.get("Cache-Control", "")
    return response.status_code == 200 and not private and len(response.content) <= LARGEST


def _given(request: HttpRequest, held: KeptAnswer) -> HttpResponse:
    """The answer; 304 for who has it."""
    response = HttpResponse(held.content, headers=held.headers)
    modified = parse_http_date_safe(held.headers.get("Last-Modified", ""))
    answer = get_conditional_response(request, held.headers.get("ETag"), modified, response)
    return cast("HttpResponse", answer)
