"""Reminding the members of the council: who would be written to and of what; then one press writes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cchc_index.lib.faults import Refused
from criteria.queries import require_round_in_view
from results.gates import queries as gates
from results.rules import publisher

from . import actions, queries


@require_http_methods(["GET", "POST"])
def remind_members(request: HttpRequest) -> HttpResponse:
    """Members for whom criteria wait, in the round in view."""
    actor = publisher(request.user)
    round_ = require_round_in_view(request)
    if request.method == "GET":
        waiting = [one for one in queries.members(gates.facts(round_)) if one.waiting]
        return render(request, "results/steering/remind_members.html", {"round": round_, "members": waiting})
    try:
        posted = actions.remind_members(actor=actor, round_id=round_.pk)
        messages.success(request, f"Đã viết {posted.written} thư nhắc; mỗi người nhận nhiều nhất một thư trong ngày.")
        if posted.without_address:
            messages.warning(request, f"{posted.without_address} người chưa có địa chỉ thư điện tử.")
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(f"{reverse('results:control')}?nam={round_.year}")
