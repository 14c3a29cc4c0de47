"""One address with two answers: the whole page, or the part of it that htmx puts into the page on screen."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

HEADER = "HX-Request"


def page_or_part(request: HttpRequest, page: str, part: str, context: Mapping[str, Any]) -> HttpResponse:
    """The template `part` for htmx, `page` for everybody else; caches are told that the two differ."""
    template = part if request.headers.get(HEADER) == "true" else page
    response = render(request, template, dict(context))
    patch_vary_headers(response, [HEADER])
    return response
