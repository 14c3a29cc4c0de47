"""The index manager's room."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from units import rules as people


def control(request: HttpRequest) -> HttpResponse:
    if not (people.is_index_manager(request.user) or people.is_observer(request.user)):
        raise PermissionDenied
    return render(request, "results/control.html")
