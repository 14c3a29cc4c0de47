"""Recognising many cells at once: first what it would do, then, on the same list, the deed."""

from decimal import Decimal

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from appraisal import actions, batches, queries
from cchc_index.lib.faults import Refused

from .place import Place, place

Chosen = dict[tuple[int, int], int]


@require_POST
def bulk(request: HttpRequest, group: str) -> HttpResponse:
    """The preview with count, units and points; with `xac-nhan` the batch itself."""
    here = place(request, group)
    chosen = chosen_cells(request.POST.getlist("o"))
    back = _back(request)
    if not chosen:
        messages.warning(request, "Chưa chọn tiêu chí nào. Đánh dấu các dòng cần công nhận rồi bấm lại.")
        return redirect(back)
    cells = [c for c in here.cells(here.units, here.leaves, evidence=True) if (c.unit.pk, c.criterion.pk) in chosen]
    if len(cells) != len(chosen):
        raise Http404
    if request.POST.get("xac-nhan"):
        return _carry_out(request, here, chosen, cells, back)
    return _preview(request, here, chosen, cells, back)


def _carry_out(
    request: HttpRequest, here: Place, chosen: Chosen, cells: list[queries.GridCell], back: str
) -> HttpResponse:
    batch = [(unit, criterion, version) for (unit, criterion), version in chosen.items()]
    try:
        done = actions.bulk_recognise(actor=here.user, round_group_id=here.round_group.pk, cells=batch)
    except Refused as refused:
        return _preview(request, here, chosen, cells, back, str(refused))
    undo = here.address("batch", str(batches.newest(here.user, here.round_group)))
    said = 'Đã công nhận {} tiêu chí. <a href="{}">Xem hoặc rút lại lần công nhận này…</a>'
    messages.success(request, format_html(said, done, undo))
    return redirect(back)


def _preview(
    request: HttpRequest, here: Place, chosen: Chosen, cells: list[queries.GridCell], back: str, error: str = ""
) -> HttpResponse:
    """What can be recognised as the person saw it; what cannot is named and left out."""
    good = [c for c in cells if c.can_be_recognised and c.version == chosen[c.unit.pk, c.criterion.pk]]
    context = {
        "here": here,
        "cells": good,
        "left_out": [c for c in cells if c not in good],
        "unit_count": len({c.unit.pk for c in good}),
        "points": sum((c.claim.points for c in good if c.claim and c.claim.points is not None), Decimal(0)),
        "na_count": sum(c.claim is not None and c.claim.na_claimed for c in good),
        "bulk_address": here.address("bulk"),
        "back": back,
        "error": error,
    }
    return render(request, "appraisal/bulk.html", context, status=409 if error else 200)


def chosen_cells(raw: list[str]) -> Chosen:
    """`unit:criterion:version` of each ticked row; anything else is not of our making."""
    found: Chosen = {}
    for text in raw:
        parts = text.split(":")
        if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 12 for part in parts):
            raise Http404
        found[int(parts[0]), int(parts[1])] = int(parts[2])
    return found


def _back(request: HttpRequest) -> str:
    target = request.POST.get("ve", "")
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}) else "/tham-dinh/"
