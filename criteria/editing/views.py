"""Điều hành › Phụ lục › Tiêu chí: wording, rule in words with a trial, guidance; what is frozen goes before a second
manager."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from cchc_index.lib.downloads import attached
from cchc_index.lib.faults import Invalid, Refused
from cchc_index.lib.numbers import vn_short
from criteria import scoring
from criteria.annex.words import guidance_parts
from criteria.models import Correction, Criterion, RoundGroup
from criteria.queries import show_year
from criteria.rules import manager, may_confirm_correction
from units.models import User

from . import actions, queries, touching
from .forms import CriterionWordsForm
from .touching import TouchedCell

FIGURE = "figure-"


def _block(request: HttpRequest, year: int, group: str) -> RoundGroup:
    block = queries.block_named(year, group)
    if block is None:
        raise Http404
    show_year(request, year)
    return block


@dataclass(slots=True)
class Trial:
    """A rule tried out: how it is read back, the figures it asks for, and the points for those that were typed."""

    problem: str = ""
    read_back: str = ""
    lines: list[str] = field(default_factory=list)
    figures: list[dict[str, Any]] = field(default_factory=list)
    points: Decimal | None = None
    ratio: str = ""
    fault: str = ""


def trial_of(criterion: Criterion, words: str, typed: dict[str, str], maximum: Decimal | None = None) -> Trial:
    """The words of a rule with figures put into it, under another maximum where one is typed; nothing is written."""
    most = criterion.max_points if maximum is None else maximum
    try:
        rule = actions.rule_of(words, most)
    except Invalid as invalid:
        return Trial(problem=str(invalid))
    taken, problems = scoring.read_typed(rule, typed)
    trial = Trial(read_back=scoring.in_words(rule), lines=scoring.describe(rule, most))
    trial.figures = [
        {"declared": one, "name": FIGURE + one.key, "value": typed.get(one.key, ""), "error": problems.get(one.key, "")}
        for one in scoring.fields(rule)
    ]
    if not problems:
        try:
            trial.points = scoring.evaluate(rule, most, taken)
            trial.ratio = scoring.ratio_words(rule, taken)
        except scoring.RuleProblem as problem:
            trial.fault = str(problem)
    return trial


@require_http_methods(["GET", "HEAD", "POST"])
def criterion(request: HttpRequest, year: int, group: str, code: str) -> HttpResponse:
    """One criterion's form: tried (`verb=try`), saved while nothing is scored, else put before a second manager."""
    actor, block = manager(request.user), _block(request, year, group)
    row = queries.criterion_of(block, code)
    if row is None:
        raise Http404
    frozen = queries.is_frozen(block)
    posted = request.POST if request.method == "POST" else None
    form = CriterionWordsForm(posted, criterion=row, frozen=frozen)
    if posted is not None and posted.get("verb") != "try" and form.is_valid():
        try:
            return _saved(request, actor, block, row, form)
        except Invalid as invalid:
            for name, sentence in invalid.errors.items():
                form.add_error(name if name in form.fields else None, sentence)
        except Refused as refused:
            form.add_error(None, str(refused))
    words = form["rule"].value() or "" if row.is_leaf else ""
    sent = request.POST.dict()
    typed = {name.removeprefix(FIGURE): str(text) for name, text in sent.items() if name.startswith(FIGURE)}
    maximum = queries.maximum_typed(row, str(sent.get("maxima", "")) if frozen else "")
    context = {
        "maximum": maximum,
        "round_group": block,
        "year": year,
        "row": row,
        "form": form,
        "frozen": frozen,
        "waiting": queries.open_correction(row),
        "trial": trial_of(row, words, typed, maximum) if row.is_leaf else None,
    }
    return render(request, "criteria/editing/criterion.html", context, status=422 if form.errors else 200)


def _saved(
    request: HttpRequest, actor: User, block: RoundGroup, row: Criterion, form: CriterionWordsForm
) -> HttpResponse:
    place = (block.round.year, block.group.code)
    if "reason" in form.fields:
        reason = form.cleaned_data["reason"]
        correction = actions.propose_correction(
            actor=actor, block=block, criterion_id=row.pk, words=form.words, reason=reason
        )
        messages.success(request, "Đã gửi đề nghị đính chính. Đính chính có hiệu lực khi người thứ hai xác nhận.")
        return redirect("editing:correction", *place, correction.pk)
    changed = actions.edit_criterion(actor=actor, block=block, criterion_id=row.pk, words=form.words)
    messages.success(request, f"Đã lưu tiêu chí {row.code}." if changed else "Không có gì thay đổi.")
    return redirect("editing:criterion", *place, row.code)


@require_http_methods(["GET", "HEAD", "POST"])
def correction(request: HttpRequest, year: int, group: str, pk: int) -> HttpResponse:
    """A correction before and after, its reason; the second manager confirms it, or somebody says why not."""
    actor, block = manager(request.user), _block(request, year, group)
    row = queries.correction_of(block, pk)
    if row is None:
        raise Http404
    refusal = ""
    if request.method == "POST":
        try:
            messages.success(request, _decided(request, actor, block, row))
            return redirect("editing:correction", year, group, pk)
        except Refused as refused:
            refusal = str(refused)
    touched = _touched(row)
    try:
        surveyed = touching.surveyed(row) if row.state != Correction.State.REFUSED else []
    except Refused as refused:  # a stored answer that its scale does not know: nothing can be counted
        surveyed, refusal = [], refusal or str(refused)
    own, of_survey = touching.halves(row)
    context = {
        "own": own,
        "of_survey": of_survey,
        "surveyed": surveyed,
        "stopping": sum(cell.stops for cell in surveyed),
        "round_group": block,
        "year": year,
        "correction": row,
        "lines": _compared(row),
        "touched": touched,
        "counts": dict(Counter(cell.waits for cell in touched)),
        "above": sum(cell.is_above for cell in touched),
        "may_recount": row.state == Correction.State.CONFIRMED and any(cell.is_behind for cell in touched),
        "may_confirm": may_confirm_correction(actor, row),
        "refusal": refusal,
    }
    return render(request, "criteria/editing/correction.html", context, status=422 if refusal else 200)


@require_GET
def touched_file(request: HttpRequest, year: int, group: str, pk: int) -> HttpResponse:
    """The units that a correction touches, as a workbook."""
    from . import sheet  # inline: start-up cost

    manager(request.user)
    block = _block(request, year, group)
    row = queries.correction_of(block, pk)
    if row is None or not row.moves_points:
        raise Http404
    return attached(sheet.touched_bytes(_touched(row)), f"dinh-chinh-{row.criterion.code}-{year}.xlsx")


def _touched(row: Correction) -> list[TouchedCell]:
    """Nothing for a correction of words alone, or one that was not confirmed."""
    if not row.moves_points or row.state == Correction.State.REFUSED:
        return []
    return touching.touched(row)


def _decided(request: HttpRequest, actor: User, block: RoundGroup, row: Correction) -> str:
    if request.POST.get("verb") == "refuse":
        reason = request.POST.get("reason", "")
        actions.refuse_correction(actor=actor, block=block, correction_id=row.pk, reason=reason)
        return "Đã ghi không xác nhận đính chính."
    if request.POST.get("verb") == "recount":
        moved = actions.recount_correction(actor=actor, block=block, correction_id=row.pk)
        return f"Đã tính lại điểm tự đánh giá của {moved} đơn vị chưa nộp."
    seen = request.POST.get("seen_above", "")
    seen_above = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 9 else 0
    actions.confirm_correction(actor=actor, block=block, correction_id=row.pk, seen_above=seen_above)
    return "Đã xác nhận đính chính; các đơn vị và Hội đồng thẩm định được gửi thư báo."


def _compared(row: Correction) -> list[tuple[str, str, str]]:
    """Each part that changes: its name, its words before and after."""
    lines = []
    for name, label in (("name", "Nội dung"), ("rule", "Quy tắc chấm"), ("guidance", "Hướng dẫn")):
        if name not in row.after:
            continue
        old, new = row.before[name], row.after[name]
        if name == "guidance":
            parts = zip(
                ("Hướng dẫn chấm", "Tài liệu kiểm chứng"), guidance_parts(old), guidance_parts(new), strict=True
            )
            lines += [part for part in parts if part[1] != part[2]]
        else:
            lines.append((label, *((scoring.in_words(old), scoring.in_words(new)) if name == "rule" else (old, new))))
    for code, points in row.maxima.items():
        was = row.before["maxima"].get(code)
        lines.append((f"Điểm tối đa {code}", vn_short(Decimal(was)) if was else "", vn_short(Decimal(points))))
    return lines
