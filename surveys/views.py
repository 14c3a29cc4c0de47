"""Pages of the survey operator."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from . import rules


def home(request: HttpRequest) -> HttpResponse:
    if not rules.may_read(request.user):
        raise PermissionDenied
    return render(request, "surveys/home.html", {})
