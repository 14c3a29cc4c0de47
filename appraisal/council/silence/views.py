"""Stating what silence means in a year."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from appraisal.council.composition.views import composer, council_form, council_of_year
from cchc_index.lib.faults import Refused
from cchc_index.lib.form_pages import posted

from . import actions, queries
from .forms import SilenceForm


@require_GET
def silent(request: HttpRequest, year: int) -> HttpResponse:
    """Whose silence it was, of every stage that has ended, for whoever reads the council."""
    row = council_of_year(request, year)
    context = {"round": row.round, "rule": queries.rule_of(row.round_id), "counts": queries.counts(row.round_id)}
    return render(request, "appraisal/council/silent.html", context)


@require_http_methods(["GET", "POST"])
def silence(request: HttpRequest, year: int) -> HttpResponse:
    actor, round_ = composer(request, year)
    rule = queries.rule_of(round_.pk)
    initial = {"unit": rule.of_unit, "member": rule.of_member} if rule else None
    form = SilenceForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.state_silence(actor=actor, round_id=round_.pk, of_unit=given["unit"], of_member=given["member"])
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Đã lưu quy định về việc không trả lời.")
            return redirect("council:council", year=year)
    return council_form(request, form, {"round": round_, "heading": "Quy định về việc không trả lời"})
