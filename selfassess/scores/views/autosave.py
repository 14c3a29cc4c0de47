"""Saving as one types: the same action as the button, answered in JSON.

A value that cannot be taken keeps its stored neighbour and is named; everything else is saved.
"""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cchc_index.lib import clock
from cchc_index.lib.clients import address_of
from cchc_index.lib.faults import Conflict, Invalid, Refused
from criteria import scoring
from criteria.models import Criterion
from selfassess.core.queries import lacking, score_of
from selfassess.core.views import find_assessment, find_criterion, only_the_unit, person, seen_version
from selfassess.models import SelfAssessment, SelfScore
from selfassess.scores.actions import save_score
from selfassess.scores.conflict import compare

from .criterion import typed_figures


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def autosave(request: HttpRequest, pk: int, criterion_id: int) -> HttpResponse:
    """GET: who is signed in and which version stands. POST: save what can be saved.

    `state` of the answer: saved (`errors` names what was not), conflict, refused, other (a page of another
    account on the same browser must not save under this one).
    """
    found = find_assessment(request, pk)
    leaf = find_criterion(found, criterion_id)
    if request.method != "POST":
        return JsonResponse(_standing(request, found, leaf))
    only_the_unit(request, found)
    if request.POST.get("who", "") not in ("", str(person(request).pk)):
        said = (
            f"Trình duyệt này đang đăng nhập tài khoản khác ({person(request)}): đăng nhập lại tài khoản đã gõ để lưu."
        )
        return JsonResponse({"state": "other", "said": said}, status=409)
    try:
        score, errors = _save(request, found, leaf)
    except Conflict as conflict:
        return _conflict(request, found, leaf, conflict)
    except Refused as refused:
        return JsonResponse({"state": "refused", "said": str(refused)}, status=409)
    return JsonResponse(_saved(leaf, score, errors))


def _standing(request: HttpRequest, assessment: SelfAssessment, leaf: Criterion) -> dict[str, Any]:
    score = score_of(assessment, leaf.pk)
    return {"user": str(person(request).pk), "version": score.version if score else 0, "csrf": get_token(request)}


def _save(request: HttpRequest, assessment: SelfAssessment, leaf: Criterion) -> tuple[SelfScore, dict[str, str]]:
    """The score after saving, and a sentence for each value that was left out."""
    typed = request.POST
    given = {
        "figures": typed_figures(typed),
        "points": typed.get("points", ""),
        "explanation": typed.get("explanation", ""),
        "na_claimed": "na_claimed" in typed,
        "na_reason": typed.get("na_reason", ""),
    }
    try:
        return _store(request, assessment, leaf, given), {}
    except Invalid as invalid:
        return _store(request, assessment, leaf, _mended(assessment, leaf, given, invalid.errors)), invalid.errors


def _store(request: HttpRequest, assessment: SelfAssessment, leaf: Criterion, given: dict[str, Any]) -> SelfScore:
    return save_score(
        actor=person(request),
        assessment_id=assessment.pk,
        criterion_id=leaf.pk,
        seen_version=seen_version(request),
        address=address_of(request),
        **given,
    )


def _mended(
    assessment: SelfAssessment, leaf: Criterion, given: dict[str, Any], errors: dict[str, str]
) -> dict[str, Any]:
    """What was typed, with the stored value in place of each wrong one. Figures are judged together, so
    that one wrong figure leaves all of them as they stand."""
    stored = score_of(assessment, leaf.pk) or SelfScore()
    kept = dict(given)
    if any(name == "figures" or name.startswith("figure_") for name in errors):
        kept["figures"] = _exact(leaf, stored.figures)
    if "points" in errors:
        kept["points"] = stored.points
    if "explanation" in errors:
        kept["explanation"] = stored.explanation
    if "na_reason" in errors:
        kept |= {"na_claimed": stored.na_claimed, "na_reason": stored.na_reason}
    return kept


def _exact(leaf: Criterion, figures: dict[str, str]) -> dict[str, Any]:
    """Stored figures as values, so that 1.234 is not taken for an ambiguous text."""
    kinds = {declared.key: declared.kind for declared in scoring.fields(leaf.rule)}
    return {key: text if kinds.get(key) == "choice" else Decimal(text) for key, text in figures.items()}


def _saved(leaf: Criterion, score: SelfScore, errors: dict[str, str]) -> dict[str, Any]:
    at = f"{clock.hanoi(score.updated_at):%H:%M:%S}" if score.updated_at else ""
    said = f"Đã lưu {at}" if at else "Chưa có gì để lưu"
    if errors:
        said = f"Phần còn lại đã lưu {at}; ô báo lỗi chưa lưu" if at else "Chưa lưu: sửa ô báo lỗi"
    ratio = scoring.ratio_words(leaf.rule, score.figures)
    shown = {"criterion": leaf, "computed": score.points, "ratio": ratio, "said": ""}
    computed = render_to_string("selfassess/scores/_computed.html", shown)
    return {
        "state": "saved",
        "said": said,
        "version": score.version,
        "computed": computed,
        "lacking": lacking(leaf, score) if score.pk else "",
        "errors": errors,
    }


def _conflict(request: HttpRequest, assessment: SelfAssessment, leaf: Criterion, conflict: Conflict) -> JsonResponse:
    current = conflict.current
    assert isinstance(current, SelfScore)
    context = {
        "there": reverse("selfassess:criterion", args=[assessment.pk, leaf.pk]),
        "current": current,
        "lines": compare(leaf, current, typed_figures(request.POST), request.POST.dict()),
    }
    html = render_to_string("selfassess/scores/_conflict.html", context, request)
    return JsonResponse({"state": "conflict", "version": current.version, "html": html}, status=409)
