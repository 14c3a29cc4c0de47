"""What stands beside the decision on the review screen: declared figures, precedents, blind opinions,
questions."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from appraisal import actions, asked, consistency, opinions, precedents, queries, rules
from appraisal.forms import AdjustForm, RecogniseForm
from appraisal.hearing_forms import AskForm
from appraisal.models import Appraisal, Question
from cchc_index.lib import clock, numbers
from criteria import scoring
from criteria.models import Criterion
from selfassess.models import SelfScore
from units.models import Unit

from .place import Place

DAYS_TO_ANSWER = 3
"""The due day proposed for a question."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What the unit declared under the labels of the rule, and what the rule makes of it: `ratio` in words
    ("" for a rule without one), `computed` None where nothing can be computed."""

    figures: list[tuple[str, str]]
    ratio: str
    computed: Decimal | None
    agrees: bool
    """The unit's own points are those of the rule."""


def declared_of(leaf: Criterion, score: SelfScore | None) -> Declared:
    given = score.figures if score else {}
    share = scoring.ratio(leaf.rule, given)
    try:
        computed = scoring.evaluate(leaf.rule, leaf.max_points, given)
    except scoring.RuleProblem:  # figures of an archive that the rule refuses today
        computed = None
    return Declared(
        figures=_figures(leaf, given),
        ratio=f"{numbers.vn(share)} %" if share is not None else "",
        computed=computed,
        agrees=score is not None and computed == score.points,
    )


def _figures(leaf: Criterion, given: dict[str, Any]) -> list[tuple[str, str]]:
    """A chosen step by its words."""
    found = []
    for item in scoring.fields(leaf.rule):
        raw = str(given.get(item.key, ""))
        words = dict(item.choices).get(raw, raw.replace(".", ",") if item.kind == "number" else raw)
        found.append((item.label, f"{words} {item.unit}".strip() if raw else "không khai"))
    return found


def opinions_of(here: Place, row: queries.GridCell, score: SelfScore | None) -> opinions.Panel | None:
    """For `_opinions.html`; None for a leaf that one member decides. One query at most."""
    tolerance = here.blind.get(row.criterion.pk)
    if tolerance is None:
        return None
    cell = (here.round_group, row.unit, row.criterion)
    versions = (row.version, score.version if score else 0)
    return opinions.panel(here.user, here.scope, here.stage, cell, tolerance=tolerance, versions=versions)


def acting(here: Place, row: queries.GridCell, panel: opinions.Panel | None) -> queries.GridCell:
    """The cell as the person may act on it: on a blind one, whether an opinion may be given."""
    if panel is None or not here.is_blind(row.criterion):
        return row
    return replace(row, may_decide=row.submitted and panel.may_give)


def owes_opinion(row: queries.GridCell, panel: opinions.Panel | None) -> bool:
    """Whether one of the two blind opinions on the cell is still the person's to give."""
    return panel is not None and panel.may_give and not panel.is_split and row.is_pending


def precedents_of(here: Place, row: queries.GridCell, panel: opinions.Panel | None) -> precedents.Precedents | None:
    """For `_precedents.html`; None while they are withheld. One query."""
    owed = owes_opinion(row, panel)
    cell = (row.unit.pk, row.criterion.pk)
    if not rules.may_read_precedents(here.scope, *cell, owes_opinion=owed):
        return None
    return precedents.read(rules.precedents_visible_to(here.scope, here.round_group, *cell, owes_opinion=owed))


def differing(here: Place, standing: Appraisal, row: queries.GridCell, form: RecogniseForm | AdjustForm) -> str:
    """A sentence when the adjustment just written takes other points than its reason did elsewhere; "". What
    two opinions settled is not compared: the points may be the other member's."""
    if isinstance(form, RecogniseForm) or here.is_blind(row.criterion):
        return ""
    cell = (row.unit.pk, row.criterion.pk)
    rows = rules.precedents_visible_to(here.scope, here.round_group, *cell, owes_opinion=False)
    taken = consistency.deduction(row.claim.points if row.claim else None, standing.points)
    found = precedents.differing(precedents.read(rows), form.cleaned_data["reason"].pk, taken)
    return precedents.warning(found) if found else ""


def questions_of(here: Place, unit: Unit, leaf: Criterion) -> dict[str, object]:
    """For `_questions.html`: what was asked on this cell, and a form to ask. Three queries at most."""
    found = Question.objects.filter(round_group=here.round_group, unit=unit, criterion=leaf)
    return {
        "threads": asked.threads(found.order_by("-pk")),
        "may_ask": here.may_decide(unit, leaf),
        "form": AskForm(initial={"due_on": clock.today() + timedelta(days=DAYS_TO_ANSWER)}),
        "address": here.address("ask", unit.code, leaf.code),
    }


def decide(here: Place, unit: Unit, leaf: Criterion, form: RecogniseForm | AdjustForm) -> Appraisal | None:
    """Carry the form out: a decision, or on a blind leaf an opinion. None: the opinion waits for others.
    Raises as the actions do."""
    cell: dict[str, Any] = {"round_group_id": here.round_group.pk, "unit_id": unit.pk, "criterion_id": leaf.pk}
    data = form.cleaned_data
    words = {"comment": data["comment"], "seen_version": data["seen_version"]}
    recognising = isinstance(form, RecogniseForm)
    given: dict[str, Any] = {} if recognising else _adjusted(data)
    if here.is_blind(leaf):
        return actions.give_opinion(actor=here.user, **cell, recognising=recognising, **given, **words).settled
    if recognising:
        return actions.recognise(actor=here.user, **cell, **words)
    return actions.adjust(actor=here.user, **cell, **given, **words)


def _adjusted(data: dict[str, Any]) -> dict[str, Any]:
    return {"points": data["points"], "not_applicable": data["not_applicable"], "reason_id": data["reason"].pk}
