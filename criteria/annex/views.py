"""Điều hành › Phụ lục: the annex of a decision into a block: faults by cell, each repair confirmed singly, the totals
that the decision asks for, what would change; then the deed. The set as it stands, with its rules in words."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cchc_index.lib import held_files
from cchc_index.lib.downloads import attached
from cchc_index.lib.faults import Fault, ImportRefused, Refused
from cchc_index.lib.held_files import HeldFile
from cchc_index.lib.tried import tried
from criteria import actions, queries, scoring
from criteria.models import Criterion, RoundGroup
from criteria.rules import manager
from units.models import UnitGroup, User

from . import queries as annex
from . import writing
from .actions import import_criteria
from .forms import AnnexForm, expected
from .importing import AnnexImport, repair_key
from .totals import counted
from .words import SELF, guidance_parts

SALT = "criteria.annex.file"


def _block(year: int, group: str) -> tuple[UnitGroup, RoundGroup | None]:
    block = queries.group_named(group)
    if block is None:
        raise Http404
    return block, queries.block_of(year, block)


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, year: int, group: str) -> HttpResponse:
    """An annex for a block: looked at, its repairs confirmed one by one, what it would change, then brought in."""
    actor = manager(request.user)
    block, standing = _block(year, group)
    place = {"year": year, "group": block, "standing": standing}
    queries.show_year(request, year)
    if request.method != "POST":
        numbers = {"decision": standing.criteria_set.decision.number} if standing else {}
        return _page(request, place, AnnexForm(initial=numbers))
    if "ticket" not in request.POST:
        form = AnnexForm(request.POST, request.FILES)
        if not form.is_valid():
            return _page(request, place, form)
        given = form.cleaned_data["file"]
        return _look(request, actor, place, HeldFile(given.name, given.read(), form.choices), form)
    file = held_files.held(SALT, actor.pk, request.POST["ticket"])
    if file is None:
        messages.error(request, held_files.GONE)
        return redirect("annex:upload", year, group)
    if request.POST.get("confirm"):
        return _commit(request, actor, place, file)
    return _look(request, actor, place, file, AnnexForm(initial=file.choices))


def _import(actor: User, place: dict[str, Any], file: HeldFile, accepted: Collection[str]) -> AnnexImport:
    chosen = file.choices
    outcome = import_criteria(
        actor=actor,
        file=file.open(),
        name=file.name,
        year=place["year"],
        group=place["group"].code,
        decision=chosen["decision"],
        source=chosen["source"],
        accept_repairs=accepted,
        take_hidden=chosen["take_hidden"],
        expected=expected(chosen),
    )
    issued = date.fromisoformat(chosen["issued"]) if chosen["issued"] else None
    number = outcome.round_group.criteria_set.decision.number
    actions.describe_decision(actor=actor, number=number, issued_on=issued, title=chosen["abstract"])
    return outcome


def _look(request: HttpRequest, actor: User, place: dict[str, Any], file: HeldFile, form: AnnexForm) -> HttpResponse:
    """What the file would do; else what is wrong with it, or what is to be repaired first."""
    accepted = request.POST.getlist("accept")
    try:
        outcome = tried(lambda: _import(actor, place, file, accepted))
    except ImportRefused as refused:
        if not all(fault.repairable for fault in refused.faults):
            return _page(request, place, form, refused.faults, file.name)
        ticket = held_files.hold(SALT, actor.pk, file.name, file.content, file.choices)
        repairs = [(repair_key(fault), fault, repair_key(fault) in accepted) for fault in refused.faults]
        left = sum(not ticked for _, _, ticked in repairs)
        answered = "ticket" in request.POST
        context = {**place, "repairs": repairs, "left": left, "name": file.name, "ticket": ticket, "answered": answered}
        status = 422 if answered else 200
        return render(request, "criteria/annex/repairs.html", context, status=status)
    except Refused as refused:
        return _page(request, place, form, [Fault(0, "", str(refused))], file.name)
    ticket = held_files.hold(SALT, actor.pk, file.name, file.content, file.choices)
    context = {**place, "outcome": outcome, "name": file.name, "ticket": ticket, "accepted": accepted}
    return render(
        request, "criteria/annex/preview.html", {**context, "totals": _totals(outcome, file), "chosen": file.choices}
    )


def _totals(outcome: AnnexImport, file: HeldFile) -> list[tuple[str, Decimal | None, Decimal]]:
    """Each total of the set: its name, what was asked for, what it would be."""
    points, asked = counted(outcome.totals), expected(file.choices)
    whole, own = sum(points.values(), Decimal(0)), points.get(SELF, Decimal(0))
    return [
        ("Tổng điểm (không kể điểm thưởng, điểm trừ)", asked.total, whole),
        ("Tự đánh giá", asked.own, own),
        ("Điều tra xã hội học (ĐTXHH, SIPAS, PAPI)", asked.survey, whole - own),
    ]


def _page(
    request: HttpRequest, place: dict[str, Any], form: AnnexForm, faults: Sequence[Fault] = (), name: str = ""
) -> HttpResponse:
    context = {**place, "form": form, "faults": faults, "name": name}
    return render(request, "criteria/annex/upload.html", context, status=422 if form.is_bound or faults else 200)


def _commit(request: HttpRequest, actor: User, place: dict[str, Any], file: HeldFile) -> HttpResponse:
    try:
        outcome = _import(actor, place, file, request.POST.getlist("accept"))
    except ImportRefused as refused:
        return _page(request, place, AnnexForm(initial=file.choices), refused.faults, file.name)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("annex:upload", place["year"], place["group"].code)
    done = f"thêm {len(outcome.added)}, sửa {len(outcome.changed)}, bỏ {len(outcome.removed)} tiêu chí"
    messages.success(request, f"Đã nhập {file.name} vào {outcome.round_group}: {done}.")
    for sentence in outcome.notices:
        messages.info(request, sentence)
    return redirect("annex:set", place["year"], place["group"].code)


@require_safe
def criteria_set(request: HttpRequest, year: int, group: str) -> HttpResponse:
    """The block's set in printed order, every rule in words."""
    manager(request.user)
    _, standing = _block(year, group)
    if standing is None:
        raise Http404
    queries.show_year(request, year)
    rows = [_shown(row) for row in queries.tree(standing.criteria_set_id)]
    corrections = queries.open_corrections(standing.criteria_set_id)
    context = {"round_group": standing, "rows": rows, "year": year, "corrections": list(corrections)}
    return render(request, "criteria/annex/set.html", context)


@require_POST
def confirm_set(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    """Take the set that was copied from an earlier year as this year's own."""
    actor = manager(request.user)
    round_group = get_object_or_404(RoundGroup, pk=pk)
    if actions.confirm_set(actor=actor, round_group_id=round_group.pk):
        messages.success(request, f"Đã xác nhận bộ tiêu chí của {round_group}.")
    else:
        messages.info(request, f"Bộ tiêu chí của {round_group} đã được xác nhận từ trước.")
    return redirect(f"{reverse('results:control')}?nam={round_group.round.year}")


@require_http_methods(["GET", "HEAD", "POST"])
def matches(request: HttpRequest, pk: int) -> HttpResponse:
    """The block's criteria beside the likeliest of the year before; a person says which are the same."""
    actor = manager(request.user)
    round_group = get_object_or_404(RoundGroup, pk=pk)
    if request.method == "POST":
        return _linked(request, actor, round_group)
    queries.show_year(request, round_group.round.year)
    context = {"round_group": round_group, "year": round_group.round.year, "parts": annex.matches(round_group)}
    return render(request, "criteria/annex/matches.html", context)


def _linked(request: HttpRequest, actor: User, round_group: RoundGroup) -> HttpResponseRedirect:
    pairs = [value.partition("-")[::2] for value in request.POST.getlist("link")]
    links = {int(new): int(old) for new, old in pairs if new.isdecimal() and old.isdecimal()}
    try:
        count = actions.link_previous(actor=actor, round_group_id=round_group.pk, links=links)
        messages.success(request, f"Đã đối chiếu {count} tiêu chí với kỳ trước.")
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("annex:matches", pk=round_group.pk)


def _shown(row: Criterion) -> tuple[Criterion, str, str, str]:
    """A row with its rule, its guidance and the evidence wanted, in words."""
    return row, scoring.in_words(row.rule) if row.is_leaf else "", *guidance_parts(row.guidance)


@require_safe
def sheet(request: HttpRequest, year: int, group: str) -> HttpResponse:
    """The set as the sheet that the import reads."""
    manager(request.user)
    _, standing = _block(year, group)
    if standing is None:
        raise Http404
    own = queries.is_last_years_set(standing)
    content = writing.xlsx_bytes(queries.printed_tree(standing.criteria_set_id), own_last_year=own)
    return attached(content, f"bo-tieu-chi-{year}-{standing.group.code}.xlsx")
