"""The unit's documents: list and file."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from selfassess import actions, queries, rules
from selfassess.files import file_response

from .found import address, person


@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    """Documents the person may see, of one unit when `?don-vi=` says so."""
    user = person(request)
    units = rules.units_visible_to(user).order_by("group", "code")
    wanted = request.GET.get("don-vi", "")
    unit = get_object_or_404(units, pk=int(wanted)) if wanted.isascii() and wanted.isdigit() else units.first()
    found = queries.with_uses(rules.documents_visible_to(user).filter(unit=unit)).order_by("-uploaded_at", "-pk")
    context = {"units": units, "unit": unit, "documents": found}
    return render(request, "selfassess/documents.html", context)


@require_safe
def document(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file itself; `?tai-ve=1` saves it. Each reading is logged."""
    found = get_object_or_404(rules.documents_visible_to(request.user), pk=pk)
    response = file_response(found, download="tai-ve" in request.GET)
    actions.log_reading(actor=person(request), document=found, address=address(request))
    return response
