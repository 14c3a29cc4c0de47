"""The review screen: one leaf of one unit, its evidence beside the decision."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.http import require_http_methods

from appraisal.consistency import comparing
from appraisal.core.figures import declared_of
from appraisal.core.queries.body import item_of
from appraisal.core.queries.cells import BY_CHANGES, FILTERS, GridCell, claim_of, steps_of
from appraisal.core.queries.verifying import verified
from appraisal.core.views.place import Place, place
from appraisal.models import Appraisal, AppraisalEntry
from appraisal.opinions import actions as opinions_actions
from appraisal.opinions import queries as opinions_queries
from appraisal.questions import queries as questions_queries
from appraisal.questions.forms import AskForm
from appraisal.review.decisions import actions as decisions_actions
from appraisal.review.grid import table as grid
from appraisal.review.lists.markup import line_of
from appraisal.review.precedents import queries as precedents_queries
from appraisal.review.undo.views import list_of, say_decided, undo_of
from appraisal.rules import reading
from appraisal.rules.deciding import has_pen
from appraisal.steps import counting
from cchc_index.lib import clock, numbers
from cchc_index.lib.faults import Conflict, Refused
from criteria import scoring
from criteria.models import Criterion, Stage
from selfassess.evidence.queries import remarks_on_evidence
from selfassess.exchange.queries import beside
from selfassess.lastyear import queries as last_year
from selfassess.models import Evidence, SelfScore
from selfassess.rules import withheld
from units.models import Unit

from .forms import AdjustForm, KeepForm, RecogniseForm

M = TypeVar("M", Unit, Criterion)

DAYS_TO_ANSWER = 3
"""The due day proposed for a question."""


@dataclass(frozen=True)
class Neighbours:
    """The list the person came from, and where they stand in it."""

    back: str
    before: str
    after: str
    here: GridCell
    position: int
    total: int
    left: int
    """How many cells of the list wait for the person."""
    onward: str = ""
    """At the end of the list: the next cell elsewhere that waits for the person."""
    onward_name: str = ""

    @property
    def fresh(self) -> str:
        """Where a decision leads. Not the address of the pager, which a browser may have fetched ahead: this
        page says what was just written and counts it among the precedents."""
        following = self.after or self.onward
        return f"{following}&vua-ghi=1" if following else self.back


@require_http_methods(["GET", "POST"])
def cell(request: HttpRequest, group: str, unit: str, code: str) -> HttpResponse:
    """Show the cell; take a recognition or an adjustment."""
    here = place(request, group)
    found, leaf = here.unit(unit), here.leaf(code)
    if not here.scope.shows(found.pk, leaf.pk):
        raise Http404
    if request.method == "POST":
        return _decide(request, here, found, leaf)
    return _page(request, here, found, leaf)


FORMS: dict[str, type[RecogniseForm | AdjustForm]] = {"recognise": RecogniseForm, "keep": KeepForm}


def _decide(request: HttpRequest, here: Place, unit: Unit, leaf: Criterion) -> HttpResponse:
    if not has_pen(here.user):
        raise PermissionDenied
    form = FORMS.get(request.POST.get("verb", ""), AdjustForm)(request.POST)
    if not form.is_valid():
        return _page(request, here, unit, leaf, form, status=422)
    # Read before writing: a decided cell leaves the filter, and its neighbours move up.
    onward = _neighbours(request, here, unit, leaf)
    try:
        standing = carry_out(here, unit, leaf, form)
    except Conflict as conflict:
        form.add_error(None, str(conflict))
        return _page(request, here, unit, leaf, form, status=409)
    except Refused as refused:
        form.add_error(None, str(refused))
        return _page(request, here, unit, leaf, form, status=422)
    if standing is None:
        said = f"Đã ghi ý kiến độc lập của bạn về {leaf.code} của {unit}. Kết quả có khi đủ ý kiến."
        messages.success(request, said)
        return redirect(onward.fresh)
    say_decided(request, here, standing, leaf)
    if said := precedent_warning(here, standing, onward.here, form):
        messages.warning(request, said)
    stays = "stay" in request.POST  # decided on its line of a list
    return redirect(f"{onward.back}#{line_of(unit)}" if stays else onward.fresh)


def _page(
    request: HttpRequest,
    here: Place,
    unit: Unit,
    leaf: Criterion,
    bound: RecogniseForm | AdjustForm | None = None,
    status: int = 200,
) -> HttpResponse:
    nav = _neighbours(request, here, unit, leaf)
    score, evidence = claim_of(here.round_group, unit, leaf)
    opinions = opinions_of(here, nav.here, score)
    row = acting(here, nav.here, opinions)
    said = remarks_on_evidence(evidence, here.round_group.round, unit.pk, names=True)
    showable = [e for e in evidence if e.document.opens_in_browser and not withheld(e.document, own=False)]
    steps = steps_of(row.record) if row.record else []
    last = last_year.in_brief(here.round_group, unit, leaf)
    context = {
        "here": here,
        "unit": unit,
        "criterion": leaf,
        "row": row,
        "score": score,
        "declared": declared_of(leaf, score.figures if score else {}, score.points if score else None),
        "beside": beside(here.round_group, unit, leaf, score.figures if score else {}),
        "last": last,
        "merged": [] if last else last_year.merged_from(here.round_group, unit),
        "rule_lines": scoring.describe(leaf.rule, leaf.max_points),
        "evidence": evidence,
        "findings": said,
        "warned": sum(bool(one.warnings) for one in said.values()),
        "showable": showable,
        "shown": _shown(request, showable),
        "listed": urlencode(
            {"nam": here.round_group.round.year, **{k: request.GET.get(k, "") for k in ("theo", "loc")}}
        ),
        "steps": steps,
        "reply": next((s for s in reversed(steps) if s.stage_kind == Stage.Kind.REPLY), None)
        if row.is_disputed
        else None,
        "nav": nav,
        "recognise_form": RecogniseForm() if bound is None or isinstance(bound, AdjustForm | KeepForm) else bound,
        "keep_form": bound if isinstance(bound, KeepForm) else KeepForm(),
        "keeps": row.can_be_kept and row.standing is not None and row.standing.stage != (here.stage and here.stage.pk),
        "keeps_from": here.calendar.short(row.standing.stage) if row.standing else "",
        "adjust_form": bound if isinstance(bound, AdjustForm) else AdjustForm(initial=_initial(steps)),
        "bound": bound,
        "opinions": opinions,
        "own_points": numbers.exact_text(row.claim.points if row.claim else None) or "",
        "precedents": precedents_of(here, nav.here, opinions),
        "undo": undo_of(here, row, steps, opinions, **list_of(request)),
        "questions": questions_of(here, unit, leaf),
        "is_meeting": here.is_meeting,
        "item": item_of(here.round_group, unit, leaf) if here.council else None,
        "verified": verified(here.round_group, unit, leaf),
        "unit_address": here.address("unit", unit.code),
        "criterion_address": here.address("criterion", leaf.code),
    }
    response = render(request, "appraisal/review/cell.html", context, status=status)
    response["Speculation-Rules"] = f'"{static("js/next.speculationrules")}"'  # the next cell, ahead of its key
    return response


def _initial(steps: list[AppraisalEntry]) -> dict[str, object]:
    """The last adjustment, so that it can be kept or changed; its words are written anew."""
    last = next((step for step in reversed(counting(steps)) if step.reason_id), None)
    if last is None:
        return {}
    return {"points": numbers.vn_short(last.points), "not_applicable": last.not_applicable, "reason": last.reason_id}


def _listed(request: HttpRequest, here: Place) -> str:
    """The query that keeps the list the cell was opened from."""
    return urlencode({"nam": here.round_group.round.year, **{k: request.GET.get(k, "") for k in ("theo", "loc")}})


def _shown(request: HttpRequest, showable: list[Evidence]) -> Evidence | None:
    """The document beside the form: the one asked for, else the first that a browser can show."""
    wanted = request.GET.get("tai-lieu", "")
    return next((e for e in showable if str(e.pk) == wanted), showable[0] if showable else None)


def _neighbours(request: HttpRequest, here: Place, unit: Unit, leaf: Criterion) -> Neighbours:
    """This cell with those before and after it in the list it was opened from, under the same filter."""
    along = "tieu-chi" if request.GET.get("theo") == "tieu-chi" else "don-vi"
    wanted = request.GET.get("loc", "")
    wanted = wanted if wanted in FILTERS else ""
    units, leaves = (here.units, [leaf]) if along == "tieu-chi" else ([unit], here.leaves)
    cells = here.cells(units, leaves, evidence=bool(wanted), changes=wanted in BY_CHANGES)
    at = next(i for i, c in enumerate(cells) if (c.unit.pk, c.criterion.pk) == (unit.pk, leaf.pk))
    back = ("criterion", leaf.code) if along == "tieu-chi" else ("unit", unit.code)

    def address(others: Iterable[GridCell]) -> str:
        other = next((c for c in others if c.matches(wanted)), None)
        return here.address("cell", other.unit.code, other.criterion.code, theo=along, loc=wanted) if other else ""

    after = address(cells[at + 1 :])
    elsewhere = _elsewhere(here, unit, leaf, along) if not after and wanted in ("", "cho") else None
    return Neighbours(
        back=here.address(*back, loc=wanted),
        before=address(reversed(cells[:at])),
        after=after,
        here=cells[at],
        position=at + 1,
        total=len(cells),
        left=sum(c.is_pending and c.may_decide for c in cells),
        onward=here.address("cell", elsewhere[0].code, elsewhere[1].code, theo=along, loc=wanted) if elsewhere else "",
        onward_name=(elsewhere[1].code if along == "tieu-chi" else elsewhere[0].name) if elsewhere else "",
    )


def _elsewhere(here: Place, unit: Unit, leaf: Criterion, along: str) -> tuple[Unit, Criterion] | None:
    """The first cell that waits for the person at the units (or criteria) after this one, then before it, then
    what was passed over here."""
    if here.stage is None:
        return None
    matrix = grid.Selection(here).matrix
    pending = matrix.those(lambda kind: kind.pending)
    columns = {row.pk: n for n, row in enumerate(here.leaves)}

    def waits(one: Unit, row: Criterion) -> bool:
        is_pending = matrix.lines[one.pk].kinds[columns[row.pk]] in pending
        return is_pending and (one.pk, row.pk) != (unit.pk, leaf.pk) and here.may_judge(one, row)

    units = _turned(here.units, unit) if along == "don-vi" else here.units
    leaves = here.leaves if along == "don-vi" else _turned(here.leaves, leaf)
    rows = ((u, c) for u in units for c in leaves) if along == "don-vi" else ((u, c) for c in leaves for u in units)
    return next(((u, c) for u, c in rows if waits(u, c)), None)


def _turned(rows: Sequence[M], at: M) -> list[M]:
    """What comes after `at`, then what comes before it, and `at` itself."""
    n = rows.index(at) + 1
    return list(rows[n:]) + list(rows[:n])


def opinions_of(here: Place, row: GridCell, score: SelfScore | None) -> opinions_queries.Panel | None:
    """For `_opinions.html`; None for a leaf that one member decides. One query at most."""
    tolerance = here.blind.get(row.criterion.pk)
    if tolerance is None:
        return None
    cell = (here.round_group, row.unit, row.criterion)
    versions = (row.version, score.version if score else 0)
    return opinions_queries.panel(here.user, here.scope, here.stage, cell, tolerance=tolerance, versions=versions)


def acting(here: Place, row: GridCell, panel: opinions_queries.Panel | None) -> GridCell:
    """The cell as the person may act on it: on a blind one, whether an opinion may be given."""
    if panel is None or not here.is_blind(row.criterion):
        return row
    return replace(row, may_decide=row.submitted and panel.may_give)


def owes_opinion(row: GridCell, panel: opinions_queries.Panel | None) -> bool:
    """Whether one of the two blind opinions on the cell is still the person's to give."""
    return panel is not None and panel.may_give and not panel.is_split and row.is_pending


def precedents_of(
    here: Place, row: GridCell, panel: opinions_queries.Panel | None
) -> precedents_queries.Precedents | None:
    """For `_precedents.html`; None while they are withheld. One query."""
    owed = owes_opinion(row, panel)
    cell = (row.unit.pk, row.criterion.pk)
    if not reading.may_read_precedents(here.scope, *cell, owes_opinion=owed):
        return None
    return _precedents(here, row)


def _precedents(here: Place, row: GridCell) -> precedents_queries.Precedents:
    closed = reading.closed_precedents(here.scope)
    return precedents_queries.read(here.round_group, row.unit, row.criterion, closed=closed)


def precedent_warning(here: Place, standing: Appraisal, row: GridCell, form: RecogniseForm | AdjustForm) -> str:
    """A sentence when the adjustment just written takes other points than its reason did elsewhere; "". What
    two opinions settled is not compared: the points may be the other member's."""
    if isinstance(form, RecogniseForm) or here.is_blind(row.criterion):
        return ""
    if not reading.may_read_precedents(here.scope, row.unit.pk, row.criterion.pk, owes_opinion=False):
        return ""
    taken = comparing.deduction(row.claim.points if row.claim else None, standing.points)
    found = precedents_queries.differing(_precedents(here, row), form.cleaned_data["reason"].pk, taken)
    return precedents_queries.warning(found) if found else ""


def questions_of(here: Place, unit: Unit, leaf: Criterion) -> dict[str, object]:
    """For `_questions.html`: what was asked on this cell, and a form to ask. Three queries at most."""
    return {
        "threads": questions_queries.threads_of_cell(here.round_group, unit, leaf),
        "may_ask": here.may_decide(unit, leaf),
        "form": AskForm(initial={"due_on": clock.today() + timedelta(days=DAYS_TO_ANSWER)}),
        "address": here.address("ask", unit.code, leaf.code),
    }


def carry_out(here: Place, unit: Unit, leaf: Criterion, form: RecogniseForm | AdjustForm) -> Appraisal | None:
    """Carry the form out: a decision, or on a blind leaf an opinion. None: the opinion waits for others.
    Raises as the actions do."""
    cell: dict[str, Any] = {"round_group_id": here.round_group.pk, "unit_id": unit.pk, "criterion_id": leaf.pk}
    data = form.cleaned_data
    words = {"comment": data["comment"], "seen_version": data["seen_version"]}
    recognising = isinstance(form, RecogniseForm)
    given: dict[str, Any] = {} if recognising else _adjusted(data)
    if here.is_blind(leaf):
        return opinions_actions.give_opinion(actor=here.user, **cell, recognising=recognising, **given, **words).settled
    if isinstance(form, KeepForm):
        return decisions_actions.keep(actor=here.user, **cell, **words)
    if recognising:
        return decisions_actions.recognise(actor=here.user, **cell, **words)
    return decisions_actions.adjust(actor=here.user, **cell, **given, **words)


def _adjusted(data: dict[str, Any]) -> dict[str, Any]:
    return {"points": data["points"], "not_applicable": data["not_applicable"], "reason_id": data["reason"].pk}
