"""Refusals without their pages: for tests that ask who is refused at thousands of addresses, and no word of how."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import get_resolver


@contextmanager
def bare_refusals() -> Iterator[None]:
    """403 and 404 answer with their number alone; to draw their page takes longer than to refuse."""
    with pytest.MonkeyPatch.context() as patch:
        for code in (403, 404):
            patch.setattr(get_resolver().urlconf_module, f"handler{code}", partial(_bare, code))
        yield


def _bare(code: int, request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return HttpResponse(status=code)
