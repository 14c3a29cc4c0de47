"""Điều hành › Trao đổi số liệu: which systems are connected; one proposes, another confirms and gets the token."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from cchc_index.lib.clients import address_of
from cchc_index.lib.faults import Refused
from cchc_index.lib.numbers import whole_number
from selfassess import rules
from selfassess.core.views import person
from selfassess.exchange import actions, queries
from selfassess.exchange.forms import WRITE, SystemForm
from selfassess.models import SourceSystem
from units.proofs.rules import ask_for_proof


@require_http_methods(["GET", "HEAD", "POST"])
def systems(request: HttpRequest) -> HttpResponse:
    """The list, with what may be done to each; a token that was just made stands on its own answer and nowhere else."""
    if not rules.may_run_exchange(request.user):
        raise PermissionDenied
    if request.method != "POST":
        return _page(request, SystemForm())
    ask_for_proof(request)
    if request.POST.get("verb") == "propose":
        return _propose(request)
    number = whole_number(request.POST.get("row", "")) or 0
    try:
        if request.POST.get("verb") == "confirm":
            token = actions.confirm_system(actor=person(request), system_id=number, address=address_of(request))
            return _page(request, SystemForm(), token=token, typed=(number, ""))
        reason = request.POST.get("reason", "")
        system = actions.revoke_system(
            actor=person(request), system_id=number, reason=reason, address=address_of(request)
        )
    except Refused as refused:
        return _page(request, SystemForm(), refusal=str(refused), typed=(number, request.POST.get("reason", "")))
    messages.success(request, f"Đã ngắt kết nối của {system}.")
    return redirect("exchange:systems")


def _propose(request: HttpRequest) -> HttpResponse:
    form = SystemForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.propose_system(
                actor=person(request), name=given["name"], may_write=given["kind"] == WRITE, ends_on=given["to"],
                reason=given["reason"], address=address_of(request),
            )  # fmt: skip
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Đã ghi đề nghị. Kết nối mở khi một người quản lý Chỉ số khác xác nhận.")
            return redirect("exchange:systems")
    return _page(request, form)


def _page(
    request: HttpRequest, form: SystemForm, *, token: str = "", refusal: str = "", typed: tuple[int, str] = (0, "")
) -> HttpResponse:
    rows = [(system, rules.may_open_exchange(request.user, system)) for system in queries.systems()]
    context = {
        "rows": rows,
        "form": form,
        "token": token,
        "opened": next((system for system, _ in rows if token and system.pk == typed[0]), None),
        "refusal": refusal,
        "typed": typed,
        "states": SourceSystem.State,
    }
    status = 422 if form.is_bound or refusal else 200
    response = render(request, "selfassess/exchange/systems.html", context, status=status)
    if token:
        response["Cache-Control"] = "no-store"
    return response
