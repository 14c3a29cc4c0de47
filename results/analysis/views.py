"""The analysis of a block, for whoever sees the preview; and what if one thing were different."""

import json
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from cchc_index.lib.downloads import attached
from criteria.models import RoundGroup
from criteria.queries import round_groups, round_of_address
from results import charts
from results.bundle import Json
from results.rules import may_see_preview
from surveys.scores.queries import tells_nothing_yet

from . import queries, tables, whatif
from .forms import WhatIfForm


@require_GET
def analysis_page(request: HttpRequest, year: int, group: str) -> HttpResponse:
    """How firm the ranks are, what made them, where points were lost, where two views differ."""
    chosen = _block(request, year, group)
    context: dict[str, Any] = {"round": chosen.round, "chosen": chosen}
    if tells_nothing_yet(chosen):
        return render(request, "results/analysis/not_yet.html", context)
    told = queries.kept_analysis(chosen)
    context |= {"told": told, **_sections(told), **_supposed(request, chosen, told)}
    return render(request, "results/analysis/analysis.html", context)


@require_GET
def analysis_file(request: HttpRequest, year: int, group: str, name: str, kind: str) -> HttpResponse:
    """The numbers of the page: all of them as a workbook or JSON, one table as CSV."""
    from . import spreadsheets  # inline: start-up cost

    chosen = _block(request, year, group)
    if tells_nothing_yet(chosen):
        raise PermissionDenied(queries.NOT_YET)
    told = queries.kept_analysis(chosen)
    stem = f"phan-tich-{year}-{group}"
    if (name, kind) == ("tat-ca", "xlsx"):
        return attached(spreadsheets.analysis_xlsx(told), f"{stem}.xlsx")
    if (name, kind) == ("tat-ca", "json"):
        return attached(json.dumps(told, ensure_ascii=False, indent=1).encode(), f"{stem}.json")
    if kind != "csv" or name not in {table.key for table in tables.file_tables(told)}:
        raise Http404
    return attached(spreadsheets.analysis_csv(told, name), f"{stem}-{name}.csv")


def _block(request: HttpRequest, year: int, group: str) -> RoundGroup:
    if not may_see_preview(request.user):
        raise PermissionDenied
    return get_object_or_404(round_groups(round_of_address(request, year)), group__code=group)


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
        "files": [(table.key, table.title) for table in tables.file_tables(told)],
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
