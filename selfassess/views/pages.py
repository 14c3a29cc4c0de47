"""Reading pages: home, task list, criterion, check, receipt."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    return render(request, "selfassess/home.html", {"assessments": []})
