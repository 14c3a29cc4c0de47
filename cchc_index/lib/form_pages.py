"""A page with one form: shown empty, or again with what was typed and every error."""

from collections.abc import Mapping
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, even when it is nothing: an empty form is refused, not shown anew."""
    return request.POST if request.method == "POST" else None


def form_page(request: HttpRequest, template: str, form: Form, context: Mapping[str, Any]) -> HttpResponse:
    """The page of a form; status 422 when something was sent and did not go through."""
    return render(request, template, {"form": form, **context}, status=422 if form.is_bound else 200)
