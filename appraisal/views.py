"""The council's pages and the unit's replies."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from units import rules as people
from units.models import Role


def home(request: HttpRequest) -> HttpResponse:
    """Where a council member or a manager starts."""
    if not people.grants(request.user).roles & {Role.COUNCIL_MEMBER, Role.INDEX_MANAGER, Role.OBSERVER}:
        raise PermissionDenied
    return render(request, "appraisal/home.html")


def replies(request: HttpRequest) -> HttpResponse:
    """What the council adjusted at the person's unit."""
    if not people.grants(request.user).roles & {Role.UNIT_OFFICER, Role.UNIT_HEAD}:
        raise PermissionDenied
    return render(request, "appraisal/replies.html")
