"""The page of one criterion: score, evidence, preview. One form carries all, so that no button loses what was typed for
another: uploading also saves the score as far as it is typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_safe

from cchc_index.lib import clock
from cchc_index.lib.clients import address_of
from cchc_index.lib.faults import Conflict, Invalid, Refused
from cchc_index.lib.numbers import vn, vn_short
from criteria import scoring
from criteria.models import Criterion
from selfassess import rules
from selfassess.core import entry
from selfassess.core.queries import score_of, task_list
from selfassess.core.views import find_assessment, find_criterion, only_the_unit, person, seen_version
from selfassess.documents.forms import Intake
from selfassess.evidence.queries import remarks_on_evidence
from selfassess.exchange.queries import beside
from selfassess.models import SelfAssessment, SelfScore
from selfassess.scores import queries
from selfassess.scores.actions import save_score
from selfassess.scores.conflict import compare, figure_words

FIGURE = "figure_"
TYPED = (
    *("points", "explanation", "na_reason", "version"),
    *("number", "issued_on", "issuer", "abstract", "page", "section"),
    *("document", "chosen_page", "chosen_section"),
)


@dataclass
class Trouble:
    """Why a page comes back: sentences by field (“” for the page), the row somebody else saved."""

    errors: Mapping[str, str] = field(default_factory=dict)
    current: SelfScore | None = None
    status: int = 400


@require_http_methods(["GET", "HEAD", "POST"])
def criterion(request: HttpRequest, pk: int, criterion_id: int) -> HttpResponse:
    found = find_assessment(request, pk)
    leaf = find_criterion(found, criterion_id)
    if request.method != "POST":
        return page_of(request, found, leaf)
    only_the_unit(request, found)
    trouble = save_typed(request, found, leaf)
    if trouble:
        return page_of(request, found, leaf, trouble)
    tasks = task_list(found)
    if lacking := tasks.row(leaf.pk).lacking:
        messages.warning(request, f"Tiêu chí {leaf.code} còn thiếu: {lacking}.")
    if "onward" not in request.POST:
        return redirect("selfassess:criterion", found.pk, leaf.pk)
    following = tasks.undone_after(leaf.pk)
    if following is None:
        return redirect("selfassess:check", found.pk)
    return redirect("selfassess:criterion", found.pk, following.criterion.pk)


@require_safe
def preview(request: HttpRequest, pk: int, criterion_id: int) -> HttpResponse:
    """The points for the figures in the address, for the eyes only: nothing is written."""
    found = find_assessment(request, pk)
    leaf = find_criterion(found, criterion_id)
    errors: dict[str, str] = {}
    figures = entry.read_figures(leaf, typed_figures(request.GET), errors)
    try:
        points = None if errors else entry.compute(leaf, figures)
    except Invalid as invalid:
        points, errors = None, invalid.errors
    said, ratio = " ".join(errors.values()), scoring.ratio_words(leaf.rule, figures)
    context = {"criterion": leaf, "computed": points, "ratio": ratio, "said": said}
    return render(request, "selfassess/scores/_computed.html", context)


def save_typed(request: HttpRequest, assessment: SelfAssessment, leaf: Criterion) -> Trouble | None:
    """Save what was typed; None when it is in."""
    typed = request.POST
    try:
        before = score_of(assessment, leaf.pk)
        score = save_score(
            actor=person(request),
            assessment_id=assessment.pk,
            criterion_id=leaf.pk,
            figures=typed_figures(typed),
            points=typed.get("points", ""),
            explanation=typed.get("explanation", ""),
            na_claimed="na_claimed" in typed,
            na_reason=typed.get("na_reason", ""),
            seen_version=seen_version(request),
            address=address_of(request),
        )
    except Refused as refused:
        return trouble_of(refused)
    if score.version != (before.version if before else 0):
        messages.success(request, f"Đã lưu {clock.hanoi(clock.now()):%H:%M:%S} tiêu chí {leaf.code}.{_said(score)}")
    return None


def _said(score: SelfScore) -> str:
    if score.na_claimed:
        return " Đề nghị không áp dụng."
    return f" Điểm: {vn(score.points)}." if score.points is not None else " Chưa có điểm."


def trouble_of(refused: Refused) -> Trouble:
    if isinstance(refused, Invalid):
        return Trouble(refused.errors)
    current = refused.current if isinstance(refused, Conflict) else None
    return Trouble({"": str(refused)}, current if isinstance(current, SelfScore) else None, 409)


def typed_figures(typed: Mapping[str, str]) -> dict[str, object]:
    """What was typed for the rule, by the rule's field."""
    return {name[len(FIGURE) :]: typed[name] for name in typed if name.startswith(FIGURE)}


def page_of(
    request: HttpRequest,
    assessment: SelfAssessment,
    leaf: Criterion,
    trouble: Trouble | None = None,
    intake: Intake | None = None,
) -> HttpResponse:
    """The criterion's page; after a fault with everything typed still in its field, and the file that came held."""
    trouble = trouble or Trouble(status=200)
    page = queries.criterion_page(assessment, leaf)
    typed = _typed(request) if request.method == "POST" else _stored_values(page.score, leaf)
    if trouble.current is not None:
        typed["version"] = trouble.current.version
    if intake is not None:
        typed |= intake.values
    at = clock.now()
    context = {
        "intake": intake,
        "now": int(at.timestamp() * 1000),
        "assessment": assessment,
        "page": page,
        "criterion": leaf,
        "typed": typed,
        "rule": scoring.describe(leaf.rule, leaf.max_points),
        "is_direct": scoring.is_direct(leaf.rule),
        "fields": [_field(f, typed["figures"], trouble.errors) for f in scoring.fields(leaf.rule)],
        "errors": trouble.errors,
        "summary": _summary(trouble.errors),
        "current": trouble.current,
        "there": reverse("selfassess:criterion", args=[assessment.pk, leaf.pk]),
        "lines": compare(leaf, trouble.current, typed_figures(request.POST), request.POST) if trouble.current else [],
        "stored_figures": figure_words(leaf, page.score.figures) if page.score else [],
        "may_edit": rules.can_edit(request.user, assessment, at),
        "max_megabytes": settings.EVIDENCE_MAX_BYTES // (1024 * 1024),
        "computed": page.score.points if page.score else None,
        "ratio": scoring.ratio_words(leaf.rule, page.score.figures) if page.score else "",
        "beside": beside(assessment.round_group, assessment.unit, leaf, page.score.figures if page.score else {}),
        "findings": remarks_on_evidence(page.evidence, assessment.round_group.round, assessment.unit_id),
    }
    return render(request, "selfassess/scores/criterion.html", context, status=trouble.status)


def _typed(request: HttpRequest) -> dict[str, Any]:
    values: dict[str, Any] = {name: request.POST.get(name, "") for name in TYPED}
    return {**values, "na_claimed": "na_claimed" in request.POST, "figures": typed_figures(request.POST)}


def _stored_values(score: SelfScore | None, leaf: Criterion) -> dict[str, Any]:
    """The stored score as the form shows it: comma as decimal sign, no digit lost."""
    if score is None:
        return {"version": 0, "figures": {}}
    return {
        "points": _points_text(score),
        "explanation": score.explanation,
        "na_claimed": score.na_claimed,
        "na_reason": score.na_reason,
        "version": score.version,
        "figures": {f.key: _figure_text(f, score.figures) for f in scoring.fields(leaf.rule)},
    }


def _points_text(score: SelfScore) -> str:
    """9,50, or more digits where there are more."""
    short = vn(score.points)
    return short if score.points is None or len(short) >= len(vn_short(score.points)) else vn_short(score.points)


def _figure_text(declared: scoring.Field, stored: Mapping[str, str]) -> str:
    value = stored.get(declared.key, "")
    return scoring.shown_figure(declared, value) if value and declared.kind == "number" else value


def _field(declared: scoring.Field, values: Mapping[str, Any], errors: Mapping[str, str]) -> dict[str, Any]:
    name = FIGURE + declared.key
    return {"declared": declared, "name": name, "value": values.get(declared.key) or "", "error": errors.get(name, "")}


def _summary(errors: Mapping[str, str]) -> list[str]:
    """The error summary: a link to each wrong field."""
    anchors = {"figures": "figures"}
    return [
        format_html('<a href="#{}">{}</a>', anchors.get(name, name), said) if name else said
        for name, said in errors.items()
    ]
