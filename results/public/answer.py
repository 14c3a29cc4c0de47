"""A page that anybody may read."""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Concatenate

from django.http import HttpRequest, HttpResponse

from results.publication.answer import AnsweringView, P, for_all


def public_page(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> AnsweringView[P]:
    """Browsers and proxies may keep the page, and ask each time whether it is still that: it may be taken back."""

    @wraps(view)
    def marked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if not request.user.is_authenticated and response.status_code == 200:
            response["ETag"] = f'"{sha256(response.content).hexdigest()}"'
            response["Cache-Control"], response["Vary"] = "public, no-cache", "Cookie"
        return response

    return for_all(marked, lambda _request: "page")
