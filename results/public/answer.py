"""A page that anybody may read."""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from results.publication.answer import from_memory

P = ParamSpec("P")


def public_page(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Browsers and proxies may keep the page, and ask each time whether it is still that: it may be taken back."""
    safe = require_safe(view)

    @login_not_required
    @wraps(view)
    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        def draw() -> HttpResponse:
            response = safe(request, *args, **kwargs)
            if not request.user.is_authenticated and response.status_code == 200:
                response["ETag"] = f'"{sha256(response.content).hexdigest()}"'
                response["Cache-Control"], response["Vary"] = "public, no-cache", "Cookie"
            return response

        return from_memory(request, "page", draw)

    return answered
