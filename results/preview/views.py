"""The ranking as it would be published now: the pages of a publication, over what stands."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from criteria.models import Round, RoundGroup
from criteria.queries import require_round_in_view, round_of_address
from results.files.actions import request_report
from results.public import views as public
from results.publication.queries import preview_book
from results.publication.views import PREVIEWED, BundleAddress
from results.rules import may_publish, may_see_preview
from units.rules import may_manage_people


def _reader(request: HttpRequest) -> None:
    if not may_see_preview(request.user):
        raise PermissionDenied


@require_GET
def preview_now(request: HttpRequest) -> HttpResponseRedirect:
    """The preview of the year in view, at the address that names it."""
    _reader(request)
    round_ = require_round_in_view(request)
    return redirect("results:preview", year=round_.year)


@require_GET
def preview(request: HttpRequest, year: int) -> HttpResponse:
    """The ranking as it would be published now."""
    _reader(request)
    round_ = round_of_address(request, year)
    book = preview_book(round_)
    if not book.blocks:
        return render(request, "results/control/empty.html", {"may_manage_people": may_manage_people(request.user)})
    return public.ranking_page(request, book, _preview(round_), _room(request))


@require_GET
def preview_unit(request: HttpRequest, year: int, group: str, code: str) -> HttpResponse:
    _reader(request)
    round_ = round_of_address(request, year)
    return public.unit_page(request, preview_book(round_), _preview(round_), (group, code), _room(request))


@require_GET
def preview_criterion(request: HttpRequest, year: int, group: str, code: str) -> HttpResponse:
    _reader(request)
    round_ = round_of_address(request, year)
    return public.criterion_page(request, preview_book(round_), _preview(round_), (group, code), _room(request))


@require_GET
def preview_compare(request: HttpRequest, year: int, group: str) -> HttpResponse:
    _reader(request)
    round_ = round_of_address(request, year)
    return public.compare_page(request, preview_book(round_), _preview(round_), group, _room(request))


def _preview(round_: Round) -> BundleAddress:
    return BundleAddress(round_.year, preview=True)


def _room(request: HttpRequest) -> dict[str, Any]:
    return {**PREVIEWED, "may_write": may_publish(request.user)}


@require_POST
def preview_report(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    """A PDF of what stands now in a block."""
    _reader(request)
    get_object_or_404(RoundGroup, pk=pk)
    job = request_report(actor=request.user, round_group_id=pk)
    return redirect("results:job", pk=job.pk)
