"""The report and its data, made in the background and downloaded from the job's page."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from cchc_index.lib.faults import Refused
from surveys import rules
from units.models import User

from . import actions


@require_POST
@rules.readers_only
def report(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Ask for a block's report (pdf, docx, xlsx), or its data for Stata, SPSS and R (zip)."""
    block = get_object_or_404(rules.blocks_for(request.user), pk=pk)
    if kind not in actions.ENDINGS:
        raise Http404
    if not isinstance(request.user, User):
        raise PermissionDenied
    try:
        job = actions.request_survey_report(actor=request.user, round_group_id=block.pk, ending=kind)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("surveys:scores", pk)
    return redirect("results:job", job.pk)
