"""What everybody may read: the ranking and what stands behind it, from the published bundle only."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_not_required
def ranking(request: HttpRequest) -> HttpResponse:
    return render(request, "results/ranking.html")


@login_not_required
def method(request: HttpRequest) -> HttpResponse:
    return render(request, "results/method.html")


@login_not_required
def data(request: HttpRequest) -> HttpResponse:
    return render(request, "results/data.html")
