"""The ranking as it would be published now: the pages of a publication, over what stands."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cchc_index.lib.faults import Refused
from criteria.models import Round, RoundGroup
from criteria.queries import require_round_in_view, round_of_address
from results.book import BookBlock
from results.files.actions import request_report
from results.grounds.actions import show_grounds
from results.grounds.tables import ShownTitle, reasons_of, titles_of
from results.grounds.words import may_name_somebody
from results.public import views as public
from results.publication.queries import book_of, grounded_book, preview_book, waiting
from results.publication.views import PREVIEWED, BundleAddress
from results.rules import may_publish, may_see_preview
from units.models import User
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


@require_http_methods(["GET", "HEAD", "POST"])
def grounds(request: HttpRequest, year: int) -> HttpResponse:
    """On what the points rest, as the public would read it, with the switch that lets it; what a proposal holds while
    one waits."""
    _reader(request)
    round_ = round_of_address(request, year)
    if request.method == "POST":
        return _switched(request, round_)
    proposal = waiting(round_)
    book = book_of(proposal) if proposal else grounded_book(round_)
    context = {
        "round": round_,
        "waiting": proposal,
        "shows": any(block.grounds is not None for block in book.blocks),
        "blocks": [_shown(block) for block in book.blocks],
        "may_write": may_publish(request.user),
    }
    return render(request, "results/preview/grounds.html", context)


def _shown(block: BookBlock) -> tuple[BookBlock, list[ShownTitle], list[ShownTitle], list[tuple[str, int]]]:
    titles = titles_of(block)
    return block, titles, [row for row in titles if may_name_somebody(str(row.title))], reasons_of(block)


def _switched(request: HttpRequest, round_: Round) -> HttpResponseRedirect:
    if not isinstance(request.user, User) or not may_publish(request.user):
        raise PermissionDenied
    try:
        shows = bool(request.POST.get("open"))
        show_grounds(actor=request.user, round_id=round_.pk, shows=shows)
        done = "Công bố tới sẽ có" if shows else "Công bố tới sẽ không có"
        messages.success(request, f"{done} căn cứ của điểm.")
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("results:grounds", year=round_.year)


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
