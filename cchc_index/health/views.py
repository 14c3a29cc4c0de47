"""Whether the process lives, whether this machine may take requests, whether everything is well, and the figures.

Whoever asks hears yes or no. What is wrong, and the figures, are for the monitor (`MONITOR_TOKEN`), index managers and
administrators of the machine.
"""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from health_check.base import HealthCheckResult

from units.rules import is_index_manager

from . import metrics
from .checks import LOCAL
from .queries import looked

NOT_READY = 503


@login_not_required
@require_safe
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """The process serves. Nothing else is asked: who restarts processes by this must not do it for a database."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
@never_cache
def machine(request: HttpRequest) -> HttpResponse:
    """This machine can answer people: database, clock, disk. A proxy with several machines leaves it out else."""
    return _answer(request, looked(LOCAL))


@login_not_required
@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Everything that works behind the pages too."""
    return _answer(request, looked())


@login_not_required
@require_safe
@never_cache
def figures(request: HttpRequest) -> HttpResponse:
    """For Prometheus. 404 to whoever may not read it."""
    if not _may_read(request):
        return render(request, "errors/404.html", status=404)
    return HttpResponse(metrics.text(looked()), content_type=metrics.CONTENT_TYPE)


def _answer(request: HttpRequest, results: list[HealthCheckResult]) -> HttpResponse:
    response = _told(request, results, wrong=any(result.error for result in results))
    response._has_been_logged = True  # type: ignore[attr-defined]  # a true answer, no fault of this request
    return response


def _told(request: HttpRequest, results: list[HealthCheckResult], *, wrong: bool) -> HttpResponse:
    status = NOT_READY if wrong else 200
    if not _may_read(request):
        return JsonResponse({"status": "error" if wrong else "ok"}, status=status)
    if request.accepts("text/html") and "text/html" in request.headers.get("Accept", ""):
        return render(request, "health/report.html", {"results": results, "wrong": wrong}, status=status)
    told = {str(result.check): result.error.message if result.error else "ok" for result in results}
    return JsonResponse({"status": "error" if wrong else "ok", "checks": told}, status=status)


def _may_read(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if settings.MONITOR_TOKEN and given:
        return constant_time_compare(given, settings.MONITOR_TOKEN)
    return bool(request.user.is_authenticated and (request.user.is_superuser or is_index_manager(request.user)))
