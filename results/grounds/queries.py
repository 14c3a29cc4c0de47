"""The grounds of a block's points as they stand now. Four queries, whatever the number of units."""

from collections.abc import Iterable

from django.db.models import QuerySet

from appraisal import steps
from appraisal.models import AppraisalEntry
from cchc_index.lib.text import clean
from criteria import queries as criteria
from criteria import scoring
from criteria.models import Criterion, RoundGroup
from results.bundle import Json
from selfassess.models import Evidence, SelfAssessment

RULE_SEPARATOR = "; "


def grounds(round_group: RoundGroup) -> Json:
    """In the shape of the bundle: rules in words; by unit and leaf the library's reason of the decision that stands and
    the titles of the evidence that was submitted. No comment, no name of a member, no file."""
    leaves = {row.pk: row for row in criteria.leaves(round_group.criteria_set_id) if row.is_self}
    units = {unit.pk: unit.code for unit in criteria.units_of(round_group)}
    reasons, titles = _reasons(round_group), _titles(round_group)
    entries = [
        {
            "unit": units[unit],
            "criterion": leaves[leaf].code,
            "reason": reasons.get((unit, leaf)),
            "documents": titles.get((unit, leaf), []),
        }
        for unit, leaf in {**reasons, **titles}
        if unit in units and leaf in leaves
    ]
    return {"rules": _rules(leaves.values()), "entries": entries}


def _rules(leaves: Iterable[Criterion]) -> list[Json]:
    rules = []
    for leaf in leaves:
        words = RULE_SEPARATOR.join(scoring.describe(leaf.rule, leaf.max_points)) if leaf.rule else ""
        if words:
            rules.append({"criterion": leaf.code, "rule": words})
    return rules


def _reasons(round_group: RoundGroup) -> dict[tuple[int, int], str]:
    """(unit, leaf) → why the council gave other points than the unit."""
    counting: dict[tuple[int, int], list[AppraisalEntry]] = {}
    for entry in _steps(round_group):
        steps.take(counting.setdefault((entry.appraisal.unit_id, entry.appraisal.criterion_id), []), entry)
    last = {cell: decisions[-1] for cell, decisions in counting.items() if decisions}
    return {cell: clean(entry.reason.text) for cell, entry in last.items() if entry.reason is not None}


def _steps(round_group: RoundGroup) -> QuerySet[AppraisalEntry]:
    rows = AppraisalEntry.objects.filter(appraisal__round_group=round_group).select_related("appraisal", "reason")
    named = ("stage_id", "action", "undoes_id", "reason__text", "appraisal__unit_id", "appraisal__criterion_id")
    return rows.only(*named).order_by("appraisal_id", "sequence")


def _titles(round_group: RoundGroup) -> dict[tuple[int, int], list[Json]]:
    submitted = Evidence.objects.filter(
        removed_at=None,
        score__assessment__round_group=round_group,
        score__assessment__state=SelfAssessment.State.SUBMITTED,
    )
    cell = ("score__assessment__unit_id", "score__criterion_id")
    rows = submitted.order_by("pk").values_list(*cell, "document__number", "document__issued_on", "document__abstract")
    titles: dict[tuple[int, int], list[Json]] = {}
    for unit, leaf, number, issued_on, abstract in rows:
        title = {
            "number": clean(number),
            "date": issued_on.isoformat() if issued_on else None,
            "abstract": clean(abstract),
        }
        if title["number"] or title["abstract"]:
            titles.setdefault((unit, leaf), []).append(title)
    return titles
