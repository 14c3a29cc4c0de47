"""Begin and end a look through somebody's eyes. What is refused meanwhile stands in `cchc_index.middleware`."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from cchc_index.lib.clients import address_of
from cchc_index.lib.form_pages import form_page, posted
from units.models import User
from units.proofs.rules import ask_for_proof

from . import actions, queries, rules
from .forms import ViewingForm

TICKET = "viewing"
"""Where the session keeps whose page it looks at."""


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    actor, target = request.user, queries.account(pk)
    if target is None:
        raise Http404
    if not isinstance(actor, User) or not rules.may_view_as(actor, target):
        raise PermissionDenied
    form = ViewingForm(posted(request))
    if request.method == "POST" and form.is_valid():
        ask_for_proof(request)
        request.session[TICKET] = actions.begin(
            actor=actor, target=target, reason=form.cleaned_data["reason"], address=address_of(request)
        )
        return redirect("home")
    context = {"target": target, "minutes": int(rules.LASTS.total_seconds() // 60)}
    return form_page(request, "units/viewing/begin.html", form, context)


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """The middleware lets this address through as the person who looks."""
    ticket = request.session.pop(TICKET, None)
    messages.success(request, "Đã kết thúc việc xem như người khác.")
    return redirect("people:person", ticket["user"]) if ticket else redirect("home")
