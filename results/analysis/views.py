"""The analysis of a block, for whoever sees the preview; and what if one thing were different."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from criteria.models import RoundGroup
from criteria.queries import round_groups, round_of_address
from results import charts
from results.bundle import Json
from results.rules import may_see_preview

from . import queries, tables, whatif
from .forms import WhatIfForm


@require_GET
def analysis_page(request: HttpRequest, year: int, group: str) -> HttpResponse:
    """How firm the ranks are, what made them, where points were lost, where two views differ."""
    if not may_see_preview(request.user):
        raise PermissionDenied
    round_ = round_of_address(request, year)
    chosen = get_object_or_404(round_groups(round_), group__code=group)
    told = queries.kept_analysis(chosen)
    context = {"round": round_, "chosen": chosen, "told": told, **_sections(told), **_supposed(request, chosen, told)}
    return render(request, "results/analysis/analysis.html", context)


def _sections(told: Json) -> dict[str, Any]:
    lines = [(one["name"], one["rank"], one["low"], one["high"]) for one in told["rank_ranges"]]
    title = f"Hạng và khoảng hạng 90% – {told['name']}, năm {told['year']}"
    return {
        "chart": charts.rank_ranges(lines, title=title),
        "map": tables.heat_map(told),
        "causes": tables.causes(told),
        "unit_losses": tables.unit_losses(told),
        "reasons": tables.reasons(told),
        "cause_words": tables.CAUSE_WORDS.values(),
        "influence": tables.influence_lines(told),
    }


def _supposed(request: HttpRequest, block: RoundGroup, told: Json) -> dict[str, Any]:
    """The form, and where it asks something the answer; nothing is read for who only looks."""
    asked = any(request.GET.get(name) for name in WhatIfForm.base_fields)
    inputs = queries.BlockAnalysis(block) if asked and told["rank_ranges"] else None
    form = WhatIfForm(
        request.GET if inputs else None,
        units=tables.by_alphabet(told),
        leaves=[(one["criterion"], f"{one['criterion']}. {one['name']}") for one in told["influence"]],
        maxima={row.code: row.max_points for row in inputs.rows} if inputs else {},
    )
    if inputs is None or not form.is_valid():
        return {"form": form, "both": None}
    supposed = form.supposition()
    both = inputs.supposed(supposed)
    names = dict(tables.by_alphabet(told))
    return {
        "form": form,
        "moved": sum(one.moved for one in both),
        "both": [(names[one.unit], one) for one in whatif.shown(both, supposed.unit)],
    }
