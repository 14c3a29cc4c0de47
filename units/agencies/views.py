"""Điều hành › Đơn vị: who is measured, since when, and a list brought in: first what it would do, then the deed."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cchc_index.lib import held_files
from cchc_index.lib.faults import Fault, ImportRefused, Refused
from cchc_index.lib.form_pages import form_page
from cchc_index.lib.held_files import HeldFile
from cchc_index.lib.tried import tried
from units import rules
from units.actions import UnitImport, import_units
from units.models import User

from . import queries
from .forms import UnitListForm

SALT = "units.agencies.list"


def _keeper(request: HttpRequest) -> User:
    if not isinstance(request.user, User) or not rules.may_manage_units(request.user):
        raise PermissionDenied
    return request.user


@require_safe
def agencies(request: HttpRequest) -> HttpResponse:
    """Every block with its units, those that are no more too."""
    _keeper(request)
    return render(request, "units/agencies/list.html", {"blocks": queries.units_by_block()})


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """A list of units: what it would do or what is wrong, cell by cell; a second press brings it in."""
    actor = _keeper(request)
    if request.method != "POST":
        return _page(request, UnitListForm(initial={"group": request.GET.get("khoi", "")}))
    if "ticket" in request.POST:
        return _commit(request, actor)
    form = UnitListForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form)
    upload = form.cleaned_data["file"]
    choices = {**form.block, "take_hidden": form.cleaned_data["take_hidden"]}
    file = HeldFile(upload.name, upload.read(), choices)
    try:
        outcome = tried(lambda: _import(actor, file))
    except ImportRefused as refused:
        return _page(request, form, refused.faults, file.name)
    except Refused as refused:
        form.add_error(None, str(refused))
        return _page(request, form)
    ticket = held_files.hold(SALT, actor.pk, file.name, file.content, choices)
    return render(request, "units/agencies/preview.html", {"outcome": outcome, "name": file.name, "ticket": ticket})


def _import(actor: User, file: HeldFile) -> UnitImport:
    return import_units(actor=actor, source=file.open(), name=file.name, **file.choices)


def _page(request: HttpRequest, form: UnitListForm, faults: Sequence[Fault] = (), name: str = "") -> HttpResponse:
    return form_page(request, "units/agencies/upload.html", form, {"faults": faults, "name": name})


def _commit(request: HttpRequest, actor: User) -> HttpResponse:
    file = held_files.held(SALT, actor.pk, request.POST["ticket"])
    if file is None:
        messages.error(request, held_files.GONE)
        return redirect("agencies:upload")
    try:
        outcome = _import(actor, file)
    except ImportRefused as refused:
        return _page(request, UnitListForm(initial={"group": file.choices["group_code"]}), refused.faults, file.name)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("agencies:upload")
    messages.success(request, f"Đã nhập {file.name}. {outcome}")
    for sentence in outcome.said:
        messages.info(request, sentence)
    return redirect("agencies:list")
