"""Evidence files, for both sides."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from appraisal.rules import answering, reach, reading
from selfassess.documents.views import answer
from units import rules as people
from units.models import User


@require_GET
def document(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One evidence file: PDF and pictures in the page, everything else as a download."""
    user = request.user
    if not isinstance(user, User) or not (
        reach.has_desk(user) or people.grants(user).roles & set(answering.UNIT_ROLES)
    ):
        raise PermissionDenied
    found = get_object_or_404(reading.documents_visible_to(user), pk=pk)
    return answer(request, user, found, download="tai-ve" in request.GET)
