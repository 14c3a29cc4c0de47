"""Recognising many cells at once: first what it would do, then, on the same list, the deed. Afterwards one's own
batches of the stage that is open, and undoing what is left of one."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appraisal.core.queries.cells import BY_CHANGES, GridCell
from appraisal.core.views.place import Place, place
from appraisal.rules.deciding import has_pen
from cchc_index.lib.faults import Refused
from cchc_index.lib.numbers import whole_number
from selfassess.evidence.remarks import KINDS, WARNING_KINDS
from units.models import Unit

from . import actions, queries

LISTED = 300
"""A longer batch is shown by unit."""
Chosen = dict[tuple[int, int], int]


@require_POST
def bulk(request: HttpRequest, group: str) -> HttpResponse:
    """The preview with count, units and points; with `confirm` the batch itself."""
    here = place(request, group)
    if not has_pen(here.user):
        raise PermissionDenied
    back = _back(request)
    changes = request.POST.get("filter") in BY_CHANGES
    everything = here.cells(here.units, here.leaves, evidence=True, changes=changes)
    chosen = _named(request, here, everything) or chosen_cells(request.POST.getlist("cells"))
    if not chosen:
        messages.warning(request, "Chưa chọn tiêu chí nào. Đánh dấu các dòng cần công nhận rồi bấm lại.")
        return redirect(back)
    cells = [c for c in everything if (c.unit.pk, c.criterion.pk) in chosen]
    if len(cells) != len(chosen):
        raise Http404
    if request.POST.get("verb") == "keep":
        return _keep(request, here, chosen, cells, back)
    if request.POST.get("confirm"):
        return _carry_out(request, here, chosen, cells, back)
    return _preview(request, here, chosen, cells, back)


def _carry_out(request: HttpRequest, here: Place, chosen: Chosen, cells: list[GridCell], back: str) -> HttpResponse:
    ticked = set(request.POST.getlist("kind"))
    kept_out = {(c.unit.pk, c.criterion.pk) for c in cells if c.can_be_recognised and _doubts(c) - ticked}
    batch = [(unit, leaf, version) for (unit, leaf), version in chosen.items() if (unit, leaf) not in kept_out]
    if not batch:
        said = "Các tiêu chí này đều không có tài liệu hoặc có cảnh báo: đánh dấu loại cần công nhận."
        return _preview(request, here, chosen, cells, back, said)
    try:
        done = actions.bulk_recognise(actor=here.user, round_group_id=here.round_group.pk, cells=batch)
    except Refused as refused:
        return _preview(request, here, chosen, cells, back, str(refused))
    undo = here.address("batch", str(queries.newest(here.user, here.round_group)))
    said = 'Đã công nhận {} tiêu chí{}. <a href="{}">Xem hoặc hoàn tác lần công nhận này…</a>'
    left = f", để lại {len(kept_out)} tiêu chí không có tài liệu hoặc có cảnh báo" if kept_out else ""
    messages.success(request, format_html(said, done, left, undo))
    return redirect(back)


BARE = "khong-tai-lieu"


def _doubts(cell: GridCell) -> frozenset[str]:
    """Why a cell is not recognised among many unless somebody says so: nothing proves it, or a warning on what does."""
    bare = cell.claim is None or not cell.claim.evidence
    return cell.papers.kinds | ({BARE} if bare else set())


def _doubt_counts(cells: list[GridCell]) -> list[tuple[str, str, int]]:
    """(kind, words, how many cells), for the kinds there are."""
    words = {BARE: "không có tài liệu", **{kind: f"cảnh báo: {KINDS[kind]}" for kind in WARNING_KINDS}}
    counted = [(kind, said, sum(kind in _doubts(cell) for cell in cells)) for kind, said in words.items()]
    return [one for one in counted if one[2]]


def _keep(request: HttpRequest, here: Place, chosen: Chosen, cells: list[GridCell], back: str) -> HttpResponse:
    """The adjustments of the stage before stand against the objections: first what that is, then the deed."""
    batch = [(unit, leaf, version) for (unit, leaf), version in chosen.items()]
    good = [c for c in cells if c.can_be_kept and c.version == chosen[c.unit.pk, c.criterion.pk]]
    error = ""
    if request.POST.get("confirm"):
        try:
            done = actions.bulk_keep(actor=here.user, round_group_id=here.round_group.pk, cells=batch)
        except Refused as refused:
            error = str(refused)
        else:
            undo = here.address("batch", str(queries.newest(here.user, here.round_group)))
            said = 'Đã giữ nguyên kết quả của {} tiêu chí. <a href="{}">Xem hoặc hoàn tác lần này…</a>'
            messages.success(request, format_html(said, done, undo))
            return redirect(back)
    context = {
        "here": here,
        "cells": good,
        "keys": " ".join(c.key for c in good),
        "left": len(cells) - len(good),
        "bulk_address": here.address("bulk"),
        "back": back,
        "error": error,
    }
    return render(request, "appraisal/review/bulk_keep.html", context, status=409 if error else 200)


def _preview(
    request: HttpRequest, here: Place, chosen: Chosen, cells: list[GridCell], back: str, error: str = ""
) -> HttpResponse:
    """What can be recognised as the person saw it; what cannot is named and left out."""
    taken = [c.can_be_recognised and c.version == chosen[c.unit.pk, c.criterion.pk] for c in cells]
    good = [c for c, takes in zip(cells, taken, strict=True) if takes]
    context = {
        "here": here,
        "cells": good,
        "keys": " ".join(c.key for c in good),
        "by_unit": _by_unit(good) if len(good) > LISTED else [],
        "left_out": [c for c, takes in zip(cells, taken, strict=True) if not takes],
        "unit_count": len({c.unit.pk for c in good}),
        "points": _points(good),
        "na_count": sum(c.claim is not None and c.claim.na_claimed for c in good),
        "doubts": _doubt_counts(good),
        "clear_count": sum(not _doubts(c) for c in good),
        "bulk_address": here.address("bulk"),
        "back": back,
        "error": error,
    }
    return render(request, "appraisal/review/bulk.html", context, status=409 if error else 200)


def _points(cells: Iterable[GridCell]) -> Decimal:
    return sum((c.claim.points for c in cells if c.claim and c.claim.points is not None), Decimal(0))


def _by_unit(cells: list[GridCell]) -> list[tuple[Unit, int, Decimal]]:
    """What a batch too long to be listed gives each unit: cells come unit by unit."""
    found = []
    for unit, group in groupby(cells, key=lambda c: c.unit):
        theirs = list(group)
        found.append((unit, len(theirs), _points(theirs)))
    return found


def _named(request: HttpRequest, here: Place, cells: list[GridCell]) -> Chosen:
    """From the grid: what can be recognised of a unit, of a criterion or of all that is shown, as it is now.
    The preview then names each cell, so that the deed is what was looked at."""
    sent = request.POST
    if not sent.keys() & {"unit", "criterion", "everything"}:
        return {}
    unit, leaf, area, wanted = (sent.get(name, "") for name in ("unit", "criterion", "area", "filter"))
    return {
        (c.unit.pk, c.criterion.pk): c.version
        for c in cells
        if c.can_be_recognised
        and unit in ("", c.unit.code)
        and leaf in ("", c.criterion.code)
        and area in ("", here.areas[c.criterion.pk].code)
        and c.matches(wanted)
    }


def chosen_cells(raw: list[str]) -> Chosen:
    """`unit:criterion:version` of each ticked row, many in one field; anything else is not of our making."""
    found: Chosen = {}
    for text in " ".join(raw).split():
        match [whole_number(part, digits=11) for part in text.split(":")]:
            case [int(unit), int(criterion), int(version)]:
                found[unit, criterion] = version
            case _:
                raise Http404
    return found


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return target if ours and target.startswith("/") else "/tham-dinh/"


@require_GET
def batches(request: HttpRequest, group: str) -> HttpResponse:
    """What the person decided many at once, the newest first."""
    here = place(request, group)
    found = queries.lines(here.user, here.round_group, here.stage, here.scope)
    context = {"here": here, "rows": [(line, here.address("batch", str(line.pk))) for line in found]}
    return render(request, "appraisal/review/batches.html", context)


@require_http_methods(["GET", "POST"])
def batch(request: HttpRequest, group: str, pk: int) -> HttpResponse:
    """What taking the batch back would do; a POST does it, to the cells as the person saw them."""
    here = place(request, group)
    if request.method == "GET":
        return _batch_page(request, here, pk)
    cells = [(unit, leaf, version) for (unit, leaf), version in chosen_cells(request.POST.getlist("cells")).items()]
    if not all(here.scope.covers(unit, leaf) for unit, leaf, _ in cells):
        raise Http404
    own = queries.batch(here.user, here.round_group, here.scope, pk)
    if own is None:
        raise Http404
    try:
        done = actions.undo_batch(actor=here.user, round_group_id=here.round_group.pk, batch_id=pk, cells=cells)
    except Refused as refused:
        return _batch_page(request, here, pk, str(refused))
    messages.success(request, f"Đã hoàn tác việc {own.deed} {done} tiêu chí.")
    return redirect(here.address("batches"))


def _batch_page(request: HttpRequest, here: Place, pk: int, error: str = "") -> HttpResponse:
    found = queries.batch(here.user, here.round_group, here.scope, pk)
    if found is None:
        raise Http404
    context = {
        "here": here,
        "batch": found,
        "error": error,
        "batches_address": here.address("batches"),
        "address": here.address("batch", str(pk)),
    }
    return render(request, "appraisal/review/batch.html", context, status=409 if error else 200)
